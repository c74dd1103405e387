"""Which wards to fund under a budget ceiling, so that most of them, or most people, become ready; and why the others wait. Pure.

A ward is funded whole or not at all: with the cheapest set of lines that turns it ready, at the prices, years and sources of the plan.
Money is whole VND in *pots*, one for each year, source and form; a ceiling is never exceeded by one đồng.

The choice itself is ``planning.funding.selection``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from inventory.security import is_sensitive_item
from inventory.wards.wards import Ward
from planning.plan.line import PlanLine
from planning.plan.spending import Pot, sum_by_pot
from portal.formats import format_number, format_vnd
from portal.labels import LabelledEnum
from scoring.rating.standard import Criterion

COMMUNE = "xa"
BARRED_WARD = "Người lập phương án không bố trí vốn để xã, phường này đáp ứng"
BEYOND_CEILING, BY_DECISION = "Vượt mức vốn tối đa còn lại", "Chưa cân đối được vốn theo quyết định"


class Aim(LabelledEnum):
    """What a choice makes as great as it can."""

    WARDS = "wards", "Nhiều xã, phường đáp ứng nhất"
    PEOPLE = "people", "Nhiều người dân được phục vụ nhất"

    def value_of(self, ward: Ward) -> int:
        """One for each ward, or its population."""
        return 1 if self is Aim.WARDS else ward.population

    def describe(self, value: int) -> str:
        """A value of this aim with its unit."""
        return f"{format_number(value)} {'đơn vị đáp ứng' if self is Aim.WARDS else 'người dân ở các đơn vị đáp ứng'}"


@dataclass(frozen=True)
class Candidate:
    """A ward that is not ready, with the cheapest lines that turn it ready, and their VND by pot.

    ``slides`` are the VND by pot of the same lines begun one, two, ... years later, as far as the ward may slide. Where ``possible`` is
    False the plan does not do it: ``blockers`` are the criteria that money alone does not mend, but those of group G where
    ``is_redacted``; ``unplanned`` are the items of which the plan buys too little, or nothing that may be funded.
    """

    ward: Ward
    costs: Mapping[Pot, int]
    lines: tuple[PlanLine, ...] = ()
    possible: bool = True
    blockers: tuple[Criterion, ...] = ()
    is_redacted: bool = False
    slides: tuple[Mapping[Pot, int], ...] = ()
    unplanned: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        """VND of all pots, all forms of spending: only to put wards in order."""
        return sum(self.costs.values())

    @property
    def costs_by_years(self) -> tuple[Mapping[Pot, int], ...]:
        """VND by pot as planned, and one, two, ... years later."""
        return (self.costs, *self.slides)


@dataclass(frozen=True)
class Floor:
    """At least so many funded wards of a named group of wards."""

    name: str
    at_least: int
    codes: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """The wards to fund and what is proven of it. ``years``: how many years later than planned each funded ward begins, by code.

    No choice that keeps ceilings and demands has a greater value than ``bound``; none of the same value, with as many communes where
    they come first and as few years of slide, costs less than ``cost_bound`` VND (0 where that was not looked at). ``is_settled``: no
    more work changes it, so that it may be kept; a choice that is not is only shown.
    """

    aim: Aim
    candidates: tuple[Candidate, ...]
    years: Mapping[str, int]
    ceilings: Mapping[Pot, int]
    floors: tuple[Floor, ...]
    value: int
    bound: int
    cost: int
    cost_bound: int
    is_settled: bool
    barred: frozenset[str] = frozenset()

    @property
    def funded(self) -> frozenset[str]:
        """The codes of the funded wards."""
        return frozenset(self.years)

    @property
    def is_optimal(self) -> bool:
        """Whether it is proven that nothing has a greater value."""
        return self.value == self.bound

    def is_allowed(self, required: Collection[str] = ()) -> bool:
        """Whether candidates, ceilings, floors and pins allow it, and value and cost are those of its wards: what is kept may be damaged."""
        chosen = [candidate for candidate in self.candidates if candidate.possible and candidate.ward.code in self.years]
        asked = {candidate.ward.code for candidate in self.candidates} & set(required)
        return (
            len(chosen) == len(self.years)
            and all(0 <= self.years[candidate.ward.code] < len(candidate.costs_by_years) for candidate in chosen)
            and all(vnd >= 0 for vnd in self.remaining.values())
            and asked <= self.funded
            and not self.funded & self.barred
            and all(len(self.funded & floor.codes) >= floor.at_least for floor in self.floors)
            and self.value == sum(self.aim.value_of(candidate.ward) for candidate in chosen)
            and self.value
            <= self.bound
            <= sum(self.aim.value_of(candidate.ward) for candidate in self.candidates if candidate.possible)
            and self.cost == sum(self.spent.values())
            and 0 <= self.cost_bound <= self.cost
        )

    @property
    def gap(self) -> int:
        """How much greater the value of another choice could be at most, zero or more."""
        return self.bound - self.value

    @property
    def spent(self) -> dict[Pot, int]:
        """VND of the funded wards by pot, in the years in which they begin, in the order of the pots."""
        return sum_by_pot(c.costs_by_years[self.years[c.ward.code]] for c in self.candidates if c.ward.code in self.years)

    @property
    def remaining(self) -> dict[Pot, int]:
        """VND that each ceiling leaves, zero or more."""
        spent = self.spent
        return {pot: ceiling - spent.get(pot, 0) for pot, ceiling in sorted(self.ceilings.items())}


@dataclass(frozen=True)
class WaitingWard:
    """Why a ward is not funded: exactly one of the five.

    ``is_barred``: the planner wants no money for turning it ready. ``unplanned``: the plan does not buy, or not fund, enough of these items.
    ``blockers``: money alone does not turn it ready. ``lacking``: VND that pots lack beside what is funded already, in the year in which
    least is lacking, by a decision where ``is_decided``. None of them: there is money for it, but an equal choice for less took another
    ward. ``costs`` is what the ward takes in that year, in VND by pot.
    """

    ward: Ward
    costs: Mapping[Pot, int]
    lacking: Mapping[Pot, int]
    blockers: tuple[Criterion, ...] = ()
    possible: bool = True
    is_redacted: bool = False
    is_barred: bool = False
    unplanned: tuple[str, ...] = ()
    is_decided: bool = False

    @property
    def reason(self) -> str:
        """The reason in one sentence."""
        if self.is_barred:
            return BARRED_WARD
        if self.unplanned:
            hidden = [item for item in self.unplanned if self.is_redacted and is_sensitive_item(item)]
            return f"Phương án {name_unplanned(item for item in self.unplanned if item not in hidden)}"
        if not self.possible:
            return self._beyond_money("; ".join(criterion.name for criterion in self.blockers))
        if self.lacking:
            return describe_lack(self.lacking, f"{BEYOND_CEILING} sau khi chọn đơn vị", is_decided=self.is_decided)
        return "Đã bố trí các xã, phường khác với chi phí thấp hơn cho cùng kết quả"

    def _beyond_money(self, names: str) -> str:
        if names:
            return f"Bố trí kinh phí vẫn chưa đủ điều kiện đáp ứng; cần hoàn thành trước: {names}"
        return "Bố trí kinh phí vẫn chưa đủ điều kiện đáp ứng" if self.is_redacted else "Chưa có số liệu được duyệt"


@dataclass(frozen=True)
class CurvePoint:
    """With so many VND in one pot, so many more wards and people can be served; ``ward`` is the last one added."""

    money: int
    wards: int
    people: int
    ward: Ward


def describe_lack(lacking: Mapping[Pot, int], beyond: str, *, is_decided: bool) -> str:
    """Why something is not funded: VND that pots lack of what decisions gave, or ``beyond`` which money it goes."""
    pots = "; ".join(f"{pot.label}: thiếu {format_vnd(vnd)}" for pot, vnd in lacking.items())
    return f"{BY_DECISION if is_decided else beyond} ({pots})"


def describe_proof(choice: Choice) -> str:
    """What is proven of a choice that is settled, in one sentence."""
    value, bound, gap = (choice.aim.describe(number) for number in (choice.value, choice.bound, choice.gap))
    if choice.is_optimal:
        return f"Phương án tối ưu trong mức vốn tối đa: thêm {value}."
    return f"Thêm {value}; cận trên đã chứng minh: {bound}, còn cách {gap}. Không cách chọn nào vượt cận trên này."


def name_unplanned(items: Iterable[str]) -> str:
    """``không bố trí đủ danh mục … : E01``: what a plan leaves out, or does not fund, of what turns a ward ready, as far as it may be named."""
    named = ", ".join(items)
    return f"không bố trí đủ danh mục để xã, phường này đáp ứng{f': {named}' if named else ''}"


def floors_of(candidates: Iterable[Candidate], at_least: int) -> tuple[Floor, ...]:
    """A floor for each former district, in the order of its first ward: at least so many, or all that money can mend."""
    codes: dict[str, set[str]] = {}
    for candidate in candidates:
        if candidate.possible:
            codes.setdefault(candidate.ward.former_district, set()).add(candidate.ward.code)
    return tuple(Floor(name, min(at_least, len(members)), frozenset(members)) for name, members in codes.items())


def rank_cheapest(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The wards that money turns ready, cheapest first, then by position."""
    possible = (candidate for candidate in candidates if candidate.possible)
    return tuple(sorted(possible, key=lambda candidate: (candidate.cost, candidate.ward.position)))


