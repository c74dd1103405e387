"""The effect of time alone in the coming years: which wards are no longer ready, as machines age and licences end, and what replacing
the machines costs. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from inventory.catalogue import load_catalogue
from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Owner, Snapshot
from scoring.rating.rating import Result, rate
from scoring.rating.standard import Standard


@dataclass(frozen=True)
class ForecastYear:
    """The end of one year, were nothing bought or renewed: the wards still ready, those that fell out since the year before, and the
    machines whose service life ends in it, with whole VND to replace them.
    """

    year: int
    ready: frozenset[str]
    fallen: frozenset[str]
    ending: Mapping[str, int]
    capital: int

    def without(self, leaves_out: Callable[[str], bool], prices: Mapping[str, Price]) -> Self:
        """The same year without the machines of some items, neither counted nor paid for."""
        ending = {item: count for item, count in self.ending.items() if not leaves_out(item)}
        return replace(self, ending=ending, capital=_replacement_cost(ending, prices))


def forecast(
    snapshots: Iterable[Snapshot], standard: Standard, prices: Mapping[str, Price], on: date, years: int
) -> tuple[ForecastYear, ...]:
    """The ends of this year and of the ``years`` after it. Service lives are those of the catalogue (TT 141/2025/TT-BTC).

    Machines without a known year have no known end: they are in no sum.
    """
    snapshots = tuple(snapshots)
    before = _ready_wards(snapshots, standard, on)
    forecast_years = []
    for year in range(on.year, on.year + years + 1):
        ready = _ready_wards(snapshots, standard, date(year, 12, 31))
        ending = _count_expiring(snapshots, year)
        capital = _replacement_cost(ending, prices)
        forecast_years.append(ForecastYear(year, ready, before - ready, ending, capital))
        before = ready
    return tuple(forecast_years)


def _replacement_cost(ending: Mapping[str, int], prices: Mapping[str, Price]) -> int:
    return sum(count * prices[item].unit_price for item, count in ending.items())


def _ready_wards(snapshots: Iterable[Snapshot], standard: Standard, on: date) -> frozenset[str]:
    return frozenset(snapshot.ward_code for snapshot in snapshots if rate(snapshot, standard, on).result is Result.READY)


def _count_expiring(snapshots: Iterable[Snapshot], year: int) -> dict[str, int]:
    catalogue = load_catalogue()
    counts: dict[str, int] = {}
    for snapshot in snapshots:
        for lot in snapshot.lots:
            life_years = catalogue[lot.item].life_years
            if (
                lot.owner is Owner.WARD
                and life_years is not None
                and lot.year is not None
                and lot.year + life_years == year
                and lot.working
            ):
                counts[lot.item] = counts.get(lot.item, 0) + lot.working
    return dict(sorted(counts.items()))
