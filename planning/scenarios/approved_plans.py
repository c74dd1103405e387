"""The approved plans that a scenario must not fund again: which they are, and what they fund."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from planning.decisions.decision import DecisionKind
from planning.decisions.state import State
from planning.funding.funded import FundedPlan
from planning.models import PlanDecision, PlanRecord
from planning.plan.incoming import Grant, count_of_item
from planning.plan.line import is_paid_yearly
from planning.plan.plan import Plan


@dataclass(frozen=True)
class Approval:
    """A plan that was approved, by its number and hash, and the day of the decision."""

    plan_id: int
    sha256: str
    day: date


def approvals_beside(session: Session, record: PlanRecord) -> tuple[Approval, ...]:
    """The newest approved revision of every chain but the scenario's own: a revision replaces what it follows, and must hold all of it."""
    approves = and_(PlanDecision.plan_id == PlanRecord.id, PlanDecision.kind == DecisionKind.APPROVAL.value)
    columns = (PlanRecord.id, PlanRecord.follows_id, PlanRecord.state, PlanRecord.sha256)
    rows = session.execute(
        # A plan that two decisions approve is approved from the first on.
        select(*columns, func.min(PlanDecision.day)).outerjoin(PlanDecision, approves).group_by(*columns).order_by(PlanRecord.id)
    )
    chains: dict[int, int] = {}
    newest: dict[int, Approval] = {}
    for plan_id, follows_id, state, sha256, day in rows:
        # Whatever follows a plan was made after it.
        chain = chains[plan_id] = plan_id if follows_id is None else chains[follows_id]
        if state == State.APPROVED.value and sha256 is not None:
            newest[chain] = Approval(plan_id, sha256, day)
    return tuple(approval for chain, approval in newest.items() if chain != chains.get(record.id))


def grants_of(plan: Plan, funded: FundedPlan | None) -> tuple[Grant, ...]:
    """What a plan brings: what is funded of it, all where a version did not note that.

    What moves in costs nothing, and comes all the same. A ward that slides is brought its lines in the year to which it slides.
    """
    lines = plan.lines if funded is None else funded.plan.lines
    units = {line.code: line.quantity for line in plan.lines} if funded is None else funded.funded_units
    snapshots = {code: rating.snapshot for code, rating in plan.ratings.items()}
    return tuple(
        Grant(
            ward_code=line.ward.code,
            item=line.item,
            quantity=units[line.code],
            year=line.payments[-1].year,
            is_yearly=is_paid_yearly(line.item, line.method),
            counted=count_of_item(snapshot, line.item),
        )
        for line in lines
        if units.get(line.code) and (snapshot := snapshots[line.ward.code]) is not None
    )
