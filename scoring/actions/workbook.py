"""Actions as an Excel table: values in, bytes out."""

from collections.abc import Iterable
from datetime import date

from portal.formats import format_day
from portal.table_workbook import build_table_workbook
from scoring.actions.action import Action

HEADINGS = (
    ("STT", 5),
    ("Mã", 8),
    ("Xã, phường", 17),
    ("Địa bàn trước 01/7/2025", 17),
    ("Việc", 36),
    ("Tiêu chí", 8),
    ("Người thực hiện", 23),
    ("Thời hạn", 11),
    ("Tình trạng", 14),
    ("Chịu trách nhiệm", 24),
    ("Sản phẩm; nghiệm thu bằng", 34),
    ("Ai quyết định", 16),
    ("Đã bàn giao", 22),
)


def build_action_workbook(note: str, actions: Iterable[Action], on: date, *, with_security: bool) -> bytes:
    """The workbook. ``note`` says which filter it shows; what would help an attacker is left out unless ``with_security``."""
    rows = []
    for number, action in enumerate(actions, start=1):
        clarities, is_disclosed = action.clarities, with_security or not action.is_sensitive
        rows.append(
            (
                number,
                action.ward.code if action.ward else "",
                action.place,
                action.ward.former_district if action.ward else "",
                clarities.task if is_disclosed else action.title,
                clarities.criterion if is_disclosed else "",
                f"{action.owner_name}; {clarities.contact}",
                format_day(clarities.due),
                action.state_text(on),
                f"{action.unit_name}; {clarities.head}",
                f"{clarities.deliverable}; {clarities.evidence}" if is_disclosed else "",
                clarities.authority.name_for(action.ward),
                action.delivered if is_disclosed else "",
            )
        )
    return build_table_workbook("Việc cần làm", "Việc cần làm", note, HEADINGS, rows, "E5")
