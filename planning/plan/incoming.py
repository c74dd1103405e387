"""What is coming to a ward before any new plan: ordered, or funded by an approved plan. So that nothing is funded twice over time. Pure.

Deliveries are not recorded: what an approved plan funds counts as coming until the ward has a snapshot of a later day, which shows it, or
where the ward still has it on order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.snapshots.snapshot import Snapshot
from portal.formats import format_day
from scoring.rating.pc_fleet import PC_ITEMS


@dataclass(frozen=True)
class ApprovedPlan:
    """An approved plan: the day of its approval, and how many units it funds by ward code and item, bought, leased or moved in."""

    title: str
    day: date
    quantities: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Incoming:
    """So many units of an item, one or more, that an approved plan funds for a ward and that no snapshot since shows."""

    ward_code: str
    item: str
    quantity: int
    plan: str
    day: date

    @property
    def name(self) -> str:
        """The plan that they come from, for whoever looks for it."""
        return f"{self.plan}, được phê duyệt ngày {format_day(self.day)}"


@dataclass(frozen=True)
class Supply:
    """So many units of an item, one or more, that a ward need not be given: by an approved plan, or, without one, that it has on order."""

    item: str
    quantity: int
    incoming: Incoming | None = None


def still_coming(plans: Iterable[ApprovedPlan], data_days: Mapping[str, date]) -> tuple[Incoming, ...]:
    """What these plans still bring, by ward and item. ``data_days`` are the days of which the wards' snapshots speak, by ward code.

    A snapshot of the day of the approval cannot show what was bought after it.
    """
    return tuple(
        Incoming(ward_code, item, quantity, plan.title, plan.day)
        for plan in plans
        for (ward_code, item), quantity in sorted(plan.quantities.items())
        if quantity and ward_code in data_days and data_days[ward_code] <= plan.day
    )


def by_ward(incoming: Iterable[Incoming]) -> dict[str, tuple[Incoming, ...]]:
    """What is coming, by ward code; wards to which nothing comes are left out."""
    wards: dict[str, tuple[Incoming, ...]] = {}
    for each in incoming:
        wards[each.ward_code] = (*wards.get(each.ward_code, ()), each)
    return wards


def supplies_of(item: str, snapshot: Snapshot, incoming: Iterable[Incoming]) -> tuple[Supply, ...]:
    """What is coming to a ward that serves as an item. ``incoming`` is what approved plans bring it.

    A laptop serves as a PC (QĐ 15/2025/QĐ-TTg, Phụ lục II: để bàn hoặc xách tay).
    """
    of_ward = tuple(incoming)
    serving = PC_ITEMS if item == PC_ITEMS[0] else (item,)
    return tuple(supply for served in serving for supply in _larger_of(served, snapshot, of_ward))


def _larger_of(item: str, snapshot: Snapshot, incoming: Iterable[Incoming]) -> Iterator[Supply]:
    """What the ward has on order or what plans bring, whichever is more: the ward may have ordered what a plan funds."""
    ordered = sum(lot.on_order for lot in snapshot.lots_of(item))
    planned = [each for each in incoming if each.item == item]
    if sum(each.quantity for each in planned) > ordered:
        yield from (Supply(item, each.quantity, each) for each in planned)
    elif ordered:
        yield Supply(item, ordered)


def count_of(supplies: Iterable[Supply]) -> int:
    """How many units are coming."""
    return sum(supply.quantity for supply in supplies)


def plans_of(supplies: Iterable[Supply]) -> tuple[Incoming, ...]:
    """What of it comes from approved plans."""
    return tuple(supply.incoming for supply in supplies if supply.incoming)
