"""Any round under any standard, and the change between two, split into what improved and what was moved. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from inventory.snapshots.snapshot import Snapshot
from scoring.rating.rating import Rating, Result, rate
from scoring.rating.standard import Standard


@dataclass(frozen=True)
class View:
    """A round seen through a standard, on the day that its data are as of."""

    round_name: str
    standard: Standard
    on: date
    ratings: Mapping[str, Rating]

    @property
    def ready(self) -> frozenset[str]:
        """The codes of the wards that are ready."""
        return frozenset(code for code, rating in self.ratings.items() if rating.result is Result.READY)


@dataclass(frozen=True)
class Split:
    """The change from one view to another: ward codes that became ready or no longer are.

    ``improved`` and ``worsened`` by their own data, under the first standard; ``eased`` and ``tightened`` because the goal
    posts moved, on the second data. The first and the last count, and the four between them, add up.
    """

    before: View
    after: View
    improved: frozenset[str]
    worsened: frozenset[str]
    eased: frozenset[str]
    tightened: frozenset[str]


def look(round_name: str, snapshots: Mapping[str, Snapshot], standard: Standard) -> View:
    """Rate a round by a standard. Its day is that of its newest snapshot, so that the same view never changes."""
    on = max((snapshot.as_of for snapshot in snapshots.values()), default=date.min)
    return View(round_name, standard, on, {code: rate(snapshot, standard, on) for code, snapshot in snapshots.items()})


def split(before: View, after: View) -> Split:
    """What lies between two views."""
    snapshots = {code: rating.snapshot for code, rating in after.ratings.items() if rating.snapshot is not None}
    between = look(after.round_name, snapshots, before.standard).ready
    return Split(
        before,
        after,
        improved=between - before.ready,
        worsened=before.ready - between,
        eased=after.ready - between,
        tightened=between - after.ready,
    )
