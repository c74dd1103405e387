"""A whole number, and what it shares with one that has decimals. Pure."""

from portal.formats import format_number
from portal.numbers import CountError, parse_decimal
from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, NumberField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text
from surveys.questionnaire.questions import Question


def parse(question: Question, entries: Entries, _this_year: int) -> ParsedAnswer:
    """The number, or what is wrong with it."""
    text = entry_text(entries, question.key)
    if not text:
        return ParsedAnswer()
    if text == UNKNOWN:
        return ParsedAnswer(answered=True, unknown=True)
    try:
        return ParsedAnswer(answered=True, fact=parse_decimal(text, question.places, question.maximum))
    except CountError as error:
        return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, error.message),))


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    if text == UNKNOWN:
        return UNKNOWN_LABEL
    return f"{number_in_words(text, question.places)} {question.unit}".strip() if text else "–"


def number_in_words(text: str, places: int) -> str:
    """A number as it is shown, whichever way it was typed; what is none stays as it is."""
    try:
        return format_number(parse_decimal(text, places))
    except CountError:
        return text


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, NumberField(maximum=question.maximum, places=question.places), hint=question.unit),)


def find_fault(question: Question) -> str:
    """A question for a whole number has no places behind the comma."""
    return "kiểu count là số nguyên nên không có mục “places”; số lẻ thì dùng kiểu decimal" if question.places else ""


KIND = Kind(parts, parse, describe, "surveys/answers/single.html", label="số nguyên", values=(int,), find_fault=find_fault)
