"""What a page of the form shows: ready values for the templates, made from questions, typed text and problems. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inventory.snapshots.snapshot import Owner
from portal.labels import LabelledEnum
from surveys.checks.anomalies import Doubt
from surveys.questionnaire.answers import connection, equipment
from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.answers.parsing import Problem, row_names
from surveys.questionnaire.answers.yesno import CHOICES
from surveys.questionnaire.evaluation import Reading, reason_field
from surveys.questionnaire.field_names import LOT_PARTS
from surveys.questionnaire.questions import Question, Section


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


def _compare(shown: Field, reading: Reading, approved: Mapping[str, str] | None) -> Field:
    question = shown.question
    if approved is None or question.asked_of == "city":
        return shown
    before = KINDS[question.kind].show(question, approved)
    if question.key in reading.carried:
        return replace(shown, mark=Mark.CARRIED, before=before)
    return replace(shown, mark=Mark.SAME if before == shown.shown else Mark.CHANGED, before=before)


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
