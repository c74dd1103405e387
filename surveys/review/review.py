"""Review: what was sent is approved, and becomes a snapshot that never changes, or is returned with a reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inventory.models import SnapshotRecord
from inventory.prices.price_lists import current_price_list
from inventory.prices.prices import PriceList
from inventory.snapshots.repository import record_snapshot
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from portal.caches import Cache, content_key
from portal.clock import now, to_hanoi, today
from portal.formats import format_day, format_moment
from scoring.rating.published_standards import get_standard
from scoring.rating.rating import Rating, rate
from scoring.rating.standard import Standard
from surveys.checks.entries import SubmissionError, questionnaire_of, read_submission, typed_of
from surveys.checks.remarks import flagged, open_flags, open_reasons
from surveys.checks.states import CollectionState, EventKind
from surveys.checks.validation import Stamp, examine, newest_stamp
from surveys.models import Submission, SubmissionEvent
from surveys.questionnaire.evaluation import to_snapshot
from surveys.review.review_priority import Stake, find_stake
from surveys.submissions.submissions import MAX_LENGTH, add_event, last_day

MIN_REASON = 5
# What is returned near the deadline or after it may still be mended and sent for so long (an assumption).
RETURN_DAYS = 5
# A ward is let in again for a year at most.
MAX_REOPENED_DAYS = 366
# By what was approved, the ward's answers, the standard, the price list and the day.
_stakes: Cache[str, Stake] = Cache("review priorities")


class ReasonError(SubmissionError):
    """The reason of a return is missing or too long."""


@dataclass(frozen=True)
class QueueRow:
    """One submission that waits, with what is at stake in it. ``is_flagged`` says that a flag or a reason of a return is open,
    ``sending`` which of its sendings this is.
    """

    submission_id: int
    ward: Ward
    sent_at: datetime
    sending: str
    stake: Stake
    is_flagged: bool


def queue(session: Session) -> list[Submission]:
    """What waits for review, oldest first."""
    return list(session.scalars(_waiting()))


def make_queue(session: Session) -> list[QueueRow]:
    """What waits for review, most at stake first, oldest first where as much is. A handful of queries, however many wait.

    Raises QuestionnaireError.
    """
    waiting = list(session.scalars(_waiting().options(selectinload(Submission.answers), joinedload(Submission.round))))
    stamp, prices = newest_stamp(session), current_price_list(session)
    standards = {version: get_standard(session, version) for version in {row.round.standard_version for row in waiting}}
    wards = {ward.code: ward for ward in list_wards(session)} if waiting else {}
    flags = flagged(session, [row.id for row in waiting])
    rows = []
    for row in waiting:
        stake = _stake_of(session, row, stamp, prices, standards[row.round.standard_version])
        rows.append(QueueRow(row.id, wards[row.ward_code], _sent_at(row), sending_of(row), stake, row.id in flags))
    return sorted(rows, key=lambda row: row.stake.weight, reverse=True)


def _stake_of(session: Session, submission: Submission, stamp: Stamp, prices: PriceList, standard: Standard) -> Stake:
    def make() -> Stake:
        form, rating = questionnaire_of(submission.round), _preview(submission, standard)
        return find_stake(form, examine(session, submission, stamp).doubts, rating, prices.prices)

    round_key = (submission.round.questionnaire_version, submission.round.opens_on)
    answers = content_key(submission.ward_code, round_key, typed_of(submission))
    return _stakes.get(content_key(stamp, answers, standard.sha256, prices.version, now().date()), make)


def preview(session: Session, submission: Submission) -> Rating:
    """The rating that the submission would get if it were approved now."""
    return _preview(submission, get_standard(session, submission.round.standard_version))


def answers_before(session: Session, submission: Submission) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """What the ward said when it was last approved in another round, and when this submission was last returned."""
    approved = select(SnapshotRecord.submission_id).where(SnapshotRecord.ward_code == submission.ward_code)
    newest = approved.where(SnapshotRecord.submission_id != submission.id).order_by(SnapshotRecord.id.desc()).limit(1)
    last_id = session.scalars(newest).first()
    last = session.get(Submission, last_id) if last_id is not None else None
    returned = select(SubmissionEvent.answers).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == EventKind.RETURNED.value
    )
    said = session.scalars(returned.order_by(SubmissionEvent.id.desc()).limit(1)).first()
    return typed_of(last) if last is not None else None, said


def sending_of(submission: Submission) -> str:
    """What stands for the answers that wait for review: nothing changes between one sending and the decision on it."""
    return submission.sent_at.isoformat() if submission.sent_at else ""


def approve(session: Session, submission: Submission, by: str, at: datetime | None = None, seen: str | None = None) -> Snapshot:
    """Approve: the answers become the ward's newest snapshot. ``seen`` is the sending that was looked at, None for the newest.

    Raises SubmissionError unless it waits for review, where it was sent anew meanwhile, or where a flag or a reason is open.
    """
    _require_sent(submission, seen)
    flags, reasons = open_flags(session, submission), open_reasons(session, submission)
    if flags:
        raise SubmissionError(f"Còn {len(flags)} chỗ đánh dấu cần theo dõi. Xử lý xong từng chỗ rồi duyệt.")
    if reasons:
        raise SubmissionError(
            f"Còn {len(reasons)} câu đã nêu là cần bổ sung. Bấm “Yêu cầu bổ sung” để gửi đi, hoặc rút lại từng câu rồi duyệt."
        )
    moment = at or now()
    snapshot = _snapshot(submission, by, moment)
    submission.state = CollectionState.APPROVED.value
    submission.decided_at = moment
    submission.return_reason = ""
    record_snapshot(session, snapshot, submission.id)
    add_event(session, submission, EventKind.APPROVED, by, at=moment)
    return snapshot


def return_submission(
    session: Session, submission: Submission, reason: str, by: str, at: datetime | None = None, seen: str | None = None
) -> None:
    """Send back with a reason, which the officer sees on top of the draft; it may be blank where single questions have one.

    ``seen`` is the sending that was looked at, None for the newest. Raises SubmissionError.
    """
    _require_sent(submission, seen)
    if len(reason.strip()) < MIN_REASON and not open_reasons(session, submission):
        raise ReasonError("Hãy ghi lý do yêu cầu bổ sung: phần nào, câu nào, cần sửa gì.")
    if len(reason.strip()) > MAX_LENGTH:
        raise ReasonError(f"Lý do dài {len(reason.strip())} ký tự; viết gọn trong {MAX_LENGTH} ký tự.")
    submission.state = CollectionState.RETURNED.value
    submission.decided_at = at or now()
    submission.return_reason = reason.strip()
    until = to_hanoi(submission.decided_at).date() + timedelta(days=RETURN_DAYS)
    # A round may be closed before its deadline: what comes back must be mended all the same.
    if until > last_day(submission) or submission.round.is_closed:
        submission.reopened_until = max(until, submission.reopened_until or until)
    add_event(session, submission, EventKind.RETURNED, by, reason.strip(), at=submission.decided_at)


def _preview(submission: Submission, standard: Standard) -> Rating:
    snapshot = _snapshot(submission, "", now())
    return rate(snapshot, standard, snapshot.as_of)


def _waiting() -> Select[Submission]:
    waiting = select(Submission).where(Submission.state == CollectionState.SENT.value)
    return waiting.order_by(Submission.sent_at, Submission.id)


def reopen(session: Session, submission: Submission, until: date, reason: str, by: str) -> None:
    """Let one ward type and send until the end of a day, whatever the round's deadline, even where the round was closed.

    Raises SubmissionError where nothing is to be sent, and ReasonError where the day or the reason will not do.
    """
    state = CollectionState(submission.state)
    if state is CollectionState.APPROVED:
        raise SubmissionError("Phiếu đã duyệt thì khóa, không cho gửi lại được. Cần số liệu mới thì mở đợt khảo sát mới.")
    if state is CollectionState.SENT:
        raise SubmissionError("Phiếu đang chờ thẩm định. Cần xã, phường sửa thì bấm “Yêu cầu bổ sung”.")
    if not today() <= until <= today() + timedelta(days=MAX_REOPENED_DAYS):
        raise ReasonError("Ngày cho gửi đến phải từ hôm nay trở đi và trong vòng một năm.")
    if not submission.round.is_closed and until <= submission.round.deadline:
        raise ReasonError(f"Đơn vị vốn được gửi đến hết ngày {format_day(submission.round.deadline)}. Chọn ngày muộn hơn.")
    if not MIN_REASON <= len(reason.strip()) <= MAX_LENGTH:
        raise ReasonError(f"Hãy ghi lý do cho gửi sau hạn, từ {MIN_REASON} đến {MAX_LENGTH} ký tự.")
    submission.reopened_until = until
    add_event(session, submission, EventKind.REOPENED, by, f"đến hết ngày {format_day(until)}: {reason.strip()}")


def _sent_at(submission: Submission) -> datetime:
    assert submission.sent_at is not None
    return submission.sent_at


def _snapshot(submission: Submission, by: str, at: datetime) -> Snapshot:
    sent = submission.sent_at or now()
    name = submission.round.name
    return to_snapshot(read_submission(submission), submission.ward_code, to_hanoi(sent).date(), by, at, name)


def _require_sent(submission: Submission, seen: str | None) -> None:
    if submission.state != CollectionState.SENT:
        label = CollectionState(submission.state).label.lower()
        raise SubmissionError(f"Phiếu này đang ở trạng thái “{label}”, có thể người khác vừa xử lý. Tải lại trang để xem.")
    if seen is not None and seen != sending_of(submission):
        moment = format_moment(_sent_at(submission))
        raise SubmissionError(f"Phiếu được gửi lại lúc {moment}, sau khi bạn mở trang. Xem bản mới rồi quyết định.")
