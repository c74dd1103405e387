"""The board of a round as an Excel table."""

from collections.abc import Iterable

from portal.formats import format_moment
from portal.table_workbook import build_table_workbook
from surveys.review.round_board import BoardRow

HEADINGS = (
    ("STT", 6),
    ("Mã", 9),
    ("Xã, phường", 28),
    ("Địa bàn trước 01/7/2025", 26),
    ("Trạng thái", 20),
    ("Cần chú ý", 26),
    ("Số ngày quá hạn", 12),
    ("Sửa lần cuối", 18),
    ("Gửi lúc", 18),
)


def build_board_workbook(title: str, note: str, rows: Iterable[BoardRow]) -> bytes:
    """The workbook. ``note`` describes its filter."""
    lines = (
        (
            number,
            row.ward.code,
            row.ward.full_name,
            row.ward.former_district,
            row.state.label,
            "; ".join(notice.label for notice in row.notices),
            row.days_late,
            format_moment(row.changed_at) if row.changed_at else "",
            format_moment(row.sent_at) if row.sent_at else "",
        )
        for number, row in enumerate(rows, start=1)
    )
    return build_table_workbook("Theo dõi đợt", title, note, HEADINGS, lines, frozen="D5")
