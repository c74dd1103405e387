"""What the ceilings of a scenario fund: the first answer at once, and the settled choice of wards once a job has found it.

A settled choice is kept by all that it is made of, so that every page, file and machine has the same; what changes is asked anew.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter
from sqlalchemy import Text, cast, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from planning.decisions.decisions import allocated_to
from planning.funding.allocation import Choice
from planning.funding.conflicts import ConflictError
from planning.funding.constraints import Funding
from planning.funding.funded import FundedPlan, follow_decisions, fund_plan, spread
from planning.funding.selection import FIRST_WORK, PROOF_WORK
from planning.models import PlanChoice, PlanRecord
from planning.plan.plan import Plan
from planning.plan.spending import Pot
from planning.scenarios.frozen_funding import restore_funding
from planning.scenarios.serialization import load_funding
from planning.scenarios.stored_content import read_frozen
from portal.caches import Cache, content_key
from portal.clock import now

_converter = make_converter()
# By what they were made from.
_funded: Cache[str, FundedPlan] = Cache("funded plans")
_fixed: Cache[str, FundedPlan | None] = Cache("fixed funded plans")


@dataclass(frozen=True)
class _KeptChoice:
    """What is kept of a choice: the rest of it is what it was made of."""

    years: dict[str, int]
    value: int
    bound: int
    cost: int
    cost_bound: int


def fund_scenario(session: Session, record: PlanRecord, plan: Plan, key: str, decided: Mapping[Pot, int]) -> FundedPlan | None:
    """A scenario with what is funded: as it was fixed or settled, else the best of the first second.

    ``key`` is the hash of the plan with its conditions, ``decided`` are the ceilings of decisions. None for what a version fixed that did
    not note it. Raises ConflictError.
    """
    if record.is_final:
        fixed = read_fixed(record, plan)
        if fixed is None or decided == {pot: fixed.ceilings[pot] for pot in fixed.decided}:
            return fixed
        kept = _fixed.get(content_key(key, "kept"), lambda: follow_decisions(fixed, plan, decided))
        if kept is not None:
            return kept
    first = _funded.get(key, lambda: _fund(record, plan, decided, FIRST_WORK))
    if first.is_settled:
        return first
    settled = _find_kept(session, first)
    if settled is None:
        return first
    settled_key = content_key(key, "settled", sorted(settled.years.items()))
    return _funded.get(settled_key, lambda: spread(plan, first.funding, settled, first.ceilings, first.decided))


def read_fixed(record: PlanRecord, plan: Plan) -> FundedPlan | None:
    """What was funded of a final plan when it was fixed; None where its version did not note it, or the plan is open."""
    return _fixed.get(content_key("fixed", record.sha256), lambda: _restore(record, plan)) if record.is_final else None


def _restore(record: PlanRecord, plan: Plan) -> FundedPlan | None:
    frozen = read_frozen(record)
    return restore_funding(frozen.funded, plan, plan.standard) if frozen is not None and frozen.funded is not None else None


def conditions_of(record: PlanRecord, plan: Plan) -> Funding:
    """Under which conditions a scenario is funded: of a final plan those that it was fixed with, where its version noted them."""
    fixed = read_fixed(record, plan)
    return load_funding(record.funding) if fixed is None else fixed.funding


def funding_key(record: PlanRecord, plan_key: str, decided: Mapping[Pot, int]) -> str:
    """The hash of all that is asked where a scenario is funded."""
    return content_key("funded", plan_key, record.funding, [[pot.label, vnd] for pot, vnd in decided.items()])


def settle(session: Session, record: PlanRecord, plan: Plan) -> FundedPlan:
    """The scenario with the wards chosen for good, with all the work that this may take. Raises ConflictError."""
    return _fund(record, plan, allocated_to(session, record), PROOF_WORK)


def _fund(record: PlanRecord, plan: Plan, decided: Mapping[Pot, int], work: int) -> FundedPlan:
    """A scenario with what is funded within so much work. Raises ConflictError."""
    funding = conditions_of(record, plan)
    try:
        return fund_plan(plan, funding, decided, work)
    except ConflictError:
        if record.is_open or not decided:
            raise
        # A final plan cannot be changed any more: where a decision gives less than its demands take, they give way.
        return fund_plan(plan, replace(funding, wards_required=(), lines_required=(), per_district=0), decided, work)


def keep_choice(session: Session, settled: FundedPlan) -> None:
    """Keep a settled choice by what it was made of. One that is kept already stays, unless it is damaged."""
    if _find_kept(session, settled) is not None:
        return
    key, choice = choice_key(settled), settled.choice
    kept = _KeptChoice(dict(choice.years), choice.value, choice.bound, choice.cost, choice.cost_bound)
    try:
        with session.begin_nested():
            session.execute(delete(PlanChoice).where(PlanChoice.key == key))
            session.add(PlanChoice(key=key, content=asdict(kept), at=now()))
    except IntegrityError:
        # Somebody else kept the same at the same moment.
        return


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


def _find_kept(session: Session, first: FundedPlan) -> Choice | None:
    """The kept choice in the place of the first answer; None where there is none, or what is kept is not allowed, or worse."""
    # As text: what is damaged may be no JSON at all.
    text = session.scalar(select(cast(PlanChoice.content, Text)).where(PlanChoice.key == choice_key(first)))
    if text is None:
        return None
    try:
        kept = _converter.loads(text, _KeptChoice)
    except (ValueError, RecursionError, BaseValidationError):
        return None
    choice = replace(first.choice, **vars(kept), is_settled=True)
    is_as_good = choice.value >= first.choice.value
    return choice if is_as_good and choice.is_allowed(first.funding.wards_required) else None
