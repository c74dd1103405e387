"""Decisions in the database: what two people record at the same moment is counted one after the other, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from accounts.identity import Identity, Role
from planning.decisions.decision import Decision, DecisionError, DecisionKind, asked_by
from planning.decisions.decisions import list_decisions, record_decision
from planning.decisions.state import State
from planning.decisions.steps import take_step
from planning.models import PlanDecision, PlanRecord
from planning.plan.spending import Pot, SpendingForm
from planning.scenarios.loading import get_plan_record
from planning.scenarios.scenarios import create_plan
from portal.clock import now, today
from portal.database import session_scope
from portal.kept_files import KeptFile

pytestmark = pytest.mark.both_databases
POT = Pot(2027, "NS Thành phố", SpendingForm.RECURRENT)
ASKED = asked_by({POT: 1_000})
FILE = KeptFile("a.pdf", "application/pdf", 1, "0" * 64, "a")
PLANNERS = [Identity(number, f"tc{number}", f"Người {number}", Role.PLANNER, None) for number in (1, 2, 3)]


@pytest.fixture
def plans(session):
    """Two plans that the third planner submitted."""
    records = [get_plan_record(session, 1), create_plan(session, "Khác", "", 2027, "x")]
    for record in records:
        take_step(record, State.SUBMITTED, PLANNERS[2].accounts, PLANNERS[2].full_name)
        record.final_at = now()
    session.flush()
    ids = [record.id for record in records]
    session.commit()
    return ids


def allocation(number="1", amount=600):
    return Decision(DecisionKind.ALLOCATION, number, today(), "Sở Tài chính", amount, {POT: amount})


def record_both(app, plan_ids, decisions):
    """Two planners record at once; gives what each was told."""
    barrier = Barrier(2)

    def record(plan_id, decision, identity):
        with session_scope(app.extensions["engine"], writes=True) as session:
            # On SQLite the second cannot even begin while the first writes.
            if app.extensions["engine"].dialect.name == "postgresql":
                barrier.wait(timeout=60)
            try:
                record_decision(session, get_plan_record(session, plan_id, for_update=True), decision, FILE, ASKED, identity)
            except DecisionError as error:
                return [*error.faults.fields.values(), *error.faults.pots.values()]
            return []

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(record, plan_ids, decisions, PLANNERS[:2]))


def test_together_they_do_not_give_more_than_was_asked(app, session, plans):
    told = record_both(app, [plans[0]] * 2, [allocation("1"), allocation("2")])
    assert sorted(map(bool, told)) == [False, True]
    assert "600 đồng đã giao theo quyết định khác" in str(told)
    assert [decision.total for decision in list_decisions(session, session.get_one(PlanRecord, plans[0]))] == [600]


def test_a_number_that_both_record_for_different_plans_stands_once(app, session, plans):
    told = record_both(app, plans, [allocation("12 / qđ", 5), allocation("12/QĐ", 5)])
    assert sorted(map(bool, told)) == [False, True]
    assert "Số này của cùng cơ quan, cùng năm" in str(told)
    assert len(session.scalars(select(PlanDecision)).all()) == 1


def test_a_long_name_of_a_body_is_kept_whatever_folding_makes_of_it(session, plans):
    decision = Decision(DecisionKind.POLICY, "ﬃ" * 100, today(), "ﬃ" * 200, 0, {})
    row = record_decision(session, session.get_one(PlanRecord, plans[0]), decision, FILE, ASKED, PLANNERS[0])
    session.flush()
    assert len(row.body_fold) == 600


def test_who_submitted_or_stands_in_for_whoever_did_records_nothing(session, plans):
    record = session.get_one(PlanRecord, plans[0])
    deputy = Identity(9, "thay", "Người thay (làm thay Người 3)", Role.PLANNER, None, acts_for="tc3", acts_for_id=3)
    for identity in (PLANNERS[2], deputy):
        with pytest.raises(DecisionError, match="kể cả khi làm thay"):
            record_decision(session, record, allocation(), FILE, ASKED, identity)
    record.state = State.RETURNED.value
    with pytest.raises(DecisionError, match="Chỉ ghi quyết định cho phương án đã trình"):
        record_decision(session, record, allocation(), FILE, ASKED, PLANNERS[0])
