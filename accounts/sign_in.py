"""Sign-in: five failures in fifteen minutes lock a name for fifteen minutes, whether or not an account of it exists."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from accounts.identity import Identity, Role
from accounts.models import SignInFailure, User
from accounts.passwords import NOBODY, is_right
from portal.clock import now
from portal.errors import WardReadinessError
from portal.vietnamese import fold

FAILURES = 5
WINDOW = timedelta(minutes=15)


class SignInError(WardReadinessError):
    """The name or the password is wrong, or the name is locked: one sentence for all, so that it tells nothing."""

    def __init__(self) -> None:
        super().__init__(
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Sai 5 lần trong 15 phút thì phải đợi 15 phút; "
            "quên mật khẩu thì nhờ quản trị hệ thống đặt lại."
        )


def check_sign_in(session: Session, username: str, password: str) -> User | None:
    """The user whose name and password these are, or None. A failure is counted; the caller commits it."""
    name = fold(username)[:64]
    failed = select(func.count()).select_from(SignInFailure)
    failures = session.scalar(failed.where(SignInFailure.username == name, SignInFailure.at > now() - WINDOW)) or 0
    user = session.scalars(select(User).where(User.username == name, User.is_active)).first()
    right = is_right(user.password_hash if user else NOBODY, password)
    if failures >= FAILURES:
        return None
    if user is None or not right:
        session.add(SignInFailure(username=name, at=now()))
        return None
    session.execute(delete(SignInFailure).where(SignInFailure.username == name))
    return user


def find_identity(session: Session, user_id: int, session_version: int) -> Identity | None:
    """The person of an open browser session, or None once the account was closed or its sessions were ended."""
    user = session.get(User, user_id)
    if user is None or not user.is_active or user.session_version != session_version:
        return None
    return identity_of(user)


def identity_of(user: User) -> Identity:
    """The plain view of a user. Without named wards, a role of the city covers all and a role of a ward covers none."""
    role = Role(user.role)
    named = frozenset(row.ward_code for row in user.wards)
    wards = named if named or role.is_of_ward else None
    return Identity(user.id, user.username, user.full_name, role, wards, user.must_change_password)
