"""Yes or no. Pure."""

from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, ChoiceField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text
from surveys.questionnaire.questions import Question

CHOICES = {"yes": "Có", "no": "Không", UNKNOWN: UNKNOWN_LABEL}


def parse(question: Question, entries: Entries, _this_year: int) -> ParsedAnswer:
    """True, False, or what is wrong."""
    text = entry_text(entries, question.key)
    if not text:
        return ParsedAnswer()
    if text == UNKNOWN:
        return ParsedAnswer(answered=True, unknown=True)
    if text in ("yes", "no"):
        return ParsedAnswer(answered=True, fact=text == "yes")
    message = "Hãy chọn “Có”, “Không” hoặc “Chưa nắm được”."
    return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, message),))


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    return CHOICES.get(text, text or "–")


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    return (Part("", question.label, ChoiceField(choices=CHOICES), hint="Có/Không"),)


KIND = Kind(parts, parse, describe, "surveys/answers/yesno.html", values=(bool,))
