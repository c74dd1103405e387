"""The board of a round: the collection state of each ward, what is late, and what needs attention."""

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
from portal.settings import asks_about_secret_pcs
from surveys.checks.entries import entries_of, latest_allowed_year
from surveys.checks.remarks import return_reasons
from surveys.checks.states import CollectionState, EventKind
from surveys.checks.validation import snapshot_stamp, validate_submission
from surveys.models import Answer, Remark, Round, Submission, SubmissionEvent
from surveys.questionnaire.answers.fields import UNKNOWN
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.published_questionnaires import published_questionnaire
from surveys.submissions.submissions import last_day

# A draft that was not changed for this many days has stopped.
STOPPED_DAYS = 7
# At least so many numbers with this share of them equal were not counted on site (an assumption).
UNIFORM_MIN_COUNT, UNIFORM_SHARE = 20, 0.8


@dataclass(frozen=True)
class DraftCheck:
    """The check of a submission: how many questions are open, and whether it looks filled in for the sake of it."""

    remaining: int
    is_uniform: bool
    is_unchanged: bool


# By submission, its version, the latest year that may be entered, and the approved snapshots; the answers themselves are not read for it.
_draft_checks: Cache[str, DraftCheck] = Cache("draft checks")


class DeadlineStatus(LabelledEnum):
    """How the sending of a ward relates to the deadline."""

    RECEIVED = "received", "Đã nhận"
    ON_TIME = "on_time", "Đúng hạn"
    LATE = "late", "Quá hạn"


class Notice(LabelledEnum):
    """What needs attention."""

    SILENT = "silent", "Chưa mở phiếu"
    STOPPED = "stopped", "Đã dừng từ 7 ngày trở lên"
    COMPLETE = "complete", "Đã đủ, chưa gửi"
    STARTED = "started", "Đang điền dở"
    RETURNED = "returned", "Chờ xã, phường bổ sung"
    UNIFORM = "uniform", "Các câu trả lời gần như giống hệt nhau"
    UNCHANGED = "unchanged", "Giữ nguyên toàn bộ số liệu kỳ trước"


