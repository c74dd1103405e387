"""What an approved plan funds is coming: a later plan does not ask for it again, until a survey after the approval shows what came."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.identity import Identity, Role
from inventory.snapshots.repository import newest_snapshots, record_snapshot
from planning.decisions.decision import Decision, DecisionKind, asked_by
from planning.decisions.decisions import list_decisions, record_decision, withdraw_decision
from planning.decisions.state import State
from planning.decisions.steps import take_step
from planning.models import PlanDecision
from planning.plan.exclusions import Reason
from planning.scenarios.approval import return_plan
from planning.scenarios.approved_plans import Approval, approvals_beside
from planning.scenarios.frozen import freeze_plan, load_frozen
from planning.scenarios.funded_plans import Overlap, asked_of, find_settled, list_overlaps
from planning.scenarios.loading import get_plan_record, keyed_plan_of, plan_of
from planning.scenarios.scenarios import copy_plan, create_plan, finalise_plan, revise_plan, set_funding
from portal.clock import now, today
from portal.kept_files import KeptFile
from tests.factories.funding import ceilings_of_percent
from tests.factories.plans import OFFICE

FILE = KeptFile("a.pdf", "application/pdf", 1, "0" * 64, "a")
DECIDER = Identity(99, "tc9", "Người 9", Role.PLANNER, None)


def approve(session, record, number="1"):
    finalise_plan(session, record, "Người 1")
    return decide(session, record, number)


def decide(session, record, number="1"):
    decision = Decision(DecisionKind.APPROVAL, number, today(), "UBND Thành phố", 0, {})
    record_decision(session, record, decision, FILE, asked_of(record, plan_of(session, record)), DECIDER)
    assert record.state == "approved"
    return record


@pytest.fixture(autouse=True)
def _in_the_application(demo_app):
    """Who signs stands in the settings of the application."""
    with demo_app.app_context():
        yield


@pytest.fixture
def approved(demo_session):
    """The default scenario, approved."""
    return approve(demo_session, get_plan_record(demo_session, 1))


@pytest.fixture
def later(demo_session, approved):
    """A scenario that was begun afterwards."""
    return create_plan(demo_session, "Năm sau", "", today().year + 1, "Người 2")


def test_a_later_plan_asks_for_nothing_that_is_funded(demo_session, approved, later):
    plan = plan_of(demo_session, later)
    funded = {line.code: line.quantity for line in plan_of(demo_session, approved).lines}
    assert plan.lines == ()
    left_out = [row for row in plan.exclusions if row.reason is Reason.APPROVED_PLAN]
    assert {f"{row.ward.code}-{row.item}": row.quantity for row in left_out} == funded
    assert all(approved.title in row.plan for row in left_out)


def test_a_later_plan_asks_for_what_the_approved_one_could_not_fund(demo_session):
    record = get_plan_record(demo_session, 1)
    set_funding(demo_session, record, record.changes, ceilings_of_percent(plan_of(demo_session, record), 40))
    approve(demo_session, record)
    funded = find_settled(demo_session, record, keyed_plan_of(demo_session, record))
    unfunded = {}
    for each in funded.parts:
        if not each.is_funded:
            unfunded[each.part.line.code] = unfunded.get(each.part.line.code, 0) + each.part.quantity
    plan = plan_of(demo_session, create_plan(demo_session, "Năm sau", "", today().year + 1, "Người 2"))
    assert unfunded
    assert {line.code: line.quantity for line in plan.lines} == unfunded


def test_a_survey_after_the_approval_tells_what_came(demo_session, approved, later):
    """A survey that shows nothing new asks for nothing again, in the year of the lines and before it; one after all of these years does."""
    lines = plan_of(demo_session, approved).lines
    ward_code = lines[0].ward.code
    first, last = (date(year, 2, 1) for year in (today().year + 1, max(line.year for line in lines) + 1))
    snapshot = newest_snapshots(demo_session)[ward_code]
    for day, is_asked_again in ((today(), False), (today() + timedelta(days=1), False), (first, False), (last, True)):
        record_snapshot(demo_session, replace(snapshot, as_of=day, approved_at=now() + (day - today())))
        assert {line.ward.code for line in plan_of(demo_session, later).lines} == ({ward_code} if is_asked_again else set())


def test_a_revision_of_an_approved_plan_holds_all_that_it_replaces(demo_session, approved):
    revision = revise_plan(demo_session, approved, "điều chỉnh", "Người 1")
    assert plan_of(demo_session, revision).lines == plan_of(demo_session, approved).lines
    assert plan_of(demo_session, revision).incoming == ()


def test_of_a_chain_the_newest_approved_revision_counts(demo_session, approved, later):
    revision = revise_plan(demo_session, approved, "điều chỉnh", "Người 1")
    before = plan_of(demo_session, later).incoming
    approve(demo_session, revision, "2")
    after = plan_of(demo_session, later).incoming
    assert {each.plan for each in before} == {approved.title}
    assert {each.plan for each in after} == {revision.title}
    assert [each.quantity for each in after] == [each.quantity for each in before]


def test_a_copy_is_another_plan(demo_session, approved):
    assert plan_of(demo_session, copy_plan(demo_session, approved, "Bản sao", "Người 2")).lines == ()


def test_once_the_decision_is_withdrawn_nothing_is_coming(demo_session, approved, later):
    assert plan_of(demo_session, later).lines == ()
    row = demo_session.query(PlanDecision).one()
    withdraw_decision(demo_session, approved, row, DECIDER)
    assert list_decisions(demo_session, approved) == []
    assert len(plan_of(demo_session, later).lines) == len(plan_of(demo_session, approved).lines)


def test_freezing_keeps_what_was_counted_on(demo_session, approved, later):
    lines = plan_of(demo_session, approved).lines
    ward_code, over = lines[0].ward.code, date(max(line.year for line in lines) + 1, 1, 1)
    snapshot = newest_snapshots(demo_session)[ward_code]
    record_snapshot(demo_session, replace(snapshot, as_of=over, approved_at=now()))
    plan = plan_of(demo_session, later)
    frozen = load_frozen(freeze_plan(plan, None, {}, OFFICE))
    assert frozen.incoming == plan.incoming != ()
    assert frozen.exclusions == plan.exclusions
    assert frozen.lines == plan.lines != ()


@pytest.mark.both_databases
def test_a_plan_that_two_decisions_approve_is_approved_from_the_first_on(session):
    record, other = get_plan_record(session, 1), create_plan(session, "Năm sau", "", today().year + 1, "Người 2")
    record.sha256, record.final_at = "0" * 64, now() - timedelta(days=9)
    take_step(record, State.SUBMITTED, [], "Người 1")
    for number, days in (("1", 2), ("2", 5)):
        decision = Decision(DecisionKind.APPROVAL, number, today() - timedelta(days=days), "UBND Thành phố", 0, {})
        record_decision(session, record, decision, FILE, asked_by({}), DECIDER)
    session.flush()
    assert approvals_beside(session, other) == (Approval(record.id, "0" * 64, today() - timedelta(days=5)),)
    assert approvals_beside(session, record) == ()


class TestTwoThatAskForTheSame:
    """Both were submitted before either was approved, so that neither took the other off."""

    @pytest.fixture
    def two(self, demo_session):
        first = get_plan_record(demo_session, 1)
        second = copy_plan(demo_session, first, "Bản sao", "Người 2")
        for record in (first, second):
            finalise_plan(demo_session, record, "Người 1")
        return first, second

    def test_whoever_decides_of_the_second_is_told_what_the_first_funds(self, demo_session, two, demo_sign_in):
        first, second = two
        plan = plan_of(demo_session, second)
        assert list_overlaps(demo_session, second) == []
        decide(demo_session, first)
        assert list_overlaps(demo_session, second) == [Overlap(first.title, len(plan.lines))]
        assert list_overlaps(demo_session, first) == []
        demo_session.commit()
        page = " ".join(demo_sign_in("taichinh").get(f"/plans/{second.id}/decisions").text.split())
        assert f"“{first.title}” đã được phê duyệt và cũng cấp cho {len(plan.lines)} dòng" in page

    def test_the_revision_in_which_it_is_completed_takes_that_off(self, demo_session, two):
        first, second = two
        decide(demo_session, first)
        revision = return_plan(demo_session, second, "Trùng phương án đã duyệt", DECIDER)
        assert plan_of(demo_session, revision).lines == ()
        assert list_overlaps(demo_session, revision) == []
