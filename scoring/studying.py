"""What a change of the standard would do to the city, over the newest approved snapshots. It writes nothing."""

from sqlalchemy.orm import Session

from inventory.price_lists import current_price_list
from inventory.snapshot import Snapshot
from scoring.readiness import CityReadiness
from scoring.sensitivity import Curve, Threshold, sweep, values_of
from scoring.standard import Standard
from scoring.what_if import Comparison, compare

# Curves by what they were made from: city, standard, threshold, price list. None of them ever changes.
_curves: dict[tuple[str, str, str, int], Curve] = {}
_KEPT = 200


def compare_with_current(session: Session, city: CityReadiness, standard: Standard) -> Comparison:
    """The city under the standard in force, and under another one."""
    return compare(_snapshots(city), city.standard, standard, current_price_list(session).prices, city.on)


def draw_threshold(session: Session, city: CityReadiness, standard: Standard, threshold: Threshold) -> Curve:
    """The city for each value that a threshold of the standard may take."""
    prices = current_price_list(session)
    key = (city.version, standard.sha256, threshold.code, prices.id)
    if key not in _curves:
        if len(_curves) > _KEPT:
            _curves.clear()
        _curves[key] = sweep(_snapshots(city), standard, threshold, values_of(threshold), prices.prices, city.on)
    return _curves[key]


def _snapshots(city: CityReadiness) -> tuple[Snapshot, ...]:
    return tuple(rating.snapshot for rating in city.ratings.values() if rating.snapshot is not None)
