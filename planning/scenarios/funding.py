"""What the ceilings of a scenario fund: the first answer at once, and the settled choice of wards once a job has found it.

A settled choice is kept by all that it is made of, so that every page, file and machine has the same; what changes is asked anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from planning.decisions.decisions import allocated_to
from planning.funding.allocation import Choice
from planning.funding.conflicts import ConflictError
from planning.funding.funded import FundedPlan, fund_plan, spread
from planning.funding.selection import FIRST_WORK, PROOF_WORK
from planning.models import PlanChoice, PlanRecord
from planning.plan.plan import Plan
from planning.plan.spending import Pot
from planning.scenarios.frozen_funding import restore_funding
from planning.scenarios.serialization import load_funding
from planning.scenarios.stored_content import read_frozen
from portal.caches import Cache, content_key
from portal.clock import now

# By what they were made from.
_funded: Cache[str, FundedPlan] = Cache("funded plans")
_fixed: Cache[str, FundedPlan | None] = Cache("fixed funded plans")


def fund_scenario(session: Session, record: PlanRecord, plan: Plan, key: str, decided: Mapping[Pot, int]) -> FundedPlan | None:
    """A scenario with what is funded: as it was fixed or settled, else the best of the first second.

    ``key`` is the hash of the plan with its conditions, ``decided`` are the ceilings of decisions. None for what a version fixed that did
    not note it. Raises ConflictError.
    """
    if record.is_final:
        fixed = _fixed.get(key, lambda: read_fixed(record, plan))
        if fixed is None or decided == {pot: fixed.ceilings[pot] for pot in fixed.decided}:
            return fixed
    first = _funded.get(key, lambda: _fund(record, plan, decided, FIRST_WORK))
    if first.is_settled:
        return first
    kept = session.get(PlanChoice, choice_key(first))
    settled = _restore(first, kept.content) if kept else None
    if settled is None:
        return first
    return _funded.get(content_key(key, "settled"), lambda: spread(plan, first.funding, settled, first.ceilings, first.decided))


def read_fixed(record: PlanRecord, plan: Plan) -> FundedPlan | None:
    """What was funded of a final plan when it was fixed; None where its version did not note it."""
    frozen = read_frozen(record)
    return restore_funding(frozen.funded, plan, plan.standard) if frozen is not None and frozen.funded is not None else None


def funding_key(record: PlanRecord, plan_key: str, decided: Mapping[Pot, int]) -> str:
    """The hash of all that is asked where a scenario is funded."""
    return content_key("funded", plan_key, record.funding, [[pot.label, vnd] for pot, vnd in decided.items()])


def settle(session: Session, record: PlanRecord, plan: Plan) -> FundedPlan:
    """The scenario with the wards chosen for good, with all the work that this may take. Raises ConflictError."""
    return _fund(record, plan, allocated_to(session, record), PROOF_WORK)


def _fund(record: PlanRecord, plan: Plan, decided: Mapping[Pot, int], work: int) -> FundedPlan:
    """A scenario with what is funded within so much work. Raises ConflictError."""
    funding = load_funding(record.funding)
    try:
        return fund_plan(plan, funding, decided, work)
    except ConflictError:
        if record.is_open or not decided:
            raise
        # A final plan cannot be changed any more: where a decision gives less than its demands take, they give way.
        return fund_plan(plan, replace(funding, wards_required=(), lines_required=(), per_district=0), decided, work)


def keep_choice(session: Session, settled: FundedPlan) -> None:
    """Keep a settled choice by what it was made of; one that is kept already stays."""
    key, choice = choice_key(settled), settled.choice
    if session.get(PlanChoice, key) is None:
        content = {
            "years": dict(choice.years),
            "value": choice.value,
            "bound": choice.bound,
            "cost": choice.cost,
            "cost_bound": choice.cost_bound,
        }
        session.add(PlanChoice(key=key, content=content, at=now()))


def choice_key(funded: FundedPlan) -> str:
    """The hash of all that the choice of wards is made of: the same wards at the same costs under the same conditions."""
    choice, funding = funded.choice, funded.funding
    candidates = [
        [
            *(candidate.ward.code, candidate.ward.kind, candidate.ward.former_district, candidate.ward.population),
            candidate.possible,
            *([[pot.label, vnd] for pot, vnd in costs.items()] for costs in (candidate.costs, *candidate.slides)),
        ]
        for candidate in choice.candidates
    ]
    limits = [[pot.label, vnd] for pot, vnd in choice.ceilings.items()]
    return content_key(
        "choice", candidates, limits, replace(funding, ceilings=(), lines_required=(), lines_barred=(), group_order=())
    )


def _restore(first: FundedPlan, content: Mapping[str, Any]) -> Choice | None:
    """The kept choice in the place of the first answer; None where it does not keep the ceilings, so that it is none."""
    ways = {candidate.ward.code: len(candidate.costs_by_years) for candidate in first.choice.candidates if candidate.possible}
    if any(years not in range(ways.get(code, 0)) for code, years in content["years"].items()):
        return None
    choice = replace(first.choice, **content, is_settled=True)
    is_within = all(vnd <= choice.ceilings.get(pot, vnd) for pot, vnd in choice.spent.items())
    return choice if is_within else None
