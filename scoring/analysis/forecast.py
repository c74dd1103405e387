"""What ageing alone does in the coming years: who falls out of ready, and what replacing worn equipment costs. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.catalogue import load_catalogue
from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Owner, Snapshot
from scoring.rating.rating import Result, rate
from scoring.rating.standard import Standard


@dataclass(frozen=True)
class ForecastYear:
    """The end of one year, were nothing bought: the wards still ready, those that fell out since the year before, and the
    machines whose service life ends in it, with whole VND to replace them.
    """

    year: int
    ready: frozenset[str]
    fallen: frozenset[str]
    ending: Mapping[str, int]
    capital: int


def forecast(
    snapshots: Iterable[Snapshot], standard: Standard, prices: Mapping[str, Price], on: date, years: int
) -> tuple[ForecastYear, ...]:
    """The ends of this year and of the ``years`` after it. Service lives are those of the catalogue (TT 141/2025/TT-BTC).

    Machines without a known year have no known end: they are in no sum.
    """
    wards = tuple(snapshots)
    before = _ready(wards, standard, on)
    told = []
    for year in range(on.year, on.year + years + 1):
        ready = _ready(wards, standard, date(year, 12, 31))
        ending = _ending(wards, year)
        capital = sum(count * prices[item].unit_price for item, count in ending.items())
        told.append(ForecastYear(year, ready, before - ready, ending, capital))
        before = ready
    return tuple(told)


def _ready(snapshots: Iterable[Snapshot], standard: Standard, on: date) -> frozenset[str]:
    return frozenset(snapshot.ward_code for snapshot in snapshots if rate(snapshot, standard, on).result is Result.READY)


def _ending(snapshots: Iterable[Snapshot], year: int) -> dict[str, int]:
    catalogue = load_catalogue()
    counts: dict[str, int] = {}
    for snapshot in snapshots:
        for lot in snapshot.lots:
            life = catalogue[lot.item].life_years
            if lot.owner is Owner.WARD and life is not None and lot.year is not None and lot.year + life == year and lot.working:
                counts[lot.item] = counts.get(lot.item, 0) + lot.working
    return dict(sorted(counts.items()))
