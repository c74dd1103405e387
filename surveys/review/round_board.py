"""The board of a round: each ward by its state of collection, what is late, and what somebody should look at."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from portal.caches import Cache, content_key
from portal.clock import to_hanoi
from portal.labels import LabelledEnum
from surveys.checks.entries import question_of, typed_of
from surveys.checks.remarks import reasons_of
from surveys.checks.states import CollectionState, EventKind
from surveys.checks.validation import examine, newest_stamp
from surveys.models import Answer, Remark, Round, Submission, SubmissionEvent
from surveys.questionnaire.answers.parsing import UNKNOWN
from surveys.questionnaire.questions import load_questionnaire
from surveys.submissions.submissions import last_day

# A draft that nobody touched for this long has stopped.
STOPPED_DAYS = 7
# So many numbers, and this share of them the same, are no stock-taking (an assumption).
UNIFORM_LEAST, UNIFORM_SHARE = 20, 0.8


@dataclass(frozen=True)
class Look:
    """What was found in a submission: how much of the form is left, and whether it looks filled in for the sake of it."""

    left: int
    is_uniform: bool
    is_unchanged: bool


# By submission, its version, and what was approved by then; the answers themselves are not read for it.
_looks: Cache[str, Look] = Cache("submission progress")


class Delivery(LabelledEnum):
    """How a ward stands to the deadline."""

    RECEIVED = "received", "Đã nhận"
    ON_TIME = "on_time", "Đúng hạn"
    LATE = "late", "Quá hạn"


class Notice(LabelledEnum):
    """What somebody should look at."""

    SILENT = "silent", "Chưa mở phiếu"
    STOPPED = "stopped", "Đã dừng từ 7 ngày trở lên"
    COMPLETE = "complete", "Đã đủ, chưa gửi"
    STARTED = "started", "Đang điền dở"
    RETURNED = "returned", "Chờ xã, phường bổ sung"
    UNIFORM = "uniform", "Các câu trả lời gần như giống hệt nhau"
    UNCHANGED = "unchanged", "Giữ nguyên toàn bộ số liệu kỳ trước"


@dataclass(frozen=True)
class BoardRow:
    """One ward. ``days_late`` counts the days past the deadline until it was sent for the first time; where the ward owes its
    answers, those past its own last day until today.
    """

    ward: Ward
    submission_id: int
    state: CollectionState
    notices: tuple[Notice, ...]
    changed_at: datetime | None
    sent_at: datetime | None
    days_late: int

    @property
    def is_received(self) -> bool:
        """Whether it was sent and stands: it waits for review, or is approved."""
        return self.state in (CollectionState.SENT, CollectionState.APPROVED)

    def stands(self, delivery: Delivery) -> bool:
        """Whether it stands to the deadline like this."""
        if delivery is Delivery.LATE:
            return self.days_late > 0
        return self.is_received and (delivery is Delivery.RECEIVED or not self.days_late)


@dataclass(frozen=True)
class Board:
    """All rows of a round in the official order of the wards."""

    rows: tuple[BoardRow, ...]

    def delivered(self, delivery: Delivery) -> int:
        """How many stand to the deadline like this."""
        return sum(row.stands(delivery) for row in self.rows)

    @property
    def noticed(self) -> Counter[Notice]:
        """How many rows have each notice; a row may have more than one."""
        return Counter(notice for row in self.rows for notice in row.notices)

    def count(self, part: Callable[[BoardRow], object]) -> Counter[object]:
        """How many rows have each value of a part."""
        return Counter(part(row) for row in self.rows)

    def by(self, part: Callable[[BoardRow], str]) -> dict[str, Counter[CollectionState]]:
        """The counts by state for each value of a part, in the order in which the values first stand."""
        groups: dict[str, Counter[CollectionState]] = {}
        for row in self.rows:
            groups.setdefault(part(row), Counter())[row.state] += 1
        return groups


def make_board(session: Session, found: Round, today: date) -> Board:
    """The board on a day. A handful of queries, however many wards."""
    wards = {ward.code: ward for ward in list_wards(session)}
    submissions = list(session.scalars(select(Submission).where(Submission.round_id == found.id)))
    changed_at, first_sent = _last_changes(session, found), _first_sendings(session, found)
    looks = _look_into(session, submissions)
    reasons = reasons_of(session, [row.id for row in submissions if row.state == CollectionState.RETURNED])
    rows = [
        BoardRow(
            ward=wards[row.ward_code],
            submission_id=row.id,
            state=CollectionState(row.state),
            notices=_notices(row, changed_at.get(row.id), looks.get(row.id), reasons.get(row.id, []), today),
            # What was carried over from the round before bears its old date.
            changed_at=None if row.state == CollectionState.NOT_STARTED else changed_at.get(row.id),
            sent_at=row.sent_at,
            days_late=_days_late(row, first_sent.get(row.id) or row.sent_at, today),
        )
        for row in submissions
    ]
    return Board(tuple(sorted(rows, key=lambda row: row.ward.position)))


def is_uniform(typed: Mapping[str, str]) -> bool:
    """Whether the answers look filled in for the sake of it: many numbers or "unknown", and nearly all the same."""
    told = Counter(raw for raw in typed.values() if raw.isdecimal() or raw == UNKNOWN)
    return told.total() >= UNIFORM_LEAST and max(told.values()) >= UNIFORM_SHARE * told.total()


def _is_unchanged(submission: Submission) -> bool:
    """Whether the ward's own answers are all those of the round before: a carried answer that nobody changed has version 0."""
    by_city = _city_keys()
    own = [answer.version for answer in submission.answers if answer.raw and question_of(answer.field) not in by_city]
    return bool(own) and not any(own)


