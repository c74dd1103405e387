"""The log of one submission: each field that changed, by whom and by which door, and each file that left the house."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import session_scope
from surveys.models import Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire_form import field_in_words, value_in_words
from surveys.questions import Questionnaire
from surveys.states import Door, EventKind
from surveys.submissions import add_event, get_submission
from surveys.typed import question_of

SHOWN = 500


@dataclass(frozen=True)
class LogLine:
    """One line in words. ``field`` is blank for what happened to the submission as a whole."""

    at: datetime
    by: str
    door: str
    question: str
    field: str
    before: str
    after: str


def list_log(session: Session, submission: Submission, questionnaire: Questionnaire, question: str = "") -> list[LogLine]:
    """The newest SHOWN lines of a submission, or of one of its questions, newest first."""
    changes = select(SubmissionChange).where(SubmissionChange.submission_id == submission.id)
    lines = [
        _change_line(questionnaire, row)
        for row in session.scalars(changes.order_by(SubmissionChange.id.desc()))
        if question in ("", question_of(row.field))
    ]
    if not question:
        events = select(SubmissionEvent).where(SubmissionEvent.submission_id == submission.id).order_by(SubmissionEvent.id.desc())
        lines += [_event_line(row) for row in session.scalars(events)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:SHOWN]


def record_download(submission_id: int, what: str, by: str) -> None:
    """Note from a GET that a file of a submission left the house, in a short transaction of its own."""
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        add_event(session, get_submission(session, submission_id), EventKind.DOWNLOADED, by, what)


def _change_line(questionnaire: Questionnaire, row: SubmissionChange) -> LogLine:
    same = row.before == row.after
    return LogLine(
        at=row.at,
        by=row.by,
        door=Door(row.door).label,
        question=question_of(row.field),
        field=field_in_words(questionnaire, row.field),
        before=value_in_words(row.field, row.before),
        after="(xác nhận không đổi)" if same else value_in_words(row.field, row.after),
    )


def _event_line(row: SubmissionEvent) -> LogLine:
    kind = EventKind(row.kind)
    told = "" if kind is EventKind.CONFIRMED else row.reason
    return LogLine(row.at, row.by, "", "", "", "", f"{kind.label}: {told}" if told else kind.label)
