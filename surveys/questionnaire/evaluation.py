"""Typed fields into a snapshot, with every problem that stands in the way, each at its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from inventory.snapshots.snapshot import Basis, ConnectionKind, Fact, Snapshot
from surveys.questionnaire.answers.kinds import KINDS
from surveys.questionnaire.answers.parsing import Problem, Read
from surveys.questionnaire.questions import Question, Questionnaire

PCS = ("A01", "A02")
REASON_LENGTH = 500
PCS_LABEL = "Máy vi tính còn dùng được (A01 và A02)"


@dataclass(frozen=True)
class Reading:
    """What the typed fields give: one Read per question that is asked, and all problems.

    ``carried`` names the questions whose answer came from the round before and was not confirmed yet.
    """

    questionnaire: Questionnaire
    reads: Mapping[str, Read]
    problems: tuple[Problem, ...]
    carried: frozenset[str] = frozenset()

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """The ward's own questions that are asked and still blank."""
        asked = (q for q in self.questionnaire.questions if q.key in self.reads and q.asked_of == "ward")
        return tuple(question for question in asked if not self.reads[question.key].answered)

    @property
    def unconfirmed(self) -> tuple[Question, ...]:
        """The ward's own questions that are asked and still say what the round before said, unlooked at."""
        return tuple(q for q in self.questionnaire.questions if q.key in self.reads and q.key in self.carried)

    @property
    def open_questions(self) -> frozenset[str]:
        """The keys of the ward's own questions that are blank, wrong or not confirmed."""
        left = {problem.question for problem in self.problems}
        return frozenset(left | {question.key for question in (*self.unanswered, *self.unconfirmed)})

    def is_asked(self, question: Question) -> bool:
        """Whether the question applies, given the answers so far."""
        return question.key in self.reads


def reason_field(key: str) -> str:
    """The field beside a question that says why its answer is unusual, or why nobody knows it."""
    return f"{key}.why"


def read_answers(
    questionnaire: Questionnaire, typed: Mapping[str, str], this_year: int, carried: frozenset[str] = frozenset()
) -> Reading:
    """Read every question that is asked, and compare the answers with one another."""
    reads: dict[str, Read] = {}
    for question in questionnaire.questions:
        if question.ask_if is not None and not _is_yes(reads.get(question.ask_if)):
            continue
        reads[question.key] = KINDS[question.kind].read(question, typed, this_year)
    problems = [problem for read in reads.values() for problem in read.problems]
    problems += _compare(questionnaire, reads)
    problems += [problem for key in reads for problem in _check_reason(key, typed)]
    return Reading(questionnaire, reads, tuple(problems), carried)


def to_snapshot(
    reading: Reading,
    ward_code: str,
    as_of: date,
    approved_by: str = "",
    approved_at: datetime | None = None,
    round_name: str = "",
) -> Snapshot:
    """The value of the answers. What is unknown, blank or wrong is absent from it."""
    sound = {key: read for key, read in reading.reads.items() if read.answered and not read.unknown and not read.problems}
    by_city = {question.key for question in reading.questionnaire.questions if question.asked_of == "city"}
    facts = {
        key: Fact(key, read.fact, Basis.EVIDENCE if key in by_city else Basis.DECLARED)
        for key, read in sound.items()
        if read.fact is not None
    }
    kinds = {question.key: question.kind for question in reading.questionnaire.questions}
    return Snapshot(
        ward_code=ward_code,
        as_of=as_of,
        facts=facts,
        lots=tuple(lot for read in sound.values() for lot in read.lots),
        connections=tuple(line for read in sound.values() for line in read.lines),
        answered_items=frozenset(key for key in sound if kinds[key] == "equipment"),
        answered_connections=frozenset(ConnectionKind(key) for key in sound if kinds[key] == "connection"),
        round_name=round_name,
        approved_by=approved_by,
        approved_at=approved_at,
    )


def _check_reason(key: str, typed: Mapping[str, str]) -> list[Problem]:
    length = len(typed.get(reason_field(key), ""))
    if length <= REASON_LENGTH:
        return []
    return [Problem(reason_field(key), key, f"Lý do dài {length} ký tự; viết gọn trong {REASON_LENGTH} ký tự.")]


def _is_yes(read: Read | None) -> bool:
    return read is not None and read.fact is True


def _compare(questionnaire: Questionnaire, reads: Mapping[str, Read]) -> list[Problem]:
    problems = []
    parts = [_number(reads, key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    total = _number(reads, "staff_total")
    if total is not None and None not in parts and sum(part or 0 for part in parts) != total:
        message = f"Tổng số là {total} nhưng ba nhóm chức danh cộng lại là {sum(part or 0 for part in parts)}. Sửa cho khớp."
        problems.append(Problem("staff_total", "staff_total", message))
    for question in questionnaire.questions:
        limit = _limit(reads, question.at_most) if question.at_most else None
        value = _number(reads, question.key)
        if limit is not None and value is not None and value > limit - question.at_most_less:
            problems.append(_too_many(questionnaire, question, value, limit))
    return problems


def _too_many(questionnaire: Questionnaire, question: Question, value: int, limit: int) -> Problem:
    """A part that passes its whole, told at the field that the ward can mend."""
    assert question.at_most is not None
    whole = questionnaire.question(question.at_most)
    named = whole.label if whole else PCS_LABEL
    if question.asked_of == "city" and whole is not None:
        message = (
            f"Số này là {limit}, nhưng câu “{question.label}” do thành phố trả lời là {value}. "
            "Sửa số này; nếu số của thành phố sai thì hỏi bộ phận thẩm định."
        )
        return Problem(whole.key, whole.key, message)
    less = f" trừ {question.at_most_less}" if question.at_most_less else ""
    message = f"Số này là {value}, nhiều hơn {limit}{less} đã khai ở câu “{named}”. Sửa một trong hai câu."
    return Problem(question.key, question.key, message)


def _number(reads: Mapping[str, Read], key: str) -> int | None:
    read = reads.get(key)
    if read is None or not isinstance(read.fact, int) or isinstance(read.fact, bool):
        return None
    return read.fact


def _limit(reads: Mapping[str, Read], key: str) -> int | None:
    items = PCS if key == "pcs" else (key,)
    found = [reads[item] for item in items if item in reads]
    if any(read.fact is not None for read in found):
        return _number(reads, key)
    if not found or any(not read.answered or read.unknown or read.problems for read in found):
        return None
    return sum(lot.working for read in found for lot in read.lots)
