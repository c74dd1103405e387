"""The first steps of an administrator that are about people: letters that arrive, and an account for each ward."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import AuditEntry, User, UserWard
from accounts.places import list_places
from portal.formats import format_moment
from portal.navigation import StepState

MAIL_TESTED = "mail:test"


def find_mail_state(session: Session) -> StepState:
    """Whether a letter was ever sent to try it."""
    query = select(AuditEntry.at).where(AuditEntry.action == MAIL_TESTED).order_by(AuditEntry.id.desc()).limit(1)
    tested_at = session.scalars(query).first()
    return StepState(tested_at is not None, f"gửi thử lúc {format_moment(tested_at)}" if tested_at else "chưa gửi thử lần nào")


def find_accounts_state(session: Session) -> StepState:
    """How many wards have an officer who can sign in."""
    query = (
        select(UserWard.ward_code).join(User, User.id == UserWard.user_id).where(User.is_active, User.role == Role.OFFICER.value)
    )
    count, units = len(set(session.scalars(query))), len(list_places())
    return StepState(count == units, f"{count}/{units} đơn vị có công chức")
