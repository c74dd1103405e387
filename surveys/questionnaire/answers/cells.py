"""Entries as cells of a workbook, and cells as entries. Pure.

A number stays a number; a choice (Có, Không, Chưa nắm được, the owner) is written as its label.
"""

from inventory.snapshots.snapshot import Owner
from portal.vietnamese import clean_text, fold
from surveys.questionnaire.answers.parsing import UNKNOWN
from surveys.questionnaire.answers.yesno import CHOICES

_YES_NO_VALUES = {fold(label): value for value, label in CHOICES.items()} | {"yes": "yes", "no": "no"}
# Some programs drop the commas inside the labels of a list.
_OWNER_VALUES = {
    fold(label): "" if owner is Owner.WARD else owner.value
    for owner in Owner
    for label in (owner.label, owner.label.replace(",", " "))
}
NUMBERS = frozenset({"good", "degraded", "broken", "liquidation", "unused", "on_order", "year", "contracted", "measured"})


def to_cell(field: str, kind: str, raw: str) -> str | int | None:
    """The value of a cell for an entry; None for a blank one."""
    part = field.rpartition(".")[2]
    if part == "owner":
        return next((owner.label for owner in Owner if owner.value == (raw or Owner.WARD.value)), raw)
    if kind == "yesno" and field.rpartition(".")[0] == "":
        return CHOICES.get(raw, raw or None)
    if _is_number(field, kind):
        if raw == UNKNOWN:
            return CHOICES[UNKNOWN]
        return int(raw) if raw.isascii() and raw.isdecimal() and str(int(raw)) == raw else raw or None
    return raw or None


def from_cell(field: str, kind: str, value: object) -> str:
    """The entry that a cell holds. A value that cannot be parsed is returned unchanged, for the validation to refuse."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 1e15 else str(value).replace(".", ",")
    text = clean_text(str(value)).strip()
    part = field.rpartition(".")[2]
    if part == "owner":
        return _OWNER_VALUES.get(fold(text), text)
    if kind == "yesno" and field.rpartition(".")[0] == "":
        return _YES_NO_VALUES.get(fold(text), text)
    if _is_number(field, kind) and fold(text) == fold(CHOICES[UNKNOWN]):
        return UNKNOWN
    return text


def _is_number(field: str, kind: str) -> bool:
    row, _, part = field.rpartition(".")
    return part in NUMBERS if row else kind == "count"
