"""A number with a stated number of decimal places, such as 187,5 Mbps. Pure."""

from decimal import Decimal

from portal.numbers import CountError, parse_decimal
from surveys.questionnaire.answers import count
from surveys.questionnaire.answers.fields import UNKNOWN, NumberField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text
from surveys.questionnaire.questions import Question


def parse(question: Question, entries: Entries, _this_year: int) -> ParsedAnswer:
    """The number, or what is wrong with it. 187 and 187,0 are one value."""
    text = entry_text(entries, question.key)
    if not text:
        return ParsedAnswer()
    if text == UNKNOWN:
        return ParsedAnswer(answered=True, unknown=True)
    try:
        return ParsedAnswer(answered=True, fact=parse_decimal(text, question.places, question.maximum))
    except CountError as error:
        return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, error.message),))


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, NumberField(maximum=question.maximum, places=question.places), hint=question.unit),)


def find_fault(question: Question) -> str:
    """A question without a number of places asks for a whole number."""
    return "" if 1 <= question.places <= 3 else "mục “places” phải từ 1 đến 3; số nguyên thì dùng kiểu count"


KIND = Kind(parts, parse, count.describe, "surveys/answers/single.html", values=(int, Decimal), find_fault=find_fault)
