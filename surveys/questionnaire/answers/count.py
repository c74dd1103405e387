"""A whole number. Pure."""

from portal.numbers import CountError, parse_count
from surveys.questionnaire.answers.parsing import UNKNOWN, Problem, Read, Typed, typed_in
from surveys.questionnaire.questions import Question


def read(question: Question, typed: Typed, _this_year: int) -> Read:
    """The number, or what is wrong with it."""
    text = typed_in(typed, question.key)
    if not text:
        return Read()
    if text == UNKNOWN:
        return Read(answered=True, unknown=True)
    try:
        return Read(answered=True, fact=parse_count(text, question.maximum))
    except CountError as error:
        return Read(answered=True, problems=(Problem(question.key, question.key, error.message),))


def show(question: Question, typed: Typed) -> str:
    """The answer in words."""
    text = typed_in(typed, question.key)
    return "Chưa nắm được" if text == UNKNOWN else f"{text} {question.unit}".strip() if text else "–"
