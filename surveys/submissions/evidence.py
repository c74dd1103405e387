"""Evidence beside an answer: look a file over, keep it, list it, fetch it, take it away."""

import hashlib
import re
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.checked_files import CheckedFile, FileError, check_file, clean_name
from portal.clock import now
from portal.errors import NotFoundError
from portal.file_store import get, put
from surveys.checks.states import EvidenceKind
from surveys.models import Evidence, Submission
from surveys.questionnaire.questions import load_questionnaire
from surveys.submissions.submissions import content_hash, require_open

MAX_FILES = 20
# What was removed stays in the storage: without a bound one account could fill it by attaching and removing.
MAX_EVER = 600
MAX_SIGNED = 5
CODE = re.compile(r"[0-9a-f]{12}")


def attach(session: Session, url: str, submission: Submission, question: str, name: str, data: bytes, by: str) -> Evidence:
    """Keep a file beside a question. The submission must be locked, so that the count holds.

    Raises FileError, StoreError, or SubmissionError where the submission takes no more changes.
    """
    require_open(submission)
    asked = load_questionnaire().question(question)
    if asked is None or asked.asked_of != "ward":
        raise FileError("Hãy chọn câu hỏi mà tệp này chứng minh.")
    standing = select(func.count()).where(
        Evidence.submission_id == submission.id, Evidence.question == question, Evidence.removed_at.is_(None)
    )
    if (session.scalar(standing) or 0) >= MAX_FILES:
        raise FileError(f"Câu này đã có {MAX_FILES} tệp. Gỡ bớt tệp không cần rồi gửi lại.")
    ever = select(func.count()).where(Evidence.submission_id == submission.id, Evidence.kind == EvidenceKind.FILE.value)
    if (session.scalar(ever) or 0) >= MAX_EVER:
        raise FileError(f"Phiếu đã nhận {MAX_EVER} tệp, kể cả tệp đã gỡ, nên không nhận thêm. Hỏi bộ phận thẩm định.")
    return _keep(session, url, submission, question, EvidenceKind.FILE, name, check_file(data), by)


def attach_signed(session: Session, url: str, submission: Submission, code: str, name: str, data: bytes, by: str) -> Evidence:
    """Keep the scan of the signed paper, whatever the state: paper comes later. ``code`` is what is printed on it.

    Raises FileError or StoreError.
    """
    typed = code.strip().lower()
    if not CODE.fullmatch(typed):
        raise FileError("Mã nội dung gồm 12 chữ số và chữ a đến f, in ở đầu phiếu đã ký. Chép lại cho đúng.")
    signed = select(func.count()).where(
        Evidence.submission_id == submission.id, Evidence.kind == EvidenceKind.SIGNED.value, Evidence.removed_at.is_(None)
    )
    if (session.scalar(signed) or 0) >= MAX_SIGNED:
        raise FileError(f"Phiếu đã có {MAX_SIGNED} bản ký. Bản mới nhất là bản được so; không gửi thêm.")
    kept = _keep(session, url, submission, "", EvidenceKind.SIGNED, name, check_file(data), by)
    kept.content_hash = typed
    return kept


def signed_copy(session: Session, submission: Submission) -> Evidence | None:
    """The newest scan of the signed paper, or None."""
    found = select(Evidence).where(
        Evidence.submission_id == submission.id, Evidence.kind == EvidenceKind.SIGNED.value, Evidence.removed_at.is_(None)
    )
    return session.scalars(found.order_by(Evidence.id.desc()).limit(1)).first()


def print_code(submission: Submission) -> str:
    """What stands for the answers on a print."""
    return content_hash(submission)[:12]


def evidence_of(session: Session, submission: Submission) -> dict[str, list[Evidence]]:
    """The evidence that stands, by question, oldest first."""
    query = select(Evidence).where(Evidence.submission_id == submission.id, Evidence.removed_at.is_(None), Evidence.question != "")
    query = query.where(Evidence.kind != EvidenceKind.MEASURING.value).order_by(Evidence.id)
    found: dict[str, list[Evidence]] = {}
    for evidence in session.scalars(query):
        found.setdefault(evidence.question, []).append(evidence)
    return found


def find_evidence(session: Session, submission: Submission, evidence_id: int) -> Evidence:
    """One evidence of this submission that stands. Raises NotFoundError."""
    found = session.get(Evidence, evidence_id)
    if found is None or found.submission_id != submission.id or found.removed_at is not None:
        raise NotFoundError("Không có tệp này, hoặc tệp đã được gỡ.")
    return found


def read_evidence(url: str, evidence: Evidence) -> bytes:
    """The bytes of a kept file. Raises StoreError, or FileError where they are not those that were kept."""
    data = get(url, evidence.stored_as)
    if hashlib.sha256(data).hexdigest() != evidence.sha256:
        raise FileError("Tệp trong kho khác tệp đã gửi nên không đưa ra. Báo quản trị hệ thống.")
    return data


def remove(submission: Submission, evidence: Evidence, by: str) -> None:
    """Take evidence away; its line stays. Raises SubmissionError where the submission takes no more changes."""
    require_open(submission)
    evidence.removed_by, evidence.removed_at = by, now()


def is_sensitive(evidence: Evidence) -> bool:
    """Whether it stands behind a sensitive answer, so that its name stays out of the audit trail."""
    question = load_questionnaire().question(evidence.question)
    return question is not None and question.sensitive


def _keep(
    session: Session, url: str, submission: Submission, question: str, kind: EvidenceKind, name: str, checked: CheckedFile, by: str
) -> Evidence:
    stored_as = uuid4().hex
    put(url, stored_as, checked.data)
    evidence = Evidence(
        submission_id=submission.id,
        question=question,
        kind=kind.value,
        name=clean_name(name, checked.media_type),
        media_type=checked.media_type,
        size=len(checked.data),
        sha256=hashlib.sha256(checked.data).hexdigest(),
        stored_as=stored_as,
        by=by,
        at=now(),
    )
    session.add(evidence)
    session.flush()
    return evidence
