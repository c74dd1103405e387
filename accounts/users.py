"""Accounts: create, change, reset and close them. The last active administrator stays."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.identity import Role, Scope
from accounts.models import User, UserWard
from accounts.passwords import check_strength, hash_password, make_one_time_password, verify_password
from accounts.places import list_places
from accounts.pseudonyms import REMOVED
from accounts.scopes import check_scope, describe_scope, name_scope
from accounts.sessions import end_sessions
from accounts.throttle import lift
from portal.clock import now
from portal.errors import NotFoundError, WardReadinessError
from portal.mail import is_address
from portal.vietnamese import fold

MAX_FULL_NAME = 200
# Of a number that every database can look up.
MAX_DIGITS = 10
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


class UserError(WardReadinessError):
    """An account cannot be created or changed like this."""


class WrongPasswordError(UserError):
    """The password that is typed again, to change it, is not the one in use."""


class UsernameError(UserError):
    """The name of a new account is no name, or taken."""


@dataclass(frozen=True)
class AccountDetails:
    """What an administrator says of an account. ``wards`` are codes, for a scope that is a list."""

    full_name: str
    role: Role
    scope: Scope
    former_district: str = ""
    wards: tuple[str, ...] = ()
    email: str = ""

    @property
    def place(self) -> str:
        """What the account answers for, in words."""
        return name_scope(self.scope, self.former_district, self.wards)


@dataclass(frozen=True)
class Credentials:
    """A password and its hash. Hashing takes long: they are made before a transaction that writes begins."""

    password: str
    password_hash: str
    is_one_time: bool


@dataclass(frozen=True)
class Slip:
    """What is printed and handed to a person: the name, what the account is for, and the one-time password, which is stored nowhere."""

    username: str
    details: AccountDetails
    password: str


def make_credentials(password: str | None = None) -> Credentials:
    """A one-time password and its hash; or those of a password that is given."""
    chosen = password or make_one_time_password()
    return Credentials(chosen, hash_password(chosen), is_one_time=password is None)


def check_details(details: AccountDetails) -> None:
    """Raise UserError or ScopeError where an account cannot be like this."""
    if not details.full_name:
        raise UserError("Còn thiếu họ và tên.")
    if len(details.full_name) > MAX_FULL_NAME:
        raise UserError(f"Họ và tên dài {len(details.full_name)} ký tự; không quá {MAX_FULL_NAME} ký tự.")
    _check_email(details.email)
    check_scope(details.role, details.scope, details.former_district, details.wards)


def _check_email(email: str) -> None:
    if email and not is_address(email):
        raise UserError(f"Thư điện tử “{email[:60]}” chưa đúng. Viết theo dạng ten@co-quan.vn.")


def check_username(session: Session, username: str) -> str:
    """The name as it is stored. Raises UserError where it is no name, or taken."""
    name = fold(username)
    if name.startswith(REMOVED):
        raise UsernameError(f"Tên đăng nhập không bắt đầu bằng “{REMOVED}”: chỗ ấy dành cho người đã rời. Chọn tên khác.")
    if not _USERNAME.fullmatch(name):
        raise UsernameError(f"Tên đăng nhập “{username}” cần 3 đến 64 ký tự, chỉ gồm chữ không dấu, số, dấu chấm, gạch.")
    if has_user(session, name):
        raise UsernameError(f"Đã có tài khoản “{name}”. Chọn tên khác.")
    return name


def create_user(
    session: Session, username: str, details: AccountDetails, credentials: Credentials, *, is_demo: bool = False
) -> Slip:
    """Create an account. A one-time password has to be changed. Raises UserError, ScopeError."""
    check_details(details)
    name = check_username(session, username)
    user = User(
        username=name,
        password_hash=credentials.password_hash,
        must_change_password=credentials.is_one_time,
        is_demo=is_demo,
        created_at=now(),
    )
    _set_details(user, details)
    session.add(user)
    session.flush()
    return Slip(name, details, credentials.password)


def change_details(session: Session, user_id: int, details: AccountDetails) -> User:
    """Change an account; what its person may do changes with the next page. Raises UserError, ScopeError."""
    check_details(details)
    user = get_user(session, user_id)
    if details.role is not Role.ADMINISTRATOR:
        _keep_administrator(session, user)
    _set_details(user, details)
    return user


def details_of(user: User) -> AccountDetails:
    """What is stored of an account."""
    wards = tuple(row.ward_code for row in user.wards)
    return AccountDetails(user.full_name, Role(user.role), Scope(user.scope), user.former_district, wards, user.email)


def _set_details(user: User, details: AccountDetails) -> None:
    user.full_name, user.email = details.full_name, details.email
    user.role, user.scope = details.role.value, details.scope.value
    user.former_district = details.former_district if details.scope is Scope.FORMER_DISTRICT else ""
    codes = sorted(set(details.wards)) if details.scope is Scope.WARDS else []
    # Rows that stay are kept: one that is taken out and put in again would meet itself.
    rows = {row.ward_code: row for row in user.wards}
    user.wards = [rows.get(code) or UserWard(ward_code=code) for code in codes]


def parse_wards(text: str) -> list[str]:
    """The codes of a typed list of codes or names, separated by commas or semicolons. Raises UserError for what is neither."""
    codes = {place.code: place.code for place in list_places()} | {fold(place.name): place.code for place in list_places()}
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    found = {part: codes.get(part.zfill(5)) or codes.get(fold(part)) for part in parts}
    unknown = [part for part, code in found.items() if code is None]
    if unknown:
        raise UserError(f"Không có xã, phường nào mang mã hoặc tên “{', '.join(unknown)}”. Ghi như “00082” hoặc “Phường Cửa Nam”.")
    return [code for code in found.values() if code is not None]


def get_user(session: Session, user_id: int) -> User:
    """One account. Raises NotFoundError; one that was removed is none any more."""
    user = session.get(User, user_id)
    if user is None or is_removed(user):
        raise NotFoundError("Không có tài khoản này.")
    return user


def find_user(session: Session, username: str) -> User | None:
    """The account of a typed name, or None."""
    return session.scalars(select(User).where(User.username == fold(username))).first()


def get_named_user(session: Session, name: str) -> User:
    """The account of a user name or a number. Raises NotFoundError."""
    user = find_user(session, name)
    if user is None and name.isascii() and name.isdecimal() and len(name) < MAX_DIGITS:
        user = session.get(User, int(name))
    if user is None or is_removed(user):
        raise NotFoundError(f"Không có tài khoản “{name}”. Ghi tên đăng nhập, hoặc số tài khoản.")
    return user


def has_user(session: Session, name: str) -> bool:
    """Whether there is an account of this name, open or closed."""
    return session.scalars(select(User.id).where(User.username == name)).first() is not None


def is_removed(user: User) -> bool:
    """Whether only a pseudonym is left of the account, for what points at it."""
    return user.username.startswith(REMOVED)


def search_users(session: Session, text: str, role: str, state: str) -> list[User]:
    """The accounts whose name, full name, address or scope holds the text (whatever its diacritics), of a role and ``open`` or ``closed``."""
    query = select(User).where(User.username.not_like(f"{REMOVED}%")).order_by(User.username)
    if role:
        query = query.where(User.role == role)
    if state:
        query = query.where(User.is_active if state == "open" else ~User.is_active)
    folded = fold(text)
    return [
        user
        for user in session.scalars(query)
        if folded in fold(f"{user.username} {user.full_name} {user.email} {describe_scope(user)}")
    ]


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

    Raises WrongPasswordError, UserError, WeakPasswordError.
    """
    user = get_user(session, user_id)
    if not verify_password(user.password_hash, old):
        raise WrongPasswordError("Mật khẩu đang dùng chưa đúng.")
    if old == new:
        raise UserError("Mật khẩu mới phải khác mật khẩu đang dùng.")
    check_strength(new, (user.username, user.full_name, user.email, *places))
    return user.password_hash, hash_password(new)


