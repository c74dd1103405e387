"""Rounds: opened with a submission for each ward, closed to sending, listed; those for practice removed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inventory.snapshots.repository import SnapshotReference, newest_references
from inventory.wards.queries import list_wards
from inventory.wards.wards import Ward
from portal.clock import now
from portal.errors import NotFoundError, WardReadinessError
from scoring.rating.published_standards import get_standard
from scoring.rating.standard import Standard
from surveys.checks.entries import entries_of
from surveys.checks.states import AnswerSource, CollectionState
from surveys.models import Answer, Evidence, Reminder, Round, Submission
from surveys.questionnaire.carry_over import EarlierAnswers, Origin
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.published_questionnaires import load_questionnaire, newest_version, origins_between, questionnaire_of
from surveys.questionnaire.questions import Question, Questionnaire
from surveys.submissions.submissions import change_record


@dataclass(frozen=True)
class RoundContent:
    """How many submissions of a round were begun, and how many files belong to them."""

    begun: int
    files: int


class RoundError(WardReadinessError):
    """A round cannot be opened or changed; the message says why."""


def open_round(
    session: Session,
    name: str,
    opens_on: date,
    deadline: date,
    standard_version: str,
    questionnaire_version: str | None = None,
    *,
    needs_confirmation: bool = False,
    is_practice: bool = False,
) -> Round:
    """Open a round: pinned to a questionnaire, by default the newest, and to a standard, with a submission for each ward.

    Each starts with the answers of the ward's newest approved snapshot that this questionnaire takes over, still to be confirmed.
    Raises RoundError, and NotFoundError for a version that is not published.
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
        questionnaire_version=load_questionnaire(session, questionnaire_version or newest_version(session)).version,
        standard_version=get_standard(session, standard_version).version,
        needs_confirmation=needs_confirmation,
        is_practice=is_practice,
    )
    session.add(round)
    session.flush()
    newest, approved = newest_references(session), latest_approved_submissions(session)
    submissions = [
        _new_submission(session, round, ward.code, newest.get(ward.code), approved.get(ward.code)) for ward in list_wards(session)
    ]
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


def real_rounds() -> Select[int]:
    """The numbers of the rounds that count. Whatever looks beyond one round looks among these alone."""
    return select(Round.id).where(Round.is_practice.is_(False))


def rounds_at_hand(session: Session) -> tuple[Round | None, list[Round]]:
    """The newest round that counts, and the rounds for practice that are not closed, newest first. One query, for every home page."""
    newest = real_rounds().order_by(Round.id.desc()).limit(1).scalar_subquery()
    is_open_practice = Round.is_practice & Round.is_closed.is_(False)
    rounds = list(session.scalars(select(Round).where((Round.id == newest) | is_open_practice).order_by(Round.id.desc())))
    return next((round for round in rounds if not round.is_practice), None), [round for round in rounds if round.is_practice]


def unanswerable_criteria(standard: Standard, questionnaire: Questionnaire) -> tuple[str, ...]:
    """The codes of the criteria of a standard that need an answer for which a questionnaire does not ask."""
    asked = questionnaire.by_key.keys()
    return tuple(criterion.code for criterion in standard.criteria if not asked >= set(criterion.answers))


def latest_approved_submissions(session: Session) -> dict[str, Submission]:
    """The submission behind the newest approved snapshot of each ward that has one."""
    approved = [reference.submission_id for reference in newest_references(session).values()]
    query = select(Submission).where(Submission.id.in_(approved))
    rows = session.scalars(query.options(selectinload(Submission.answers), joinedload(Submission.round)))
    return {row.ward_code: row for row in rows}


def list_rounds(session: Session) -> list[Round]:
    """All rounds, those for practice too, newest first."""
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
    """The wards with a draft or a returned submission in an open round, or a submission waiting for review in any round that counts."""
    open_states = (CollectionState.DRAFT.value, CollectionState.RETURNED.value)
    is_in_progress = Submission.state.in_(open_states) & Round.is_closed.is_(False)
    query = select(Submission.ward_code).join(Round).where(is_in_progress | (Submission.state == CollectionState.SENT.value))
    return frozenset(session.scalars(query.where(Round.id.in_(real_rounds()))))


