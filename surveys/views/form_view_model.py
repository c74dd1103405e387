"""The fields of a page of the form: values for the templates, built from questions, entries and problems. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inventory.snapshots.snapshot import Owner
from portal.labels import LabelledEnum
from surveys.checks.anomalies import Anomaly
from surveys.questionnaire.answers import connection, equipment
from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.answers.parsing import Problem, row_names
from surveys.questionnaire.answers.yesno import CHOICES
from surveys.questionnaire.carry_over import Carry, EarlierAnswers
from surveys.questionnaire.evaluation import Evaluation, reason_field
from surveys.questionnaire.field_names import LOT_PARTS, longest_entry
from surveys.questionnaire.questions import Question, Section


@dataclass(frozen=True)
class Cell:
    """One input: its name, its label, its text, what is wrong with it, and how many characters it takes."""

    name: str
    label: str
    value: str
    error: str
    length: int
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """One lot or one connection: the cells that are always visible, and those that are folded away."""

    name: str
    cells: tuple[Cell, ...]
    folded: tuple[Cell, ...]
    owner: str = ""

    @property
    def has_folded_values(self) -> bool:
        """Whether a folded cell has a value."""
        return any(cell.value or cell.error for cell in self.folded) or self.owner not in ("", Owner.WARD.value)


class Mark(LabelledEnum):
    """How an answer compares with the last approved one."""

    CARRIED = "carried", "Số liệu kỳ trước, chờ xác nhận"
    SAME = "same", "Không đổi so với kỳ trước"
    CHANGED = "changed", "Đã đổi so với kỳ trước"
    NEW = "new", "Câu mới, kỳ trước chưa hỏi"
    RETYPED = "retyped", "Câu này đổi cách trả lời, mời trả lời lại; kỳ trước"

    @property
    def shows_before(self) -> bool:
        """Whether the last approved answer stands behind the label."""
        return self in (Mark.CHANGED, Mark.RETYPED)


@dataclass(frozen=True)
class Field:
    """One question as the page shows it. ``anomalies`` are the messages of its anomalies, ``before`` the last approved answer in words."""

    question: Question
    cell: Cell
    rows: tuple[Row, ...]
    is_locked: bool
    text: str
    next_row: str
    reason: Cell
    anomalies: tuple[str, ...] = ()
    mark: Mark | None = None
    before: str = ""


def build_fields(
    section: Section,
    entries: Mapping[str, str],
    evaluation: Evaluation,
    anomalies: Iterable[Anomaly] = (),
    approved: EarlierAnswers | None = None,
) -> list[Field]:
    """The questions of a section that are asked, with their entries, problems, anomalies, and the last ``approved`` answers."""
    errors = {problem.field: problem for problem in evaluation.problems}
    messages: dict[str, list[str]] = {}
    for anomaly in anomalies:
        messages.setdefault(anomaly.question, []).append(anomaly.message)
    fields = (_field(question, entries, errors) for question in section.questions if evaluation.is_asked(question))
    return [
        _mark_change(replace(field, anomalies=tuple(messages.get(field.question.key, ()))), evaluation, approved)
        for field in fields
    ]


def _mark_change(field: Field, evaluation: Evaluation, approved: EarlierAnswers | None) -> Field:
    question = field.question
    if approved is None or question.asked_of == "city":
        return field
    before, carry = approved.describe(question), approved.carry_of(question)
    if carry is not Carry.SAME:
        return replace(field, mark=Mark(carry.value), before=before)
    if question.key in evaluation.carried:
        return replace(field, mark=Mark.CARRIED, before=before)
    return replace(field, mark=Mark.SAME if before == field.text else Mark.CHANGED, before=before)


def _field(question: Question, entries: Mapping[str, str], errors: Mapping[str, Problem]) -> Field:
    rows = tuple(_row(question, name, entries, errors) for name in row_names(entries, question.key))
    last = int(rows[-1].name.partition("#")[2] or 1)
    return Field(
        question=question,
        cell=_cell(question.key, question.label, entries, errors, question.unit),
        rows=rows,
        is_locked=question.asked_of == "city",
        text=KINDS[question.kind].describe(question, entries),
        next_row=f"{question.key}#{last + 1}",
        reason=_cell(reason_field(question.key), "Lý do", entries, errors),
    )


def _row(question: Question, name: str, entries: Mapping[str, str], errors: Mapping[str, Problem]) -> Row:
    if question.kind == "connection":
        cells = tuple(_cell(f"{name}.{part}", label, entries, errors) for part, label in connection.PARTS.items())
        return Row(name, cells, ())
    open_parts = {**({"year": LOT_PARTS["year"]} if question.has_year else {}), **equipment.CONDITIONS}
    folded = {**equipment.MORE_CONDITIONS, "note": LOT_PARTS["note"]}
    return Row(
        name,
        tuple(_cell(f"{name}.{part}", label, entries, errors) for part, label in open_parts.items()),
        tuple(_cell(f"{name}.{part}", label, entries, errors) for part, label in folded.items()),
        entries.get(f"{name}.owner", ""),
    )


def _cell(name: str, label: str, entries: Mapping[str, str], errors: Mapping[str, Problem], unit: str = "") -> Cell:
    problem = errors.get(name)
    return Cell(name, label, entries.get(name, ""), problem.message if problem else "", longest_entry(name), unit)


YES_NO = CHOICES
OWNERS = tuple(Owner)
