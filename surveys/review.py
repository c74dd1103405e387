"""Review: what was sent is approved, and becomes a snapshot that never changes, or is returned with a reason."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import SnapshotRecord
from inventory.recording import record_snapshot
from inventory.snapshot import Snapshot
from portal.clock import now, to_hanoi
from scoring.publishing import get_standard
from scoring.rating import Rating, rate
from surveys.models import Submission, SubmissionEvent
from surveys.reading import to_snapshot
from surveys.states import CollectionState
from surveys.submissions import MAX_LENGTH, add_event
from surveys.typed import SubmissionError, read_submission, typed_of

MIN_REASON = 5


class ReasonError(SubmissionError):
    """The reason of a return is missing or too long."""


def queue(session: Session) -> list[Submission]:
    """What waits for review, oldest first."""
    waiting = select(Submission).where(Submission.state == CollectionState.SENT.value)
    return list(session.scalars(waiting.order_by(Submission.sent_at, Submission.id)))


def preview(session: Session, submission: Submission) -> Rating:
    """The rating that the submission would get if it were approved now."""
    snapshot = _snapshot(submission, "", now())
    return rate(snapshot, get_standard(session, submission.round.standard_version), snapshot.as_of)


def answers_before(session: Session, submission: Submission) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """What the ward said when it was last approved in another round, and when this submission was last returned."""
    approved = select(SnapshotRecord.submission_id).where(SnapshotRecord.ward_code == submission.ward_code)
    newest = approved.where(SnapshotRecord.submission_id != submission.id).order_by(SnapshotRecord.id.desc()).limit(1)
    last_id = session.scalars(newest).first()
    last = session.get(Submission, last_id) if last_id is not None else None
    returned = select(SubmissionEvent.answers).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == "returned"
    )
    said = session.scalars(returned.order_by(SubmissionEvent.id.desc()).limit(1)).first()
    return typed_of(last) if last is not None else None, said


def approve(session: Session, submission: Submission, by: str, at: datetime | None = None) -> Snapshot:
    """Approve: the answers become the ward's newest snapshot. Raises SubmissionError unless it waits for review."""
    _require_sent(submission)
    moment = at or now()
    snapshot = _snapshot(submission, by, moment)
    submission.state = CollectionState.APPROVED.value
    submission.decided_at = moment
    submission.return_reason = ""
    record_snapshot(session, snapshot, submission.id)
    add_event(session, submission, "approved", by, at=moment)
    return snapshot


def return_submission(session: Session, submission: Submission, reason: str, by: str, at: datetime | None = None) -> None:
    """Send back with a reason, which the officer sees on top of the draft. Raises SubmissionError."""
    _require_sent(submission)
    if len(reason.strip()) < MIN_REASON:
        raise ReasonError("Hãy ghi lý do yêu cầu bổ sung: phần nào, câu nào, cần sửa gì.")
    if len(reason.strip()) > MAX_LENGTH:
        raise ReasonError(f"Lý do dài {len(reason.strip())} ký tự; viết gọn trong {MAX_LENGTH} ký tự.")
    submission.state = CollectionState.RETURNED.value
    submission.decided_at = at or now()
    submission.return_reason = reason.strip()
    add_event(session, submission, "returned", by, reason.strip(), at=submission.decided_at)


def _snapshot(submission: Submission, by: str, at: datetime) -> Snapshot:
    sent = submission.sent_at or now()
    name = submission.round.name
    return to_snapshot(read_submission(submission), submission.ward_code, to_hanoi(sent).date(), by, at, name)


def _require_sent(submission: Submission) -> None:
    if submission.state != CollectionState.SENT:
        label = CollectionState(submission.state).label.lower()
        raise SubmissionError(f"Phiếu này đang ở trạng thái “{label}”, có thể người khác vừa xử lý. Tải lại trang để xem.")
