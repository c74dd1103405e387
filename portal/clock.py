"""What time it is: dates are dates of Hà Nội, instants are UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, in UTC and aware."""
    return datetime.now(UTC)


def today() -> date:
    """The date that the calendar in Hà Nội shows."""
    return datetime.now(HANOI).date()


def to_hanoi(instant: datetime) -> datetime:
    """An instant as the clock in Hà Nội shows it."""
    return instant.astimezone(HANOI)
