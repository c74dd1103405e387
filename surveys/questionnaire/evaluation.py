"""From entries to a snapshot, with every problem that prevents it, each at its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from inventory.snapshots.snapshot import Basis, Fact, Snapshot
from surveys.questionnaire.answers.fields import TextField
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import ParsedAnswer, Problem
from surveys.questionnaire.contradictions import Contradiction, find_contradictions
from surveys.questionnaire.questions import Question, Questionnaire

REASON_LENGTH = 500
REASON_FIELD = TextField(length=REASON_LENGTH)


@dataclass(frozen=True)
class Evaluation:
    """The entries of a form evaluated: one ParsedAnswer per question that is asked, and all problems.

    ``contradictions`` are those between answers; the ones that cannot be true are problems too. ``carried`` names the questions whose
    answer was carried over from the last round and is not confirmed yet.
    """

    questionnaire: Questionnaire
    answers: Mapping[str, ParsedAnswer]
    problems: tuple[Problem, ...]
    carried: frozenset[str] = frozenset()
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """The questions to the ward that are asked and still blank."""
        ward_questions = (q for q in self.questionnaire.questions if q.key in self.answers and q.asked_of == "ward")
        return tuple(question for question in ward_questions if not self.answers[question.key].answered)

    @property
    def unconfirmed(self) -> tuple[Question, ...]:
        """The questions that are asked and whose answer of the last round is not confirmed yet."""
        return tuple(q for q in self.questionnaire.questions if q.key in self.answers and q.key in self.carried)

    @property
    def doubts(self) -> tuple[Contradiction, ...]:
        """The contradictions that may be true, and that a reason lets pass."""
        return tuple(contradiction for contradiction in self.contradictions if not contradiction.is_error)

    @property
    def open_questions(self) -> frozenset[str]:
        """The keys of the questions that are blank, wrong or not confirmed."""
        keys = {problem.question for problem in self.problems}
        return frozenset(keys | {question.key for question in (*self.unanswered, *self.unconfirmed)})

    def is_asked(self, question: Question) -> bool:
        """Whether the question applies, given the answers so far."""
        return question.key in self.answers


def reason_field(key: str) -> str:
    """The field in which the ward explains an unusual or unknown answer."""
    return f"{key}.why"


def evaluate_entries(
    questionnaire: Questionnaire, entries: Mapping[str, str], this_year: int, carried: frozenset[str] = frozenset()
) -> Evaluation:
    """Parse every question that is asked, and check the answers against one another."""
    answers: dict[str, ParsedAnswer] = {}
    for question in questionnaire.questions:
        if question.ask_if is not None and not _is_yes(answers.get(question.ask_if)):
            continue
        answers[question.key] = kind_of(question).parse(question, entries, this_year)
    problems = [problem for answer in answers.values() for problem in answer.problems]
    contradictions = find_contradictions(questionnaire, answers)
    problems += [contradiction for contradiction in contradictions if contradiction.is_error]
    problems += [problem for key in answers for problem in _check_reason(key, entries)]
    return Evaluation(questionnaire, answers, tuple(problems), carried, contradictions)


def to_snapshot(
    evaluation: Evaluation,
    ward_code: str,
    as_of: date,
    approved_by: str = "",
    approved_at: datetime | None = None,
    round_name: str = "",
) -> Snapshot:
    """The answers as a snapshot. What is unknown, blank or wrong is absent from it."""
    usable = {
        key: answer for key, answer in evaluation.answers.items() if answer.answered and not answer.unknown and not answer.problems
    }
    by_city = {question.key for question in evaluation.questionnaire.questions if question.asked_of == "city"}
    facts = {
        key: Fact(key, answer.fact, Basis.EVIDENCE if key in by_city else Basis.DECLARED)
        for key, answer in usable.items()
        if answer.fact is not None
    }
    return Snapshot(
        ward_code=ward_code,
        as_of=as_of,
        facts=facts,
        lots=tuple(lot for answer in usable.values() for lot in answer.lots),
        connections=tuple(connection for answer in usable.values() for connection in answer.connections),
        answered_items=frozenset(item for answer in usable.values() for item in answer.items),
        answered_connections=frozenset(kind for answer in usable.values() for kind in answer.kinds),
        round_name=round_name,
        approved_by=approved_by,
        approved_at=approved_at,
    )


def _check_reason(key: str, entries: Mapping[str, str]) -> list[Problem]:
    length = len(entries.get(reason_field(key), ""))
    if length <= REASON_LENGTH:
        return []
    return [Problem(reason_field(key), key, f"Lý do dài {length} ký tự; viết gọn trong {REASON_LENGTH} ký tự.")]


def _is_yes(answer: ParsedAnswer | None) -> bool:
    return answer is not None and answer.fact is True
