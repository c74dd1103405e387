"""The differences between two sets of entries, question by question, in words. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.questions import Question, Questionnaire


@dataclass(frozen=True)
class AnswerDiff:
    """One question with different answers, both as the screen shows them."""

    question: Question
    before: str
    after: str


Describe = Callable[[Question], str]


def in_words(entries: Mapping[str, str]) -> Describe:
    """Describes the answer to a question that these entries give."""
    return lambda question: kind_of(question).describe(question, entries)


def diff_answers(questionnaire: Questionnaire, before: Describe, after: Mapping[str, str]) -> dict[str, AnswerDiff]:
    """The questions that differ, by key, in the order of the form."""
    changes = {}
    describe = in_words(after)
    for question in questionnaire.questions:
        old, new = before(question), describe(question)
        if old != new:
            changes[question.key] = AnswerDiff(question, old, new)
    return changes
