"""The form of a section, built from its questions: a field of WTForms for every part of every row. What was typed stays as it was typed."""

from collections.abc import Iterable, Iterator, Mapping

from wtforms import Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from surveys.questionnaire.answers.fields import TextField
from surveys.questionnaire.answers.kind import Part, field_name
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import Problem, row_names
from surveys.questionnaire.evaluation import REASON_FIELD, reason_field
from surveys.questionnaire.questions import Question


def build_section_form(questions: Iterable[Question], entries: Mapping[str, str], problems: Iterable[Problem] = ()) -> BaseForm:
    """The form with its entries, and what is wrong with each beside it."""
    form = BaseForm(dict(_fields(questions, entries)), meta=DefaultMeta())
    form.process(data=entries)
    for problem in problems:
        if problem.field in form:
            form[problem.field].errors = [*form[problem.field].errors, problem.message]
    return form


def rows_of(question: Question, entries: Mapping[str, str]) -> list[str]:
    """The names of the rows of a question, as far as they were entered."""
    return row_names(entries, question.key) if kind_of(question).row_word else [question.key]


def _fields(questions: Iterable[Question], entries: Mapping[str, str]) -> Iterator[tuple[str, Field]]:
    for question in questions:
        kind = kind_of(question)
        for row in rows_of(question, entries):
            for part in kind.parts(question):
                name = field_name(row, part.name)
                yield name, _field(part, question, entries.get(name, ""))
        yield reason_field(question.key), _text_field("Lý do", REASON_FIELD)


def _field(part: Part, question: Question, entry: str) -> Field:
    choices = [SelectChoice(value, label) for value, label in part.field.choices.items()]
    if part.field.control == "radio":
        return RadioField(part.label, choices=choices, validate_choice=False)
    if part.field.control == "select":
        choices[0].value = ""
        if entry not in {choice.value for choice in choices}:
            # Else the list would show its first choice for an entry that is none of them.
            choices.append(SelectChoice(entry, part.field.describe(entry)))
        return SelectField(part.label, choices=choices, validate_choice=False)
    return _text_field(part.label, part.field, question.unit)


def _text_field(label: str, field: TextField, unit: str = "") -> Field:
    attributes = {"inputmode": field.keyboard, "placeholder": field.placeholder, "maxlength": field.length, "autocomplete": "off"}
    return StringField(label, description=unit, render_kw={name: value for name, value in attributes.items() if value})
