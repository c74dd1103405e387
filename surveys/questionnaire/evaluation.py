"""From entries to a snapshot, with every problem that prevents it, each at its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from inventory.snapshots.snapshot import Basis, Fact, Snapshot
from portal.formats import format_day
from surveys.questionnaire.answers.fields import TextField
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import ParsedAnswer, Problem
from surveys.questionnaire.questions import Question, Questionnaire

PCS = ("A01", "A02")
REASON_LENGTH = 500
REASON_FIELD = TextField(length=REASON_LENGTH)
PCS_LABEL = "Máy vi tính còn dùng được (A01 và A02)"


@dataclass(frozen=True)
class Evaluation:
    """The entries of a form evaluated: one ParsedAnswer per question that is asked, and all problems.

    ``carried`` names the questions whose answer was carried over from the last round and is not confirmed yet.
    """

    questionnaire: Questionnaire
    answers: Mapping[str, ParsedAnswer]
    problems: tuple[Problem, ...]
    carried: frozenset[str] = frozenset()

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
    problems += _check_consistency(questionnaire, answers)
    problems += [problem for key in answers for problem in _check_reason(key, entries)]
    return Evaluation(questionnaire, answers, tuple(problems), carried)


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


def _check_consistency(questionnaire: Questionnaire, answers: Mapping[str, ParsedAnswer]) -> list[Problem]:
    problems = []
    groups = [_number(answers, key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    total = _number(answers, "staff_total")
    if total is not None and None not in groups and sum(count or 0 for count in groups) != total:
        message = f"Tổng số là {total} nhưng ba nhóm chức danh cộng lại là {sum(count or 0 for count in groups)}. Sửa cho khớp."
        problems.append(Problem("staff_total", "staff_total", message))
    for question in questionnaire.questions:
        limit = _limit(answers, question.at_most) if question.at_most else None
        value = _number(answers, question.key)
        if limit is not None and value is not None and value > limit - question.at_most_less:
            problems.append(_part_exceeds_whole(questionnaire, question, value, limit))
    return problems + [
        problem for question in questionnaire.questions for problem in _check_start(questionnaire, question, answers)
    ]


def _check_start(questionnaire: Questionnaire, question: Question, answers: Mapping[str, ParsedAnswer]) -> list[Problem]:
    """A day that lies before the one on which what it ends began."""
    start = questionnaire.question(question.not_before) if question.not_before else None
    days = [answers[known.key].fact for known in (start, question) if known is not None and known.key in answers]
    if start is None or len(days) < 2 or not isinstance(days[0], date) or not isinstance(days[1], date) or days[0] <= days[1]:
        return []
    message = f"Ngày {format_day(days[1])} trước ngày {format_day(days[0])} ở câu “{start.label}”. Sửa một trong hai câu."
    return [Problem(question.key, question.key, message)]


def _part_exceeds_whole(questionnaire: Questionnaire, question: Question, value: int, limit: int) -> Problem:
    """A part that exceeds its whole, reported at the field that the ward can correct."""
    assert question.at_most is not None
    whole = questionnaire.question(question.at_most)
    whole_label = whole.label if whole else PCS_LABEL
    if question.asked_of == "city" and whole is not None:
        message = (
            f"Số này là {limit}, nhưng câu “{question.label}” do thành phố trả lời là {value}. "
            "Sửa số này; nếu số của thành phố sai thì hỏi bộ phận thẩm định."
        )
        return Problem(whole.key, whole.key, message)
    deduction = f" trừ {question.at_most_less}" if question.at_most_less else ""
    message = f"Số này là {value}, nhiều hơn {limit}{deduction} đã khai ở câu “{whole_label}”. Sửa một trong hai câu."
    return Problem(question.key, question.key, message)


def _number(answers: Mapping[str, ParsedAnswer], key: str) -> int | None:
    answer = answers.get(key)
    if answer is None or not isinstance(answer.fact, int) or isinstance(answer.fact, bool):
        return None
    return answer.fact


def _limit(answers: Mapping[str, ParsedAnswer], key: str) -> int | None:
    items = PCS if key == "pcs" else (key,)
    parts = [answers[item] for item in items if item in answers]
    if any(answer.fact is not None for answer in parts):
        return _number(answers, key)
    if not parts or any(not answer.answered or answer.unknown or answer.problems for answer in parts):
        return None
    return sum(lot.working for answer in parts for lot in answer.lots)
