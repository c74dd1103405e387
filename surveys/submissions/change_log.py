"""The log of one submission: each field that changed, by whom and from which source, and each download."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import session_scope
from portal.errors import NotFoundError
from surveys.checks.entries import SubmissionError
from surveys.checks.states import AnswerSource, CollectionState, EventKind
from surveys.models import Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.field_names import field_label, question_key, value_label
from surveys.questionnaire.questions import Questionnaire
from surveys.submissions.submissions import add_event, clean_reason, get_submission

MAX_LINES, MIN_REASON_LENGTH = 500, 2
WARD_SOURCES = (AnswerSource.PAGE, AnswerSource.WORKBOOK, AnswerSource.COMMAND)


class ChangeReasonError(SubmissionError):
    """The reason of a change cannot be stored; the message says why."""


@dataclass(frozen=True)
class LogLine:
    """One line of the log with its labels. ``field`` is blank for an event of the submission as a whole.

    ``change_id`` is set where the ward may still add the reason.
    """

    at: datetime
    by: str
    source: str
    question: str
    field: str
    before: str
    after: str
    reason: str = ""
    change_id: int | None = None


def list_log(
    session: Session, submission: Submission, questionnaire: Questionnaire, question: str = "", limit: int | None = MAX_LINES
) -> list[LogLine]:
    """The newest lines of a submission, or of one of its questions, newest first."""
    changes = select(SubmissionChange).where(SubmissionChange.submission_id == submission.id)
    lines = [
        _change_line(questionnaire, row, is_explainable=may_explain(submission, row))
        for row in session.scalars(changes.order_by(SubmissionChange.id.desc()))
        if question in ("", question_key(row.field))
    ]
    if not question:
        events = select(SubmissionEvent).where(SubmissionEvent.submission_id == submission.id).order_by(SubmissionEvent.id.desc())
        lines += [_event_line(row) for row in session.scalars(events)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def get_change(session: Session, submission: Submission, change_id: int) -> SubmissionChange:
    """One change of this submission. Raises NotFoundError."""
    change = session.get(SubmissionChange, change_id)
    if change is None or change.submission_id != submission.id:
        raise NotFoundError("Không có dòng này trong nhật ký của phiếu.")
    return change


def explain_change(submission: Submission, change: SubmissionChange, text: str) -> None:
    """Add the reason of a change afterwards: once, and before the submission is approved. Raises ChangeReasonError."""
    if not may_explain(submission, change):
        raise ChangeReasonError("Dòng này đã có lý do, không phải do đơn vị sửa, hoặc phiếu đã duyệt; nhật ký giữ nguyên.")
    reason = clean_reason(text)
    if len(reason) < MIN_REASON_LENGTH:
        raise ChangeReasonError("Hãy ghi vì sao sửa.")
    change.why = reason


def may_explain(submission: Submission, change: SubmissionChange) -> bool:
    """Whether the ward may still add the reason of a change: it made the change, gave no reason, and is not approved yet."""
    return change.source in WARD_SOURCES and not change.why and submission.state != CollectionState.APPROVED


def record_download(submission_id: int, file_name: str, by: str) -> None:
    """Record the download of a file of a submission from a GET, in a short transaction of its own."""
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        add_event(session, get_submission(session, submission_id), EventKind.DOWNLOADED, by, file_name)


def log_line(questionnaire: Questionnaire, row: SubmissionChange) -> LogLine:
    """The line of the log for one change."""
    return _change_line(questionnaire, row, is_explainable=False)


def _change_line(questionnaire: Questionnaire, row: SubmissionChange, *, is_explainable: bool) -> LogLine:
    is_unchanged = row.before == row.after
    return LogLine(
        at=row.at,
        by=row.by,
        source=AnswerSource(row.source).label,
        question=question_key(row.field),
        field=field_label(questionnaire, row.field),
        before=value_label(questionnaire, row.field, row.before),
        after="(xác nhận không đổi)" if is_unchanged else value_label(questionnaire, row.field, row.after),
        reason=row.why,
        change_id=row.id if is_explainable else None,
    )


def _event_line(row: SubmissionEvent) -> LogLine:
    kind = EventKind(row.kind)
    reason = "" if kind is EventKind.CONFIRMED else row.reason
    return LogLine(row.at, row.by, "", "", "", "", f"{kind.label}: {reason}" if reason else kind.label)
