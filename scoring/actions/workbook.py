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
    """The workbook. ``note`` says which filter it shows; what would help an attacker is in it only ``with_security``."""
    lines = []
    for number, action in enumerate(actions, start=1):
        six, is_told = action.clarities, with_security or not action.is_sensitive
        lines.append(
            (
                number,
                action.ward.code if action.ward else "",
                action.place,
                action.ward.former_district if action.ward else "",
                six.task if is_told else action.title,
                six.criterion if is_told else "",
                f"{action.owner_name}; {six.contact}",
                format_day(six.due),
                action.state_in_words(on),
                f"{action.unit_name}; {six.head}",
                f"{six.deliverable}; {six.evidence}" if is_told else "",
                six.authority.name_for(action.ward),
                action.delivered if is_told else "",
            )
        )
    return build_table_workbook("Việc cần làm", "Việc cần làm", note, HEADINGS, lines, "E5")
