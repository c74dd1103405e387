"""What is coming to a ward before any new plan: ordered, or funded by an approved plan. So that nothing is funded twice over time. Pure.

Deliveries are not recorded. What an approved plan funds counts as coming until a snapshot of a later day shows so many more machines that
work than the plan counted on, or speaks of a day after the year of the line: what an estimate was not spent on by 31/12 comes no more
(TT 26/2026/TT-BTC).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.snapshots.snapshot import Snapshot
from portal.formats import format_day
from scoring.rating.pc_fleet import PC_ITEMS


@dataclass(frozen=True)
class ApprovedPlan:
    """An approved plan: the day of its approval, and how many units it funds by ward code, item and year, bought, leased or moved in.

    ``working`` is how many machines of an item worked in a ward when it was drawn up, by ward code and item.
    """

    title: str
    day: date
    quantities: Mapping[tuple[str, str, int], int]
    working: Mapping[tuple[str, str], int]


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


def still_coming(plans: Iterable[ApprovedPlan], snapshots: Mapping[str, Snapshot]) -> tuple[Incoming, ...]:
    """What these plans still bring, by ward and item. ``snapshots`` are those of today, by ward code.

    A snapshot of the day of the approval cannot show what was bought after it. What one plan brought is not counted for another.
    """
    coming: list[Incoming] = []
    arrived: dict[tuple[str, str], int] = {}
    for plan in sorted(plans, key=lambda plan: plan.day):
        for (ward_code, item), by_year in _by_ward_and_item(plan).items():
            snapshot = snapshots.get(ward_code)
            if snapshot is None:
                continue
            place = ward_code, item
            more = count_working(snapshot, item) - plan.working.get(place, 0) - arrived.get(place, 0)
            shown = max(0, more) if snapshot.as_of > plan.day else 0
            arrived[place] = arrived.get(place, 0) + min(shown, sum(by_year.values()))
            if quantity := _open_quantity(by_year, shown, snapshot.as_of.year):
                coming.append(Incoming(ward_code, item, quantity, plan.title, plan.day))
    return tuple(coming)


def count_working(snapshot: Snapshot, item: str) -> int:
    """How many machines of an item work in a ward."""
    return sum(lot.working for lot in snapshot.lots_of(item))


def _by_ward_and_item(plan: ApprovedPlan) -> dict[tuple[str, str], dict[int, int]]:
    """What a plan funds, by year, those years in their order."""
    sums: dict[tuple[str, str], dict[int, int]] = {}
    for (ward_code, item, year), quantity in sorted(plan.quantities.items()):
        sums.setdefault((ward_code, item), {})[year] = quantity
    return sums


def _open_quantity(by_year: Mapping[int, int], shown: int, year_of_data: int) -> int:
    """What of it is neither shown, the earliest first, nor of a year that was over when the data were given."""
    open_quantity = 0
    for year, quantity in by_year.items():
        left = max(0, quantity - shown)
        shown -= quantity - left
        open_quantity += left if year >= year_of_data else 0
    return open_quantity


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
