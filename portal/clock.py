"""What time it is: dates are dates of the territory's clock, instants are UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
# Nothing here is from before or for after: such a year is a slip of the keys, and too far for the calendar of a chart.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def now() -> datetime:
    """The present instant, in UTC and aware."""
    return datetime.now(UTC)


def today() -> date:
    """The date that the territory's calendar shows."""
    return datetime.now(HANOI).date()


def to_hanoi(instant: datetime) -> datetime:
    """An instant as the territory's clock shows it."""
    return instant.astimezone(HANOI)


def is_plausible(day: date) -> bool:
    """Whether a day that somebody typed can be meant."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
