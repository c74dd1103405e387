"""Accounts: create, change, reset and close them. The last active administrator stays."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User, UserWard
from accounts.passwords import check_strength, hash_password, make_one_time_password, verify_password
from accounts.sessions import end_sessions
from accounts.throttle import lift
from portal.clock import now
from portal.errors import NotFoundError, WardReadinessError
from portal.mail import is_address
from portal.vietnamese import fold

MAX_FULL_NAME = 200
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


class UserError(WardReadinessError):
    """An account cannot be created or changed like this."""


@dataclass(frozen=True)
class Slip:
    """What is printed and handed to a person: the name and the one-time password, which is stored nowhere."""

    username: str
    full_name: str
    role: Role
    password: str


def create_user(
    session: Session,
    username: str,
    full_name: str,
    role: Role,
    wards: Iterable[str] = (),
    *,
    password: str | None = None,
    is_demo: bool = False,
    email: str = "",
) -> Slip:
    """Create an account. Without a password it gets a one-time one that has to be changed. Raises UserError."""
    name, codes = fold(username), sorted(set(wards))
    if not _USERNAME.fullmatch(name):
        raise UserError(f"Tên đăng nhập “{username}” cần 3 đến 64 ký tự, chỉ gồm chữ không dấu, số, dấu chấm, gạch.")
    if not full_name.strip():
        raise UserError(f"Tài khoản “{name}” còn thiếu họ và tên.")
    if len(full_name.strip()) > MAX_FULL_NAME:
        raise UserError(f"Họ và tên của tài khoản “{name}” dài {len(full_name.strip())} ký tự; không quá {MAX_FULL_NAME} ký tự.")
    if role.is_of_ward and not codes:
        raise UserError(f"Tài khoản “{name}” là {role.label.lower()} nên phải ghi mã xã, phường.")
    if not role.is_of_ward and codes:
        raise UserError(f"Tài khoản “{name}” là {role.label.lower()}, làm việc cho toàn thành phố: bỏ trống mã xã, phường.")
    if email and not is_address(email):
        raise UserError(f"Thư điện tử “{email[:60]}” chưa đúng. Viết theo dạng ten@co-quan.vn.")
    if session.scalars(select(User.id).where(User.username == name)).first() is not None:
        raise UserError(f"Đã có tài khoản “{name}”. Chọn tên khác.")
    initial_password = password or make_one_time_password()
    session.add(
        User(
            username=name,
            full_name=full_name.strip(),
            email=email,
            password_hash=hash_password(initial_password),
            role=role.value,
            must_change_password=password is None,
            is_demo=is_demo,
            created_at=now(),
            wards=[UserWard(ward_code=code) for code in codes],
        )
    )
    session.flush()
    return Slip(name, full_name.strip(), role, initial_password)


def parse_ward_codes(text: str, known_codes: frozenset[str]) -> list[str]:
    """The codes of a typed list, separated by commas or semicolons. Raises UserError for an unknown code."""
    codes = [code.strip().zfill(5) for code in text.replace(";", ",").split(",") if code.strip()]
    unknown = sorted(set(codes) - known_codes)
    if unknown:
        raise UserError(f"Không có mã xã, phường {', '.join(unknown)}.")
    return codes


def get_user(session: Session, user_id: int) -> User:
    """One account. Raises NotFoundError."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("Không có tài khoản này.")
    return user


def has_user(session: Session, name: str) -> bool:
    """Whether there is an account of this name, open or closed."""
    return session.scalars(select(User.id).where(User.username == name)).first() is not None


def list_users(session: Session) -> list[User]:
    """All accounts by name."""
    return list(session.scalars(select(User).order_by(User.username)))


def change_password(session: Session, user_id: int, checked_hash: str, new_hash: str) -> User:
    """Put a new password in the place of the one that ``check_new_password`` found right; every open session ends. Raises UserError."""
    user = get_user(session, user_id)
    if user.password_hash != checked_hash:
        raise UserError("Mật khẩu vừa được đổi ở nơi khác. Đăng nhập lại rồi đổi nếu còn cần.")
    user.password_hash = new_hash
    user.must_change_password = False
    end_sessions(session, user_id)
    return user


def check_new_password(session: Session, user_id: int, old: str, new: str, places: Iterable[str] = ()) -> tuple[str, str]:
    """The stored hash that ``old`` was compared with, and the hash of ``new``. Reads only: hashing takes too long for a transaction that writes.

    Raises UserError, WeakPasswordError.
    """
    user = get_user(session, user_id)
    if not verify_password(user.password_hash, old):
        raise UserError("Mật khẩu đang dùng chưa đúng.")
    if old == new:
        raise UserError("Mật khẩu mới phải khác mật khẩu đang dùng.")
    check_strength(new, (user.username, user.full_name, user.email, *places))
    return user.password_hash, hash_password(new)


def set_email(session: Session, user_id: int, email: str) -> User:
    """Change the address that reminders go to; blank takes it away. Raises UserError."""
    if email and not is_address(email):
        raise UserError(f"Thư điện tử “{email[:60]}” chưa đúng. Viết theo dạng ten@co-quan.vn.")
    user = get_user(session, user_id)
    user.email = email
    return user


def reset_password(session: Session, user_id: int) -> Slip:
    """Give a new one-time password; every open session of the account ends, and its name is let in again."""
    user = get_user(session, user_id)
    password = make_one_time_password()
    user.password_hash = hash_password(password)
    user.must_change_password = True
    end_sessions(session, user_id)
    lift(session, user.username)
    return Slip(user.username, user.full_name, Role(user.role), password)


def set_active(session: Session, user_id: int, *, active: bool) -> User:
    """Open or close an account. Raises UserError for the last active administrator."""
    # The rows are locked, so that two administrators cannot close each other in the same moment.
    administrators = select(User).where(User.role == Role.ADMINISTRATOR.value, User.is_active).with_for_update()
    other_administrators = [user for user in session.scalars(administrators) if user.id != user_id]
    user = get_user(session, user_id)
    if not active and user.role == Role.ADMINISTRATOR.value and not other_administrators:
        raise UserError("Đây là quản trị hệ thống cuối cùng nên không khóa được. Tạo người quản trị khác trước.")
    user.is_active = active
    end_sessions(session, user_id)
    return user


def has_administrator(session: Session) -> bool:
    """Whether anybody could sign in and make accounts."""
    count = select(func.count()).select_from(User).where(User.role == Role.ADMINISTRATOR.value, User.is_active)
    return bool(session.scalar(count))
