"""Sign-in: five failures in fifteen minutes lock a name for fifteen minutes, whether or not an account of it exists."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from accounts.identity import Identity, Role
from accounts.models import SignInFailure, User
from accounts.passwords import DUMMY_HASH, verify_password
from portal.clock import now
from portal.errors import WardReadinessError
from portal.vietnamese import fold

MAX_FAILURES = 5
WINDOW = timedelta(minutes=15)


class SignInError(WardReadinessError):
    """The name or the password is wrong, or the name is locked: one sentence for all, so that it tells nothing."""

    def __init__(self) -> None:
        super().__init__(
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Sai 5 lần trong 15 phút thì phải đợi 15 phút; "
            "quên mật khẩu thì nhờ quản trị hệ thống đặt lại."
        )


def check_password(session: Session, username: str, password: str) -> str | None:
    """The hash that the password of this name was compared with, or None where it is another one.

    Reads only, and takes as long for a name without an account: it comes before the transaction that writes, which must not last so long.
    """
    user = _find_user(session, fold(username)[:64])
    password_hash = user.password_hash if user else DUMMY_HASH
    return password_hash if verify_password(password_hash, password) and user else None


def check_sign_in(session: Session, username: str, checked_hash: str | None) -> User | None:
    """The user whose name this is and whose password ``check_password`` found right, or None. A failure is counted; the caller commits it."""
    name = fold(username)[:64]
    query = select(func.count()).select_from(SignInFailure)
    failures = session.scalar(query.where(SignInFailure.username == name, SignInFailure.at > now() - WINDOW)) or 0
    if failures >= MAX_FAILURES:
        return None
    user = _find_user(session, name)
    # The account may have been closed, or its password changed, since it was compared.
    if user is None or user.password_hash != checked_hash:
        session.add(SignInFailure(username=name, at=now()))
        return None
    session.execute(delete(SignInFailure).where(SignInFailure.username == name))
    return user


def find_identity(session: Session, user_id: int, session_version: int) -> Identity | None:
    """The person of an open browser session, or None once the account was closed or its sessions were ended."""
    user = session.get(User, user_id)
    if user is None or not user.is_active or user.session_version != session_version:
        return None
    return to_identity(user)


def to_identity(user: User) -> Identity:
    """The plain view of a user. Without named wards, a role of the city covers all and a role of a ward covers none."""
    role = Role(user.role)
    ward_codes = frozenset(row.ward_code for row in user.wards)
    wards = ward_codes if ward_codes or role.is_of_ward else None
    return Identity(user.id, user.username, user.full_name, role, wards, user.must_change_password)


def _find_user(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.username == name, User.is_active)).first()
