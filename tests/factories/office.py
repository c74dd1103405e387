"""What an administrator types on the page of the office."""

FIELDS = {
    "agency_parent": "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
    "agency": "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
    "signatory_title": "GIÁM ĐỐC",
    "signatory_name": "Trần Thị Thử",
    "co_agency": "",
    "co_signatory_title": "",
    "co_signatory_name": "",
    "contact": "Tổ giúp việc, điện thoại 024 0000 0000",
    "target_date": "2026-06-30",
}


def seen_on(page):
    """The stamp of the version that a page shows."""
    return page.text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
