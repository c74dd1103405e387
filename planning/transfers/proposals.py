"""Reuse before buying (QĐ 15/2025/QĐ-TTg, Điều 7.1): what one ward can spare covers what another lacks. Pure.

What is taken for granted, so that neither side loses:

- Only the ward's own machines that work move: nothing leased, nothing of the city service centre. Of a lot the ones that were never
  used go first, then those in good use, the degraded ones last; the oldest lot that still serves goes before the newer ones.
- A ward gives of an item only where a criterion that counts it is met, where its own plan has no line for it and takes no PC out of the count, and only
  so many that no finding, recommended ones included, loses its status or gains in shortfall. That is judged twice: on the day of the plan and on the
  last day of its first year, so that a ward does not give away the young machines and fall short by the age of the rest.
- A PC that moves serves its receiver like a new one: within the age of the standard until the end of that year, with a supported system,
  8 GB and an SSD. The survey counts these without naming machines, so a ward gives at most as many as must have all three whichever
  they are. Each takes one off the giver's counts of these, of licences and of protection; the receiver's own lines of licences and
  protection stay, as they would beside a new PC.
- A printer that moves is a plain one: a multifunction machine is a scanner too and stays. A camera that moves may leave a counter
  unseen, so that the giver's answer to that no longer holds.
- What is built into a house stays, and so does a PC for secret documents.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import highspy
import numpy as np
from numpy.typing import NDArray

from inventory.snapshots.snapshot import EquipmentLot, Fact, Owner, Snapshot, count_usable
from inventory.wards.wards import Ward
from planning.funding.solver import make_solver
from planning.plan.exclusions import Reason
from planning.plan.plan import Plan, Transfer
from scoring.rating.pc_fleet import PC_ITEMS
from scoring.rating.rating import Finding, FindingStatus, Rating, judge
from scoring.rating.standard import Standard

Metres = NDArray[np.int64]
EARTH_METRES = 6_371_009
# Earthing, locks and alarms are part of a building; a PC for secret documents is never handed on with its disk.
NEVER_MOVED = frozenset({"F03", "F06", "G06"})
# What the survey counts of PCs: the qualities that a receiver relies on, and all that leaves the giver with the machine.
_QUALITIES = ("pc_supported_os", "pc_memory_ssd")
_COUNTED = (*_QUALITIES, "licensed_pcs", "pcs_protected")
# How many of the nearest wards are considered first. The others are added by price, so that this changes the speed and no result.
_NEAREST = 8


@dataclass(frozen=True)
class Surplus:
    """So many machines of an item, one or more, that a ward can spare."""

    ward: Ward
    item: str
    quantity: int


@dataclass(frozen=True)
class Shortage:
    """So many machines of an item, one or more, that a ward's plan asks for."""

    ward: Ward
    item: str
    quantity: int


def great_circle(givers: Sequence[Ward], receivers: Sequence[Ward]) -> Metres:
    """Metres between the centres of wards, over a round earth and rounded: a row for each giver, a column for each receiver."""
    (lat, lon), (other_lat, other_lon) = _radians(givers), _radians(receivers)
    lat, lon = lat[:, None], lon[:, None]
    chord = np.sin((lat - other_lat) / 2) ** 2 + np.cos(lat) * np.cos(other_lat) * np.sin((lon - other_lon) / 2) ** 2
    metres: Metres = np.rint(2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))).astype(np.int64)
    return metres


