"""A whole number. Pure."""

from portal.numbers import CountError, parse_count
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
        return ParsedAnswer(answered=True, fact=parse_count(text, question.maximum))
    except CountError as error:
        return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, error.message),))


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    return UNKNOWN_LABEL if text == UNKNOWN else f"{text} {question.unit}".strip() if text else "–"


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, NumberField(maximum=question.maximum), hint=question.unit),)


KIND = Kind(parts, parse, describe, "surveys/answers/single.html", values=(int,))
