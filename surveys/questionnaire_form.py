"""What a page of the form shows: ready values for the templates, made from questions, typed text and problems."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inventory.snapshot import Owner
from portal.labels import LabelledEnum
from surveys.answers import connection, equipment
from surveys.answers.kinds import KINDS
from surveys.answers.reading import UNKNOWN, Problem, row_names
from surveys.answers.yesno import CHOICES
from surveys.doubts import Doubt
from surveys.questions import Question, Questionnaire, Section
from surveys.reading import Reading, reason_field

# A form that carries more rows than this for one item was not made by a person.
MAX_ROWS = 500
LOT_PARTS = {
    "year": "Năm đưa vào sử dụng",
    **equipment.CONDITIONS,
    **equipment.MORE_CONDITIONS,
    "owner": "Đơn vị sở hữu",
    "note": "Ghi chú",
}
ROW_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


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
    owner: str = ""

    @property
    def has_folded_values(self) -> bool:
        """Whether something was typed into the folded part."""
        return any(cell.value or cell.error for cell in self.folded) or self.owner not in ("", Owner.WARD.value)


class Mark(LabelledEnum):
    """How an answer stands to the one that was approved in the round before."""

    CARRIED = "carried", "Số liệu kỳ trước, chờ xác nhận"
    SAME = "same", "Không đổi so với kỳ trước"
    CHANGED = "changed", "Đã đổi so với kỳ trước"


@dataclass(frozen=True)
class Field:
    """One question as the page shows it. ``doubts`` are what is odd about it, ``before`` the last approved answer in words."""

    question: Question
    cell: Cell
    rows: tuple[Row, ...]
    is_locked: bool
    shown: str
    next_row: str
    reason: Cell
    doubts: tuple[str, ...] = ()
    mark: Mark | None = None
    before: str = ""


def fields_of(
    section: Section,
    typed: Mapping[str, str],
    reading: Reading,
    doubts: Iterable[Doubt] = (),
    approved: Mapping[str, str] | None = None,
) -> list[Field]:
    """The questions of a section that are asked, with what was typed, what is wrong or odd, and what was ``approved`` before."""
    errors = {problem.field: problem for problem in reading.problems}
    told: dict[str, list[str]] = {}
    for doubt in doubts:
        told.setdefault(doubt.question, []).append(doubt.message)
    fields = (_field(question, typed, errors) for question in section.questions if reading.is_asked(question))
    return [_compare(replace(one, doubts=tuple(told.get(one.question.key, ()))), reading, approved) for one in fields]


def posted_fields(section: Section, form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a posted page that belong to the ward's own questions of this section; others are left out."""
    own = [question for question in section.questions if question.asked_of == "ward"]
    return {name: form[name] for name in form if any(belongs(name, question) for question in own)}


def posted_base(text: str) -> dict[str, str]:
    """What the page was given, as it comes back with the form. Anything else than a table of texts is taken as a blank page."""
    try:
        base = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in base.items() if isinstance(value, str)} if isinstance(base, dict) else {}


def own_fields(section: Section, typed: Mapping[str, str]) -> dict[str, str]:
    """The ward's own fields of a section that are not blank, out of everything that was typed."""
    return {name: raw for name, raw in posted_fields(section, typed).items() if raw}


def field_in_words(questionnaire: Questionnaire, name: str) -> str:
    """A field as people know it: question, lot or line, and the cell."""
    row, _, part = name.rpartition(".")
    key, _, number = (row or part).partition("#")
    question = questionnaire.question(key)
    if question is None:
        return name
    if not row:
        return question.label
    if name == reason_field(key):
        return f"{question.label} – Lý do"
    parts = {"equipment": LOT_PARTS, "connection": connection.PARTS}.get(question.kind, {})
    unit = "lô" if question.kind == "equipment" else "đường"
    place = f", {unit} thứ {number}" if number else ""
    return f"{question.label}{place} – {parts.get(part, part)}"


def value_in_words(name: str, value: str) -> str:
    """A typed value as the page shows it."""
    if name.endswith(".owner"):
        return next((owner.label for owner in Owner if owner.value == (value or Owner.WARD.value)), value)
    return CHOICES.get(value, value) if value in ("yes", "no", UNKNOWN) else value or "(để trống)"


def _compare(shown: Field, reading: Reading, approved: Mapping[str, str] | None) -> Field:
    question = shown.question
    if approved is None or question.asked_of == "city":
        return shown
    before = KINDS[question.kind].show(question, approved)
    if question.key in reading.carried:
        return replace(shown, mark=Mark.CARRIED, before=before)
    return replace(shown, mark=Mark.SAME if before == shown.shown else Mark.CHANGED, before=before)


def belongs(name: str, question: Question) -> bool:
    """Whether a field is one of a question: its only one, a part of one of its rows, or its reason."""
    if name == reason_field(question.key):
        return True
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
        reason=_cell(reason_field(question.key), "Lý do", typed, errors),
    )


def _row(question: Question, name: str, typed: Mapping[str, str], errors: Mapping[str, Problem]) -> Row:
    if question.kind == "connection":
        cells = tuple(_cell(f"{name}.{part}", label, typed, errors) for part, label in connection.PARTS.items())
        return Row(name, cells, ())
    open_parts = {**({"year": LOT_PARTS["year"]} if question.has_year else {}), **equipment.CONDITIONS}
    folded = {**equipment.MORE_CONDITIONS, "note": LOT_PARTS["note"]}
    return Row(
        name,
        tuple(_cell(f"{name}.{part}", label, typed, errors) for part, label in open_parts.items()),
        tuple(_cell(f"{name}.{part}", label, typed, errors) for part, label in folded.items()),
        typed.get(f"{name}.owner", ""),
    )


def _cell(name: str, label: str, typed: Mapping[str, str], errors: Mapping[str, Problem], unit: str = "") -> Cell:
    problem = errors.get(name)
    return Cell(name, label, typed.get(name, ""), problem.message if problem else "", unit)


YES_NO = CHOICES
OWNERS = tuple(Owner)
