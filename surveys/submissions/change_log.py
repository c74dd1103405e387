"""The log of one submission: each field that changed, by whom and by which door, and each file that left the house."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import session_scope
from portal.errors import NotFoundError
from surveys.checks.entries import SubmissionError, question_of
from surveys.checks.states import CollectionState, Door, EventKind
from surveys.models import Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.field_names import field_in_words, value_in_words
from surveys.questionnaire.questions import Questionnaire
from surveys.submissions.submissions import add_event, clean_why, get_submission

SHOWN, MIN_WHY = 500, 2
OWN_DOORS = (Door.PAGE, Door.WORKBOOK, Door.COMMAND)


class WhyError(SubmissionError):
    """The reason of a change cannot be kept; the message says why."""


@dataclass(frozen=True)
class LogLine:
    """One line in words. ``field`` is blank for what happened to the submission as a whole.

    ``change_id`` is set where nobody has said why yet, and the ward may.
    """

    at: datetime
    by: str
    door: str
    question: str
    field: str
    before: str
    after: str
    why: str = ""
    change_id: int | None = None


def list_log(
    session: Session, submission: Submission, questionnaire: Questionnaire, question: str = "", limit: int | None = SHOWN
) -> list[LogLine]:
    """The newest lines of a submission, or of one of its questions, newest first."""
    changes = select(SubmissionChange).where(SubmissionChange.submission_id == submission.id)
    lines = [
        _change_line(questionnaire, row, may_explain=may_say_why(submission, row))
        for row in session.scalars(changes.order_by(SubmissionChange.id.desc()))
        if question in ("", question_of(row.field))
    ]
    if not question:
        events = select(SubmissionEvent).where(SubmissionEvent.submission_id == submission.id).order_by(SubmissionEvent.id.desc())
        lines += [_event_line(row) for row in session.scalars(events)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def find_change(session: Session, submission: Submission, change_id: int) -> SubmissionChange:
    """One change of this submission. Raises NotFoundError."""
    found = session.get(SubmissionChange, change_id)
    if found is None or found.submission_id != submission.id:
        raise NotFoundError("Không có dòng này trong nhật ký của phiếu.")
    return found


def say_why(submission: Submission, change: SubmissionChange, text: str) -> None:
    """The ward says afterwards why a field was changed: once, and before the submission is approved. Raises WhyError."""
    if not may_say_why(submission, change):
        raise WhyError("Dòng này đã có lý do, không phải do đơn vị sửa, hoặc phiếu đã duyệt; nhật ký giữ nguyên.")
    told = clean_why(text)
    if len(told) < MIN_WHY:
        raise WhyError("Hãy ghi vì sao sửa.")
    change.why = told


def may_say_why(submission: Submission, change: SubmissionChange) -> bool:
    """Whether the ward may still say why: of its own change, once, and before the submission is approved."""
    return change.door in OWN_DOORS and not change.why and submission.state != CollectionState.APPROVED


def record_download(submission_id: int, what: str, by: str) -> None:
    """Note from a GET that a file of a submission left the house, in a short transaction of its own."""
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        add_event(session, get_submission(session, submission_id), EventKind.DOWNLOADED, by, what)


def in_words(questionnaire: Questionnaire, row: SubmissionChange) -> LogLine:
    """One change as the log shows it."""
    return _change_line(questionnaire, row, may_explain=False)


def _change_line(questionnaire: Questionnaire, row: SubmissionChange, *, may_explain: bool) -> LogLine:
    same = row.before == row.after
    return LogLine(
        at=row.at,
        by=row.by,
        door=Door(row.door).label,
        question=question_of(row.field),
        field=field_in_words(questionnaire, row.field),
        before=value_in_words(row.field, row.before),
        after="(xác nhận không đổi)" if same else value_in_words(row.field, row.after),
        why=row.why,
        change_id=row.id if may_explain else None,
    )


def _event_line(row: SubmissionEvent) -> LogLine:
    kind = EventKind(row.kind)
    told = "" if kind is EventKind.CONFIRMED else row.reason
    return LogLine(row.at, row.by, "", "", "", "", f"{kind.label}: {told}" if told else kind.label)
