"""Which wards to fund under a budget ceiling, so that most of them, or most people, become ready; and why the others wait. Pure.

A ward is funded whole or not at all: with the cheapest set of lines that turns it ready, at the prices, years and sources of the plan.
Money is whole VND in *pots*, one for each year and source; a ceiling is never exceeded by one đồng.

The choice is a knapsack with one yes or no for each ward, solved in whole numbers with a bound that is proven (``planning.funding.knapsack``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from inventory.wards.wards import KIND_LABELS, Ward
from planning.funding.knapsack import Row, maximise
from planning.plan.build import ward_lines
from planning.plan.incoming import by_ward
from planning.plan.line import PlanLine
from planning.plan.plan import Plan
from planning.plan.spending import Pot
from portal.errors import WardReadinessError
from portal.formats import format_vnd
from portal.labels import LabelledEnum
from scoring.rating.rating import Result
from scoring.rating.remedies import cost_to_ready
from scoring.rating.standard import Criterion

COMMUNE = "xa"
# Why a line of a ward that is ready, or is turned so, is left out: the choice looks at what turns wards ready today.
_NOT_NEEDED = "Không cần để đáp ứng; xã, phường đã đáp ứng hoặc đã được bố trí đủ vốn để đáp ứng"
_NOT_RENEWED = "Gia hạn để giữ kết quả sau ngày hết hạn: chưa tính trong trần vốn, cần bố trí riêng trước ngày ấy"


class FloorError(WardReadinessError):
    """A floor that the ceilings, or the floors before it, do not allow; the message says which and what is possible."""

    status = 409


class Aim(LabelledEnum):
    """What a choice makes as great as it can."""

    WARDS = "wards", "Nhiều xã, phường đáp ứng nhất"
    PEOPLE = "people", "Nhiều người dân được phục vụ nhất"

    def value_of(self, ward: Ward) -> int:
        """One for each ward, or its population."""
        return 1 if self is Aim.WARDS else ward.population


@dataclass(frozen=True)
class Candidate:
    """A ward that is not ready, with the cheapest lines that turn it ready, and their VND by pot.

    Where ``possible`` is False money alone does not do it; ``blockers`` are the criteria in the way, but those of group G where
    ``is_redacted``.
    """

    ward: Ward
    costs: Mapping[Pot, int]
    lines: tuple[PlanLine, ...] = ()
    possible: bool = True
    blockers: tuple[Criterion, ...] = ()
    is_redacted: bool = False

    @property
    def cost(self) -> int:
        """VND of all pots, both kinds of spending: only to put wards in order."""
        return sum(self.costs.values())


@dataclass(frozen=True)
class Floor:
    """At least so many funded wards of a named group of wards."""

    name: str
    at_least: int
    codes: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """The wards to fund and what is proven of it.

    No choice that keeps ceilings and floors has a greater value than ``bound``; none of the same value, and with as many communes where
    they come first, costs less than ``cost_bound`` VND.
    """

    aim: Aim
    candidates: tuple[Candidate, ...]
    funded: frozenset[str]
    ceilings: Mapping[Pot, int]
    floors: tuple[Floor, ...]
    value: int
    bound: int
    cost: int
    cost_bound: int

    @property
    def is_optimal(self) -> bool:
        """Whether it is proven that nothing has a greater value."""
        return self.value == self.bound

    @property
    def spent(self) -> dict[Pot, int]:
        """VND of the funded wards by pot, in the order of the pots."""
        return spending_by_pot(candidate for candidate in self.candidates if candidate.ward.code in self.funded)

    @property
    def remaining(self) -> dict[Pot, int]:
        """VND that each ceiling leaves, zero or more."""
        spent = self.spent
        return {pot: ceiling - spent.get(pot, 0) for pot, ceiling in sorted(self.ceilings.items())}


@dataclass(frozen=True)
class WaitingWard:
    """Why a ward is not funded: exactly one of the three.

    ``blockers``: money alone does not turn it ready. ``lacking``: VND that pots lack beside what is funded already. Neither: there is
    money for it, but a floor or an equal choice for less took another ward. ``cost`` is what the ward takes, in VND by pot.
    """

    ward: Ward
    costs: Mapping[Pot, int]
    lacking: Mapping[Pot, int]
    blockers: tuple[Criterion, ...] = ()
    possible: bool = True
    is_redacted: bool = False

    @property
    def reason(self) -> str:
        """The reason in one sentence."""
        if not self.possible:
            return self._beyond_money("; ".join(criterion.name for criterion in self.blockers))
        if self.lacking:
            pots = "; ".join(f"{pot.label}: thiếu {format_vnd(vnd)}" for pot, vnd in self.lacking.items())
            return f"Vượt mức vốn tối đa còn lại ({pots})"
        return "Đã bố trí các xã, phường khác với chi phí thấp hơn cho cùng kết quả"

    def _beyond_money(self, names: str) -> str:
        if names:
            return f"Kinh phí không tự làm xã, phường này đáp ứng; cần xử lý trước: {names}"
        return "Kinh phí không tự làm xã, phường này đáp ứng" if self.is_redacted else "Chưa có số liệu được duyệt"


@dataclass(frozen=True)
class CurvePoint:
    """With so many VND in one pot, so many more wards and people can be served; ``ward`` is the last one added."""

    money: int
    wards: int
    people: int
    ward: Ward


@dataclass(frozen=True)
class LineSplit:
    """The lines of a plan in two: what the funded wards need to be ready, and the rest, each with its reason."""

    funded: tuple[PlanLine, ...]
    unfunded: tuple[tuple[PlanLine, str], ...]


def candidates_of(plan: Plan) -> tuple[Candidate, ...]:
    """The wards with data that are not ready, by position, each with its cheapest set of lines.

    Year, source, method, price, months and what is moved in are those of the plan's own line of the item, where it has one.
    """
    planned = {(line.ward.code, line.item): line for line in plan.lines}
    incoming = by_ward(plan.incoming)
    candidates = []
    for ward in sorted(plan.wards, key=attrgetter("position")):
        rating = plan.ratings[ward.code]
        if rating.snapshot is None or rating.result is Result.READY:
            continue
        cost = cost_to_ready(rating, plan.price_list.prices, plan.assumptions.remedy_terms)
        lines = ward_lines(ward, rating, cost.lines, plan.price_list, plan.assumptions, incoming.get(ward.code, ()))
        cheapest = tuple(_with_plan_terms(line, planned.get((ward.code, line.item))) for line in lines) if cost.possible else ()
        candidates.append(Candidate(ward, _amounts_by_pot(cheapest), cheapest, cost.possible, cost.blockers))
    return tuple(candidates)


def _with_plan_terms(line: PlanLine, planned: PlanLine | None) -> PlanLine:
    return line if planned is None else replace(planned, quantity=line.quantity, moved=min(planned.moved, line.quantity))


def _amounts_by_pot(lines: Iterable[PlanLine]) -> dict[Pot, int]:
    sums: dict[Pot, int] = {}
    for line in lines:
        for pot, amount in line.amounts_by_pot.items():
            sums[pot] = sums.get(pot, 0) + amount
    return {pot: amount for pot, amount in sorted(sums.items()) if amount}


def spending_by_pot(candidates: Iterable[Candidate]) -> dict[Pot, int]:
    """VND that some wards take together, by pot in the order of the pots."""
    sums: dict[Pot, int] = {}
    for candidate in candidates:
        for pot, amount in candidate.costs.items():
            sums[pot] = sums.get(pot, 0) + amount
    return dict(sorted(sums.items()))


def floors_of(candidates: Iterable[Candidate], part: str, at_least: int) -> tuple[Floor, ...]:
    """A floor for each ``former_district`` or ``kind``, in the order of its first ward: at least so many, or all that money can mend."""
    codes: dict[str, set[str]] = {}
    for candidate in candidates:
        if candidate.possible:
            codes.setdefault(getattr(candidate.ward, part), set()).add(candidate.ward.code)
    return tuple(
        Floor(KIND_LABELS.get(name, name), min(at_least, len(members)), frozenset(members)) for name, members in codes.items()
    )


def rank_cheapest(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """``Rẻ nhất để đáp ứng``: the wards that money turns ready, cheapest first, then by position."""
    possible = (candidate for candidate in candidates if candidate.possible)
    return tuple(sorted(possible, key=lambda candidate: (candidate.cost, candidate.ward.position)))


def readiness_curve(candidates: Iterable[Candidate], pots: Collection[Pot] | None = None) -> tuple[CurvePoint, ...]:
    """Money against wards ready, as if these pots (all by default) were one and the others had no ceiling.

    No choice turns as many wards ready for less than a point says: of any number of wards the cheapest are the first of the ranking.
    """

    def cost(candidate: Candidate) -> int:
        return sum(amount for pot, amount in candidate.costs.items() if pots is None or pot in pots)

    points: list[CurvePoint] = []
    money = people = 0
    for candidate in sorted(rank_cheapest(candidates), key=lambda candidate: (cost(candidate), candidate.ward.position)):
        money, people = money + cost(candidate), people + candidate.ward.population
        points.append(CurvePoint(money, len(points) + 1, people, candidate.ward))
    return tuple(points)


def choose_wards(
    candidates: Iterable[Candidate],
    ceilings: Mapping[Pot, int],
    aim: Aim = Aim.WARDS,
    floors: Iterable[Floor] = (),
    *,
    communes_first: bool = False,
) -> Choice:
    """The wards to fund so that the sum of values is greatest under every ceiling in VND, and among these the cheapest.

    A pot without a ceiling is unlimited. ``communes_first`` is a preference, not a duty: of the choices with the greatest value the one
    with most communes is taken, and only then the cheapest; it never costs a ward. What communes must get is a floor of theirs.
    The same candidates in any order give the same choice. Raises FloorError.
    """
    ordered = tuple(sorted(candidates, key=lambda candidate: candidate.ward.position))
    floor_list = tuple(floors)
    affordable = [c for c in ordered if c.possible and all(c.costs.get(pot, 0) <= money for pot, money in ceilings.items())]
    pot_rows = [
        Row({i: c.costs[pot] for i, c in enumerate(affordable) if pot in c.costs}, money) for pot, money in sorted(ceilings.items())
    ]
    floor_rows = [
        Row({i: -1 for i, c in enumerate(affordable) if c.ward.code in floor.codes}, -floor.at_least) for floor in floor_list
    ]
    rows = [*pot_rows, *floor_rows]
    values = [aim.value_of(candidate.ward) for candidate in affordable]
    best = maximise(values, rows, _choose_greedily(affordable, ceilings, floor_list))
    if best is None:
        raise _floor_error(floor_list, pot_rows, floor_rows, len(affordable))
    rows.append(Row({i: -value for i, value in enumerate(values)}, -best.value))
    chosen = best.chosen
    if communes_first:
        communes = [int(candidate.ward.kind == COMMUNE) for candidate in affordable]
        most = maximise(communes, rows, start=chosen)
        assert most is not None
        rows.append(Row({i: -1 for i, counts in enumerate(communes) if counts}, -most.value))
        chosen = most.chosen
    cheapest = maximise([-candidate.cost for candidate in affordable], rows, start=chosen)
    assert cheapest is not None
    funded = frozenset(affordable[i].ward.code for i in cheapest.chosen)
    value = sum(values[i] for i in cheapest.chosen)
    return Choice(aim, ordered, funded, dict(ceilings), floor_list, value, best.bound, -cheapest.value, -cheapest.bound)


def _choose_greedily(
    candidates: Sequence[Candidate], ceilings: Mapping[Pot, int], floors: Iterable[Floor]
) -> frozenset[int] | None:
    """The places of the cheapest wards, as long as the pots last, for the choice never to be worse; None where a floor is missed."""
    remaining, chosen = dict(ceilings), set()
    for i in sorted(range(len(candidates)), key=lambda i: (candidates[i].cost, i)):
        costs = candidates[i].costs
        if all(cost <= remaining.get(pot, cost) for pot, cost in costs.items()):
            chosen.add(i)
            remaining = {pot: money - costs.get(pot, 0) for pot, money in remaining.items()}
    codes = {candidates[i].ward.code for i in chosen}
    return frozenset(chosen) if all(len(codes & floor.codes) >= floor.at_least for floor in floors) else None


def _floor_error(floors: Sequence[Floor], pot_rows: Sequence[Row], floor_rows: Sequence[Row], count: int) -> FloorError:
    """The first floor that cannot be kept beside those before it, with the most wards that its part can have."""
    for index, (floor, floor_row) in enumerate(zip(floors, floor_rows, strict=True)):
        solution = maximise([int(i in floor_row.parts) for i in range(count)], [*pot_rows, *floor_rows[:index]])
        most = solution.value if solution else 0
        if most < floor.at_least:
            within = "các trần vốn và các mức sàn nêu trước" if index else "các trần vốn"
            return FloorError(
                f"Không giữ được mức sàn “{floor.name}: ít nhất {floor.at_least} xã, phường”: trong {within}, nhiều nhất {most} xã, "
                "phường được bố trí vốn. Hãy giảm mức sàn này hoặc nâng trần vốn."
            )
    return FloorError(
        "Chưa tìm được phương án giữ cùng lúc mọi mức sàn trong các trần vốn. Hãy giảm một mức sàn hoặc nâng trần vốn."
    )


def find_waiting(choice: Choice, ward: Ward) -> WaitingWard | None:
    """Why a ward waits, and what it takes; None where it is funded. A ward that is no candidate is ready or without data: KeyError."""
    candidate = next((candidate for candidate in choice.candidates if candidate.ward.code == ward.code), None)
    if candidate is None:
        raise KeyError(ward.code)
    if ward.code in choice.funded:
        return None
    if not candidate.possible:
        return WaitingWard(ward, {}, {}, candidate.blockers, possible=False, is_redacted=candidate.is_redacted)
    remaining = choice.remaining
    lacking = {pot: cost - remaining[pot] for pot, cost in candidate.costs.items() if pot in remaining and cost > remaining[pot]}
    return WaitingWard(ward, candidate.costs, lacking)


def next_ward(choice: Choice) -> WaitingWard | None:
    """The ward that would be ready next for the least money beyond what the pots still hold, or None where all are funded."""
    waiting = [find_waiting(choice, c.ward) for c in choice.candidates if c.possible and c.ward.code not in choice.funded]
    return min(
        (ward for ward in waiting if ward is not None),
        key=lambda waiting: (sum(waiting.lacking.values()), sum(waiting.costs.values()), waiting.ward.position),
        default=None,
    )


def funded_lines(plan: Plan, choice: Choice) -> LineSplit:
    """The lines of a plan in two, to the unit: what the funded wards take to be ready, and what waits, with the reason.

    A line that asks for more than readiness takes is cut in two; what is moved in goes to the funded part first.
    """
    needed = {
        (line.ward.code, line.item): line.quantity for c in choice.candidates if c.ward.code in choice.funded for line in c.lines
    }
    candidate_codes = {candidate.ward.code for candidate in choice.candidates}
    funded, unfunded = [], []
    for line in plan.lines:
        part = min(line.quantity, needed.get((line.ward.code, line.item), 0))
        moved = min(line.moved, part)
        if part:
            funded.append(replace(line, quantity=part, moved=moved))
        if line.quantity > part:
            waiting = find_waiting(choice, line.ward) if line.ward.code in candidate_codes else None
            reason = waiting.reason if waiting else _NOT_RENEWED if line.is_renewal else _NOT_NEEDED
            unfunded.append((replace(line, quantity=line.quantity - part, moved=line.moved - moved), reason))
    return LineSplit(tuple(funded), tuple(unfunded))
