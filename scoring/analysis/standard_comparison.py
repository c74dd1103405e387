"""What another standard would make of the same city: which wards change sides, by which criterion, and at what cost. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.prices.prices import Price
from inventory.snapshots.snapshot import Snapshot
from scoring.rating.rating import FindingStatus, Rating, Result, rate
from scoring.rating.remedies import CostToReady, cost_to_ready
from scoring.rating.standard import Criterion, Standard


@dataclass(frozen=True)
class Side:
    """The rated wards under one standard, each with its cost to ready. Money is whole VND."""

    standard: Standard
    ratings: Mapping[str, Rating]
    costs: Mapping[str, CostToReady]

    @property
    def capital(self) -> int:
        """What turns the wards ready that money can turn ready."""
        return sum(cost.capital for cost in self.costs.values() if cost.possible)

    @property
    def recurrent(self) -> int:
        """The same of one year of recurrent spending."""
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
class Turn:
    """One ward whose result changes. ``gained`` and ``lost`` are the codes of the criteria that make the difference."""

    ward_code: str
    before: Result
    after: Result
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two standards over the same snapshots on the same day, and the wards whose result differs."""

    before: Side
    after: Side
    turns: tuple[Turn, ...]

    @property
    def turned_ready(self) -> tuple[Turn, ...]:
        """The wards that are ready under the second standard only."""
        return tuple(turn for turn in self.turns if turn.after is Result.READY)

    @property
    def lost_ready(self) -> tuple[Turn, ...]:
        """The wards that are ready under the first standard only."""
        return tuple(turn for turn in self.turns if turn.before is Result.READY)

    @property
    def undecided(self) -> tuple[tuple[Criterion, tuple[str, ...]], ...]:
        """The criteria of the second standard whose threshold is to be decided, with the wards that miss it as it stands.

        They fail nobody yet.
        """
        waiting = (criterion for criterion in self.after.standard.criteria if criterion.undecided)
        return tuple((criterion, self._missing(criterion.code)) for criterion in waiting)

    def _missing(self, code: str) -> tuple[str, ...]:
        return tuple(
            ward
            for ward, rating in self.after.ratings.items()
            if any(f.criterion.code == code and f.status is FindingStatus.UNMET for f in rating.findings)
        )


def compare(snapshots: Iterable[Snapshot], before: Standard, after: Standard, prices: Mapping[str, Price], on: date) -> Comparison:
    """Rate the same snapshots by two standards. It reads only, and equals what publishing the second would give."""
    wards = tuple(snapshots)
    return compare_sides(side_of(wards, before, prices, on), side_of(wards, after, prices, on))


def compare_sides(old: Side, new: Side) -> Comparison:
    """Compare two sides that hold the same wards."""
    turns = tuple(
        _turn(old.ratings[code], new.ratings[code]) for code in old.ratings if old.ratings[code].result != new.ratings[code].result
    )
    return Comparison(old, new, turns)


def side_of(snapshots: Iterable[Snapshot], standard: Standard, prices: Mapping[str, Price], on: date) -> Side:
    """The snapshots rated and priced under one standard."""
    ratings = {snapshot.ward_code: rate(snapshot, standard, on) for snapshot in snapshots}
    return Side(standard, ratings, {code: cost_to_ready(rating, prices) for code, rating in ratings.items()})


def _turn(before: Rating, after: Rating) -> Turn:
    old, new = _failing(before), _failing(after)
    order = {finding.criterion.code: place for place, finding in enumerate((*after.findings, *before.findings))}
    gained, lost = (tuple(sorted(codes, key=lambda code: order[code])) for codes in (old - new, new - old))
    return Turn(before.ward_code, before.result, after.result, gained, lost)


def _failing(rating: Rating) -> set[str]:
    """The criteria that stand in the way; one that became blocking counts apart from the same that was not."""
    return {finding.criterion.code for finding in rating.findings if finding.is_counted and finding.status is not FindingStatus.MET}
