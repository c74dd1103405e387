"""What differs between two sets of typed answers, question by question, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.questions import Question, Questionnaire


@dataclass(frozen=True)
class Difference:
    """One question that was answered otherwise: both answers as the screen shows them."""

    question: Question
    before: str
    after: str


def find_differences(questionnaire: Questionnaire, before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Difference]:
    """The questions that differ, by key, in the order of the form."""
    found = {}
    for question in questionnaire.questions:
        show = KINDS[question.kind].show
        old, new = show(question, before), show(question, after)
        if old != new:
            found[question.key] = Difference(question, old, new)
    return found
