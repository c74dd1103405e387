"""The choice of the wards to fund, as one program after the other: what is wished for first binds what is wished for next. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.security import is_sensitive_item
from planning.funding.allocation import COMMUNE, Aim, Candidate, Choice, Floor, name_unplanned
from planning.funding.conflicts import Demand, explain_conflict
from planning.funding.program import NoChoiceError, Program, Row, Solution, solve
from planning.plan.spending import Pot
from portal.formats import format_vnd

# How far the search goes, in the units of ``planning.funding.program``: about one second for the wards of a city and three years, and about half
# a minute, which a job may take.
FIRST_WORK, PROOF_WORK = 250_000, 7_500_000
# Of so many places each counts more than all after it together, and no more than the solver's floats tell apart.
_PLACES_AT_ONCE = 14


@dataclass(frozen=True)
class _Place:
    """A ward to fund, begun so many years later than planned."""

    candidate: Candidate
    years: int

    @property
    def code(self) -> str:
        return self.candidate.ward.code

    @property
    def costs(self) -> Mapping[Pot, int]:
        return self.candidate.costs_by_years[self.years]


def choose_wards(
    candidates: Iterable[Candidate],
    ceilings: Mapping[Pot, int],
    aim: Aim = Aim.WARDS,
    floors: Iterable[Floor] = (),
    *,
    communes_first: bool = False,
    required: Collection[str] = (),
    barred: Collection[str] = (),
    work: int = FIRST_WORK,
) -> Choice:
    """The wards to fund so that the sum of values is greatest under every ceiling in VND.

    Of the choices of that value those with most communes are taken where ``communes_first`` (a preference, which never costs a ward),
    then those that slide by the fewest years, then the cheapest, and of equals the one with the first ward by code in which they differ.
    Each wish is looked at once the one before is proven, within ``work`` in all. A pot without a ceiling is unlimited. ``required`` and
    ``barred`` are codes; that of a ward which is no candidate, being ready or without data, asks for nothing. The same candidates in
    any order give the same choice. Raises ConflictError.
    """
    ordered = tuple(sorted(candidates, key=lambda candidate: candidate.ward.code))
    floor_list, pins, bars = tuple(floors), frozenset(required), frozenset(barred)
    places = [
        _Place(candidate, years) for candidate in ordered if candidate.possible for years in range(len(candidate.costs_by_years))
    ]
    groups = _groups(places)
    demands = [*_pins(ordered, places, pins, bars), *_floors(places, floor_list), *_ceilings(places, ceilings)]
    wishes = [[aim.value_of(place.candidate.ward) for place in places]]
    if communes_first:
        wishes.append([int(place.candidate.ward.kind == COMMUNE) for place in places])
    wishes += [[-place.years for place in places], [-sum(place.costs.values()) for place in places]]
    until_cost = len(wishes)
    wishes += _in_order_of_code(len(places))
    try:
        solutions = _fulfil(
            wishes, [demand.row for demand in demands], groups, _choose_greedily(places, ceilings, pins, bars), work
        )
    except NoChoiceError as error:
        raise explain_conflict(demands, groups, is_proven=error.is_proven) from error
    chosen = [places[i] for i in solutions[-1].chosen]
    return Choice(
        aim,
        tuple(sorted(ordered, key=lambda candidate: candidate.ward.position)),
        {place.code: place.years for place in chosen},
        dict(ceilings),
        floor_list,
        solutions[0].value,
        solutions[0].bound,
        cost=sum(sum(place.costs.values()) for place in chosen),
        cost_bound=-solutions[until_cost - 1].bound if len(solutions) >= until_cost else 0,
        is_settled=work >= PROOF_WORK or (len(solutions) == len(wishes) and solutions[-1].is_proven),
        barred=bars,
    )


def _fulfil(
    wishes: Iterable[Sequence[int]], rows: list[Row], groups: tuple[tuple[int, ...], ...], start: frozenset[int], work: int
) -> list[Solution]:
    """A solution for each wish in turn, up to the first that is not proven. Raises NoChoiceError."""
    solutions: list[Solution] = []
    for values in wishes:
        work_left = max(1, work - sum(solution.work for solution in solutions))
        solution = solve(Program(tuple(values), tuple(rows), groups), solutions[-1].chosen if solutions else start, work_left)
        solutions.append(solution)
        if not solution.is_proven:
            break
        rows = [*rows, Row({i: -value for i, value in enumerate(values) if value}, -solution.value)]
    return solutions


def _groups(places: Iterable[_Place]) -> tuple[tuple[int, ...], ...]:
    """The places of each ward that has several."""
    members: dict[str, list[int]] = {}
    for i, place in enumerate(places):
        members.setdefault(place.code, []).append(i)
    return tuple(tuple(group) for group in members.values() if len(group) > 1)


def _pins(
    candidates: Iterable[Candidate], places: Sequence[_Place], required: Collection[str], barred: Collection[str]
) -> Iterable[Demand]:
    for candidate in candidates:
        ward = candidate.ward
        own_places = [i for i, place in enumerate(places) if place.code == ward.code]
        if ward.code in required:
            yield Demand(f"bố trí vốn cho {ward.full_name}{_doubt(candidate)}", Row(dict.fromkeys(own_places, -1), -1))
        if ward.code in barred:
            yield Demand(f"không bố trí vốn cho {ward.full_name}", Row(dict.fromkeys(own_places, 1), 0))


def _doubt(candidate: Candidate) -> str:
    """Why a ward cannot be funded whatever the money; what would help an attacker is named to nobody, as a conflict is told to all."""
    if candidate.possible:
        return ""
    if candidate.unplanned:
        return f" (phương án {name_unplanned(item for item in candidate.unplanned if not is_sensitive_item(item))})"
    return " (bố trí kinh phí vẫn chưa đủ điều kiện đáp ứng)"


def _floors(places: Sequence[_Place], floors: Iterable[Floor]) -> Iterable[Demand]:
    for floor in sorted(floors, key=lambda floor: (floor.name, floor.at_least, sorted(floor.codes))):
        row = Row({i: -1 for i, place in enumerate(places) if place.code in floor.codes}, -floor.at_least)
        yield Demand(f"mức sàn “{floor.name}: ít nhất {floor.at_least} xã, phường”", row, is_floor=True)


def _ceilings(places: Sequence[_Place], ceilings: Mapping[Pot, int]) -> Iterable[Demand]:
    for pot, money in sorted(ceilings.items()):
        row = Row({i: place.costs[pot] for i, place in enumerate(places) if pot in place.costs}, money)
        yield Demand(f"mức vốn tối đa {format_vnd(money)} ({pot.label})", row, is_ceiling=True)


def _choose_greedily(
    places: Sequence[_Place], ceilings: Mapping[Pot, int], required: Collection[str], barred: Collection[str]
) -> frozenset[int]:
    """A choice to start from: the required wards, then the cheapest, each in the first year for which the pots last."""
    remaining, chosen, done = dict(ceilings), set(), set(barred)
    for i in sorted(range(len(places)), key=lambda i: (places[i].code not in required, places[i].candidate.cost, i)):
        code, costs = places[i].code, places[i].costs
        if code not in done and all(cost <= remaining.get(pot, cost) for pot, cost in costs.items()):
            chosen.add(i)
            done.add(code)
            remaining = {pot: money - costs.get(pot, 0) for pot, money in remaining.items()}
    return frozenset(chosen)


def _in_order_of_code(count: int) -> Iterable[list[int]]:
    """Wishes for so many places, by which one of them is worth more than all after it: the first ones, then the next."""
    for first in range(0, count, _PLACES_AT_ONCE):
        last = min(first + _PLACES_AT_ONCE, count) - 1
        yield [2 ** (last - place) if first <= place <= last else 0 for place in range(count)]
