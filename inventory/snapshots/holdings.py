"""How much of one item the whole city has: totals, what works, how old, who owns it, and where. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from inventory.catalogue import Item
from inventory.snapshots.snapshot import Owner, Snapshot
from inventory.wards.wards import Ward


@dataclass(frozen=True)
class WardHolding:
    """What one ward has of an item. ``worn_out`` counts working machines past the item's service life."""

    ward: Ward
    total: int
    working: int
    broken: int
    liquidation: int
    on_order: int
    worn_out: int


@dataclass(frozen=True)
class Holding:
    """What the city has of an item, over the wards whose approved snapshot answers for it."""

    item: Item
    wards: tuple[WardHolding, ...]
    by_owner: Mapping[Owner, int]
    by_year: Mapping[int | None, int]

    @property
    def total(self) -> int:
        """All machines, whatever their condition."""
        return sum(row.total for row in self.wards)

    @property
    def working(self) -> int:
        """Machines that can be worked with."""
        return sum(row.working for row in self.wards)

    @property
    def worn_out(self) -> int:
        """Working machines past the service life of the item."""
        return sum(row.worn_out for row in self.wards)


def count_holding(item: Item, wards: list[Ward], snapshots: Mapping[str, Snapshot], on: date) -> Holding:
    """Count one item over the city on a date. Wards that did not answer for it are left out."""
    rows: list[WardHolding] = []
    by_owner: Counter[Owner] = Counter()
    by_year: Counter[int | None] = Counter()
    for ward in wards:
        snapshot = snapshots.get(ward.code)
        if snapshot is None or item.code not in snapshot.answered_items:
            continue
        lots = snapshot.lots_of(item.code, Owner)
        for lot in lots:
            by_owner[lot.owner] += lot.total
            by_year[lot.year] += lot.total
        rows.append(
            WardHolding(
                ward=ward,
                total=sum(lot.total for lot in lots),
                working=sum(lot.working for lot in lots),
                broken=sum(lot.broken for lot in lots),
                liquidation=sum(lot.liquidation for lot in lots),
                on_order=sum(lot.on_order for lot in lots),
                worn_out=sum(lot.working for lot in lots if is_worn_out(item, lot.year, on)),
            )
        )
    years = sorted(by_year.items(), key=lambda pair: (pair[0] is None, pair[0] or 0))
    return Holding(item=item, wards=tuple(rows), by_owner=dict(by_owner), by_year=dict(years))


def is_worn_out(item: Item, year: int | None, on: date) -> bool:
    """Whether a machine of this year is past its service life (thời gian sử dụng, TT 141/2025/TT-BTC)."""
    return item.life_years is not None and year is not None and on.year - year > item.life_years
