"""The throttle of sign-ins: after some failures the next try has to wait, ever longer, but never for long.

A try counts before its password is compared, so that guesses sent all at once count like those sent in turn. A stranger's tries count for
the name and for the address; a device that has signed in with this name before has a count of its own, so that strangers cannot shut its
owner out. An administrator's reset gives the name a credit, until a password is chosen: its one-time one cannot be guessed, and must be let in.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.models import SignInCount
from portal.clock import now
from portal.database import write_separately
from portal.errors import WardReadinessError

# What was not tried for a day is forgotten.
MEMORY = timedelta(days=1)
RESET_CREDIT = 1000


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and the longest wait after more."""

    free: int
    longest: timedelta


NAME = Limit(5, timedelta(minutes=5))
DEVICE = Limit(10, timedelta(minutes=5))
# A whole office, or the network of a whole city, may come from one address.
ADDRESS = Limit(100, timedelta(seconds=30))


class TooManyTriesError(WardReadinessError):
    """The next try comes too early: it was not looked at, and did not count."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Đã nhập sai nhiều lần. Đợi {seconds} giây rồi thử lại; quên mật khẩu thì nhờ quản trị hệ thống đặt lại.")
        self.seconds = seconds


@dataclass(frozen=True)
class Count:
    """One count that a try belongs to."""

    key: str
    limit: Limit


def counts_of(name: str, address: str, device: str | None) -> tuple[Count, ...]:
    """The counts of a try for a name (folded). ``device`` is the number of a device that has signed in with this name before."""
    if device is not None:
        return (Count(f"device {device} {name}", DEVICE),)
    return (name_count(name), Count(f"address {_network(address)}", ADDRESS))


def name_count(name: str) -> Count:
    """The count of a name, whether or not there is an account of it."""
    return Count(f"name {name}", NAME)


def own_password_count(user_id: int) -> Count:
    """The count of the password that a person types again to change it."""
    return Count(f"own password {user_id}", DEVICE)


def keys_of(name: str, user_id: int) -> ColumnElement[bool]:
    """The rows that count for an account: by its name, by its devices, and for the password that is typed again."""
    device = SignInCount.key.startswith("device ") & SignInCount.key.endswith(f" {name}", autoescape=True)
    return or_(SignInCount.key.in_([name_count(name).key, own_password_count(user_id).key]), device)


def find_wait(failures: int, since_last: timedelta, limit: Limit) -> timedelta:
    """How long the next try has to wait: nothing while failures are free, then a second, two, four, up to the longest."""
    if failures < limit.free:
        return timedelta()
    # The exponent is bounded, so that no number of failures makes a wait that no timedelta holds.
    pause = min(limit.longest, timedelta(seconds=2 ** min(failures - limit.free, 30)))
    return max(timedelta(), pause - max(timedelta(), since_last))


def take_try(session: Session, counts: Iterable[Count]) -> timedelta:
    """Count a try as failed before it is looked at (``forgive`` takes that back), or say how long the next one has to wait."""
    at = now()
    session.execute(delete(SignInCount).where(SignInCount.last_at < at - MEMORY))
    rows = [(_lock_row(session, count.key, at), count.limit) for count in counts]
    wait = max(find_wait(row.failures, at - row.last_at, limit) for row, limit in rows)
    if not wait:
        for row, _limit in rows:
            row.failures, row.last_at = row.failures + 1, at
    return wait


def check_try(counts: Iterable[Count]) -> None:
    """Take a try in a transaction of its own, so that no password is compared while others wait. Raises TooManyTriesError."""
    wait = write_separately(lambda session: take_try(session, counts))
    if wait:
        raise TooManyTriesError(math.ceil(wait.total_seconds()))


def forgive(session: Session, counts: Iterable[Count]) -> None:
    """The try was right: what it counted is taken back, and the failures of this name or device are forgotten."""
    for count in counts:
        row = session.get(SignInCount, count.key)
        if row is None:
            continue
        if count.limit is ADDRESS:
            row.failures -= 1
        else:
            session.delete(row)


def lift(session: Session, name: str) -> None:
    """Let a name in again, and for a day through more failures than strangers make meanwhile."""
    row = _lock_row(session, name_count(name).key, now())
    row.failures, row.last_at = -RESET_CREDIT, now()


def _lock_row(session: Session, key: str, at: datetime) -> SignInCount:
    """The row of a key, made where there is none, and held until the transaction ends. No instant in it lies in the future."""
    query = select(SignInCount).where(SignInCount.key == key).with_for_update()
    row = session.scalars(query).first()
    if row is None:
        try:
            with session.begin_nested():
                session.add(SignInCount(key=key, failures=0, last_at=at))
        except IntegrityError:
            # Another worker made it in the same moment.
            pass
        row = session.scalars(query).one()
    row.last_at = min(row.last_at, at)
    return row


def _network(address: str) -> str:
    """An address by what its owner was given: of IPv6 that is a network, in which every try could come from another address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    return str(IPv6Address(int(ip) >> 64 << 64)) if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None else str(ip)
