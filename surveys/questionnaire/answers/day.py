"""A day, such as that on which a contract begins. Pure."""

from datetime import date

from portal.days import find_day, has_short_year
from portal.formats import format_day
from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, DayField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text
from surveys.questionnaire.questions import Question

FIRST_YEAR, MAX_YEARS = 1995, 30
SHORT_YEAR = "Ghi năm đủ bốn chữ số, ví dụ 31/12/2026."
NO_DAY = "Không có ngày này. Viết ngày, tháng, năm, ví dụ 31/12/2026."


def parse(question: Question, entries: Entries, this_year: int, no_day: str = NO_DAY) -> ParsedAnswer:
    """The day, or what is wrong with it."""
    text = entry_text(entries, question.key)
    if not text:
        return ParsedAnswer()
    if text == UNKNOWN:
        return ParsedAnswer(answered=True, unknown=True)
    day, message = find_day(text), ""
    if day is None:
        message = SHORT_YEAR if has_short_year(text) else no_day
    elif not FIRST_YEAR <= day.year <= this_year + MAX_YEARS:
        message = f"Năm phải từ {FIRST_YEAR} đến {this_year + MAX_YEARS}."
    if message:
        return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, message),))
    return ParsedAnswer(answered=True, fact=day)


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    day = find_day(text)
    return UNKNOWN_LABEL if text == UNKNOWN else format_day(day) if day else text or "–"


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, DayField(), hint="dạng 31/12/2026"),)


KIND = Kind(parts, parse, describe, "surveys/answers/day.html", label="ngày", values=(date,))