def _look_into(session: Session, submissions: Iterable[Submission]) -> dict[int, Look]:
    """What is left in what was begun or waits for review, and whether it looks filled in for the sake of it."""
    stamp = newest_stamp(session)
    begun = [row for row in submissions if row.state not in (CollectionState.NOT_STARTED, CollectionState.APPROVED)]
    database = str(session.get_bind().engine.url)

    def key_of(row: Submission) -> str:
        return content_key(database, row.id, row.version, stamp)

    def look(missing: list[str]) -> dict[str, Look]:
        unread = [row.id for row in begun if key_of(row) in missing]
        query = select(Submission).where(Submission.id.in_(unread)).options(selectinload(Submission.answers))
        rows = session.scalars(query.execution_options(populate_existing=True))
        return {
            key_of(row): Look(examine(session, row, stamp, reasons=()).left, is_uniform(typed_of(row)), _is_unchanged(row))
            for row in rows
        }

    looks = _looks.get_many([key_of(row) for row in begun], look)
    return {row.id: looks[key_of(row)] for row in begun if key_of(row) in looks}


def _last_changes(session: Session, found: Round) -> dict[int, datetime]:
    """When somebody last touched each submission; what the city answers for a ward is no work of the ward."""
    field = Answer.field
    by_city = or_(
        *(part for key in _city_keys() for part in (field == key, field.startswith(f"{key}."), field.startswith(f"{key}#")))
    )
    newest = select(Answer.submission_id, func.max(Answer.saved_at)).join(Submission)
    of_round = newest.where(Submission.round_id == found.id, ~by_city).group_by(Answer.submission_id)
    return {row[0]: row[1] for row in session.execute(of_round)}


def _first_sendings(session: Session, found: Round) -> dict[int, datetime]:
    first = select(SubmissionEvent.submission_id, func.min(SubmissionEvent.at)).join(Submission)
    of_round = first.where(Submission.round_id == found.id, SubmissionEvent.kind == EventKind.SENT.value)
    return {row[0]: row[1] for row in session.execute(of_round.group_by(SubmissionEvent.submission_id))}


def _city_keys() -> frozenset[str]:
    return frozenset(question.key for question in load_questionnaire().questions if question.asked_of == "city")


def _days_late(submission: Submission, first_sent: datetime | None, today: date) -> int:
    """As the report on discipline counts it where it was sent, as a reminder counts it where the ward owes it."""
    if CollectionState(submission.state).is_open or first_sent is None:
        return max(0, (today - last_day(submission)).days)
    return max(0, (to_hanoi(first_sent).date() - submission.round.deadline).days)


def _notices(
    submission: Submission, changed_at: datetime | None, look: Look | None, reasons: Iterable[Remark], today: date
) -> tuple[Notice, ...]:
    if submission.state == CollectionState.NOT_STARTED:
        return (Notice.SILENT,)
    if look is None:
        return ()
    odd = [(Notice.UNIFORM, look.is_uniform), (Notice.UNCHANGED, look.is_unchanged)]
    found = [notice for notice, holds in odd if holds]
    if submission.state == CollectionState.DRAFT:
        is_still = changed_at is not None and (today - to_hanoi(changed_at).date()).days >= STOPPED_DAYS
        found.insert(0, Notice.COMPLETE if look.left == 0 else Notice.STOPPED if is_still else Notice.STARTED)
    if submission.state == CollectionState.RETURNED:
        is_mended = look.left == 0 and _is_answered(submission, changed_at, list(reasons))
        found.insert(0, Notice.COMPLETE if is_mended else Notice.RETURNED)
    return tuple(found)


def _is_answered(submission: Submission, changed_at: datetime | None, reasons: list[Remark]) -> bool:
    """Whether the ward did something since it was asked, and nothing of what it was asked is left."""
    decided = submission.decided_at
    touched = [changed_at, *(one.settled_at for one in reasons)]
    return all(one.settled_at for one in reasons) and any(decided and at and at > decided for at in touched)
