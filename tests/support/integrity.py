"""What must hold in a database whatever was cut off in it: every hash is that of what it stands beside, and no act is written by halves."""

import hashlib
from collections import Counter

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.models import AuditEntry
from inventory.models import SnapshotRecord
from inventory.snapshots.repository import find_broken_snapshots
from planning.models import PlanRecord
from planning.scenarios.stored_content import is_intact
from portal.backups.stored_files import stored_file_tables
from portal.file_store import StoreError, get
from scoring.models import StandardRecord
from scoring.rating.standard import parse_standard
from surveys.checks.states import CollectionState, EventKind
from surveys.models import Answer, QuestionnaireRecord, Round, Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.questionnaire_text import parse_questionnaire


def find_damage(app: Flask, session: Session) -> list[str]:
    """The hashes that do not hold, and the acts that are there by halves. The session has read nothing yet."""
    if session.get_bind().dialect.name == "postgresql":
        # It may still be finishing what somebody asked for who was killed: all is read as of one moment.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return broken_hashes(app, session) + half_approvals(session) + half_saves(session)


def broken_hashes(app: Flask, session: Session) -> list[str]:
    """Snapshots, standards, questionnaires, final plans and stored files whose content is not that of their hash, and snapshots out of their chain."""
    standards, questionnaires = session.scalars(select(StandardRecord)), session.scalars(select(QuestionnaireRecord))
    plans = session.scalars(select(PlanRecord).where(PlanRecord.sha256.is_not(None)))
    return [
        *find_broken_snapshots(session),
        *(f"standard {row.version}: its hash" for row in standards if parse_standard(row.toml).sha256 != row.sha256),
        *(f"questionnaire {row.version}: its hash" for row in questionnaires if parse_questionnaire(row.toml).sha256 != row.sha256),
        *(f"plan {row.id}: its hash" for row in plans if not is_intact(row)),
        *_broken_files(app, session),
    ]


def _broken_files(app: Flask, session: Session) -> list[str]:
    faults, url = [], app.config["SETTINGS"].evidence_url
    for table in stored_file_tables(app):
        rows = session.execute(text(f"SELECT stored_as, sha256 FROM {table} WHERE stored_as <> ''"))
        for name, sha256 in rows:
            try:
                is_whole = hashlib.sha256(get(url, name)).hexdigest() == sha256
            except StoreError:
                is_whole = False
            if not is_whole:
                faults.append(f"stored file {name}: its hash")
    return faults


def half_approvals(session: Session) -> list[str]:
    """Submissions where not all are there: the state, one event of an approval, and one snapshot unless the round is for practice."""
    practised = set(session.scalars(select(Submission.id).join(Round).where(Round.is_practice)))
    approved = set(session.scalars(select(Submission.id).where(Submission.state == CollectionState.APPROVED.value)))
    snapshots = Counter(session.scalars(select(SnapshotRecord.submission_id).where(SnapshotRecord.submission_id.is_not(None))))
    event_query = select(SubmissionEvent.submission_id).where(SubmissionEvent.kind == EventKind.APPROVED.value)
    events = Counter(session.scalars(event_query))
    once = Counter(approved)
    return [
        f"submission {number}: {'approved' if number in approved else 'not approved'}, snapshots: {snapshots[number]}, "
        f"events: {events[number]}"
        for number in sorted(approved | set(snapshots) | set(events))
        if events[number] != once[number] or snapshots[number] != (0 if number in practised else once[number])
    ]


def unlogged_approvals(session: Session) -> list[str]:
    """Wards with another number of approvals than lines about them in the audit trail. Only where each came by a page."""
    approved = select(Submission).where(Submission.state == CollectionState.APPROVED.value)
    wards = Counter(submission.subject for submission in session.scalars(approved))
    lines = Counter(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "submission:approve")))
    return [
        f"{subject}: {wards[subject]} approvals, {lines[subject]} lines in the audit trail"
        for subject in sorted(wards | lines)
        if wards[subject] != lines[subject]
    ]


def half_saves(session: Session) -> list[str]:
    """Fields that do not hold what the log says of them last, are newer than their submission, or whose log misses a line or has two turned."""
    changes = select(
        SubmissionChange.submission_id, SubmissionChange.field, SubmissionChange.before, SubmissionChange.after
    ).order_by(SubmissionChange.id)
    faults, last = [], dict[tuple[int, str], str]()
    for submission_id, field, before, after in session.execute(changes):
        known = last.get((submission_id, field), before)
        if before != known:
            faults.append(f"submission {submission_id}, {field}: changed from {before!r}, and was {known!r}")
        last[submission_id, field] = after
    answers = session.execute(
        select(Answer.submission_id, Answer.field, Answer.raw, Answer.version, Submission.version)
        .join(Submission, Submission.id == Answer.submission_id)
        # What a round took over from the last one was not saved by anybody yet.
        .where(Answer.is_carried.is_(False))
    )
    seen = set()
    for submission_id, field, raw, version, newest_version in answers:
        seen.add((submission_id, field))
        if last.get((submission_id, field)) != raw or version > newest_version:
            faults.append(f"submission {submission_id}, {field}: {raw!r}, its log {last.get((submission_id, field))!r}")
    return faults + [f"submission {number}, {field}: only in the log" for number, field in sorted(last.keys() - seen)]
