"""Remarks on a submission: the thread of ward and reviewers, flags to follow up, and the reasons of a return by question."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import now
from portal.errors import NotFoundError
from portal.vietnamese import clean_text
from surveys.checks.entries import SubmissionError
from surveys.checks.states import CollectionState, RemarkKind
from surveys.models import Remark, Submission
from surveys.questionnaire.published_questionnaires import questionnaire_of

MIN_LENGTH, MAX_LENGTH = 2, 2000


class RemarkError(SubmissionError):
    """The remark cannot be stored; the message says why."""


def list_remarks(session: Session, submission: Submission) -> list[Remark]:
    """All remarks of a submission, oldest first."""
    return list(session.scalars(select(Remark).where(Remark.submission_id == submission.id).order_by(Remark.id)))


def add_remark(
    session: Session, submission: Submission, kind: RemarkKind, question: str, text: str, by: str, at: datetime | None = None
) -> Remark:
    """Add a remark on a question, or on the whole submission where ``question`` is blank.

    Raises RemarkError where the text is missing or too long, or where a reason of a return names no question of the ward, or comes
    when the submission is not waiting for review.
    """
    cleaned = clean_text(text).strip()
    if len(cleaned) < MIN_LENGTH:
        raise RemarkError("Hãy ghi nội dung.")
    if len(cleaned) > MAX_LENGTH:
        raise RemarkError(f"Nội dung dài {len(cleaned)} ký tự; viết gọn trong {MAX_LENGTH} ký tự.")
    if kind is RemarkKind.RETURN and submission.state != CollectionState.SENT:
        raise RemarkError("Phiếu không còn chờ thẩm định nên không nêu thêm câu cần bổ sung được. Tải lại trang để xem.")
    asked_question = questionnaire_of(submission.round).question(question)
    if kind is RemarkKind.RETURN and (asked_question is None or asked_question.asked_of != "ward"):
        raise RemarkError("Hãy chọn câu hỏi do xã, phường trả lời để nêu là cần bổ sung; lý do chung thì ghi ở cuối trang.")
    remark = Remark(submission_id=submission.id, question=question, kind=kind.value, text=cleaned, by=by, at=at or now())
    session.add(remark)
    session.flush()
    return remark


def get_remark(session: Session, submission: Submission, remark_id: int) -> Remark:
    """One remark of a submission. Raises NotFoundError."""
    remark = session.get(Remark, remark_id)
    if remark is None or remark.submission_id != submission.id:
        raise NotFoundError("Không có ý kiến này.")
    return remark


def settle_remark(session: Session, submission: Submission, remark_id: int, by: str) -> Remark:
    """Mark a flag as followed up, or a reason as withdrawn. Settling twice changes nothing. Raises NotFoundError."""
    remark = get_remark(session, submission, remark_id)
    _mark_settled([remark], by, now())
    return remark


def settle_return_reasons(
    session: Session, submission: Submission, questions: Iterable[str], by: str, at: datetime | None = None
) -> None:
    """Mark the reasons of a return about these questions as dealt with, where the submission was returned."""
    if submission.state == CollectionState.RETURNED:
        keys = set(questions)
        _mark_settled([remark for remark in open_return_reasons(session, submission) if remark.question in keys], by, at or now())


def open_return_reasons(session: Session, submission: Submission) -> list[Remark]:
    """The reasons of a return whose question nobody has changed or answered yet."""
    return _list_open(session, submission, RemarkKind.RETURN)


def return_reasons(session: Session, submission_ids: Iterable[int]) -> dict[int, list[Remark]]:
    """The reasons of returns, settled or not, by submission."""
    query = select(Remark).where(Remark.kind == RemarkKind.RETURN.value, Remark.submission_id.in_(list(submission_ids)))
    reasons: dict[int, list[Remark]] = {}
    for remark in session.scalars(query.order_by(Remark.id)):
        reasons.setdefault(remark.submission_id, []).append(remark)
    return reasons


def open_flags(session: Session, submission: Submission) -> list[Remark]:
    """The flags that a reviewer still has to settle."""
    return _list_open(session, submission, RemarkKind.FLAG)


def flagged_submissions(session: Session, submission_ids: Iterable[int]) -> frozenset[int]:
    """Those of the submissions that have an open flag, or a reason of a return that is not sent yet."""
    kinds = (RemarkKind.FLAG.value, RemarkKind.RETURN.value)
    query = select(Remark.submission_id).where(Remark.kind.in_(kinds), Remark.settled_at.is_(None))
    return frozenset(session.scalars(query.where(Remark.submission_id.in_(list(submission_ids)))))


def _list_open(session: Session, submission: Submission, kind: RemarkKind) -> list[Remark]:
    query = select(Remark).where(Remark.submission_id == submission.id, Remark.kind == kind.value, Remark.settled_at.is_(None))
    return list(session.scalars(query.order_by(Remark.id)))


def _mark_settled(remarks: Iterable[Remark], by: str, at: datetime) -> None:
    for remark in remarks:
        if remark.settled_at is None:
            remark.settled_by, remark.settled_at = by, at