def _radians(wards: Sequence[Ward]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    degrees = np.array([[float(ward.latitude), float(ward.longitude)] for ward in wards]).reshape(-1, 2)
    lat, lon = np.radians(degrees).T
    return lat, lon


def shortages(plan: Plan) -> tuple[Shortage, ...]:
    """What the lines of a plan ask for, before any transfer, in the order of the plan. A machine from elsewhere renews no licence."""
    asking = (line for line in plan.lines if line.quantity > 0 and not line.is_renewal)
    return tuple(Shortage(line.ward, line.item, line.quantity) for line in asking)


def surpluses(plan: Plan) -> tuple[Surplus, ...]:
    """What the wards can spare of the items that some ward lacks, by ward position and item.

    A ward can give any part of its surpluses, also of several items at once.
    """
    short_items = sorted({shortage.item for shortage in shortages(plan)} - NEVER_MOVED)
    requested = {(line.ward.code, line.item) for line in plan.lines}
    # The plan meets a share of the PCs by the spare ones: each that leaves would be missed there.
    counted_on = {entry.ward.code for entry in plan.exclusions if entry.reason is Reason.NOT_NEEDED}
    requested |= {(code, item) for code in counted_on for item in PC_ITEMS}
    spared = []
    for ward in sorted(plan.wards, key=lambda ward: ward.position):
        rating = plan.ratings[ward.code]
        snapshot = rating.snapshot
        for item in short_items:
            # The next item is judged on what remains without this one.
            if snapshot is not None and (ward.code, item) not in requested:
                quantity, snapshot = _spare_quantity(rating, snapshot, item, date(plan.assumptions.first_year, 12, 31))
                spared += [Surplus(ward, item, quantity)] if quantity else []
    return tuple(spared)


def give_away(snapshot: Snapshot, item: str, quantity: int, standard: Standard, until: date) -> Snapshot | None:
    """The snapshot of a ward without so many of its machines, or None where fewer may move.

    ``until`` is the day to which a PC that moves has to stay within the age of the standard.
    """
    max_age = standard.pc_max_age_years if item in PC_ITEMS else None
    remaining, lots = quantity, list(snapshot.lots)
    for index in sorted(range(len(lots)), key=lambda index: (lots[index].year or 0, index)):
        lot = lots[index]
        if lot.item == item and lot.owner is Owner.WARD:
            count = min(remaining, count_usable(lot, until, max_age))
            lots[index] = _reduce_lot(lot, count)
            remaining -= count
    facts = _reduce_facts(snapshot, item, quantity, standard, until)
    return None if remaining or facts is None else replace(snapshot, lots=tuple(lots), facts=facts)


def _reduce_lot(lot: EquipmentLot, count: int) -> EquipmentLot:
    unused = min(count, lot.unused)
    good = min(count - unused, lot.good)
    return replace(lot, unused=lot.unused - unused, good=lot.good - good, degraded=lot.degraded - (count - unused - good))


def _reduce_facts(snapshot: Snapshot, item: str, count: int, standard: Standard, until: date) -> Mapping[str, Fact] | None:
    """The facts once the machines are gone, or None where the answers do not show that so many may go."""
    facts = dict(snapshot.facts)
    if item in PC_ITEMS:
        lots = [lot for code in PC_ITEMS for lot in snapshot.lots_of(code)]
        working = sum(lot.working for lot in lots)
        quality_counts = [snapshot.count(key) for key in _QUALITIES]
        in_age = sum(count_usable(lot, until, standard.pc_max_age_years) for lot in lots if lot.owner is Owner.WARD)
        # So many at least are young enough and have every quality, even if the lacks of each kind sit in different machines.
        lacking = sum(max(0, working - (number or 0)) for number in quality_counts)
        if None in quality_counts or count > in_age - lacking:
            return None
        for key in _COUNTED:
            number = snapshot.count(key)
            if number is not None:
                facts[key] = replace(facts[key], value=max(0, number - count))
    if item == "A03":
        multifunction = snapshot.count("printers_multifunction")
        if multifunction is None or count > sum(lot.working for lot in snapshot.lots_of(item)) - multifunction:
            return None
    if item == "B11" and "cameras_cover_all" in facts:
        facts["cameras_cover_all"] = replace(facts["cameras_cover_all"], value=False)
    return facts


def _spare_quantity(rating: Rating, snapshot: Snapshot, item: str, until: date) -> tuple[int, Snapshot]:
    """How many of an item a ward can spare at most, and what it has without them. Whatever is fewer can be spared too."""
    standard = rating.standard
    assert standard is not None
    stock = sum(lot.working for lot in snapshot.lots_of(item, [Owner.WARD]))
    reduced_by_one = give_away(snapshot, item, 1, standard, until) if stock and item in snapshot.answered_items else None
    if reduced_by_one is None:
        return 0, snapshot
    without_item = replace(snapshot, lots=tuple(lot for lot in snapshot.lots if lot.item != item or lot.owner is not Owner.WARD))
    affected = {day: _affected_findings(snapshot, (reduced_by_one, without_item), standard, day) for day in (rating.on, until)}
    if not any(finding.status is FindingStatus.MET and finding.is_counted for finding in affected[rating.on]):
        return 0, snapshot
    spare, after = 0, snapshot
    for quantity in range(1, stock + 1):
        reduced = give_away(snapshot, item, quantity, standard, until)
        if reduced is None or any(_is_worse(findings, reduced, standard, day) for day, findings in affected.items()):
            break
        spare, after = quantity, reduced
    return spare, after


def _affected_findings(snapshot: Snapshot, variants: Sequence[Snapshot], standard: Standard, on: date) -> list[Finding]:
    """The findings of a snapshot that differ in one of its variants."""
    answers = {key for variant in variants for key in _changed_answers(snapshot, variant)}
    findings = [
        judge(criterion, snapshot, standard, on) for criterion in standard.criteria if not answers.isdisjoint(criterion.reads)
    ]
    return [
        finding for finding in findings if any(judge(finding.criterion, variant, standard, on) != finding for variant in variants)
    ]


def _changed_answers(snapshot: Snapshot, other: Snapshot) -> set[str]:
    """The keys of the answers in which two snapshots differ."""
    lots = Counter(snapshot.lots)
    lots.subtract(other.lots)
    items = {lot.item for lot, count in lots.items() if count}
    return items | {key for key, fact in snapshot.facts.items() if other.facts.get(key) != fact}


def _is_worse(findings: Iterable[Finding], after: Snapshot, standard: Standard, on: date) -> bool:
    """Whether any finding changes its status or gains in shortfall."""
    return any(
        new.status is not old.status or new.shortfall > old.shortfall
        for old in findings
        for new in (judge(old.criterion, after, standard, on),)
    )


def propose_transfers(
    shortages: Iterable[Shortage],
    surpluses: Iterable[Surplus],
    price: Mapping[str, int],
    distance: Callable[[Sequence[Ward], Sequence[Ward]], Metres] = great_circle,
) -> tuple[Transfer, ...]:
    """The transfers that leave least to buy, at VND a unit, and among these the ones of least metres times machines.

    Any ward can give to any other, so that of each item the smaller of both sums moves; what costs nothing is not moved. The least
    distance is exact, and proven so in whole numbers. Both sides are laid out by ward position, so that the order in which they come
    never matters. Sorted by item, giver and receiver. Names each ward and item once on a side.
    """
    short, spare = _by_item(shortages), _by_item(surpluses)
    transfers: list[Transfer] = []
    for item in sorted(short.keys() & spare.keys()):
        if price[item] <= 0:
            continue
        givers, receivers = spare[item], short[item]
        metres = distance([ward for ward, _ in givers], [ward for ward, _ in receivers])
        moved = _least_metres([quantity for _, quantity in givers], [quantity for _, quantity in receivers], metres)
        transfers += [Transfer(item, givers[i][0], receivers[j][0], moved[i, j], int(metres[i, j])) for i, j in sorted(moved)]
    return tuple(transfers)


def _by_item(quantities: Iterable[Shortage | Surplus]) -> dict[str, list[tuple[Ward, int]]]:
    by_item: dict[str, list[tuple[Ward, int]]] = {}
    for entry in sorted(quantities, key=lambda entry: (entry.item, entry.ward.position)):
        by_item.setdefault(entry.item, []).append((entry.ward, entry.quantity))
    return by_item


def _least_metres(supply: Sequence[int], demand: Sequence[int], metres: Metres) -> dict[tuple[int, int], int]:
    """How many units go from which row to which column: as many as possible, with the least sum of metres.

    The simplex method, over the nearest routes first; a route that the prices of its two ends would pay for is added until there is none.
    A corner of this polytope has whole units and whole prices, so that both are rounded to them.
    """
    solver = make_solver()
    solver.setOptionValue("solver", "simplex")
    total = min(sum(supply), sum(demand))
    # The smaller side gives or receives all that it has; the other side at most what it has.
    for stocks in (supply, demand):
        for stock in stocks:
            solver.addRow(
                stock if sum(stocks) == total else -highspy.kHighsInf, stock, 0, np.array([], dtype=np.int32), np.array([])
            )
    routes: dict[tuple[int, int], None] = {}
    new_routes = dict.fromkeys((*_first_routes(supply, demand), *_nearest_routes(metres)))
    while new_routes:
        routes |= new_routes
        _add_routes(solver, list(new_routes), metres)
        solver.run()
        solution = solver.getSolution()
        duals = np.rint(np.array(solution.row_dual)).astype(np.int64)
        giver_duals, receiver_duals = duals[: len(supply)], duals[len(supply) :]
        reduced = metres - giver_duals[:, None] - receiver_duals
        new_routes = dict.fromkeys(route for route in _nearest_routes(reduced) if reduced[route] < 0)
        if new_routes.keys() <= routes.keys():
            break
    moved = {route: round(units) for route, units in zip(routes, solution.col_value, strict=True) if round(units)}
    _prove(moved, supply, demand, metres, giver_duals, receiver_duals)
    return moved


def _add_routes(solver: highspy.Highs, routes: Sequence[tuple[int, int]], metres: Metres) -> None:
    count, givers = len(routes), metres.shape[0]
    costs = np.array([metres[route] for route in routes], dtype=float)
    ends = np.array([(row, givers + column) for row, column in routes], dtype=np.int32).ravel()
    starts = np.arange(0, 2 * count, 2, dtype=np.int32)
    solver.addCols(count, costs, np.zeros(count), np.full(count, highspy.kHighsInf), 2 * count, starts, ends, np.ones(2 * count))


def _prove(
    moved: Mapping[tuple[int, int], int],
    supply: Sequence[int],
    demand: Sequence[int],
    metres: Metres,
    giver_duals: Metres,
    receiver_duals: Metres,
) -> None:
    """Check in whole numbers that nothing moves that is not there, that all that can move does, and that no other routes are shorter.

    Raises ArithmeticError. Where the prices fit under every route, no flow costs less than they make of the stocks.
    """
    sent, received = [0] * len(supply), [0] * len(demand)
    for (row, column), count in moved.items():
        sent[row] += count
        received[column] += count
    is_feasible = min(moved.values()) > 0 and all(map(int.__le__, sent, supply)) and all(map(int.__le__, received, demand))
    total, distance = min(sum(supply), sum(demand)), sum(int(metres[route]) * count for route, count in moved.items())
    # A price of the side that keeps something back must not be above nothing.
    covers_every_route = bool((metres - giver_duals[:, None] - receiver_duals).min() >= 0)
    leaves_rest_free = (sum(supply) == total or giver_duals.max() <= 0) and (sum(demand) == total or receiver_duals.max() <= 0)
    dual_total = sum(int(price) * stock for price, stock in zip((*giver_duals, *receiver_duals), (*supply, *demand), strict=True))
    if not (is_feasible and covers_every_route and leaves_rest_free and sum(sent) == total and distance == dual_total):
        raise ArithmeticError(f"the least distance is not proven: {distance} metres, {dual_total} by the prices of the wards")


def _nearest_routes(cost: Metres) -> Iterator[tuple[int, int]]:
    """The places of the least costs of each row and of each column."""
    for row, columns in enumerate(np.argsort(cost, axis=1, kind="stable")[:, :_NEAREST]):
        yield from ((row, int(column)) for column in columns)
    for column, rows in enumerate(np.argsort(cost, axis=0, kind="stable")[:_NEAREST].T):
        yield from ((int(row), column) for row in rows)


def _first_routes(supply: Sequence[int], demand: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Routes that carry as much as can be moved: each giver serves the receivers in turn."""
    supply_left, demand_left, row, column = list(supply), list(demand), 0, 0
    while row < len(supply_left) and column < len(demand_left):
        yield row, column
        count = min(supply_left[row], demand_left[column])
        supply_left[row] -= count
        demand_left[column] -= count
        row, column = (row + 1, column) if not supply_left[row] else (row, column + 1)


def with_transfers(plan: Plan, accepted: Iterable[Transfer]) -> Plan:
    """The plan in which the accepted transfers take the place of buying: ``moved`` of each line is what comes in, no more.

    Raises ValueError where a transfer has no line, or more comes in than the line asks for.
    """
    incoming: dict[tuple[str, str], int] = {}
    transfers = tuple(accepted)
    for transfer in transfers:
        key = (transfer.receiver.code, transfer.item)
        incoming[key] = incoming.get(key, 0) + transfer.quantity
    lines = tuple(replace(line, moved=incoming.pop((line.ward.code, line.item), 0)) for line in plan.lines)
    unmatched = sorted({*incoming, *((line.ward.code, line.item) for line in lines if line.moved > line.quantity)})
    if unmatched:
        raise ValueError(f"transfers that no line asks for: {unmatched}")
    return replace(plan, lines=lines, transfers=transfers)
