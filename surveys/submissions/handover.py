"""Handing a draft over to a colleague of the same ward: nobody loses a right, and the event is recorded."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User, UserWard
from portal.vietnamese import clean_line
from surveys.checks.entries import SubmissionError
from surveys.checks.states import EventKind
from surveys.models import Submission, SubmissionEvent
from surveys.submissions.submissions import add_event, is_editable

NOTE_LENGTH = 500


class HandoverError(SubmissionError):
    """The draft cannot be handed over; the message says why."""


def list_colleagues(session: Session, submission: Submission, user_id: int) -> list[User]:
    """The other active officers of the ward."""
    of_ward = select(UserWard.user_id).where(UserWard.ward_code == submission.ward_code)
    query = select(User).where(User.id.in_(of_ward), User.id != user_id, User.role == Role.OFFICER.value, User.is_active)
    return list(session.scalars(query.order_by(User.full_name)))


def hand_over(session: Session, submission: Submission, recipient: User, note: str, by: str) -> None:
    """Hand a draft over. Raises HandoverError where it cannot be edited any more, or the note is too long."""
    if not is_editable(submission):
        raise HandoverError("Phiếu không còn điền được nên không bàn giao được.")
    cleaned = clean_line(note).strip()
    if len(cleaned) > NOTE_LENGTH:
        raise HandoverError(f"Ghi chú dài {len(cleaned)} ký tự; viết gọn trong {NOTE_LENGTH} ký tự.")
    add_event(session, submission, EventKind.HANDED_OVER, by, f"cho {recipient.full_name}. {cleaned}".strip())


def find_handover(session: Session, submission: Submission) -> SubmissionEvent | None:
    """The newest handover of a submission, or None."""
    events = select(SubmissionEvent).where(
        SubmissionEvent.submission_id == submission.id, SubmissionEvent.kind == EventKind.HANDED_OVER.value
    )
    return session.scalars(events.order_by(SubmissionEvent.id.desc()).limit(1)).first()
