"""Passwords: hashed with argon2 at OWASP's 19 MiB, refused where they are easy to guess, and one-time ones that can be read off a slip."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from portal.errors import WardReadinessError
from portal.vietnamese import fold

MIN_LENGTH, MAX_LENGTH = 10, 200
# Whoever gets hold of the hashes tries so many within hours.
MIN_GUESSES = 10**9
# zxcvbn looks at no more.
_LOOKED_AT = 72
# What people here put into passwords and no foreign list holds.
LOCAL_WORDS = tuple((Path(__file__).parent / "data" / "password_words.txt").read_text("utf-8").split())
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


def check_strength(password: str, words: Iterable[str] = ()) -> None:
    """Raise WeakPasswordError where the password is short, or is guessed from common passwords, local words, and ``words`` of the person."""
    if len(password) < MIN_LENGTH:
        raise WeakPasswordError(f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự. Nên ghép vài từ dễ nhớ với nhau.")
    if len(password) > MAX_LENGTH:
        raise WeakPasswordError(f"Mật khẩu dài nhất {MAX_LENGTH} ký tự.")
    inputs = {
        part for word in (*LOCAL_WORDS, *words) for part in (fold(word).replace(" ", ""), *fold(word).split()) if len(part) > 1
    }
    # Diacritics and blanks between the same few words make a password no harder to guess.
    spellings = {text for text in (password, fold(password), fold(password).replace(" ", "")) if text}
    guesses = min(zxcvbn(text[:_LOOKED_AT], user_inputs=sorted(inputs))["guesses"] for text in spellings)
    if guesses < MIN_GUESSES:
        raise WeakPasswordError(
            "Mật khẩu quá dễ đoán: từ thường gặp, tên đăng nhập, họ tên, địa danh, năm, dãy phím hay ký tự lặp lại. "
            "Ghép ba, bốn từ không liên quan với nhau."
        )


def make_one_time_password() -> str:
    """``abcd-efgh-jkmn``: three groups of four readable characters."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
