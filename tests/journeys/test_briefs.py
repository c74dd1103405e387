"""From the brief of the city to that of a ward, on paper and as a file."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.support.browsers import check_accessibility


@pytest.mark.journey
def test_from_the_city_to_the_page_of_a_ward(visit):
    leader = visit.sign_in("lanhdao", at="/briefs")
    check_accessibility(leader)
    leader.get_by_role("link", name="Toàn thành phố").click()
    expect(leader.get_by_role("heading", level=1)).to_have_text("Tóm tắt mức độ đáp ứng: Thành phố Hà Nội")
    check_accessibility(leader)
    assert len(PdfReader(BytesIO(leader.pdf(prefer_css_page_size=True))).pages) == 1
    leader.get_by_role("link", name="Mọi bản tóm tắt").click()
    leader.get_by_role("link", name="Phường Hoàn Kiếm", exact=True).click()
    expect(leader.get_by_role("heading", level=1)).to_have_text("Tóm tắt mức độ đáp ứng: Phường Hoàn Kiếm")
    check_accessibility(leader)
    assert len(PdfReader(BytesIO(leader.pdf(prefer_css_page_size=True))).pages) == 1
    with leader.expect_download() as download:
        leader.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "tom-tat-00070-phuong-hoan-kiem.pdf"
    assert "Phường Hoàn Kiếm" in PdfReader(download.value.path()).pages[0].extract_text()


@pytest.mark.journey
def test_a_few_wards_come_at_once(visit):
    head = visit.sign_in("lanhdaoxa", scripts=False)
    head.goto("/briefs")
    with head.expect_download() as download:
        head.get_by_role("link", name="Tải tệp .zip, dạng Word").click()
    with ZipFile(download.value.path()) as archive:
        assert all(name.endswith(".docx") for name in archive.namelist())


@pytest.mark.journey
def test_the_pictures_are_seen_and_taken_away(visit):
    officer = visit.sign_in("canbo", at="/exports/figures")
    picture = officer.get_by_role("img", name=re.compile(r"^Kết quả\. Đáp ứng: \d+ đơn vị"))
    picture.scroll_into_view_if_needed()
    officer.wait_for_function("image => image.complete && image.naturalWidth === 1080", arg=picture.element_handle())
    check_accessibility(officer)
    with officer.expect_download() as download:
        officer.get_by_role("link", name="Sơ đồ theo kết quả, cho điện thoại").click()
    assert download.value.suggested_filename == "so-do-muc-do-dap-ung-dien-thoai.png"
    assert download.value.path().stat().st_size < 300_000
    expect(officer.get_by_role("heading", name="Kinh phí theo nhóm")).to_have_count(0)
