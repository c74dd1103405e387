"""The names of the fields of a form: the question that each belongs to, and its label. Pure."""

import json
import re
from collections.abc import Mapping

from surveys.questionnaire.answers.fields import MAX_LENGTH, UNKNOWN, UNKNOWN_LABEL
from surveys.questionnaire.answers.kind import Part
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.evaluation import reason_field
from surveys.questionnaire.questions import Question, Questionnaire, Section

# A form that carries more rows than this for one question was not made by a person.
MAX_ROWS, NAMEABLE_ROWS = 500, 999
ROW_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


def question_key(field: str) -> str:
    """The key of the question that a field belongs to: A01 for ``A01#2.good``."""
    return field.partition(".")[0].partition("#")[0]


def posted_fields(section: Section, form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a posted page that belong to the questions of this section to the ward; others are left out.

    A row beyond those that a question takes is not left out but refused when it is stored: somebody has typed it.
    """
    ward_questions = [question for question in section.questions if question.asked_of == "ward"]
    return {name: form[name] for name in form if any(is_field_of(name, question, NAMEABLE_ROWS) for question in ward_questions)}


def posted_base(text: str) -> dict[str, str]:
    """The entries that the page was rendered with, as the form posts them back; blank unless they are a JSON object of texts."""
    try:
        base = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in base.items() if isinstance(value, str)} if isinstance(base, dict) else {}


def ward_fields(section: Section, entries: Mapping[str, str]) -> dict[str, str]:
    """The entries of a section that the ward makes and that are not blank."""
    return {name: raw for name, raw in posted_fields(section, entries).items() if raw}


def field_label(questionnaire: Questionnaire, name: str) -> str:
    """The label of a field: question, lot or connection, and cell."""
    row, _, part = name.rpartition(".")
    key, _, number = (row or part).partition("#")
    question = questionnaire.question(key)
    if question is None:
        return name
    if not row:
        return question.label
    if name == reason_field(key):
        return f"{question.label} – Lý do"
    found = kind_of(question).part(question, part)
    place = f", {kind_of(question).row_word} thứ {number}" if number else ""
    return f"{question.label}{place} – {found.label if found else part}"


def value_label(questionnaire: Questionnaire, name: str, value: str) -> str:
    """The label of an entry as the page shows it."""
    part = find_part(questionnaire, name)
    if part is not None:
        return part.field.describe(value) or "(để trống)"
    return UNKNOWN_LABEL if value == UNKNOWN else value or "(để trống)"


def find_part(questionnaire: Questionnaire, name: str) -> Part | None:
    """The part of its question that a field is; None for a reason, and for a field that no question has."""
    row, _, part = name.rpartition(".")
    question = questionnaire.question((row or part).partition("#")[0])
    return kind_of(question).part(question, part if row else "") if question else None


def is_field_of(name: str, question: Question, most_rows: int = MAX_ROWS) -> bool:
    """Whether a field is one of a question: its only one, a part of one of its rows, or its reason."""
    if name == reason_field(question.key):
        return True
    kind = kind_of(question)
    if not kind.row_word:
        return name == question.key
    row, _, part = name.rpartition(".")
    key, _, number = row.partition("#")
    is_row = row == key or (ROW_NUMBER.fullmatch(number) is not None and 2 <= int(number) <= most_rows)
    return key == question.key and is_row and kind.part(question, part) is not None


def find_excess(name: str, raw: str) -> str:
    """Why an entry cannot be stored at all, in words that follow its label: it is too long, or its row is one too many. Blank where it can."""
    number = name.rpartition(".")[0].partition("#")[2]
    if len(raw) > MAX_LENGTH:
        return f"dài {len(raw)} ký tự; mỗi ô không quá {MAX_LENGTH} ký tự. Viết gọn lại."
    if raw and ROW_NUMBER.fullmatch(number) and int(number) > MAX_ROWS:
        return f"ở dòng thứ {number}; mỗi câu không quá {MAX_ROWS} dòng. Gộp các dòng giống nhau."
    return ""
