"""Which backups are kept. Pure."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta

from portal.clock import to_hanoi

# What was made before an upgrade or a mistake is there on the day after, however many were made since.
RECENT = timedelta(days=2)
DAYS, WEEKS, MONTHS = 7, 4, 12


def instants_to_keep(instants: Iterable[datetime]) -> frozenset[datetime]:
    """All of the last two days, the newest of each of the last 7 days, 4 weeks and 12 months that have one.

    Periods without a backup count for nothing, and “last” is seen from the newest: an installation that made none for a year loses none.
    """
    newest_first = sorted(instants, reverse=True)
    if not newest_first:
        return frozenset()
    kept = {instant for instant in newest_first if newest_first[0] - instant <= RECENT}
    for period_of, count in ((_day, DAYS), (_week, WEEKS), (_month, MONTHS)):
        newest: dict[Hashable, datetime] = {}
        for instant in newest_first:
            newest.setdefault(period_of(instant), instant)
        kept.update(list(newest.values())[:count])
    return frozenset(kept)


def _day(instant: datetime) -> Hashable:
    return to_hanoi(instant).date()


def _week(instant: datetime) -> Hashable:
    return to_hanoi(instant).isocalendar()[:2]


def _month(instant: datetime) -> Hashable:
    return to_hanoi(instant).strftime("%Y-%m")
