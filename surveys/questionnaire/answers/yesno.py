"""Yes or no. Pure."""

from surveys.questionnaire.answers.parsing import UNKNOWN, Problem, Read, Typed, typed_in
from surveys.questionnaire.questions import Question

CHOICES = {"yes": "Có", "no": "Không", UNKNOWN: "Chưa nắm được"}


def read(question: Question, typed: Typed, _this_year: int) -> Read:
    """True, False, or what is wrong."""
    text = typed_in(typed, question.key)
    if not text:
        return Read()
    if text == UNKNOWN:
        return Read(answered=True, unknown=True)
    if text in ("yes", "no"):
        return Read(answered=True, fact=text == "yes")
    message = "Hãy chọn “Có”, “Không” hoặc “Chưa nắm được”."
    return Read(answered=True, problems=(Problem(question.key, question.key, message),))


def show(question: Question, typed: Typed) -> str:
    """The answer in words."""
    text = typed_in(typed, question.key)
    return CHOICES.get(text, text or "–")
