"""The questions of a page of the form as the templates show them: their fields, anomalies, and what was approved before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from wtforms import Field as InputField
from wtforms.form import BaseForm

from portal.labels import LabelledEnum
from surveys.checks.anomalies import Anomaly
from surveys.questionnaire.answers.kind import Kind, field_name
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import ParsedAnswer
from surveys.questionnaire.carry_over import Carry, EarlierAnswers
from surveys.questionnaire.evaluation import Evaluation, reason_field
from surveys.questionnaire.questions import Question, Section
from surveys.views.section_form import build_section_form, rows_of


@dataclass(frozen=True)
class Row:
    """One lot or one connection: the fields that are always visible, and those that are folded away."""

    name: str
    fields: tuple[InputField, ...]
    folded: tuple[InputField, ...]

    @property
    def has_folded_values(self) -> bool:
        """Whether a folded field has a value."""
        return any(field.data or field.errors for field in self.folded)


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
    """One question as the page shows it: ``rows`` of fields, and the reason.

    ``anomalies`` are the messages of its anomalies, ``before`` the last approved answer in words, ``is_unknown`` whether it is
    answered with that it is not known.
    """

    question: Question
    kind: Kind
    rows: tuple[Row, ...]
    reason: InputField
    text: str
    next_row: str
    anomalies: tuple[str, ...] = ()
    mark: Mark | None = None
    before: str = ""
    is_unknown: bool = False

    @property
    def is_locked(self) -> bool:
        """Whether the city answers it."""
        return self.question.asked_of == "city"

    @property
    def input(self) -> InputField:
        """The only field of a question that has no more."""
        return self.rows[0].fields[0]

    @property
    def mark_in_words(self) -> str:
        """How the answer compares with the last approved one, with that one where it was another."""
        if self.mark is None:
            return ""
        return f"{self.mark.label}: {self.before}" if self.mark.shows_before else self.mark.label

    @property
    def reason_label(self) -> str:
        """What is asked where the answer needs a reason."""
        return (
            "Lý do chưa nắm được và ngày dự kiến có số liệu" if self.is_unknown else "Đúng thực tế thì ghi lý do; sai thì sửa lại"
        )

    @property
    def main_field(self) -> str:
        """The field that takes a word for the whole answer, such as that it is not known."""
        return self.kind.main_field(self.question)


def build_fields(
    section: Section,
    entries: Mapping[str, str],
    evaluation: Evaluation,
    anomalies: Iterable[Anomaly] = (),
    approved: EarlierAnswers | None = None,
) -> list[Field]:
    """The questions of a section that are asked, with their entries, problems, anomalies, and the last ``approved`` answers."""
    messages: dict[str, list[str]] = {}
    for anomaly in anomalies:
        messages.setdefault(anomaly.question, []).append(anomaly.message)
    questions = [question for question in section.questions if evaluation.is_asked(question)]
    form = build_section_form(questions, entries, evaluation.problems)
    fields = (_field(question, entries, form, evaluation.answers[question.key]) for question in questions)
    return [
        _mark_change(replace(field, anomalies=tuple(messages.get(field.question.key, ()))), evaluation, approved)
        for field in fields
    ]


def _mark_change(field: Field, evaluation: Evaluation, approved: EarlierAnswers | None) -> Field:
    question = field.question
    if approved is None or field.is_locked:
        return field
    before, carry = approved.describe(question), approved.carry_of(question)
    if carry is not Carry.SAME:
        return replace(field, mark=Mark(carry.value), before=before)
    if question.key in evaluation.carried:
        return replace(field, mark=Mark.CARRIED, before=before)
    return replace(field, mark=Mark.SAME if before == field.text else Mark.CHANGED, before=before)


def _field(question: Question, entries: Mapping[str, str], form: BaseForm, answer: ParsedAnswer) -> Field:
    kind = kind_of(question)
    names = rows_of(question, entries)
    last = int(names[-1].partition("#")[2] or 1)
    return Field(
        question=question,
        kind=kind,
        rows=tuple(_row(question, kind, name, form) for name in names),
        reason=form[reason_field(question.key)],
        text=kind.describe(question, entries),
        next_row=f"{question.key}#{last + 1}",
        is_unknown=answer.unknown,
    )


def _row(question: Question, kind: Kind, name: str, form: BaseForm) -> Row:
    shown = [part for part in kind.parts(question) if part.on_page]
    visible, folded = (
        tuple(form[field_name(name, part.name)] for part in shown if part.is_folded is is_folded) for is_folded in (False, True)
    )
    return Row(name, visible, folded)
