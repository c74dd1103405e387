"""The cheapest way to take one option of each group so that enough is gained, exactly and in whole numbers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Option(Generic[T]):
    """One way: what it gains, its VND, and its parts as pairs of item and quantity. Groups share no item."""

    choice: T
    gain: int
    cost: int
    parts: tuple[tuple[str, int], ...]

    @cached_property
    def units(self) -> int:
        """How many units its parts are."""
        return sum(quantity for _item, quantity in self.parts)

    @property
    def rank(self) -> tuple[int, int, tuple[tuple[str, int], ...]]:
        """Least first: VND, then units, then the list of the parts."""
        return self.cost, self.units, self.parts


# VND, units, and the options that come to them.
_Sum = tuple[int, int, tuple[Option[T], ...]]


def choose_cheapest(groups: Iterable[Iterable[Option[T]]], least_gain: int) -> tuple[Option[T], ...] | None:
    """One option of each group that together gain enough for the least VND, then units, then in the order of their parts; None where no
    way gains enough.
    """
    best: dict[int, _Sum[T]] = {0: (0, 0, ())}
    for options in groups:
        longer: dict[int, _Sum[T]] = {}
        for gained, (cost, units, taken) in best.items():
            for option in options:
                way = (cost + option.cost, units + option.units, (*taken, option))
                gain = gained + option.gain
                if gain not in longer or _is_less(way, longer[gain]):
                    longer[gain] = way
        best = longer
    chosen: _Sum[T] | None = None
    for gain, way in best.items():
        if gain >= least_gain and (chosen is None or _is_less(way, chosen)):
            chosen = way
    return chosen[2] if chosen else None


def _is_less(way: _Sum[T], other: _Sum[T]) -> bool:
    # Lists are compared in the rare case alone that all else is equal.
    return way[:2] < other[:2] or (way[:2] == other[:2] and _parts_of(way) < _parts_of(other))


def _parts_of(way: _Sum[T]) -> list[tuple[str, int]]:
    return sorted(chain.from_iterable(option.parts for option in way[2]))
