"""Any round under any standard, and the change between two: the part of the data and the part of the standard. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from inventory.snapshots.snapshot import Snapshot
from scoring.rating.rating import Rating, Result, rate
from scoring.rating.standard import Standard


@dataclass(frozen=True)
class RatedRound:
    """A round rated by a standard, on the day of its newest data."""

    round_name: str
    standard: Standard
    on: date
    ratings: Mapping[str, Rating]

    @property
    def ready(self) -> frozenset[str]:
        """The codes of the wards that are ready."""
        return frozenset(code for code, rating in self.ratings.items() if rating.result is Result.READY)


@dataclass(frozen=True)
class RoundComparison:
    """The change from one rated round to another: the codes of wards that became ready or no longer are.

    ``improved`` and ``worsened`` because their data changed, under the first standard; ``eased`` and ``tightened`` because the
    standard changed, on the second data. The ready wards before, plus and minus these four, are the ready wards after.
    """

    before: RatedRound
    after: RatedRound
    improved: frozenset[str]
    worsened: frozenset[str]
    eased: frozenset[str]
    tightened: frozenset[str]


def rate_round(round_name: str, snapshots: Mapping[str, Snapshot], standard: Standard) -> RatedRound:
    """Rate a round by a standard. Its day is that of its newest snapshot, so that the same round and standard always give the same result."""
    on = max((snapshot.as_of for snapshot in snapshots.values()), default=date.min)
    return RatedRound(round_name, standard, on, {code: rate(snapshot, standard, on) for code, snapshot in snapshots.items()})


def compare_rounds(before: RatedRound, after: RatedRound) -> RoundComparison:
    """Split the change between two rated rounds into its causes."""
    snapshots = {code: rating.snapshot for code, rating in after.ratings.items() if rating.snapshot is not None}
    new_data_old_standard = rate_round(after.round_name, snapshots, before.standard).ready
    return RoundComparison(
        before,
        after,
        improved=new_data_old_standard - before.ready,
        worsened=before.ready - new_data_old_standard,
        eased=after.ready - new_data_old_standard,
        tightened=new_data_old_standard - after.ready,
    )
