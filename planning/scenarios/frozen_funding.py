"""What is funded of a plan that never changes, as plain values: the wards that were chosen, the pots, and every part with its reason. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inventory.wards.wards import Ward
from planning.funding.allocation import Candidate, Choice, Floor
from planning.funding.constraints import Funding
from planning.funding.funded import FundedPart, FundedPlan
from planning.funding.parts import LinePart, Rank, first_units
from planning.plan.line import PlanLine
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from planning.plan.spending import Pot
from scoring.rating.standard import Standard

# VND by pot, the pot by its place among all.
Amounts = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class FrozenCandidate:
    """A ward that was not ready: VND by pot as planned and for each year that it might have slid, units by code of the line."""

    ward: Ward
    costs: Amounts
    slides: tuple[Amounts, ...]
    lines: tuple[tuple[str, int], ...]
    possible: bool
    blockers: tuple[str, ...]
    unplanned: tuple[str, ...]


@dataclass(frozen=True)
class FrozenPart:
    """A part of a line by the code of the line, with VND by pot and by class of norm."""

    line: str
    rank: Rank
    quantity: int
    amounts: Amounts
    norms: tuple[tuple[NormClass, int], ...]
    is_funded: bool
    reason: str


@dataclass(frozen=True)
class FrozenFunding:
    """All that a funded plan is made of beside the plan. ``limits`` are what stage one had, ``slid`` the lines that begin later."""

    funding: Funding
    pots: tuple[Pot, ...]
    ceilings: Amounts
    decided: tuple[int, ...]
    limits: Amounts
    floors: tuple[tuple[str, int, tuple[str, ...]], ...]
    barred: tuple[str, ...]
    years: tuple[tuple[str, int], ...]
    value: int
    bound: int
    cost: int
    cost_bound: int
    candidates: tuple[FrozenCandidate, ...]
    slid: tuple[PlanLine, ...]
    parts: tuple[FrozenPart, ...]
    ready_after: tuple[str, ...]


def freeze_funding(plan: Plan, funded: FundedPlan) -> FrozenFunding:
    """What is funded of a plan. Raises ValueError while that is not settled: nothing of it may be stored."""
    choice = funded.choice
    if not funded.is_settled:
        raise ValueError("what is not settled is never stored")
    pots = sorted(_pots_of(funded))
    places = {pot: place for place, pot in enumerate(pots)}

    def amounts(by_pot: Mapping[Pot, int]) -> Amounts:
        return tuple((places[pot], vnd) for pot, vnd in sorted(by_pot.items()))

    planned = {line.code: line for line in plan.lines}
    return FrozenFunding(
        funding=funded.funding,
        pots=tuple(pots),
        ceilings=amounts(funded.ceilings),
        decided=tuple(sorted(places[pot] for pot in funded.decided)),
        limits=amounts(choice.ceilings),
        floors=tuple((floor.name, floor.at_least, tuple(sorted(floor.codes))) for floor in choice.floors),
        barred=tuple(sorted(choice.barred)),
        years=tuple(sorted(choice.years.items())),
        value=choice.value,
        bound=choice.bound,
        cost=choice.cost,
        cost_bound=choice.cost_bound,
        candidates=tuple(
            FrozenCandidate(
                ward=candidate.ward,
                costs=amounts(candidate.costs),
                slides=tuple(map(amounts, candidate.slides)),
                lines=tuple((line.code, line.quantity) for line in candidate.lines),
                possible=candidate.possible,
                blockers=tuple(criterion.code for criterion in candidate.blockers),
                unplanned=candidate.unplanned,
            )
            for candidate in choice.candidates
        ),
        slid=tuple(line for line in funded.plan.lines if line != planned[line.code]),
        parts=tuple(
            FrozenPart(
                line=each.part.line.code,
                rank=each.part.rank,
                quantity=each.part.quantity,
                amounts=amounts(each.part.amounts_by_pot),
                norms=tuple(each.part.amounts_by_norm.items()),
                is_funded=each.is_funded,
                reason=each.reason,
            )
            for each in funded.parts
        ),
        ready_after=tuple(sorted(funded.ready_after)),
    )


def restore_funding(frozen: FrozenFunding, plan: Plan, standard: Standard) -> FundedPlan:
    """What was funded of a plan, as it was frozen."""

    def amounts(pairs: Amounts) -> dict[Pot, int]:
        return {frozen.pots[place]: vnd for place, vnd in pairs}

    criteria = {criterion.code: criterion for criterion in standard.criteria}
    planned, slid = {line.code: line for line in plan.lines}, {line.code: line for line in frozen.slid}
    lines = planned | slid
    choice = Choice(
        aim=frozen.funding.aim,
        candidates=tuple(
            Candidate(
                ward=candidate.ward,
                costs=amounts(candidate.costs),
                lines=tuple(first_units(planned[code], quantity) for code, quantity in candidate.lines),
                possible=candidate.possible,
                blockers=tuple(criteria[code] for code in candidate.blockers),
                slides=tuple(map(amounts, candidate.slides)),
                unplanned=candidate.unplanned,
            )
            for candidate in frozen.candidates
        ),
        years=dict(frozen.years),
        ceilings=amounts(frozen.limits),
        floors=tuple(Floor(name, at_least, frozenset(codes)) for name, at_least, codes in frozen.floors),
        value=frozen.value,
        bound=frozen.bound,
        cost=frozen.cost,
        cost_bound=frozen.cost_bound,
        is_settled=True,
        barred=frozenset(frozen.barred),
    )
    return FundedPlan(
        plan=replace(plan, lines=tuple(lines[line.code] for line in plan.lines)),
        funding=frozen.funding,
        choice=choice,
        ceilings=amounts(frozen.ceilings),
        decided=frozenset(frozen.pots[place] for place in frozen.decided),
        parts=tuple(
            FundedPart(
                LinePart(lines[part.line], part.rank, part.quantity, amounts(part.amounts), dict(part.norms)),
                part.is_funded,
                part.reason,
            )
            for part in frozen.parts
        ),
        ready_after=frozenset(frozen.ready_after),
    )


def _pots_of(funded: FundedPlan) -> set[Pot]:
    """Every pot that is named anywhere."""
    mappings: Iterable[Iterable[Pot]] = (
        funded.ceilings,
        funded.decided,
        funded.choice.ceilings,
        *(costs for candidate in funded.choice.candidates for costs in candidate.costs_by_years),
        *(each.part.amounts_by_pot for each in funded.parts),
    )
    return {pot for mapping in mappings for pot in mapping}