def current_round(session: Session) -> Round | None:
    """The newest round that counts, or None before the first."""
    return session.scalars(select(Round).where(Round.id.in_(real_rounds())).order_by(Round.id.desc()).limit(1)).first()


def set_closed(session: Session, round_id: int, *, closed: bool) -> Round:
    """Close a round to editing and sending, or open it again. Reviewing goes on."""
    round = get_round(session, round_id)
    round.is_closed = closed
    return round


def list_submissions(
    session: Session, round: Round, ward_codes: Collection[str] | None
) -> list[tuple[Submission, CollectionState, Ward]]:
    """The submissions of a round, of these wards or (None) of the whole city, each with its state and its ward."""
    query = select(Submission).where(Submission.round_id == round.id)
    if ward_codes is not None:
        query = query.where(Submission.ward_code.in_(ward_codes))
    wards = {ward.code: ward for ward in list_wards(session)}
    rows = [(row, CollectionState(row.state), wards[row.ward_code]) for row in session.scalars(query)]
    return sorted(rows, key=lambda row: row[2].position)


def count_what_goes(session: Session, round: Round) -> RoundContent:
    """What is removed with a round for practice. Raises RoundError for one that counts."""
    if not round.is_practice:
        raise RoundError(f"“{round.name}” là đợt khảo sát thật nên không xóa được. Chỉ xóa được đợt tập huấn.")
    of_round = Submission.round_id == round.id
    begun = select(func.count()).where(of_round, Submission.state != CollectionState.NOT_STARTED.value)
    files = select(func.count()).select_from(Evidence).join(Submission).where(of_round, Evidence.stored_as != "")
    return RoundContent(session.scalar(begun) or 0, session.scalar(files) or 0)


def remove_round(session: Session, round: Round) -> RoundContent:
    """Remove a round for practice with all that was answered, sent, remarked and attached in it. Raises RoundError for one that counts.

    Its files are named by nothing any more: they leave the backups, and lie unused in the storage as others do.
    """
    content = count_what_goes(session, round)
    session.execute(delete(Reminder).where(Reminder.round_id == round.id))
    # What hangs on a submission goes with it.
    session.execute(delete(Submission).where(Submission.round_id == round.id))
    session.execute(delete(Round).where(Round.id == round.id))
    session.expire_all()
    return content


def _new_submission(
    session: Session, round: Round, ward_code: str, newest: SnapshotReference | None, approved: Submission | None
) -> Submission:
    """A submission that starts with the last approved answers; the ward still has to confirm those that it gives."""
    answers = _carry_answers(session, round, approved) if approved else []
    base, state = newest.sha256 if newest else None, CollectionState.NOT_STARTED.value
    return Submission(round_id=round.id, ward_code=ward_code, base_sha256=base, state=state, answers=answers)


def _carry_answers(session: Session, round: Round, approved: Submission) -> list[Answer]:
    answers = {answer.field: answer for answer in approved.answers if answer.raw}
    origins = origins_between(session, approved.round.questionnaire_version, round.questionnaire_version)
    earlier, questions = EarlierAnswers(entries_of(approved), origins), questionnaire_of(round).by_key
    return [
        Answer(
            field=field,
            raw=answers[given_as].raw,
            version=0,
            saved_by=answers[given_as].saved_by,
            saved_at=answers[given_as].saved_at,
            is_carried=questions[question_key(field)].asked_of != "city",
        )
        for field, given_as in earlier.fields.items()
        if given_as in answers and (asked := questions.get(question_key(field))) and not _is_now_of_the_city(asked, origins)
    ]


def _is_now_of_the_city(question: Question, origins: Mapping[str, Origin]) -> bool:
    """Whether the city answers what the ward declared before: its answers count as evidence, and a ward's word is none."""
    return question.asked_of == "city" and origins[question.key].question.asked_of != "city"


def _check_days(opens_on: date, deadline: date) -> None:
    if deadline < opens_on:
        raise RoundError("Hạn gửi phải từ ngày mở trở đi.")
    if deadline.year > opens_on.year + 2:
        raise RoundError("Hạn gửi phải trong vòng hai năm kể từ ngày mở.")
