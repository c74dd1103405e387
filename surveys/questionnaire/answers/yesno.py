"""Yes or no, in the words that fit the question. Pure."""

from collections.abc import Mapping

from surveys.questionnaire.answers.fields import UNKNOWN, UNKNOWN_LABEL, ChoiceField
from surveys.questionnaire.answers.kind import Kind, Part
from surveys.questionnaire.answers.parsing import Entries, ParsedAnswer, Problem, entry_text
from surveys.questionnaire.questions import Question

# By what a question calls them; one that ends in “chưa?” is answered with “Đã” or “Chưa”.
CHOICES = {"": {"yes": "Có", "no": "Không"}, "done": {"yes": "Đã", "no": "Chưa"}}
# Who fills in a table of many questions, or copies from an older one, writes either.
SYNONYMS = {label: value for choices in CHOICES.values() for value, label in choices.items()}


def parse(question: Question, entries: Entries, _this_year: int) -> ParsedAnswer:
    """True, False, or what is wrong."""
    text = entry_text(entries, question.key)
    if not text:
        return ParsedAnswer()
    if text == UNKNOWN:
        return ParsedAnswer(answered=True, unknown=True)
    if text in ("yes", "no"):
        return ParsedAnswer(answered=True, fact=text == "yes")
    yes, no, unknown = choices_of(question).values()
    message = f"Hãy chọn “{yes}”, “{no}” hoặc “{unknown}”."
    return ParsedAnswer(answered=True, problems=(Problem(question.key, question.key, message),))


def describe(question: Question, entries: Entries) -> str:
    """The answer in words."""
    text = entry_text(entries, question.key)
    return choices_of(question).get(text, text or "–")


def choices_of(question: Question) -> Mapping[str, str]:
    """What may be chosen, with its label."""
    return {**CHOICES[question.choices], UNKNOWN: UNKNOWN_LABEL}


def parts(question: Question) -> tuple[Part, ...]:
    """Its only field."""
    hint = "/".join(CHOICES[question.choices].values())
    return (Part("", question.label, ChoiceField(choices=choices_of(question), synonyms=SYNONYMS), hint=hint),)


def find_fault(question: Question) -> str:
    """The choices are called by a name."""
    return (
        ""
        if question.choices in CHOICES
        else f"không có bộ câu trả lời “{question.choices}”; dùng “done” cho Đã/Chưa, hoặc bỏ mục này"
    )


KIND = Kind(
    parts, parse, describe, "surveys/answers/yesno.html", label="chọn một câu trả lời", values=(bool,), find_fault=find_fault
)
