"""Scenarios with what is funded of them, and their account of money: what pages and files ask."""

from sqlalchemy.orm import Session

from planning.funding.account import Account, account_of
from planning.funding.conflicts import ConflictError
from planning.funding.funded import FundedPlan
from planning.models import PlanRecord
from planning.scenarios.funding import decided_ceilings, fund_scenario, funding_key
from planning.scenarios.loading import plan_key, plan_of
from portal.caches import Cache

# By what they were made from.
_accounts: Cache[str, Account] = Cache("accounts of money")


def funded_plan_of(session: Session, record: PlanRecord) -> FundedPlan | None:
    """A scenario with what is funded: as it was fixed or settled, else the best of the first second.

    None for what a version fixed that did not note it. Raises ConflictError.
    """
    return fund_scenario(session, record, plan_of(session, record), plan_key(session, record))


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
    drawn_up = plan_of(session, record).total()
    return _accounts.get(funded_key(session, record), lambda: account_of(funded, drawn_up))


def funded_key(session: Session, record: PlanRecord) -> str:
    """The hash of all that is asked where a scenario is funded."""
    return funding_key(record, plan_key(session, record), decided_ceilings(session, record))
