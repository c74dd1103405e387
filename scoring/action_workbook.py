"""Actions as an Excel table: values in, bytes out."""

from collections.abc import Iterable
from datetime import date

from portal.formats import format_day
from portal.table_workbook import build_table_workbook
from scoring.actions import Action

HEADINGS = (
    ("STT", 6),
    ("Mã", 9),
    ("Xã, phường", 24),
    ("Địa bàn trước 01/7/2025", 22),
    ("Việc", 48),
    ("Tiêu chí", 10),
    ("Người thực hiện", 26),
    ("Liên hệ", 24),
    ("Thời hạn", 12),
    ("Tình trạng", 20),
    ("Đơn vị chịu trách nhiệm", 26),
    ("Người đứng đầu", 26),
    ("Sản phẩm", 34),
    ("Bằng chứng nghiệm thu", 34),
    ("Ai quyết định", 22),
    ("Đã bàn giao", 30),
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
                action.owner_name,
                six.contact,
                format_day(six.due),
                action.state_in_words(on),
                action.unit_name,
                six.head,
                six.deliverable if is_told else "",
                six.evidence if is_told else "",
                six.authority.name_for(action.ward),
                action.delivered if is_told else "",
            )
        )
    return build_table_workbook("Việc cần làm", "Việc cần làm", note, HEADINGS, lines, "E5")
