"""The questionnaire as data: sections, questions, and what changed since the version before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self


@dataclass(frozen=True)
class Question:
    """One question. ``kind`` is a key of answers.kinds; ``asked_of`` is ``ward`` or ``city``.

    ``ask_if`` names a yes-or-no question that must be answered yes for this one to be asked. ``at_most`` names the question
    whose answer this one may not exceed (``pcs`` the PCs of A01 and A02 together), less ``at_most_less``; ``maximum`` is a
    fixed limit, ``places`` how many decimals the number may have, ``choices`` the words by which a yes and a no are chosen.
    ``not_before`` names the day before which this one cannot lie. ``most_per_person`` is how many of it one person can use;
    a larger number is an anomaly. ``serves`` names the criteria and plan rules that need it. ``sensitive`` marks what would
    help an attacker: the answer is kept out of the audit trail and, unless somebody chooses otherwise, off paper.
    ``renamed_from`` is the key that the question had in the version before.
    """

    key: str
    label: str
    kind: str
    serves: tuple[str, ...]
    help: str = ""
    unit: str = ""
    asked_of: str = "ward"
    ask_if: str | None = None
    maximum: int = 100_000
    places: int = 0
    choices: str = ""
    at_most: str | None = None
    at_most_less: int = 0
    has_year: bool = False
    most_per_person: float = 0
    not_before: str | None = None
    sensitive: bool = False
    renamed_from: str | None = None


@dataclass(frozen=True)
class Definition:
    """A term of the form and its definition."""

    term: str
    text: str


@dataclass(frozen=True)
class Section:
    """A page of the form, with the definitions of its terms."""

    code: str
    title: str
    intro: str
    questions: tuple[Question, ...]
    ask_if: str | None = None
    definitions: tuple[Definition, ...] = ()

    def is_asked(self, entries: Mapping[str, str]) -> bool:
        """Whether the section applies, given the entries of the form."""
        return self.ask_if is None or entries.get(self.ask_if) == "yes"


@dataclass(frozen=True)
class Questionnaire:
    """A version of the questions. ``follows`` is the version before it, ``reasons`` say by question why it differs from that one.

    ``sha256`` is the hash of the published content.
    """

    version: str
    sections: tuple[Section, ...]
    sha256: str = ""
    follows: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the order of the form."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """Every question by its key."""
        return {question.key: question for question in self.questions}

    def question(self, key: str) -> Question | None:
        """One question by its key, or None."""
        return self.by_key.get(key)

    def without(self, key: str) -> Self:
        """The same questionnaire without one of its questions."""
        sections = (replace(s, questions=tuple(q for q in s.questions if q.key != key)) for s in self.sections)
        return replace(self, sections=tuple(sections))

    def section(self, code: str) -> Section | None:
        """One section by its code, or None."""
        return next((section for section in self.sections if section.code == code), None)
