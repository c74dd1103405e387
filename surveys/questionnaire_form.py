"""What a page of the form shows: ready values for the templates, made from questions, typed text and problems."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.snapshot import Owner
from portal.vietnamese import to_nfc
from surveys.answers import connection, equipment
from surveys.answers.kinds import KINDS
from surveys.answers.reading import Problem, row_names
from surveys.answers.yesno import CHOICES
from surveys.questions import Question, Section
from surveys.reading import Reading

# A form that carries more rows than this for one item was not made by a person.
MAX_ROWS = 200
ROW_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


_OTHER_PARTS = {"year": "Năm đưa vào sử dụng", "owner": "Đơn vị sở hữu", "note": "Ghi chú"}


@dataclass(frozen=True)
class Cell:
    """One field: its name, its words, what was typed, and what is wrong with it."""

    name: str
    label: str
    value: str
    error: str
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """One lot or one line: the cells that stand open, and those that are folded away."""

    name: str
    cells: tuple[Cell, ...]
    folded: tuple[Cell, ...]
    owner: str = Owner.WARD.value

    @property
    def has_folded_values(self) -> bool:
        """Whether something was typed into the folded part."""
        return any(cell.value or cell.error for cell in self.folded) or self.owner != Owner.WARD.value


@dataclass(frozen=True)
class Field:
    """One question as the page shows it."""

    question: Question
    cell: Cell
    rows: tuple[Row, ...]
    is_locked: bool
    shown: str
    next_row: str


def fields_of(section: Section, typed: Mapping[str, str], reading: Reading) -> list[Field]:
    """The questions of a section that are asked, with what was typed and what is wrong."""
    errors = {problem.field: problem for problem in reading.problems}
    return [_field(question, typed, errors) for question in section.questions if reading.is_asked(question)]


def posted_fields(section: Section, form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a posted page that belong to the ward's own questions of this section; others are left out."""
    own = [question for question in section.questions if question.asked_of == "ward"]
    return {name: form[name] for name in form if any(_belongs(name, question) for question in own)}


def write_base(section: Section, typed: Mapping[str, str]) -> str:
    """What the page shows of the section's fields, for the save to tell what was touched: JSON, blank fields left out."""
    return json.dumps(posted_fields(section, {name: raw for name, raw in typed.items() if raw}), ensure_ascii=False, sort_keys=True)


def read_base(text: str) -> dict[str, str]:
    """What a page said it showed; nothing where that cannot be read, so that every stored field counts as unseen."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: to_nfc(raw).strip() for name, raw in found.items() if isinstance(raw, str)}


def name_field(section: Section, name: str) -> str:
    """The words of the screen for a field: ``Máy in (kể cả máy đa năng), lô 2, Xuống cấp``."""
    row, _, part = name.rpartition(".")
    key, _, number = (row or name).partition("#")
    question = next((question for question in section.questions if question.key == key), None)
    if question is None:
        return name
    kind = "lô" if question.kind == "equipment" else "đường"
    labels = {**equipment.CONDITIONS, **equipment.MORE_CONDITIONS, **connection.PARTS, **_OTHER_PARTS}
    told = [question.label, f"{kind} {number}" if number else "", labels.get(part, "") if row else ""]
    return ", ".join(filter(None, told))


def _belongs(name: str, question: Question) -> bool:
    if question.kind in ("count", "yesno"):
        return name == question.key
    row, _, part = name.rpartition(".")
    key, _, number = row.partition("#")
    parts = (*equipment.QUANTITIES, "year", "owner", "note") if question.kind == "equipment" else tuple(connection.PARTS)
    is_row = row == key or (ROW_NUMBER.fullmatch(number) is not None and 2 <= int(number) <= MAX_ROWS)
    return key == question.key and part in parts and is_row


def _field(question: Question, typed: Mapping[str, str], errors: Mapping[str, Problem]) -> Field:
    rows = tuple(_row(question, name, typed, errors) for name in row_names(typed, question.key))
    last = int(rows[-1].name.partition("#")[2] or 1)
    return Field(
        question=question,
        cell=_cell(question.key, question.label, typed, errors, question.unit),
        rows=rows,
        is_locked=question.asked_of == "city",
        shown=KINDS[question.kind].show(question, typed),
        next_row=f"{question.key}#{last + 1}",
    )


def _row(question: Question, name: str, typed: Mapping[str, str], errors: Mapping[str, Problem]) -> Row:
    if question.kind == "connection":
        cells = tuple(_cell(f"{name}.{part}", label, typed, errors) for part, label in connection.PARTS.items())
        return Row(name, cells, ())
    open_parts = {**({"year": _OTHER_PARTS["year"]} if question.has_year else {}), **equipment.CONDITIONS}
    folded = {**equipment.MORE_CONDITIONS, "note": _OTHER_PARTS["note"]}
    return Row(
        name,
        tuple(_cell(f"{name}.{part}", label, typed, errors) for part, label in open_parts.items()),
        tuple(_cell(f"{name}.{part}", label, typed, errors) for part, label in folded.items()),
        typed.get(f"{name}.owner") or Owner.WARD.value,
    )


def _cell(name: str, label: str, typed: Mapping[str, str], errors: Mapping[str, Problem], unit: str = "") -> Cell:
    problem = errors.get(name)
    return Cell(name, label, typed.get(name, ""), problem.message if problem else "", unit)


YES_NO = CHOICES
OWNERS = tuple(Owner)