def readiness_curve(candidates: Iterable[Candidate]) -> tuple[CurvePoint, ...]:
    """Money against wards ready, as if all pots were one.

    No choice turns as many wards ready for less than a point says: of any number of wards the cheapest are the first of the ranking.
    """
    points: list[CurvePoint] = []
    money = people = 0
    for candidate in rank_cheapest(candidates):
        money, people = money + candidate.cost, people + candidate.ward.population
        points.append(CurvePoint(money, len(points) + 1, people, candidate.ward))
    return tuple(points)


def find_waiting(choice: Choice, ward: Ward, decided: Collection[Pot] = ()) -> WaitingWard | None:
    """Why a ward waits, and what it takes; None where it is funded. A ward that is no candidate is ready or without data: KeyError.

    ``decided`` are the pots whose ceilings are those of decisions.
    """
    candidate = next((candidate for candidate in choice.candidates if candidate.ward.code == ward.code), None)
    if candidate is None:
        raise KeyError(ward.code)
    if ward.code in choice.funded:
        return None
    if ward.code in choice.barred:
        return WaitingWard(ward, candidate.costs, {}, candidate.blockers, candidate.possible, candidate.is_redacted, is_barred=True)
    if not candidate.possible:
        return WaitingWard(
            *(ward, {}, {}, candidate.blockers),
            possible=False,
            is_redacted=candidate.is_redacted,
            unplanned=candidate.unplanned,
        )
    remaining = choice.remaining
    years = [
        WaitingWard(ward, costs, {pot: vnd - remaining[pot] for pot, vnd in costs.items() if vnd > remaining.get(pot, vnd)})
        for costs in candidate.costs_by_years
    ]
    least = min(years, key=lambda waiting: sum(waiting.lacking.values()))
    return replace(least, is_decided=any(pot in decided for pot in least.lacking))


def next_ward(choice: Choice) -> WaitingWard | None:
    """The ward that would be ready next for the least money beyond what the pots still hold, or None where none waits for money."""
    waiting = [find_waiting(choice, candidate.ward) for candidate in choice.candidates if candidate.possible]
    return min(
        (ward for ward in waiting if ward is not None and not ward.is_barred),
        key=lambda waiting: (sum(waiting.lacking.values()), sum(waiting.costs.values()), waiting.ward.position),
        default=None,
    )
