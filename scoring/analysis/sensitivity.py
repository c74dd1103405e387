"""The sensitivity to one threshold: ready wards and money for each value that it may take. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Snapshot
from scoring.rating.rating import Rating, Result, rate
from scoring.rating.remedies import CostToReady, RemedyTerms, cost_to_ready
from scoring.rating.standard import Criterion, Standard

PASS_MARK = "pass_mark"  # noqa: S105 - a key, no password
# A step that changes the result of at least so many wards is a cliff.
CLIFF = 5


@dataclass(frozen=True)
class Threshold:
    """One number of a standard that may be varied: the pass mark, a percentage or a fixed need of a criterion.

    ``code`` is that of the criterion, or ``pass_mark``; ``value`` the current one, in ``unit``.
    """

    code: str
    name: str
    value: int
    unit: str


@dataclass(frozen=True)
class Point:
    """One value of the threshold: the wards that are ready then, and whole VND to turn the others ready that money can."""

    value: int
    ready: frozenset[str]
    capital: int
    recurrent: int


@dataclass(frozen=True)
class Curve:
    """The points in the order of their values."""

    threshold: Threshold
    points: tuple[Point, ...]

    @property
    def cliffs(self) -> tuple[tuple[Point, Point], ...]:
        """Neighbouring points between which many wards change their result."""
        return tuple((a, b) for a, b in pairwise(self.points) if len(a.ready ^ b.ready) >= CLIFF)

    def at(self, value: int) -> Point:
        """The point nearest to a value."""
        return min(self.points, key=lambda point: (abs(point.value - value), point.value))


def thresholds(standard: Standard) -> tuple[Threshold, ...]:
    """All thresholds of a standard, the pass mark first."""
    pass_mark = Threshold(PASS_MARK, "Điểm đạt", standard.pass_mark, "điểm")
    return pass_mark, *(_threshold(criterion) for criterion in standard.criteria)


def with_threshold(standard: Standard, code: str, value: int) -> Standard:
    """The standard with one threshold at another value; everything else as it is."""
    if code == PASS_MARK:
        return replace(standard, pass_mark=value)
    criteria = tuple(_with_need(criterion, value) if criterion.code == code else criterion for criterion in standard.criteria)
    return replace(standard, criteria=criteria)


def values_to_try(threshold: Threshold) -> tuple[int, ...]:
    """The values worth trying, the current one among them."""
    if threshold.code == PASS_MARK:
        values: Iterable[int] = range(50, 101, 5)
    elif threshold.unit == "%":
        values = range(50, 131, 10)
    else:
        values = range(0, max(2, 2 * threshold.value + 1), max(1, threshold.value // 5))
    return tuple(sorted({*values, threshold.value}))


def sweep(
    snapshots: Sequence[Snapshot],
    standard: Standard,
    threshold: Threshold,
    values: Iterable[int],
    prices: Mapping[str, Price],
    terms: RemedyTerms,
    on: date,
) -> Curve:
    """Rate and price every snapshot at every value. Equals rating with a standard that has the value written into it."""
    costs_by_key: dict[tuple[object, ...], CostToReady] = {}

    def cost_of(rating: Rating, pass_mark: int) -> CostToReady:
        # The cost depends only on what the findings lack and on the pass mark, and both often stay the same along the curve.
        key = (rating.ward_code, pass_mark, *((f.status, f.have, f.need) for f in rating.findings))
        if key not in costs_by_key:
            costs_by_key[key] = cost_to_ready(rating, prices, terms)
        return costs_by_key[key]

    points = []
    for value in values:
        moved_standard = with_threshold(standard, threshold.code, value)
        ratings = [rate(snapshot, moved_standard, on) for snapshot in snapshots]
        costs = [cost for cost in (cost_of(rating, moved_standard.pass_mark) for rating in ratings) if cost.possible]
        ready = frozenset(rating.ward_code for rating in ratings if rating.result is Result.READY)
        points.append(Point(value, ready, sum(c.capital for c in costs), sum(c.recurrent for c in costs)))
    return Curve(threshold, tuple(points))


def _threshold(criterion: Criterion) -> Threshold:
    need = criterion.requirement
    if need.per is None:
        return Threshold(criterion.code, criterion.name, max(need.constant, need.at_least), criterion.unit)
    return Threshold(criterion.code, criterion.name, need.percent, "%")


def _with_need(criterion: Criterion, value: int) -> Criterion:
    need = criterion.requirement
    if need.per is None:
        return replace(criterion, requirement=replace(need, constant=value, at_least=0))
    return replace(criterion, requirement=replace(need, percent=value))
