"""Rounds: opened with a submission for each of the 126 wards, closed to sending, listed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.ward_search import list_wards
from portal.errors import NotFoundError, WardReadinessError
from scoring.publishing import get_standard
from surveys.models import Round, Submission
from surveys.questions import load_questionnaire
from surveys.states import CollectionState


class RoundError(WardReadinessError):
    """A round cannot be opened like this."""


def open_round(session: Session, name: str, opens_on: date, deadline: date, standard_version: str) -> Round:
    """Open a round: pinned to the questionnaire of today and to a standard, with a submission for each ward."""
    if not name.strip():
        raise RoundError("Hãy đặt tên cho đợt khảo sát.")
    if len(name.strip()) > 200:
        raise RoundError("Tên đợt không dài quá 200 ký tự.")
    _check_days(opens_on, deadline)
    if session.scalars(select(Round.id).where(Round.name == name.strip())).first() is not None:
        raise RoundError(f"Đã có đợt “{name.strip()}”. Đặt tên khác.")
    opened = Round(
        name=name.strip(),
        opens_on=opens_on,
        deadline=deadline,
        questionnaire_version=load_questionnaire().version,
        standard_version=get_standard(session, standard_version).version,
    )
    session.add(opened)
    session.flush()
    session.add_all(
        Submission(round_id=opened.id, ward_code=ward.code, state=CollectionState.NOT_STARTED.value) for ward in list_wards(session)
    )
    session.flush()
    return opened


def list_rounds(session: Session) -> list[Round]:
    """All rounds, newest first."""
    return list(session.scalars(select(Round).order_by(Round.id.desc())))


def get_round(session: Session, round_id: int) -> Round:
    """One round. Raises NotFoundError."""
    found = session.get(Round, round_id)
    if found is None:
        raise NotFoundError("Không có đợt khảo sát này.")
    return found


def set_deadline(session: Session, round_id: int, deadline: date) -> Round:
    """Move the deadline of a round. Raises RoundError."""
    found = get_round(session, round_id)
    _check_days(found.opens_on, deadline)
    found.deadline = deadline
    return found


def wards_in_work(session: Session) -> frozenset[str]:
    """The wards with a submission in work in a round that is open, or one that still waits for review in any round."""
    typing = (CollectionState.DRAFT.value, CollectionState.RETURNED.value)
    is_typed = Submission.state.in_(typing) & Round.is_closed.is_(False)
    query = select(Submission.ward_code).join(Round).where(is_typed | (Submission.state == CollectionState.SENT.value))
    return frozenset(session.scalars(query))


def current_round(session: Session) -> Round | None:
    """The newest round, or None before the first."""
    return session.scalars(select(Round).order_by(Round.id.desc()).limit(1)).first()


def set_closed(session: Session, round_id: int, *, closed: bool) -> Round:
    """Close a round to typing and sending, or open it again. Reviewing goes on."""
    found = get_round(session, round_id)
    found.is_closed = closed
    return found


def _check_days(opens_on: date, deadline: date) -> None:
    if deadline < opens_on:
        raise RoundError("Hạn gửi phải từ ngày mở trở đi.")
    if deadline.year > opens_on.year + 2:
        raise RoundError("Hạn gửi phải trong vòng hai năm kể từ ngày mở.")
