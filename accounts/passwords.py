"""Passwords: hashed with argon2 at OWASP's 19 MiB, and one-time passwords that can be read off a slip."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from portal.errors import WardReadinessError

MIN_LENGTH = 10
# Letters and digits that nobody mistakes for one another on paper.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# A hash of nothing, so that an unknown name takes as long to refuse as a wrong password.
DUMMY_HASH = _hasher.hash(secrets.token_hex(16))


class WeakPasswordError(WardReadinessError):
    """The new password is too easy to guess."""


def hash_password(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def verify_password(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_strength(password: str, username: str) -> None:
    """Raise WeakPasswordError where the password is short, is one letter over and over, or holds the user name."""
    if len(password) < MIN_LENGTH:
        raise WeakPasswordError(f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự. Nên ghép vài từ dễ nhớ với nhau.")
    if len(set(password)) < 5 or username.casefold() in password.casefold():
        raise WeakPasswordError("Mật khẩu quá dễ đoán. Đừng lặp một ký tự và đừng dùng tên đăng nhập.")


def make_one_time_password() -> str:
    """``abcd-efgh-jkmn``: three groups of four readable characters."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
