"""Scenarios with what is funded of them, and their account of money: what pages and files ask."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from planning.decisions.decision import Asked, asked_by
from planning.decisions.decisions import allocated_to
from planning.decisions.state import State
from planning.decisions.steps import last_step
from planning.funding.account import Account, account_of
from planning.funding.conflicts import ConflictError
from planning.funding.funded import FundedPlan
from planning.models import PlanRecord
from planning.plan.estimate import fees_beside_lines
from planning.plan.plan import Plan
from planning.scenarios.approved_plans import approvals_beside
from planning.scenarios.funding import fund_scenario, funding_key, read_fixed
from planning.scenarios.loading import KeyedPlan, approved_beside, get_plan_record, keyed_plan_of, plan_of
from portal.caches import Cache

NOT_RECORDED = "Phần bố trí vốn: không ghi nhận (phương án do phiên bản cũ khóa số liệu)."
# By what they were made from.
_accounts: Cache[str, Account] = Cache("accounts of money")


def funded_plan_of(session: Session, record: PlanRecord, keyed: KeyedPlan) -> FundedPlan | None:
    """A scenario with what is funded: as it was fixed or settled, else the best of the first second.

    None for what a version fixed that did not note it. Raises ConflictError.
    """
    decided = allocated_to(session, record)
    return fund_scenario(session, record, keyed.plan, funding_key(record, keyed.key, decided), decided)


def find_settled(session: Session, record: PlanRecord, keyed: KeyedPlan) -> FundedPlan | None:
    """A scenario with what is funded, None while that is not settled or its conditions contradict each other."""
    try:
        funded = funded_plan_of(session, record, keyed)
    except ConflictError:
        return None
    return funded if funded is not None and funded.is_settled else None


def account_of_plan(session: Session, record: PlanRecord, keyed: KeyedPlan) -> Account | None:
    """The account of money of a scenario, None while what is funded is not settled."""
    decided = allocated_to(session, record)
    key = funding_key(record, keyed.key, decided)
    try:
        funded = fund_scenario(session, record, keyed.plan, key, decided)
    except ConflictError:
        return None
    if funded is None or not funded.is_settled:
        return None
    return _accounts.get(key, lambda: account_of(funded, keyed.plan.total()))


def why_no_account(session: Session, record: PlanRecord, keyed: KeyedPlan) -> str:
    """Why a scenario has no account of money, in a sentence; nothing where it has one."""
    try:
        funded = funded_plan_of(session, record, keyed)
    except ConflictError:
        return "Phần bố trí vốn có ràng buộc mâu thuẫn."
    if funded is None:
        return NOT_RECORDED
    return "" if funded.is_settled else "Phần bố trí vốn đang tính, chưa có số liệu chính thức."


def list_unsettled_approvals(session: Session, record: PlanRecord, plan: Plan) -> list[PlanRecord]:
    """The approved plans beside an open scenario of which it is not settled what their decisions gave.

    What they were submitted with counts as coming until then.
    """
    if record.is_final or not plan.incoming:
        return []
    approved = (get_plan_record(session, approval.plan_id) for approval in approvals_beside(session, record))
    return [other for other in approved if not _is_settled(session, other)]


def _is_settled(session: Session, record: PlanRecord) -> bool:
    """Whether nothing is still to be found of what a plan funds; where its version did not note that, nothing is."""
    try:
        funded = funded_plan_of(session, record, keyed_plan_of(session, record))
    except ConflictError:
        return False
    return funded is None or funded.is_settled


@dataclass(frozen=True)
class Overlap:
    """A plan that was approved after another was submitted, and how many lines of that one it funds too, by ward and item."""

    title: str
    lines: int


def list_overlaps(session: Session, record: PlanRecord) -> list[Overlap]:
    """The plans approved after a plan was submitted that fund the same: it was fixed without taking them off."""
    if record.final_at is None or not State(record.state).takes_decisions:
        return []
    places = {(line.ward.code, line.item) for line in plan_of(session, record).lines if line.quantity}
    overlaps = []
    for approval, approved in approved_beside(session, record):
        other = get_plan_record(session, approval.plan_id)
        step = last_step(other, State.APPROVED)
        count = sum((grant.ward_code, grant.item) in places for grant in approved.grants)
        if step is not None and step.at > record.final_at and count:
            overlaps.append(Overlap(other.title, count))
    return overlaps


def asked_of(record: PlanRecord, plan: Plan) -> Asked:
    """What a scenario asks for, as it was submitted where it was: what a decision gives less of later was asked for all the same."""
    fixed, fees = read_fixed(record, plan), fees_beside_lines(plan)
    tables = (plan.amounts_by_pot,) if fixed is None else (plan.amounts_by_pot, fixed.plan.amounts_by_pot)
    return asked_by(*tables, fees=fees)
