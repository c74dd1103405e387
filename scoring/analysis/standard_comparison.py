"""The same city under two standards: which results change, because of which criterion, and at what cost. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Snapshot
from scoring.rating.rating import FindingStatus, Rating, Result, rate
from scoring.rating.remedies import CostToReady, RemedyTerms, cost_to_ready
from scoring.rating.standard import Criterion, Standard


@dataclass(frozen=True)
class RatedCity:
    """The wards rated under one standard, each with its cost to ready. Money is whole VND."""

    standard: Standard
    ratings: Mapping[str, Rating]
    costs: Mapping[str, CostToReady]

    @property
    def capital(self) -> int:
        """The capital that turns those wards ready that money can turn ready."""
        return sum(cost.capital for cost in self.costs.values() if cost.possible)

    @property
    def recurrent(self) -> int:
        """The recurrent spending of one year for the same wards."""
        return sum(cost.recurrent for cost in self.costs.values() if cost.possible)

    @property
    def beyond_money(self) -> int:
        """How many wards money alone does not turn ready; they are in neither sum."""
        return sum(not cost.possible for cost in self.costs.values())

    @property
    def ready(self) -> frozenset[str]:
        """The codes of the wards that are ready."""
        return frozenset(code for code, rating in self.ratings.items() if rating.result is Result.READY)


@dataclass(frozen=True)
class ResultChange:
    """One ward whose result changes. ``gained`` and ``lost`` are the codes of the criteria that make the difference."""

    ward_code: str
    before: Result
    after: Result
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two standards over the same snapshots on the same day, and the wards whose result differs."""

    before: RatedCity
    after: RatedCity
    changes: tuple[ResultChange, ...]

    @property
    def turned_ready(self) -> tuple[ResultChange, ...]:
        """The wards that are ready under the second standard only."""
        return tuple(change for change in self.changes if change.after is Result.READY)

    @property
    def lost_ready(self) -> tuple[ResultChange, ...]:
        """The wards that are ready under the first standard only."""
        return tuple(change for change in self.changes if change.before is Result.READY)

    @property
    def undecided(self) -> tuple[tuple[Criterion, tuple[str, ...]], ...]:
        """The criteria of the second standard whose threshold is to be decided, with the wards that miss it as it stands.

        They fail nobody yet.
        """
        undecided = (criterion for criterion in self.after.standard.criteria if criterion.undecided)
        return tuple((criterion, self._missing(criterion.code)) for criterion in undecided)

    def _missing(self, criterion_code: str) -> tuple[str, ...]:
        return tuple(
            ward_code
            for ward_code, rating in self.after.ratings.items()
            if any(f.criterion.code == criterion_code and f.status is FindingStatus.UNMET for f in rating.findings)
        )


def compare_rated(before: RatedCity, after: RatedCity) -> Comparison:
    """Compare two ratings of the same wards."""
    changes = tuple(
        _result_change(before.ratings[code], after.ratings[code])
        for code in before.ratings
        if before.ratings[code].result != after.ratings[code].result
    )
    return Comparison(before, after, changes)


def rate_city(
    snapshots: Iterable[Snapshot], standard: Standard, prices: Mapping[str, Price], terms: RemedyTerms, on: date
) -> RatedCity:
    """The snapshots rated and priced under one standard."""
    ratings = {snapshot.ward_code: rate(snapshot, standard, on) for snapshot in snapshots}
    return RatedCity(standard, ratings, {code: cost_to_ready(rating, prices, terms) for code, rating in ratings.items()})


def _result_change(before: Rating, after: Rating) -> ResultChange:
    old, new = _failing(before), _failing(after)
    order = {finding.criterion.code: index for index, finding in enumerate((*after.findings, *before.findings))}
    gained, lost = (tuple(sorted(codes, key=lambda code: order[code])) for codes in (old - new, new - old))
    return ResultChange(before.ward_code, before.result, after.result, gained, lost)


def _failing(rating: Rating) -> set[str]:
    """The codes of the counted criteria that are not met."""
    return {finding.criterion.code for finding in rating.findings if finding.is_counted and finding.status is not FindingStatus.MET}
