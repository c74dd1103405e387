"""The differences between two sets of entries, question by question, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.questions import Question, Questionnaire


@dataclass(frozen=True)
class AnswerDiff:
    """One question with different answers, both as the screen shows them."""

    question: Question
    before: str
    after: str


def diff_answers(questionnaire: Questionnaire, before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, AnswerDiff]:
    """The questions that differ, by key, in the order of the form."""
    changes = {}
    for question in questionnaire.questions:
        describe = KINDS[question.kind].describe
        old, new = describe(question, before), describe(question, after)
        if old != new:
            changes[question.key] = AnswerDiff(question, old, new)
    return changes
