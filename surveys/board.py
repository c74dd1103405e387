"""The board of a round: each ward by its state of collection, what is late, and what somebody should look at."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from inventory.ward_search import list_wards
from inventory.wards import Ward
from portal.clock import to_hanoi
from portal.labels import LabelledEnum
from surveys.doubting import Stamp, examine, newest_stamp
from surveys.models import Answer, Round, Submission
from surveys.states import CollectionState
from surveys.typed import typed_of

# A draft that nobody touched for this long has stopped.
STOPPED_DAYS = 7
# So many numbers, and this share of them the same, are no stock-taking (an assumption).
UNIFORM_LEAST, UNIFORM_SHARE = 20, 0.8
# What was found in a submission, by submission, version and what was approved by then: neither ever changes.
_looks: dict[tuple[int, int, Stamp], tuple[int, bool]] = {}
_KEPT = 2000


class Notice(LabelledEnum):
    """What somebody should look at."""

    SILENT = "silent", "Chưa mở phiếu"
    STOPPED = "stopped", "Đã dừng từ 7 ngày trở lên"
    COMPLETE = "complete", "Đã đủ, chưa gửi"
    STARTED = "started", "Đang điền dở"
    RETURNED = "returned", "Chờ xã, phường bổ sung"
    UNIFORM = "uniform", "Các số gần như giống hệt nhau"


@dataclass(frozen=True)
class BoardRow:
    """One ward. ``days_late`` counts the days past the deadline: until it was sent, or until today where it was not."""

    ward: Ward
    submission_id: int
    state: CollectionState
    notice: Notice | None
    changed_at: datetime | None
    sent_at: datetime | None
    days_late: int

    @property
    def is_received(self) -> bool:
        """Whether it was sent and stands: it waits for review, or is approved."""
        return self.state in (CollectionState.SENT, CollectionState.APPROVED)


@dataclass(frozen=True)
class Board:
    """All rows of a round in the official order of the wards."""

    rows: tuple[BoardRow, ...]

    @property
    def received(self) -> int:
        """How many were received."""
        return sum(row.is_received for row in self.rows)

    @property
    def on_time(self) -> int:
        """How many were received by the deadline."""
        return sum(row.is_received and not row.days_late for row in self.rows)

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
    changed = select(Answer.submission_id, func.max(Answer.saved_at)).join(Submission).where(Submission.round_id == found.id)
    changed_at = {row[0]: row[1] for row in session.execute(changed.group_by(Answer.submission_id))}
    looks = _look_into(session, submissions)
    rows = [_row(found, row, wards[row.ward_code], changed_at.get(row.id), looks.get(row.id), today) for row in submissions]
    return Board(tuple(sorted(rows, key=lambda row: row.ward.position)))


def is_uniform(typed: Mapping[str, str]) -> bool:
    """Whether the numbers look filled in for the sake of it: many, and nearly all the same."""
    numbers = Counter(raw for raw in typed.values() if raw.isdecimal())
    return numbers.total() >= UNIFORM_LEAST and max(numbers.values()) >= UNIFORM_SHARE * numbers.total()


def _look_into(session: Session, submissions: Iterable[Submission]) -> dict[int, tuple[int, bool]]:
    """How much is left in what was begun or waits for review, and whether its numbers look alike."""
    stamp = newest_stamp(session)
    begun = [row for row in submissions if row.state in (CollectionState.DRAFT, CollectionState.SENT)]
    unread = [row.id for row in begun if (row.id, row.version, stamp) not in _looks]
    if unread:
        if len(_looks) > _KEPT:
            _looks.clear()
        query = select(Submission).where(Submission.id.in_([row.id for row in begun])).options(selectinload(Submission.answers))
        for row in session.scalars(query.execution_options(populate_existing=True)):
            _looks[row.id, row.version, stamp] = examine(session, row, stamp).left, is_uniform(typed_of(row))
    return {row.id: _looks[row.id, row.version, stamp] for row in begun}


def _row(
    found: Round, submission: Submission, ward: Ward, changed_at: datetime | None, look: tuple[int, bool] | None, today: date
) -> BoardRow:
    state = CollectionState(submission.state)
    received = state in (CollectionState.SENT, CollectionState.APPROVED)
    until = to_hanoi(submission.sent_at).date() if received and submission.sent_at else today
    return BoardRow(
        ward=ward,
        submission_id=submission.id,
        state=state,
        notice=_notice(state, changed_at, look, today),
        changed_at=changed_at,
        sent_at=submission.sent_at,
        days_late=max(0, (until - found.deadline).days),
    )


def _notice(state: CollectionState, changed_at: datetime | None, look: tuple[int, bool] | None, today: date) -> Notice | None:
    if state is CollectionState.NOT_STARTED:
        return Notice.SILENT
    if state is CollectionState.RETURNED:
        return Notice.RETURNED
    left, uniform = look or (None, False)
    if uniform:
        return Notice.UNIFORM
    if state is not CollectionState.DRAFT:
        return None
    if left == 0:
        return Notice.COMPLETE
    is_still = changed_at is not None and (today - to_hanoi(changed_at).date()).days >= STOPPED_DAYS
    return Notice.STOPPED if is_still else Notice.STARTED
