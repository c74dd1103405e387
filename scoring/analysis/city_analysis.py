"""Analyses of the whole city over its newest approved snapshots. They write nothing."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from inventory.prices.price_lists import current_price_list
from inventory.prices.prices import PriceList, Version
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.wards import Ward
from portal.caches import Cache
from scoring.analysis.forecast import ForecastYear, forecast
from scoring.analysis.sensitivity import Curve, Threshold, sweep, values_to_try
from scoring.analysis.standard_comparison import Comparison, RatedCity, compare_rated, rate_city
from scoring.rating.city_readiness import CityReadiness
from scoring.rating.rating import Result
from scoring.rating.remedies import CostToReady, RemedyTerms, cost_to_ready
from scoring.rating.remedy_terms import current_remedy_terms
from scoring.rating.standard import Standard

# By city, standard, threshold, price list and terms.
_curves: Cache[tuple[str, str, str, Version, RemedyTerms], Curve] = Cache("threshold curves")
_rated_cities: Cache[tuple[str, str, Version, RemedyTerms], RatedCity] = Cache("comparison sides")
# By ward and snapshot, standard, day, price list and terms. One ward takes some milliseconds.
_costs: Cache[tuple[str, str | None, str, date, Version, RemedyTerms], CostToReady] = Cache("costs to ready")


def compare_with_current(session: Session, city: CityReadiness, standard: Standard) -> Comparison:
    """The city under the standard in force, and under another one."""
    prices, terms = current_price_list(session), current_remedy_terms(session)
    return compare_rated(_rate_city(city, city.standard, prices, terms), _rate_city(city, standard, prices, terms))


def compute_curve(session: Session, city: CityReadiness, standard: Standard, threshold: Threshold) -> Curve:
    """The city for each value that a threshold of the standard may take."""
    prices, terms = current_price_list(session), current_remedy_terms(session)
    values = values_to_try(threshold)
    key = (city.version, standard.fingerprint, threshold.code, prices.version, terms)
    return _curves.get(key, lambda: sweep(_snapshots(city), standard, threshold, values, prices.prices, terms, city.on))


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
    prices, terms = current_price_list(session), current_remedy_terms(session)
    shared = (city.standard.fingerprint, city.on, prices.version, terms)
    keys = {code: (code, city.hashes.get(code), *shared) for code in city.ratings}
    by_key = {key: city.ratings[code] for code, key in keys.items()}
    costs = _costs.get_many(
        keys.values(), lambda missing: {key: cost_to_ready(by_key[key], prices.prices, terms) for key in missing}
    )
    return {code: costs[key] for code, key in keys.items()}


def forecast_city(session: Session, city: CityReadiness, years: int) -> tuple[ForecastYear, ...]:
    """The effect of ageing alone on the city under the standard in force."""
    return forecast(_snapshots(city), city.standard, current_price_list(session).prices, city.on, years)


def _rate_city(city: CityReadiness, standard: Standard, prices: PriceList, terms: RemedyTerms) -> RatedCity:
    key = (city.version, standard.fingerprint, prices.version, terms)
    return _rated_cities.get(key, lambda: rate_city(_snapshots(city), standard, prices.prices, terms, city.on))


def _snapshots(city: CityReadiness) -> tuple[Snapshot, ...]:
    return tuple(rating.snapshot for rating in city.ratings.values() if rating.snapshot is not None)
