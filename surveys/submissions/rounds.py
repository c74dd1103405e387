"""Rounds: opened with a submission for each ward, closed to sending, listed."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from inventory.models import SnapshotRecord
from inventory.wards.queries import list_wards
from portal.clock import now
from portal.errors import NotFoundError, WardReadinessError
from scoring.rating.published_standards import get_standard
from surveys.checks.entries import question_key
from surveys.checks.states import AnswerSource, CollectionState
from surveys.models import Answer, Round, Submission
from surveys.questionnaire.asked import asked_questionnaire
from surveys.questionnaire.questions import load_questionnaire
from surveys.submissions.submissions import change_record


class RoundError(WardReadinessError):
    """A round cannot be opened or changed; the message says why."""


def open_round(
    session: Session, name: str, opens_on: date, deadline: date, standard_version: str, *, needs_confirmation: bool = False
) -> Round:
    """Open a round: pinned to the current questionnaire and to a standard, with a submission for each ward.

    Each starts with the answers of the ward's newest approved snapshot, still to be confirmed. Raises RoundError.
    """
    if not name.strip():
        raise RoundError("Hãy đặt tên cho đợt khảo sát.")
    if len(name.strip()) > 200:
        raise RoundError("Tên đợt không dài quá 200 ký tự.")
    _check_days(opens_on, deadline)
    if session.scalars(select(Round.id).where(Round.name == name.strip())).first() is not None:
        raise RoundError(f"Đã có đợt “{name.strip()}”. Đặt tên khác.")
    round = Round(
        name=name.strip(),
        opens_on=opens_on,
        deadline=deadline,
        questionnaire_version=load_questionnaire().version,
        standard_version=get_standard(session, standard_version).version,
        needs_confirmation=needs_confirmation,
    )
    session.add(round)
    session.flush()
    previous = latest_approved_answers(session)
    submissions = [_new_submission(round, ward.code, previous.get(ward.code, [])) for ward in list_wards(session)]
    session.add_all(submissions)
    session.flush()
    moment = now()
    session.add_all(
        change_record(submission, answer.field, "", answer.raw, answer.saved_by, moment, AnswerSource.CARRIED)
        for submission in submissions
        for answer in submission.answers
    )
    session.flush()
    return round


def latest_approved_answers(session: Session) -> dict[str, list[Answer]]:
    """The answers behind the newest approved snapshot of each ward that has one."""
    newest = select(func.max(SnapshotRecord.id)).group_by(SnapshotRecord.ward_code)
    approved = select(SnapshotRecord.submission_id).where(SnapshotRecord.id.in_(newest))
    query = select(Submission).where(Submission.id.in_(approved)).options(selectinload(Submission.answers))
    return {row.ward_code: row.answers for row in session.scalars(query)}


def list_rounds(session: Session) -> list[Round]:
    """All rounds, newest first."""
    return list(session.scalars(select(Round).order_by(Round.id.desc())))


def get_round(session: Session, round_id: int) -> Round:
    """One round. Raises NotFoundError."""
    round = session.get(Round, round_id)
    if round is None:
        raise NotFoundError("Không có đợt khảo sát này.")
    return round


def set_deadline(session: Session, round_id: int, deadline: date) -> Round:
    """Move the deadline of a round. Raises RoundError."""
    round = get_round(session, round_id)
    _check_days(round.opens_on, deadline)
    round.deadline = deadline
    return round


def wards_in_progress(session: Session) -> frozenset[str]:
    """The wards with a draft or a returned submission in an open round, or a submission waiting for review in any round."""
    open_states = (CollectionState.DRAFT.value, CollectionState.RETURNED.value)
    is_in_progress = Submission.state.in_(open_states) & Round.is_closed.is_(False)
    query = select(Submission.ward_code).join(Round).where(is_in_progress | (Submission.state == CollectionState.SENT.value))
    return frozenset(session.scalars(query))


def current_round(session: Session) -> Round | None:
    """The newest round, or None before the first."""
    return session.scalars(select(Round).order_by(Round.id.desc()).limit(1)).first()


def set_closed(session: Session, round_id: int, *, closed: bool) -> Round:
    """Close a round to editing and sending, or open it again. Reviewing goes on."""
    round = get_round(session, round_id)
    round.is_closed = closed
    return round


def _new_submission(round: Round, ward_code: str, previous: list[Answer]) -> Submission:
    """A submission that starts with the last approved answers; the ward still has to confirm those that it gives."""
    questions = {question.key: question for question in asked_questionnaire().questions}
    answers = [
        Answer(
            field=answer.field,
            raw=answer.raw,
            version=0,
            saved_by=answer.saved_by,
            saved_at=answer.saved_at,
            is_carried=questions[question_key(answer.field)].asked_of != "city",
        )
        for answer in previous
        if answer.raw and question_key(answer.field) in questions
    ]
    return Submission(round_id=round.id, ward_code=ward_code, state=CollectionState.NOT_STARTED.value, answers=answers)


def _check_days(opens_on: date, deadline: date) -> None:
    if deadline < opens_on:
        raise RoundError("Hạn gửi phải từ ngày mở trở đi.")
    if deadline.year > opens_on.year + 2:
        raise RoundError("Hạn gửi phải trong vòng hai năm kể từ ngày mở.")
