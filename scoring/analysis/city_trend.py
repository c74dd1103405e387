"""The trend of the city from its approved snapshots: rated like the city, by the same standard on the same day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from inventory.snapshots.repository import list_snapshot_references, snapshots_by_hash
from portal.caches import Cache, content_key
from scoring.analysis.burndown import BurndownChart, draw_burndown
from scoring.analysis.trend import (
    Approval,
    DayCount,
    Deadline,
    Forecast,
    RoundStanding,
    count_changes,
    count_days,
    forecast_readiness,
    standings_by_round,
)
from scoring.rating.city_readiness import CityReadiness, rate_each
from scoring.rating.rating import Result

# By the state of the city, its approvals, and the target.
_trends: Cache[tuple[str, str, date], "Trend"] = Cache("trends")


@dataclass(frozen=True)
class Trend:
    """Every approval in order, and the standing of the city against its deadline."""

    city: CityReadiness
    approvals: tuple[Approval, ...]
    deadline: Deadline

    @cached_property
    def days(self) -> tuple[DayCount, ...]:
        """The counts of each day with an approval."""
        return count_days(self.approvals)

    @cached_property
    def rounds(self) -> Sequence[RoundStanding]:
        """The standing at the end of each round."""
        return standings_by_round(self.approvals)

    @cached_property
    def forecast(self) -> Forecast | None:
        """When all wards will be ready; None where that cannot be forecast."""
        return forecast_readiness(self.approvals, self.deadline)

    @property
    def before(self) -> RoundStanding | None:
        """The round before the newest one."""
        return self.rounds[-2] if len(self.rounds) > 1 else None

    @property
    def changes(self) -> dict[Result, int] | None:
        """How many wards more, or fewer, have each result than at the end of the round before; None while there is none."""
        return count_changes(self.before, self.city.counts) if self.before else None

    def draw(self, width: int, height: int) -> BurndownChart | None:
        """The burndown chart in that size; None while nothing is approved."""
        return draw_burndown(self.days, self.deadline, self.forecast, width, height) if self.days else None


def city_trend(session: Session, city: CityReadiness, target: date) -> Trend:
    """The trend of the city. Two queries once every snapshot was read."""
    recorded = tuple(list_snapshot_references(session))

    def make() -> Trend:
        hashes = {snapshot.sha256: snapshot.sha256 for snapshot in recorded}
        ratings = rate_each(hashes, snapshots_by_hash(session, hashes), city.standard, city.on)
        approvals = tuple(
            Approval(snapshot.day, snapshot.round_id, snapshot.round_name, ratings[snapshot.sha256]) for snapshot in recorded
        )
        return Trend(city, approvals, Deadline(city.on, target, len(city.wards), city.counts[Result.READY]))

    return _trends.get((city.version, content_key(recorded), target), make)
