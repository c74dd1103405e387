"""What time it is: dates are dates of the territory's clock, instants are UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, in UTC and aware."""
    return datetime.now(UTC)


def today() -> date:
    """The date that the territory's calendar shows."""
    return datetime.now(HANOI).date()


def to_hanoi(instant: datetime) -> datetime:
    """An instant as the territory's clock shows it."""
    return instant.astimezone(HANOI)
