"""Sign-in: a name and a password are compared with what is stored, and an open session tells who is at the keyboard."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Identity, Role
from accounts.models import User
from accounts.passwords import DUMMY_HASH, verify_password
from accounts.scopes import covered_wards
from portal.errors import WardReadinessError
from portal.vietnamese import fold


class SignInError(WardReadinessError):
    """The name or the password is wrong: one sentence for both, so that it tells nothing."""

    def __init__(self) -> None:
        super().__init__("Tên đăng nhập hoặc mật khẩu chưa đúng. Quên mật khẩu thì nhờ quản trị hệ thống đặt lại.")


def fold_name(username: str) -> str:
    """A typed name as names are stored and counted."""
    return fold(username)[:64]


def check_password(session: Session, name: str, password: str) -> str | None:
    """The hash that the password of this name was compared with, or None where it is another one.

    Reads only, and takes as long for a name without an account: it comes before the transaction that writes, which must not last so long.
    """
    user = _find_user(session, name)
    password_hash = user.password_hash if user else DUMMY_HASH
    return password_hash if verify_password(password_hash, password) and user else None


def find_checked_user(session: Session, name: str, checked_hash: str | None) -> User | None:
    """The user whose password ``check_password`` found right; None where it was wrong, or changed, or the account closed, since then."""
    user = _find_user(session, name)
    return user if user is not None and user.password_hash == checked_hash else None


def to_identity(user: User) -> Identity:
    """The plain view of a user."""
    return Identity(user.id, user.username, user.full_name, Role(user.role), covered_wards(user), user.must_change_password)


def _find_user(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.username == name, User.is_active)).first()
