"""Decisions about submitted plans: recorded with their files, looked up, and taken back where one was recorded by mistake."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.identity import Identity
from planning.decisions.decision import (
    Asked,
    Decision,
    DecisionError,
    DecisionKind,
    Faults,
    ceilings_of,
    describe_standing,
    find_faults,
)
from planning.decisions.state import State
from planning.decisions.steps import SAME_PERSON, is_submitter, last_step, take_step
from planning.models import PlanDecision, PlanDecisionAmount, PlanRecord
from planning.plan.spending import Pot, SpendingForm
from portal.clock import now, to_hanoi, today
from portal.errors import NotFoundError
from portal.kept_files import KeptFile

REFUSED = "Chưa ghi được quyết định. Sửa các ô có lỗi rồi bấm lại."


def check_recordable(session: Session, record: PlanRecord, decision: Decision | None, asked: Asked, identity: Identity) -> None:
    """Raise DecisionError where this person cannot record a decision about this plan, or, where one is given, not this one."""
    if not State(record.state).takes_decisions or record.final_at is None:
        raise DecisionError("Chỉ ghi quyết định cho phương án đã trình. Phương án này chưa trình, hoặc đã trả lại.")
    later = next((revision for revision in record.chain if revision.id > record.id and revision.is_final), None)
    if later is not None:
        raise DecisionError(f"Đã trình bản mới hơn: “{later.title}”. Ghi quyết định cho bản ấy.")
    if is_submitter(record, identity):
        raise DecisionError(SAME_PERSON)
    if decision is None:
        return
    # By what they say, not by the key that was stored: another version may have made it in another way.
    of_year = session.scalars(select(PlanDecision).where(PlanDecision.year == decision.day.year))
    same = next((row for row in of_year if decision_of(row).key == decision.key), None)
    used_by = session.get_one(PlanRecord, same.plan_id).title if same else ""
    submitted_on = to_hanoi(record.final_at).date()
    faults = find_faults(decision, today(), submitted_on, asked, list_decisions_of_chain(session, record), used_by)
    if faults:
        raise DecisionError(REFUSED, faults)


def record_decision(
    session: Session, record: PlanRecord, decision: Decision, kept: KeptFile, asked: Asked, identity: Identity
) -> PlanDecision:
    """Record a decision with the file of its text; one that approves brings the plan to that state. Raises DecisionError.

    The plan is locked: what two people record at once is counted one after the other.
    """
    check_recordable(session, record, decision, asked, identity)
    body_fold, number_fold, year = decision.key
    row = PlanDecision(
        plan_id=record.id,
        kind=decision.kind.value,
        number=decision.number,
        day=decision.day,
        body=decision.body,
        body_fold=body_fold,
        number_fold=number_fold,
        year=year,
        total=decision.total,
        by=identity.full_name,
        at=now(),
        amounts=[
            PlanDecisionAmount(year=pot.year, source=pot.source, form=pot.form.value, amount=amount)
            for pot, amount in sorted(decision.amounts.items())
        ],
        **vars(kept),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody recorded it for another plan at the same moment.
        number = {"number": "Số này của cùng cơ quan, cùng năm vừa được ghi cho phương án khác. Kiểm tra số, cơ quan ban hành."}
        raise DecisionError(REFUSED, Faults(number)) from None
    if decision.kind is DecisionKind.APPROVAL and record.state == State.SUBMITTED:
        take_step(record, State.APPROVED, identity.accounts, identity.full_name)
        session.flush()
    return row


def withdraw_decision(session: Session, record: PlanRecord, row: PlanDecision, identity: Identity) -> None:
    """Take back a decision that was recorded by mistake: a plan that no other one approves is submitted again. Raises DecisionError."""
    if is_submitter(record, identity):
        raise DecisionError(SAME_PERSON)
    session.delete(row)
    session.flush()
    kinds = {decision.kind for decision in list_decisions(session, record)}
    if record.state == State.APPROVED and DecisionKind.APPROVAL not in kinds:
        step = last_step(record, State.APPROVED)
        if step is not None:
            record.steps.remove(step)
        record.state = State.SUBMITTED.value
    session.flush()


def list_decisions(session: Session, record: PlanRecord) -> list[Decision]:
    """The decisions about a plan, in the order in which they were recorded."""
    return _decisions_of(session, [record])


def list_decisions_of_chain(session: Session, record: PlanRecord) -> list[Decision]:
    """The decisions about a plan and all other revisions of its chain: what one of them gave is given to all."""
    return _decisions_of(session, record.chain)


def allocated_to(session: Session, record: PlanRecord) -> dict[Pot, int]:
    """VND by pot that decisions about any revision of the chain have allocated; nothing where none has."""
    if not record.is_final and record.follows_id is None:
        # Nothing is decided about what is being drawn up for the first time.
        return {}
    return ceilings_of(list_decisions_of_chain(session, record))


def _decisions_of(session: Session, records: list[PlanRecord]) -> list[Decision]:
    ids = [record.id for record in records]
    rows = session.scalars(select(PlanDecision).where(PlanDecision.plan_id.in_(ids)).order_by(PlanDecision.id))
    return [decision_of(row) for row in rows]


def decision_of(row: PlanDecision) -> Decision:
    """A stored decision as a value."""
    amounts = {Pot(part.year, part.source, SpendingForm(part.form)): part.amount for part in row.amounts}
    return Decision(DecisionKind(row.kind), row.number, row.day, row.body, row.total, amounts)


def get_decision(session: Session, plan_id: int, decision_id: int) -> PlanDecision:
    """One decision about a plan. Raises NotFoundError."""
    row = session.get(PlanDecision, decision_id)
    if row is None or row.plan_id != plan_id:
        raise NotFoundError("Không có quyết định này, hoặc quyết định đã được gỡ.")
    return row


def standing_of(record: PlanRecord) -> str:
    """Where a plan stands, in words."""
    state = State(record.state)
    # Of what takes none there is none to look up.
    return describe_standing(state, [decision_of(row) for row in record.decisions] if state.takes_decisions else [])
