"""Who acts for whom while somebody is away (ủy quyền): from a day to a day, by a document, and named in each line of the audit trail.

A deputy keeps an account of their own, and chooses for a session to act for the absent person: with that person's role and scope, under
both names. What asks for two persons still asks for two: the deputy is one of them, whoever they act for.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from accounts.identity import Identity, Role, acting_name
from accounts.models import BrowserSession, StandIn, User
from accounts.sign_in import to_identity
from portal.clock import now, today
from portal.errors import NotFoundError, WardReadinessError

MAX_DAYS = 366
MAX_DOCUMENT = 200
UNKNOWN = "Không có lần ủy quyền này, hoặc đã hết hạn."


class StandInError(WardReadinessError):
    """Nobody can stand in like this."""


def create_stand_in(session: Session, absent: User, deputy: User, since: date, until: date, document: str, by: str) -> StandIn:
    """Let the deputy act for the absent person from a day to a day, both included. Raises StandInError."""
    if absent.id == deputy.id:
        raise StandInError("Người làm thay phải là người khác.")
    if Role.ADMINISTRATOR in (absent.role, deputy.role):
        raise StandInError("Quản trị hệ thống không ủy quyền và không làm thay ai. Tạo thêm một tài khoản quản trị khi cần.")
    if not (absent.is_active and deputy.is_active):
        raise StandInError("Tài khoản đã khóa thì không ủy quyền và không làm thay được.")
    if not since <= until <= since + timedelta(days=MAX_DAYS) or until < today():
        raise StandInError(f"Ngày kết thúc phải từ hôm nay, không trước ngày bắt đầu và không quá {MAX_DAYS} ngày sau đó.")
    if not document.strip():
        raise StandInError("Ghi số, ngày của văn bản ủy quyền hoặc phân công.")
    if len(document) > MAX_DOCUMENT:
        raise StandInError(f"Phần ghi văn bản không quá {MAX_DOCUMENT} ký tự.")
    overlap = select(StandIn).where(
        StandIn.absent_id == absent.id, StandIn.deputy_id == deputy.id, StandIn.until >= since, StandIn.since <= until, _is_kept()
    )
    if session.scalars(overlap).first() is not None:
        raise StandInError("Người này đã được ủy quyền trong khoảng ngày ấy. Kết thúc lần ủy quyền cũ trước.")
    row = StandIn(absent=absent, deputy=deputy, since=since, until=until, document=document.strip(), by=by, at=now(), ended_at=None)
    session.add(row)
    session.flush()
    return row


def end_stand_in(session: Session, stand_in_id: int, user_id: int) -> StandIn:
    """Take back one of this person: who acts by it acts as themselves from the next page on. Raises NotFoundError."""
    row = get_stand_in_of(session, stand_in_id, user_id)
    row.ended_at = row.ended_at or now()
    return row


def get_stand_in(session: Session, stand_in_id: int) -> StandIn:
    """One of them. Raises NotFoundError."""
    row = session.get(StandIn, stand_in_id)
    if row is None:
        raise NotFoundError(UNKNOWN)
    return row


def get_stand_in_of(session: Session, stand_in_id: int, user_id: int) -> StandIn:
    """One in which this person is the absent one or the deputy. Raises NotFoundError."""
    row = get_stand_in(session, stand_in_id)
    if user_id not in (row.absent_id, row.deputy_id):
        raise NotFoundError(UNKNOWN)
    return row


def get_offered(session: Session, stand_in_id: int, deputy_id: int) -> StandIn:
    """One by which this person may act today. Raises NotFoundError where it is not the person's, or not valid today."""
    row = get_stand_in(session, stand_in_id)
    if row.deputy_id != deputy_id or not is_valid(row):
        raise NotFoundError(UNKNOWN)
    return row


def list_stand_ins(session: Session, user_id: int) -> list[StandIn]:
    """All in which a person is the absent one or the deputy, the newest first."""
    query = select(StandIn).where(or_(StandIn.absent_id == user_id, StandIn.deputy_id == user_id))
    return list(session.scalars(query.order_by(StandIn.since.desc(), StandIn.id.desc())))


def list_offered(session: Session, deputy_id: int) -> list[StandIn]:
    """Those by which a person may act today."""
    return [row for row in list_stand_ins(session, deputy_id) if row.deputy_id == deputy_id and is_valid(row)]


def is_valid(row: StandIn) -> bool:
    """Whether one may act by it today: it has begun and not ended, and neither account is closed, or has become an administrator's."""
    people = row.absent, row.deputy
    is_today = row.ended_at is None and row.since <= today() <= row.until
    return is_today and all(person.is_active and person.role != Role.ADMINISTRATOR for person in people)


def begin_acting(session: Session, session_id: int, deputy_id: int, stand_in_id: int) -> StandIn:
    """Let a session act by a stand-in from now on. Raises NotFoundError where it is not the person's, or not valid today."""
    row = get_offered(session, stand_in_id, deputy_id)
    _browser_session(session, session_id).stand_in_id = row.id
    return row


def end_acting(session: Session, session_id: int) -> None:
    """Let a session act for its own person again."""
    _browser_session(session, session_id).stand_in_id = None


def identity_of(browser_session: BrowserSession) -> Identity | None:
    """Who is at the keyboard of an open session, and for whom they act; None once the account was closed."""
    if not browser_session.user.is_active:
        return None
    person, row = to_identity(browser_session.user), browser_session.stand_in
    if row is None or not is_valid(row):
        return person
    return _act_for(person, to_identity(row.absent))


def find_ended(browser_session: BrowserSession) -> str | None:
    """The name of the person for whom this session acted until the stand-in ended, or None."""
    row = browser_session.stand_in
    return row.absent.full_name if row is not None and not is_valid(row) else None


def find_identity(session: Session, username: str, acts_for: str | None) -> Identity | None:
    """The person of an open account, acting for whom they may still act; None where either has ended."""
    user = session.scalars(select(User).where(User.username == username, User.is_active)).first()
    if user is None or acts_for is None:
        return to_identity(user) if user is not None else None
    row = next((row for row in list_offered(session, user.id) if row.absent.username == acts_for), None)
    return _act_for(to_identity(user), to_identity(row.absent)) if row is not None else None


def _act_for(person: Identity, absent: Identity) -> Identity:
    full_name = acting_name(person.full_name, absent.full_name)
    return Identity(
        person.user_id,
        person.username,
        full_name,
        absent.role,
        absent.wards,
        person.must_change_password,
        acts_for=absent.username,
        acts_for_id=absent.user_id,
    )


def _is_kept() -> ColumnElement[bool]:
    return StandIn.ended_at.is_(None)


def _browser_session(session: Session, session_id: int) -> BrowserSession:
    return session.get_one(BrowserSession, session_id)