@dataclass(frozen=True)
class BoardRow:
    """One ward. ``days_late`` counts from the deadline to the first sending; where the submission is open, from the ward's
    last day to today.
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
        """Whether it waits for review or is approved."""
        return self.state in (CollectionState.SENT, CollectionState.APPROVED)

    def has_status(self, status: DeadlineStatus) -> bool:
        """Whether the ward has this deadline status."""
        if status is DeadlineStatus.LATE:
            return self.days_late > 0
        return self.is_received and (status is DeadlineStatus.RECEIVED or not self.days_late)


@dataclass(frozen=True)
class Board:
    """All rows of a round in the official order of the wards."""

    rows: tuple[BoardRow, ...]

    def count_status(self, status: DeadlineStatus) -> int:
        """How many wards have this deadline status."""
        return sum(row.has_status(status) for row in self.rows)

    @property
    def notice_counts(self) -> Counter[Notice]:
        """How many rows have each notice; a row may have more than one."""
        return Counter(notice for row in self.rows for notice in row.notices)

    def count_by(self, key: Callable[[BoardRow], object]) -> Counter[object]:
        """How many rows have each value of a key."""
        return Counter(key(row) for row in self.rows)

    def states_by(self, key: Callable[[BoardRow], str]) -> dict[str, Counter[CollectionState]]:
        """The counts by state for each value of a key, in the order of the first row of each."""
        groups: dict[str, Counter[CollectionState]] = {}
        for row in self.rows:
            groups.setdefault(key(row), Counter())[row.state] += 1
        return groups


def build_board(session: Session, round: Round, today: date) -> Board:
    """The board on a day. A handful of queries, however many wards."""
    wards = {ward.code: ward for ward in list_wards(session)}
    submissions = list(session.scalars(select(Submission).where(Submission.round_id == round.id)))
    changed_at, first_sent = _last_changes(session, round), _first_sendings(session, round)
    checks = _check_drafts(session, submissions)
    reasons = return_reasons(session, [row.id for row in submissions if row.state == CollectionState.RETURNED])
    rows = [
        BoardRow(
            ward=wards[row.ward_code],
            submission_id=row.id,
            state=CollectionState(row.state),
            notices=_notices(row, changed_at.get(row.id), checks.get(row.id), reasons.get(row.id, []), today),
            # Carried answers keep the date of their last round.
            changed_at=None if row.state == CollectionState.NOT_STARTED else changed_at.get(row.id),
            sent_at=row.sent_at,
            days_late=_days_late(row, first_sent.get(row.id) or row.sent_at, today),
        )
        for row in submissions
    ]
    return Board(tuple(sorted(rows, key=lambda row: row.ward.position)))


def is_uniform(entries: Mapping[str, str]) -> bool:
    """Whether the answers look filled in for the sake of it: many numbers or "unknown", and nearly all the same."""
    counts = Counter(raw for raw in entries.values() if raw.isdecimal() or raw == UNKNOWN)
    return counts.total() >= UNIFORM_MIN_COUNT and max(counts.values()) >= UNIFORM_SHARE * counts.total()


def _is_unchanged(submission: Submission) -> bool:
    """Whether all answers of the ward are carried over: a carried answer that nobody changed has version 0."""
    by_city = _city_keys(submission.round)
    versions = [answer.version for answer in submission.answers if answer.raw and question_key(answer.field) not in by_city]
    return bool(versions) and not any(versions)


def _check_drafts(session: Session, submissions: Iterable[Submission]) -> dict[int, DraftCheck]:
    """Check the submissions that are being filled in or wait for review."""
    stamp = snapshot_stamp(session)
    begun = [row for row in submissions if row.state not in (CollectionState.NOT_STARTED, CollectionState.APPROVED)]
    database, asked = str(session.get_bind().engine.url), asks_about_secret_pcs()

    def key_of(submission: Submission) -> str:
        return content_key(database, submission.id, submission.version, latest_allowed_year(submission), stamp, asked)

    def check(missing: list[str]) -> dict[str, DraftCheck]:
        unchecked = [row.id for row in begun if key_of(row) in missing]
        query = select(Submission).where(Submission.id.in_(unchecked)).options(selectinload(Submission.answers))
        return {
            key_of(row): DraftCheck(
                validate_submission(session, row, stamp, reasons=()).remaining, is_uniform(entries_of(row)), _is_unchanged(row)
            )
            for row in session.scalars(query.execution_options(populate_existing=True))
        }

    checks = _draft_checks.get_many([key_of(row) for row in begun], check)
    return {row.id: checks[key_of(row)] for row in begun if key_of(row) in checks}


def _last_changes(session: Session, round: Round) -> dict[int, datetime]:
    """When the ward last changed each submission; the answers of the city do not count."""
    field = Answer.field
    by_city = or_(
        *(
            condition
            for key in _city_keys(round)
            for condition in (field == key, field.startswith(f"{key}."), field.startswith(f"{key}#"))
        )
    )
    newest = select(Answer.submission_id, func.max(Answer.saved_at)).join(Submission)
    of_round = newest.where(Submission.round_id == round.id, ~by_city).group_by(Answer.submission_id)
    return {row[0]: row[1] for row in session.execute(of_round)}


def _first_sendings(session: Session, round: Round) -> dict[int, datetime]:
    query = select(SubmissionEvent.submission_id, func.min(SubmissionEvent.at)).join(Submission)
    of_round = query.where(Submission.round_id == round.id, SubmissionEvent.kind == EventKind.SENT.value)
    return {row[0]: row[1] for row in session.execute(of_round.group_by(SubmissionEvent.submission_id))}


def _city_keys(round: Round) -> frozenset[str]:
    return frozenset(question.key for question in published_questionnaire(round).questions if question.asked_of == "city")


def _days_late(submission: Submission, first_sent: datetime | None, today: date) -> int:
    """As the report on timeliness counts it where it was sent, as a reminder counts it where it is open."""
    if CollectionState(submission.state).is_open or first_sent is None:
        return max(0, (today - last_day(submission)).days)
    return max(0, (to_hanoi(first_sent).date() - submission.round.deadline).days)


def _notices(
    submission: Submission, changed_at: datetime | None, check: DraftCheck | None, reasons: Iterable[Remark], today: date
) -> tuple[Notice, ...]:
    if submission.state == CollectionState.NOT_STARTED:
        return (Notice.SILENT,)
    if check is None:
        return ()
    candidates = [(Notice.UNIFORM, check.is_uniform), (Notice.UNCHANGED, check.is_unchanged)]
    notices = [notice for notice, holds in candidates if holds]
    if submission.state == CollectionState.DRAFT:
        is_idle = changed_at is not None and (today - to_hanoi(changed_at).date()).days >= STOPPED_DAYS
        notices.insert(0, Notice.COMPLETE if check.remaining == 0 else Notice.STOPPED if is_idle else Notice.STARTED)
    if submission.state == CollectionState.RETURNED:
        is_complete = check.remaining == 0 and _is_answered(submission, changed_at, list(reasons))
        notices.insert(0, Notice.COMPLETE if is_complete else Notice.RETURNED)
    return tuple(notices)


def _is_answered(submission: Submission, changed_at: datetime | None, reasons: list[Remark]) -> bool:
    """Whether the ward has changed something since the return, and has dealt with all its reasons."""
    decided = submission.decided_at
    moments = [changed_at, *(reason.settled_at for reason in reasons)]
    return all(reason.settled_at for reason in reasons) and any(decided and at and at > decided for at in moments)