def set_email(session: Session, user_id: int, email: str) -> User:
    """Change the address that reminders go to; blank takes it away. Raises UserError."""
    _check_email(email)
    user = get_user(session, user_id)
    user.email = email
    return user


def reset_password(session: Session, user_id: int, credentials: Credentials) -> Slip:
    """Give a new one-time password; every open session of the account ends, and its name is let in again."""
    user = get_user(session, user_id)
    user.password_hash = credentials.password_hash
    user.must_change_password = True
    end_sessions(session, user_id)
    lift(session, user.username)
    return Slip(user.username, details_of(user), credentials.password)


def set_active(session: Session, user_id: int, *, active: bool) -> User:
    """Open or close an account; its sessions end. Raises UserError for the last active administrator."""
    user = get_user(session, user_id)
    if not active:
        _keep_administrator(session, user)
    user.is_active = active
    end_sessions(session, user_id)
    return user


def _keep_administrator(session: Session, user: User) -> None:
    """Raise UserError where nobody but this person could manage accounts."""
    # The rows are locked, so that two administrators cannot close each other in the same moment.
    administrators = select(User).where(User.role == Role.ADMINISTRATOR.value, User.is_active).with_for_update()
    remaining = [administrator for administrator in session.scalars(administrators) if administrator.id != user.id]
    if user.role == Role.ADMINISTRATOR.value and user.is_active and not remaining:
        raise UserError("Đây là quản trị hệ thống cuối cùng nên không khóa, không đổi vai trò được. Tạo người quản trị khác trước.")


def has_administrator(session: Session) -> bool:
    """Whether anybody could sign in and make accounts."""
    return has_active(session, Role.ADMINISTRATOR)


def has_active(session: Session, role: Role) -> bool:
    """Whether anybody with this role could sign in."""
    return bool(session.scalar(select(func.count()).select_from(User).where(User.role == role.value, User.is_active)))
