"""What is coming to a ward before any new plan: ordered, or funded by an approved plan. So that nothing is funded twice over time. Pure.

Deliveries are not recorded. What an approved plan funds counts as coming until a snapshot of a later day shows so many machines that came
into use since the one before, or speaks of a day after the year of the line: what an estimate was not spent on by 31/12 comes no more
(TT 26/2026/TT-BTC). What is paid yearly counts for the plans in whose first year it is still paid.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from inventory.snapshots.snapshot import Snapshot
from portal.formats import format_day
from scoring.rating.pc_fleet import PC_ITEMS


@dataclass(frozen=True)
class Count:
    """How many machines of an item worked in a ward on a day, by the year in which they came into use; None where nobody gave it."""

    day: date
    by_year: Mapping[int | None, int]

    def since(self, year: int) -> int:
        """How many of them came into use in a year or later, or in one that nobody gave."""
        return sum(working for came, working in self.by_year.items() if came is None or came >= year)


@dataclass(frozen=True)
class Grant:
    """So many units of an item, one or more, that an approved plan funds for a ward, bought, leased or moved in.

    ``year`` is the last one whose money pays for them; ``is_yearly`` where the ward has them only as long as they are paid. ``counted`` is
    what worked there when the plan was drawn up.
    """

    ward_code: str
    item: str
    quantity: int
    year: int
    is_yearly: bool
    counted: Count


@dataclass(frozen=True)
class ApprovedPlan:
    """An approved plan: the day of its approval, and what it funds, each ward and item once."""

    title: str
    day: date
    grants: tuple[Grant, ...]


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


def still_coming(plans: Iterable[ApprovedPlan], snapshots: Mapping[str, Snapshot], first_year: int) -> tuple[Incoming, ...]:
    """What these plans still bring a plan that begins in ``first_year``, by ward and item. ``snapshots`` are those of today, by ward code."""
    by_place: dict[tuple[str, str], list[tuple[ApprovedPlan, Grant]]] = {}
    for plan in sorted(plans, key=lambda plan: plan.day):
        for grant in plan.grants:
            by_place.setdefault((grant.ward_code, grant.item), []).append((plan, grant))
    coming: list[Incoming] = []
    for (ward_code, item), granted in sorted(by_place.items()):
        snapshot = snapshots.get(ward_code)
        if snapshot is None:
            continue
        for (plan, grant), shown in zip(granted, _shown(granted, count_of_item(snapshot, item)), strict=True):
            is_over = grant.year < snapshot.as_of.year or (grant.is_yearly and grant.year < first_year)
            if shown < grant.quantity and not is_over:
                coming.append(Incoming(ward_code, item, grant.quantity - shown, plan.title, plan.day))
    return tuple(coming)


def count_of_item(snapshot: Snapshot, item: str) -> Count:
    """How many machines of an item work in a ward, on the day of a snapshot."""
    by_year: dict[int | None, int] = {}
    for lot in snapshot.lots_of(item):
        by_year[lot.year] = by_year.get(lot.year, 0) + lot.working
    return Count(snapshot.as_of, by_year)


def _shown(granted: Sequence[tuple[ApprovedPlan, Grant]], newest: Count) -> list[int]:
    """How many of each grant the counts show: what came into use from one count to the next, for the plans approved between, the oldest first.

    A count of the day of the approval cannot show what was bought after it. Old machines that made room for new ones hide none of these.
    """
    shown = [0] * len(granted)
    counts = sorted((*(grant.counted for _plan, grant in granted), newest), key=lambda count: count.day)
    for before, after in pairwise(counts):
        more = after.since(before.day.year) - before.since(before.day.year)
        for i, (plan, grant) in enumerate(granted):
            came = max(0, min(more, grant.quantity - shown[i])) if after.day > plan.day else 0
            shown[i] += came
            more -= came
    return shown


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
