"""What the ceilings of a scenario fund: the first answer at once, and the settled choice of wards once a job has found it.

A settled choice is kept by all that it is made of, so that every page, file and machine has the same; what changes is asked anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from planning.decisions.decision import ceilings_of
from planning.decisions.decisions import list_decisions_of_chain
from planning.funding.account import Account, account_of
from planning.funding.allocation import Choice
from planning.funding.conflicts import ConflictError
from planning.funding.funded import FundedPlan, fund_plan, spread
from planning.funding.selection import PROOF_WORK
from planning.models import PlanChoice, PlanRecord
from planning.plan.spending import Pot
from planning.scenarios.frozen_funding import restore_funding
from planning.scenarios.loading import plan_key, plan_of, read_frozen
from planning.scenarios.serialization import load_funding
from portal.caches import Cache, content_key
from portal.clock import now

# By what they were made from.
_funded: Cache[str, FundedPlan] = Cache("funded plans")
_fixed: Cache[str, FundedPlan | None] = Cache("fixed funded plans")
_accounts: Cache[str, Account] = Cache("accounts of money")


def funded_plan_of(session: Session, record: PlanRecord) -> FundedPlan | None:
    """A scenario with what is funded: as it was fixed or settled, else the best of the first second.

    None for what a version fixed that did not note it. Raises ConflictError.
    """
    key, decided = funded_key(session, record), decided_ceilings(session, record)
    if record.is_final:
        fixed = _fixed.get(key, lambda: _read_fixed(session, record))
        if fixed is None or decided == {pot: fixed.ceilings[pot] for pot in fixed.decided}:
            return fixed
    funding = load_funding(record.funding)
    first = _funded.get(key, lambda: fund_plan(plan_of(session, record), funding, decided))
    if first.is_settled:
        return first
    kept = session.get(PlanChoice, choice_key(first))
    settled = _restore(first, kept.content) if kept else None
    if settled is None:
        return first
    return _funded.get(
        content_key(key, "settled"),
        lambda: spread(plan_of(session, record), funding, settled, first.ceilings, first.decided),
    )


def _read_fixed(session: Session, record: PlanRecord) -> FundedPlan | None:
    frozen, plan = read_frozen(record), plan_of(session, record)
    return restore_funding(frozen.funded, plan, plan.standard) if frozen is not None and frozen.funded is not None else None


def find_settled(session: Session, record: PlanRecord) -> FundedPlan | None:
    """A scenario with what is funded, None while that is not settled or its conditions contradict each other."""
    try:
        funded = funded_plan_of(session, record)
    except ConflictError:
        return None
    return funded if funded is not None and funded.is_settled else None


def account_of_plan(session: Session, record: PlanRecord) -> Account | None:
    """The account of money of a scenario, None while what is funded is not settled."""
    funded = find_settled(session, record)
    if funded is None:
        return None
    plan = plan_of(session, record)
    return _accounts.get(funded_key(session, record), lambda: account_of(funded, plan.total()))


def funded_key(session: Session, record: PlanRecord) -> str:
    """The hash of all that is asked where a scenario is funded."""
    decided = [[pot.label, amount] for pot, amount in decided_ceilings(session, record).items()]
    return content_key("funded", plan_key(session, record), record.funding, decided)


def decided_ceilings(session: Session, record: PlanRecord) -> dict[Pot, int]:
    """VND by pot that decisions about any revision of the scenario have allocated."""
    return ceilings_of(list_decisions_of_chain(session, record))


def settle(session: Session, record: PlanRecord) -> FundedPlan:
    """Choose the wards for good, with all the work that this may take. Raises ConflictError."""
    return fund_plan(plan_of(session, record), load_funding(record.funding), decided_ceilings(session, record), PROOF_WORK)


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
    choice = replace(first.choice, **content, is_settled=True)
    is_within = all(vnd <= choice.ceilings.get(pot, vnd) for pot, vnd in choice.spent.items())
    return choice if is_within else None
