"""Evidence for the answers: attach a kept file, list it, load it, remove it."""

import hashlib
import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.checked_files import FileError
from portal.clock import now
from portal.errors import NotFoundError
from portal.file_store import get
from portal.kept_files import KeptFile
from surveys.checks.states import EvidenceKind
from surveys.models import Evidence, Submission
from surveys.questionnaire.published_questionnaires import published_questionnaire, questionnaire_of
from surveys.submissions.submissions import content_hash, require_editable

MAX_FILES = 20
# Removed files stay in the storage: without a limit one account could fill it by attaching and removing.
MAX_FILES_EVER = 600
MAX_SIGNED = 5
CODE_PATTERN = re.compile(r"[0-9a-f]{12}")


def check_attachable(session: Session, submission: Submission, question: str) -> None:
    """Raise FileError where the question takes no file or no more of them, SubmissionError where the submission cannot be edited."""
    require_editable(submission)
    asked_question = questionnaire_of(submission.round).question(question)
    if asked_question is None or asked_question.asked_of != "ward":
        raise FileError("Hãy chọn câu hỏi mà tệp này chứng minh.")
    attached_count = select(func.count()).where(
        Evidence.submission_id == submission.id, Evidence.question == question, Evidence.removed_at.is_(None)
    )
    if (session.scalar(attached_count) or 0) >= MAX_FILES:
        raise FileError(f"Câu này đã có {MAX_FILES} tệp. Gỡ bớt tệp không cần rồi gửi lại.")
    count_ever = select(func.count()).where(Evidence.submission_id == submission.id, Evidence.kind == EvidenceKind.FILE.value)
    if (session.scalar(count_ever) or 0) >= MAX_FILES_EVER:
        raise FileError(f"Phiếu đã nhận {MAX_FILES_EVER} tệp, kể cả tệp đã gỡ, nên không nhận thêm. Hỏi bộ phận thẩm định.")


def attach_file(session: Session, submission: Submission, question: str, kept: KeptFile, by: str) -> Evidence:
    """Attach a kept file to a question. The submission must be locked, so that the count is right. Raises what check_attachable raises."""
    check_attachable(session, submission, question)
    return _add_evidence(session, submission, question, EvidenceKind.FILE, kept, by)


def check_signed_copy(session: Session, submission: Submission, code: str) -> None:
    """Raise FileError where this is no content code, or the submission has signed copies enough."""
    if not CODE_PATTERN.fullmatch(_to_code(code)):
        raise FileError("Mã nội dung gồm 12 chữ số và chữ a đến f, in ở đầu phiếu đã ký. Chép lại cho đúng.")
    signed_count = select(func.count()).where(
        Evidence.submission_id == submission.id, Evidence.kind == EvidenceKind.SIGNED.value, Evidence.removed_at.is_(None)
    )
    if (session.scalar(signed_count) or 0) >= MAX_SIGNED:
        raise FileError(f"Phiếu đã có {MAX_SIGNED} bản ký. Bản mới nhất là bản được so; không gửi thêm.")


def attach_signed_copy(session: Session, submission: Submission, code: str, kept: KeptFile, by: str) -> Evidence:
    """Attach the scan of the signed paper, whatever the state: paper comes later. ``code`` is the content code printed on it.

    Raises FileError.
    """
    check_signed_copy(session, submission, code)
    evidence = _add_evidence(session, submission, "", EvidenceKind.SIGNED, kept, by)
    evidence.content_hash = _to_code(code)
    return evidence


def _to_code(text: str) -> str:
    return text.strip().lower()


def find_signed_copy(session: Session, submission: Submission) -> Evidence | None:
    """The newest scan of the signed paper, or None."""
    query = select(Evidence).where(
        Evidence.submission_id == submission.id, Evidence.kind == EvidenceKind.SIGNED.value, Evidence.removed_at.is_(None)
    )
    return session.scalars(query.order_by(Evidence.id.desc()).limit(1)).first()


def content_code(submission: Submission) -> str:
    """The short code of the answers that is printed on paper."""
    return content_hash(submission)[:12]


def evidence_by_question(session: Session, submission: Submission) -> dict[str, list[Evidence]]:
    """The evidence that was not removed, by question, oldest first."""
    query = select(Evidence).where(Evidence.submission_id == submission.id, Evidence.removed_at.is_(None), Evidence.question != "")
    query = query.where(Evidence.kind != EvidenceKind.MEASURING.value).order_by(Evidence.id)
    by_question: dict[str, list[Evidence]] = {}
    for evidence in session.scalars(query):
        by_question.setdefault(evidence.question, []).append(evidence)
    return by_question


def get_evidence(session: Session, submission: Submission, evidence_id: int) -> Evidence:
    """One piece of evidence of this submission that was not removed. Raises NotFoundError."""
    evidence = session.get(Evidence, evidence_id)
    if evidence is None or evidence.submission_id != submission.id or evidence.removed_at is not None:
        raise NotFoundError("Không có tệp này, hoặc tệp đã được gỡ.")
    return evidence


def load_evidence(url: str, evidence: Evidence) -> bytes:
    """The bytes of a stored file. Raises StoreError, or FileError where they differ from those that were stored."""
    data = get(url, evidence.stored_as)
    if hashlib.sha256(data).hexdigest() != evidence.sha256:
        raise FileError("Tệp trong kho khác tệp đã gửi nên không đưa ra. Báo quản trị hệ thống.")
    return data


def remove_evidence(submission: Submission, evidence: Evidence, by: str) -> None:
    """Mark evidence as removed; its row stays. Raises SubmissionError where the submission cannot be edited."""
    require_editable(submission)
    evidence.removed_by, evidence.removed_at = by, now()


def is_sensitive_evidence(submission: Submission, evidence: Evidence) -> bool:
    """Whether evidence of a submission proves a sensitive answer, so that its name stays out of the audit trail."""
    question = published_questionnaire(submission.round).question(evidence.question)
    return question is not None and question.sensitive


def _add_evidence(session: Session, submission: Submission, question: str, kind: EvidenceKind, kept: KeptFile, by: str) -> Evidence:
    evidence = Evidence(
        submission_id=submission.id,
        question=question,
        kind=kind.value,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        stored_as=kept.stored_as,
        by=by,
        at=now(),
    )
    session.add(evidence)
    session.flush()
    return evidence
