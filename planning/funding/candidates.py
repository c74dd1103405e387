"""The wards that money can turn ready: what each takes for it, from which pots, and what is in the way of the others. Pure."""

from collections.abc import Collection
from operator import attrgetter

from inventory.wards.wards import Ward
from planning.funding.allocation import Candidate
from planning.funding.parts import due_of, first_units
from planning.plan.build import ward_lines
from planning.plan.comparison import wards_ready_after
from planning.plan.incoming import by_ward
from planning.plan.line import PlanLine, moved_by
from planning.plan.plan import Plan
from planning.plan.spending import sum_by_pot
from scoring.rating.rating import Result
from scoring.rating.remedies import cost_to_ready


def candidates_of(plan: Plan, slide_years: int = 0, paid: Collection[str] = ()) -> tuple[Candidate, ...]:
    """The wards with data that are not ready, by position, each with the least of the plan's own lines that turns it ready.

    Year, source, method, price, months and what is moved in are those of the plan. The set may begin up to ``slide_years`` later, as far as
    each of its lines stays within the plan's years. Lines whose codes are ``paid`` are in the set and cost nothing more.
    """
    incoming = by_ward(plan.incoming)
    lines_by_ward: dict[str, dict[str, PlanLine]] = {}
    for line in plan.lines:
        lines_by_ward.setdefault(line.ward.code, {})[line.item] = line
    candidates = []
    for ward in sorted(plan.wards, key=attrgetter("position")):
        rating, planned = plan.ratings[ward.code], lines_by_ward.get(ward.code, {})
        if rating.snapshot is None or rating.result is Result.READY:
            continue
        cost = cost_to_ready(rating, plan.price_list.prices, plan.assumptions.remedy_terms)
        cheapest = ward_lines(ward, rating, cost.lines, plan.price_list, plan.assumptions, incoming.get(ward.code, ()))
        lacking = tuple(line.item for line in cheapest if line.item not in planned or planned[line.item].quantity < line.quantity)
        if not cost.possible:
            candidates.append(Candidate(ward, {}, possible=False, blockers=cost.blockers))
        elif not lacking:
            lines = tuple(first_units(planned[line.item], line.quantity) for line in cheapest)
            candidates.append(_candidate(ward, lines, plan, slide_years, paid))
        elif ward.code in wards_ready_after(plan, [ward.code]):
            # The plan mends this ward with other things than the cheapest: all of its lines do it, but what replaces what comes due.
            lines = tuple(first_units(line, line.quantity - due_of(line)) for line in planned.values())
            candidates.append(_candidate(ward, lines, plan, slide_years, paid))
        else:
            candidates.append(Candidate(ward, {}, possible=False, unplanned=lacking))
    return tuple(candidates)


def _candidate(ward: Ward, lines: tuple[PlanLine, ...], plan: Plan, slide_years: int, paid: Collection[str]) -> Candidate:
    unpaid = [line for line in lines if line.code not in paid]
    last = max((line.year for line in unpaid), default=0) + slide_years
    most = slide_years - max(0, last - plan.assumptions.years[-1])
    slides = tuple(
        sum_by_pot(moved_by(line, years, plan.assumptions).amounts_by_pot for line in unpaid) for years in range(1, most + 1)
    )
    return Candidate(ward, sum_by_pot(line.amounts_by_pot for line in unpaid), lines, slides=slides)
