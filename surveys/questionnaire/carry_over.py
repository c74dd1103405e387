"""Which answers of an older version of the questionnaire a newer one begins with, question by question. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from portal.labels import LabelledEnum
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.questions import Question, Questionnaire


class Carry(LabelledEnum):
    """What became of a question from one version to the next."""

    SAME = "same", "Giữ nguyên"
    RENAMED = "renamed", "Đổi mã"
    DROPPED = "dropped", "Không hỏi nữa"
    NEW = "new", "Câu mới"
    RETYPED = "retyped", "Đổi cách trả lời"


@dataclass(frozen=True)
class QuestionChange:
    """One question in two versions; ``before`` is None for a new one, ``after`` for one that is no longer asked."""

    carry: Carry
    before: Question | None
    after: Question | None

    @property
    def key(self) -> str:
        """The key under which the newer version names the change: its own, or that of the question which it drops."""
        question = self.after or self.before
        assert question is not None
        return question.key


@dataclass(frozen=True)
class Origin:
    """Where the answers of a question come from. Those to a question that was answered in another way are told, not carried over."""

    question: Question
    is_carried: bool


def compare(before: Questionnaire, after: Questionnaire) -> tuple[QuestionChange, ...]:
    """Every question of both versions: those of the newer one in its order, then those that it drops."""
    sources = {question.key: _source(question, before) for question in after.questions}
    changes = [QuestionChange(_carry(sources[q.key], q), sources[q.key], q) for q in after.questions]
    kept = {source.key for source in sources.values() if source is not None}
    return (*changes, *(QuestionChange(Carry.DROPPED, q, None) for q in before.questions if q.key not in kept))


def find_origins(versions: Sequence[Questionnaire]) -> dict[str, Origin]:
    """By the key of a question of the last version: the question of the first that gives its answers. ``versions`` are in their order."""
    origins = {question.key: Origin(question, is_carried=True) for question in versions[0].questions}
    for before, after in pairwise(versions):
        origins = {
            change.key: Origin(origins[change.before.key].question, origins[change.before.key].is_carried and _is_carried(change))
            for change in compare(before, after)
            if change.after is not None and change.before is not None and change.before.key in origins
        }
    return origins


@dataclass(frozen=True)
class EarlierAnswers:
    """Answers to an older version, as a newer one asks for them: ``given`` are its entries as they were made."""

    given: Mapping[str, str]
    origins: Mapping[str, Origin]

    @cached_property
    def fields(self) -> dict[str, str]:
        """By the name that a field has in the newer version: the name under which it was answered. What is not taken over is left out."""
        new_keys = {origin.question.key: key for key, origin in self.origins.items() if origin.is_carried}
        keys = {name: question_key(name) for name in self.given}
        return {f"{new_keys[key]}{name[len(key) :]}": name for name, key in keys.items() if key in new_keys}

    @cached_property
    def entries(self) -> dict[str, str]:
        """The entries that the newer version takes over, by the name of their field in it."""
        return {name: self.given[given_as] for name, given_as in self.fields.items()}

    def describe(self, question: Question) -> str:
        """What was answered to a question of the newer version, in the words of today where it is taken over, else in those of then."""
        origin = self.origins.get(question.key)
        if origin is None:
            return "–"
        # A question that says “Đã” for what was “Có” has the same answer.
        asked, entries = (question, self.entries) if origin.is_carried else (origin.question, self.given)
        return kind_of(asked).describe(asked, entries)

    def carry_of(self, question: Question) -> Carry:
        """Whether a question of the newer version was asked then, and is answered as it was."""
        origin = self.origins.get(question.key)
        if origin is None:
            return Carry.NEW
        return Carry.SAME if origin.is_carried else Carry.RETYPED


def _source(question: Question, before: Questionnaire) -> Question | None:
    return before.question(question.renamed_from or question.key)


def _carry(before: Question | None, after: Question) -> Carry:
    if before is None:
        return Carry.NEW
    if before.kind != after.kind:
        return Carry.RETYPED
    return Carry.SAME if before.key == after.key else Carry.RENAMED


def _is_carried(change: QuestionChange) -> bool:
    return change.carry in (Carry.SAME, Carry.RENAMED)
