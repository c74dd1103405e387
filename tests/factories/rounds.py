"""Rounds whose forms are all filled in and sent, and rounds for practice."""

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.wards.queries import list_wards
from portal.clock import today
from scoring.rating.published_standards import current_standard
from surveys.checks.entries import carried_questions, entries_of
from surveys.checks.validation import anomalies_of
from surveys.demo import later_answers_of, make_answers
from surveys.models import Round, Submission
from surveys.questionnaire.evaluation import reason_field
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import confirm_carried, save_fields, send_submission


def open_sent_round(session: Session, name: str) -> list[Submission]:
    """A round in which every ward has sent its form and waits for review.

    Every round has the same answers: where two of a ward differ, no approval of many takes the second.
    """
    survey_round = open_round(session, name, today(), today(), current_standard(session).version)
    wards, random, chance = {ward.code: ward for ward in list_wards(session)}, Random(2026), Random(2027)
    rows = select(Submission).where(Submission.round_id == survey_round.id).order_by(Submission.id)
    submissions = list(session.scalars(rows))
    for submission in submissions:
        answers = make_answers(wards[submission.ward_code], random, today().year, frozenset())
        answers |= later_answers_of(submission, answers, chance, today())
        save_fields(session, submission, answers, {}, "Công chức")
        reasons = {reason_field(anomaly.question): "Đã đếm lại tại chỗ, đúng." for anomaly in anomalies_of(session, submission)}
        save_fields(session, submission, reasons, {}, "Công chức")
        send_submission(session, submission, "Công chức", "Lãnh đạo UBND", "Công chức")
    return submissions


def open_practice_round(session: Session, name: str = "Tập huấn tháng này") -> Round:
    """A round for practice that is open to every ward."""
    return open_round(session, name, today(), today() + timedelta(days=9), current_standard(session).version, is_practice=True)


def send_whole(session: Session, submission: Submission) -> None:
    """Fill in a submission as in the demo, and send it."""
    wards = {ward.code: ward for ward in list_wards(session)}
    answers = make_answers(wards[submission.ward_code], Random(submission.id), today().year, frozenset())
    answers |= later_answers_of(submission, answers, Random(submission.id), today())
    save_fields(session, submission, answers, entries_of(submission), "Công chức")
    confirm_carried(session, submission, carried_questions(submission), "Công chức")
    reasons = {reason_field(anomaly.question): "Đã đếm lại tại chỗ, đúng." for anomaly in anomalies_of(session, submission)}
    save_fields(session, submission, reasons, {}, "Công chức")
    send_submission(session, submission, "Công chức", "Lãnh đạo UBND", "Công chức")
