"""Which parts of a plan the money pays for, and why the others are not covered. Pure.

*Stage one* chooses wards, each with all that turns it ready or with none of it. *Stage two* goes through the other parts in the order of
the planner, and funds each that still fits: a rule that anybody can follow, not an optimum. What is pinned is funded before both.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from inventory.catalogue import GROUPS
from planning.funding.allocation import BARRED_WARD, BEYOND_CEILING, BY_DECISION, Candidate, Choice, describe_lack
from planning.funding.candidates import candidates_of
from planning.funding.conflicts import ConflictError
from planning.funding.constraints import Ceiling, Funding, fund
from planning.funding.parts import LinePart, Rank, parts_of
from planning.funding.selection import FIRST_WORK
from planning.plan.comparison import wards_ready_after
from planning.plan.line import moved_by
from planning.plan.plan import Plan
from planning.plan.spending import Pot, sum_by_pot
from portal.formats import format_vnd

_BARRED_LINE = "Người lập phương án không bố trí vốn cho dòng này"


@dataclass(frozen=True)
class FundedPart:
    """A part of a line with whether its pots pay for it, and why they do not where that is so."""

    part: LinePart
    is_funded: bool
    reason: str = ""

    @property
    def why_unfunded(self) -> str:
        """That no pot pays for it, and why, each said once; nothing where they do."""
        if self.is_funded or self.reason.startswith(BY_DECISION):
            return self.reason
        return f"Chưa cân đối được vốn. {self.reason}"


@dataclass(frozen=True)
class FundedPlan:
    """A plan with what its ceilings pay for.

    ``plan`` is the plan with the lines of the wards that slide in the year to which they slide. ``ceilings`` are VND by pot, those of
    decisions (``decided``) in place of those that the planner had set. ``ready_after`` are the wards that are ready now, that were chosen,
    or that the parts funded in stage two turn ready.
    """

    plan: Plan
    funding: Funding
    choice: Choice
    ceilings: Mapping[Pot, int]
    decided: frozenset[Pot]
    parts: tuple[FundedPart, ...]
    ready_after: frozenset[str]

    @property
    def is_settled(self) -> bool:
        """Whether stage one is chosen for good: before that nothing of it may stand in a line, a file or a stored plan."""
        return self.choice.is_settled

    @property
    def spent(self) -> dict[Pot, int]:
        """VND that the funded parts take from each pot, in the order of the pots."""
        return sum_by_pot(each.part.amounts_by_pot for each in self.parts if each.is_funded)

    @property
    def pinned(self) -> dict[Pot, int]:
        """VND that the lines take from each pot which are funded whatever else is."""
        return _pinned_amounts(self.plan, self.funding)

    @property
    def funded_units(self) -> dict[str, int]:
        """How many units of each line are funded, by its code; lines of which none is are left out."""
        units: dict[str, int] = {}
        for each in self.parts:
            if each.is_funded:
                units[each.part.line.code] = units.get(each.part.line.code, 0) + each.part.quantity
        return units

    def parts_of_line(self, code: str) -> tuple[FundedPart, ...]:
        """The parts of one line."""
        return tuple(each for each in self.parts if each.part.line.code == code)


def fund_plan(plan: Plan, funding: Funding, decided: Mapping[Pot, int] | None = None, work: int = FIRST_WORK) -> FundedPlan:
    """The plan with what is funded under the ceilings of the planner, or of the decisions where these gave less. Raises ConflictError.

    ``decided`` are VND by pot that decisions have allocated; ``work`` is how much the choice of wards may take.
    """
    ceilings = {ceiling.pot: ceiling.amount for ceiling in funding.ceilings} | dict(decided or {})
    left = _without_pinned(plan, funding, ceilings)
    candidates = tuple(
        _bar(candidate, funding.lines_barred) for candidate in candidates_of(plan, funding.slide_years, funding.lines_required)
    )
    reduced = replace(funding, ceilings=tuple(Ceiling(pot.year, pot.source, pot.form, vnd) for pot, vnd in sorted(left.items())))
    try:
        choice = fund(candidates, reduced, work)
    except ConflictError as error:
        if left == ceilings:
            raise
        rest = "Các mức vốn tối đa nêu ở đây là phần còn lại sau các dòng phải bố trí vốn."
        raise ConflictError(f"{error.message} {rest}", error.demands) from error
    return spread(plan, funding, choice, ceilings, frozenset(decided or ()))


def follow_decisions(funded: FundedPlan, plan: Plan, decided: Mapping[Pot, int]) -> FundedPlan | None:
    """The same wards and parts under what decisions gave, where that pays for all of them; None where another choice is to be made.

    ``plan`` is the plan as it was drawn up, ``decided`` VND by pot. Whoever is given what was asked gets what it was asked for, and no
    other set of the same value; where more is given than the ceilings were, more may be funded.
    """
    spent = funded.spent
    is_enough = all(spent.get(pot, 0) <= vnd <= funded.ceilings.get(pot, vnd) for pot, vnd in decided.items())
    if not is_enough or not funded.decided <= decided.keys():
        return None
    ceilings = dict(funded.ceilings) | dict(decided)
    choice = replace(funded.choice, ceilings=_without_pinned(plan, funded.funding, ceilings))
    return spread(plan, funded.funding, choice, ceilings, frozenset(decided))


def spread(plan: Plan, funding: Funding, choice: Choice, ceilings: Mapping[Pot, int], decided: frozenset[Pot]) -> FundedPlan:
    """The plan with the wards of a choice funded, and of the other parts those that still fit, in the order of the planner."""
    needed = {line.code: line.quantity for candidate in choice.candidates for line in candidate.lines}
    slid = _slide(plan, choice, needed, funding.lines_required)
    parts = parts_of(slid, needed)
    first = {part.key for part in parts if _is_first(part, choice.funded, funding.lines_required)}
    spent = sum_by_pot(part.amounts_by_pot for part in parts if part.key in first)
    remaining = {pot: amount - spent.get(pot, 0) for pot, amount in ceilings.items()}
    reasons: dict[tuple[str, Rank], str] = {}
    for part in sorted((part for part in parts if part.key not in first), key=lambda part: _place(part, funding)):
        reason = _find_reason(part, remaining, funding, decided)
        if reason:
            reasons[part.key] = reason
            continue
        for pot, amount in part.amounts_by_pot.items():
            if pot in remaining:
                remaining[pot] -= amount
    funded = tuple(FundedPart(part, part.key not in reasons, reasons.get(part.key, "")) for part in parts)
    without_ready = FundedPlan(slid, funding, choice, ceilings, decided, funded, frozenset())
    units = without_ready.funded_units
    lines = tuple(replace(line, quantity=units.get(line.code, 0)) for line in slid.lines)
    others = wards_ready_after(replace(slid, lines=lines), slid.ratings.keys() - choice.funded)
    return replace(without_ready, ready_after=choice.funded | others)


def _without_pinned(plan: Plan, funding: Funding, ceilings: Mapping[Pot, int]) -> dict[Pot, int]:
    """VND of each ceiling beside the lines that are to be funded whatever else is.

    Raises ConflictError where a pot has not that much: it names the fewest lines that are too much for it, the dearest.
    """
    pinned = _pinned_amounts(plan, funding)
    for pot, amount in pinned.items():
        if amount > ceilings.get(pot, amount):
            lines = (line for line in plan.lines if line.code in funding.lines_required)
            raise _too_dear(pot, ceilings[pot], {line.code: line.amounts_by_pot.get(pot, 0) for line in lines})
    return {pot: amount - pinned.get(pot, 0) for pot, amount in ceilings.items()}


def _pinned_amounts(plan: Plan, funding: Funding) -> dict[Pot, int]:
    """VND by pot of the lines that are to be funded whatever else is."""
    return sum_by_pot(line.amounts_by_pot for line in plan.lines if line.code in funding.lines_required)


def _too_dear(pot: Pot, ceiling: int, costs: Mapping[str, int]) -> ConflictError:
    """That the fewest of these lines, by code with what they cost, are too much for their pot."""
    names, needed = [], 0
    for code in sorted(costs, key=lambda code: (-costs[code], code)):
        if needed <= ceiling:
            names.append(f"bố trí vốn cho dòng {code}")
            needed += costs[code]
    names.append(f"mức vốn tối đa {format_vnd(ceiling)} ({pot.label})")
    return ConflictError(
        f"Không thể giữ cùng lúc các yêu cầu sau: {'; '.join(names)}. Số vốn cần: {format_vnd(needed)}. "
        "Hãy bỏ một dòng hoặc nâng mức vốn tối đa.",
        tuple(names),
    )


def _bar(candidate: Candidate, lines_barred: Collection[str]) -> Candidate:
    """A ward that needs a line which is not to be funded cannot be turned ready."""
    barred = tuple(line.item for line in candidate.lines if line.code in lines_barred)
    return replace(candidate, possible=False, unplanned=barred) if barred and candidate.possible else candidate


def _slide(plan: Plan, choice: Choice, needed: Mapping[str, int], lines_required: Collection[str]) -> Plan:
    """The plan with the lines that turn a sliding ward ready in the year to which it slides."""
    return replace(
        plan,
        lines=tuple(
            moved_by(line, choice.years.get(line.ward.code, 0), plan.assumptions)
            if needed.get(line.code) and line.code not in lines_required
            else line
            for line in plan.lines
        ),
    )


def _is_first(part: LinePart, funded_wards: Collection[str], lines_required: Collection[str]) -> bool:
    """Whether a part is funded before stage two: what its ward needs, where that is chosen, and what is pinned."""
    return part.line.code in lines_required or (part.rank is Rank.READINESS and part.line.ward.code in funded_wards)


def _place(part: LinePart, funding: Funding) -> tuple[int, bool, int, str, str]:
    """The place of a part in stage two: by rank, what is renewed first, by the planner's order of groups, then by ward and item."""
    groups = [*funding.group_order, *(group for group in GROUPS if group not in funding.group_order)]
    return list(Rank).index(part.rank), not part.line.is_renewal, groups.index(part.line.group), part.line.ward.code, part.line.item


def _find_reason(part: LinePart, remaining: Mapping[Pot, int], funding: Funding, decided: frozenset[Pot]) -> str:
    """Why a part is not funded from what is left; nothing where it is. What costs nothing needs no money."""
    if not part.amount:
        return ""
    if part.line.code in funding.lines_barred:
        return _BARRED_LINE
    if part.rank is Rank.READINESS and part.line.ward.code in funding.wards_barred:
        return BARRED_WARD
    lacking = {pot: amount - remaining[pot] for pot, amount in part.amounts_by_pot.items() if amount > remaining.get(pot, amount)}
    if not lacking:
        return ""
    return describe_lack(lacking, BEYOND_CEILING, is_decided=bool(decided & lacking.keys()))
