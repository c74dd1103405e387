"""Analyses of the whole city over its newest approved snapshots. They write nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from inventory.prices.price_lists import current_price_list
from inventory.prices.prices import PriceList
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.wards import Ward
from scoring.analysis.forecast import ForecastYear, forecast
from scoring.analysis.sensitivity import Curve, Threshold, sweep, values_to_try
from scoring.analysis.standard_comparison import Comparison, RatedCity, compare_rated, rate_city
from scoring.rating.city_readiness import CityReadiness
from scoring.rating.rating import Result
from scoring.rating.remedies import CostToReady, cost_to_ready
from scoring.rating.standard import Standard

# Curves and rated cities by what they were made from: city, standard, threshold, price list. None of them ever changes.
_curves: dict[tuple[str, str, str, tuple[int, int]], Curve] = {}
_rated_cities: dict[tuple[str, str, tuple[int, int]], RatedCity] = {}
_KEPT = 200
# Costs by what they were made from: ward and approval, standard, day, price list. One ward takes ten milliseconds.
_costs: dict[tuple[str, datetime | None, str, date, int], CostToReady] = {}
_COSTS_KEPT = 2000


def compare_with_current(session: Session, city: CityReadiness, standard: Standard) -> Comparison:
    """The city under the standard in force, and under another one."""
    prices = current_price_list(session)
    return compare_rated(_rate_city(city, city.standard, prices), _rate_city(city, standard, prices))


def compute_curve(session: Session, city: CityReadiness, standard: Standard, threshold: Threshold) -> Curve:
    """The city for each value that a threshold of the standard may take."""
    prices = current_price_list(session)
    key = (city.version, standard.sha256, threshold.code, prices.version)
    if key not in _curves:
        if len(_curves) > _KEPT:
            _curves.clear()
        _curves[key] = sweep(_snapshots(city), standard, threshold, values_to_try(threshold), prices.prices, city.on)
    return _curves[key]


@dataclass(frozen=True)
class Distance:
    """How far one ward is from ready: what it takes, and how many different items that is."""

    ward: Ward
    cost: CostToReady

    @property
    def items(self) -> int:
        """How many different items are lacking."""
        return len({line.item for line in self.cost.lines})


def nearest_wards(session: Session, city: CityReadiness) -> tuple[Distance, ...]:
    """The rated wards that are not ready: those that money turns ready first, fewest items, then cheapest, first."""
    not_ready = [ward for ward in city.wards if city.ratings[ward.code].result in (Result.NOT_READY, Result.INCOMPLETE)]
    costs = costs_to_ready(session, city)
    distances = [Distance(ward, costs[ward.code]) for ward in not_ready]
    return tuple(
        sorted(distances, key=lambda d: (not d.cost.possible, d.items, d.cost.capital + d.cost.recurrent, d.ward.position))
    )


def costs_to_ready(session: Session, city: CityReadiness) -> dict[str, CostToReady]:
    """What it takes to turn each ward ready, at the prices of the newest list."""
    prices = current_price_list(session)
    if len(_costs) > _COSTS_KEPT:
        _costs.clear()
    costs = {}
    for code, rating in city.ratings.items():
        approved_at = rating.snapshot.approved_at if rating.snapshot else None
        key = (code, approved_at, city.standard.sha256, city.on, prices.id)
        if key not in _costs:
            _costs[key] = cost_to_ready(rating, prices.prices)
        costs[code] = _costs[key]
    return costs


def forecast_city(session: Session, city: CityReadiness, years: int) -> tuple[ForecastYear, ...]:
    """The effect of ageing alone on the city under the standard in force."""
    return forecast(_snapshots(city), city.standard, current_price_list(session).prices, city.on, years)


def _rate_city(city: CityReadiness, standard: Standard, prices: PriceList) -> RatedCity:
    key = (city.version, standard.sha256, prices.version)
    if key not in _rated_cities:
        if len(_rated_cities) > _KEPT:
            _rated_cities.clear()
        _rated_cities[key] = rate_city(_snapshots(city), standard, prices.prices, city.on)
    return _rated_cities[key]


def _snapshots(city: CityReadiness) -> tuple[Snapshot, ...]:
    return tuple(rating.snapshot for rating in city.ratings.values() if rating.snapshot is not None)
