"""What is coming is not planned again: the larger of what a ward ordered and what approved plans fund, once, and by name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import EquipmentLot, Snapshot
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from planning.plan.comparison import wards_ready_after
from planning.plan.exclusions import Reason
from planning.plan.incoming import ApprovedPlan, Count, Grant, Incoming, count_of, still_coming, supplies_of
from planning.plan.overrides import new_line
from planning.plan.redaction import redact_plan
from planning.scenarios.approved_plans import grants_of
from scoring.rating.rating import Result, rate
from scoring.rating.redaction import sees_nothing
from tests.factories.days import DEMO_DAY
from tests.factories.plans import SMALL_PLAN, WARD, answers_of_wards, plan_of_answers, plan_of_lots, plan_of_renewal
from tests.factories.prices import PRICE_LIST
from tests.factories.snapshots import lasting_answers, snapshot_of_answers
from tests.factories.standards import NEWEST_STANDARD
from tests.support.examples import examples

PLAN_DAY = DEMO_DAY + timedelta(days=10)


def incoming(quantity, item="A01", plan="Phương án A", ward=WARD.code):
    return Incoming(ward, item, quantity, plan, PLAN_DAY)


def again(plan, *coming):
    """The same plan, made while so much is coming."""
    return build_plan(
        plan.name, plan.wards, plan.ratings, plan.price_list, plan.standard, plan.assumptions, plan.on, incoming=coming
    )


def line_of(plan, item):
    return next((line for line in plan.lines if line.item == item), None)


class TestWhatStillComes:
    # Eight of 2024 worked when it was drawn up; the plan brings eight in 2027.
    GRANT = Grant(WARD.code, "A01", 8, 2027, is_yearly=False, counted=Count(DEMO_DAY, {2024: 8}))
    FUNDED = ApprovedPlan("Phương án A", PLAN_DAY, (GRANT, replace(GRANT, ward_code="00004")))

    def coming_at(self, day, working_by_year, *plans, first_year=2028):
        lots = tuple(EquipmentLot("A01", good=working, year=year) for year, working in working_by_year.items())
        snapshot = Snapshot(WARD.code, day, lots=lots)
        coming = still_coming(plans or [self.FUNDED], {WARD.code: snapshot}, first_year)
        return [(each.plan, each.quantity) for each in coming]

    @pytest.mark.parametrize(
        ("day", "working_by_year", "quantity"),
        [
            # No survey since the approval can show anything, whatever it counts.
            (PLAN_DAY, {2024: 8, 2026: 8}, 8),
            (PLAN_DAY - timedelta(days=1), {2024: 8, 2026: 8}, 8),
            # A survey that shows nothing new leaves all of it coming.
            (PLAN_DAY + timedelta(days=1), {2024: 8}, 8),
            (date(2027, 2, 1), {2024: 8}, 8),
            # What it shows came, whether or not the old ones went.
            (date(2027, 6, 1), {2024: 8, 2027: 2}, 6),
            (date(2027, 6, 1), {2024: 1, 2026: 5, 2027: 2}, 1),
            (date(2027, 6, 1), {2027: 8}, 0),
            (date(2027, 6, 1), {2024: 8, None: 7}, 1),
            (date(2027, 6, 1), {2024: 8, 2027: 99}, 0),
            # Fewer than before is no reason to bring more.
            (date(2027, 6, 1), {2024: 2}, 8),
            # On the last day of its year it may still come; after it no more.
            (date(2027, 12, 31), {2024: 8}, 8),
            (date(2028, 1, 1), {2024: 8}, 0),
        ],
    )
    def test_until_a_survey_shows_it_or_its_year_is_over(self, day, working_by_year, quantity):
        assert sum(count for _plan, count in self.coming_at(day, working_by_year)) == quantity

    @pytest.mark.parametrize(("first_year", "quantity"), [(2027, 8), (2029, 8), (2030, 0)])
    def test_what_is_paid_yearly_comes_to_every_plan_that_begins_while_it_is_paid(self, first_year, quantity):
        plan = replace(self.FUNDED, grants=(replace(self.GRANT, year=2029, is_yearly=True),))
        for day, coming in ((date(2027, 2, 1), quantity), (date(2029, 12, 31), quantity), (date(2030, 1, 1), 0)):
            assert sum(count for _plan, count in self.coming_at(day, {2024: 8}, plan, first_year=first_year)) == coming

    def test_plans_add_up_each_by_its_name(self):
        other = replace(self.FUNDED, title="Phương án B")
        assert self.coming_at(DEMO_DAY, {2024: 8}, self.FUNDED, other) == [("Phương án A", 8), ("Phương án B", 8)]
        coming = still_coming([self.FUNDED, other], {WARD.code: Snapshot(WARD.code, DEMO_DAY)}, 2028)
        assert count_of(supplies_of("A01", Snapshot(WARD.code, DEMO_DAY), coming)) == 16

    def test_what_one_plan_brought_is_not_counted_for_another(self):
        """Two plans count on eight and bring eight each: ten more are the eight of the first and two of the second."""
        other = replace(self.FUNDED, title="Phương án B", day=PLAN_DAY + timedelta(days=1))
        assert self.coming_at(date(2027, 6, 1), {2024: 8, 2027: 10}, other, self.FUNDED) == [("Phương án B", 6)]

    @pytest.mark.parametrize(("newest", "quantity"), [(8, 5), (10, 3), (13, 0), (6, 5)])
    def test_what_had_come_before_a_plan_was_drawn_up_is_not_taken_for_its_own(self, newest, quantity):
        """The first plan's eight had come, and were counted, when the second was drawn up, which brings five more."""
        grant = replace(self.GRANT, quantity=5, year=2028, counted=Count(date(2027, 7, 1), {2024: 8, 2027: 8}))
        other = ApprovedPlan("Phương án B", date(2027, 9, 1), (grant,))
        coming = self.coming_at(date(2027, 12, 1), {2024: 8, 2027: newest}, other, self.FUNDED)
        assert sum(count for _plan, count in coming) == quantity

    def test_what_was_there_before_an_approval_was_not_brought_by_it(self):
        """Between the two counts of two plans four came from elsewhere: all that either brings is still to come."""
        grant = replace(self.GRANT, quantity=5, counted=Count(PLAN_DAY, {2024: 8, 2026: 4}))
        other = ApprovedPlan("Phương án B", PLAN_DAY, (grant,))
        coming = self.coming_at(date(2027, 6, 1), {2024: 8, 2026: 4}, self.FUNDED, other)
        assert coming == [("Phương án A", 8), ("Phương án B", 5)]


def test_a_line_that_an_approved_plan_pays_for_years_is_not_asked_for_again_while_it_is_paid():
    """A ward has no line yet: one plan pays for it until 2029, and the next surveys still show none."""
    without_line = replace(snapshot_of_answers(lasting_answers(), ()), ward_code=WARD.code)

    def plan_made(day, first_year, *approved):
        snapshot = replace(without_line, as_of=day)
        ratings = {WARD.code: rate(snapshot, NEWEST_STANDARD, day)}
        coming = still_coming(approved, {WARD.code: snapshot}, first_year)
        return build_plan("Thử", [WARD], ratings, PRICE_LIST, NEWEST_STANDARD, Assumptions(first_year), day, coming)

    first = plan_made(DEMO_DAY, 2027)
    assert [paid.year for paid in line_of(first, "D04").payments] == [2027, 2028, 2029]
    approved = ApprovedPlan("Phương án A", PLAN_DAY, grants_of(first, None))
    for day, first_year, is_asked in (
        (date(2028, 2, 1), 2028, False),
        (date(2028, 9, 1), 2029, False),
        (date(2029, 9, 1), 2030, True),
    ):
        assert bool(line_of(plan_made(day, first_year, approved), "D04")) == is_asked


class TestWhatAPlanAsks:
    def test_the_larger_of_order_and_approved_plans_is_subtracted_once(self):
        pcs = EquipmentLot("A01", good=8, on_order=4, year=2024)
        for coming, quantity, on_order, names in ((3, 8, 4, ()), (4, 8, 4, ()), (7, 5, 7, ("Phương án A",))):
            line = line_of(again(plan_of_lots(pcs), incoming(coming)), "A01")
            assert (line.quantity, line.on_order, tuple(each.plan for each in line.incoming)) == (quantity, on_order, names)

    def test_laptops_of_an_approved_plan_serve_as_pcs(self):
        plan = again(SMALL_PLAN, incoming(5, "A02"))
        assert (line_of(SMALL_PLAN, "A01").quantity, line_of(plan, "A01").quantity) == (12, 7)
        assert [(row.quantity, row.plan) for row in plan.exclusions if row.reason is Reason.LAPTOP] == [
            (5, "Phương án A, được phê duyệt ngày 12/03/2026")
        ]

    def test_what_comes_in_full_has_no_line_and_is_named_among_what_is_left_out(self):
        plan = again(SMALL_PLAN, incoming(8), incoming(9, plan="Phương án B"))
        assert line_of(plan, "A01") is None
        left_out = [(row.item, row.quantity, row.plan[:11]) for row in plan.exclusions if row.reason is Reason.APPROVED_PLAN]
        assert left_out == [("A01", 8, "Phương án A"), ("A01", 4, "Phương án B")]

    def test_a_package_that_is_coming_holds_its_parts(self):
        plan = plan_of_lots(lan_seats=0, lan_switch_present=False)
        parts = {line.item for line in plan.lines} & {"C01", "C02", "C03", "C04", "C05"}
        assert parts
        coming = again(plan, incoming(1, "C06"))
        assert not parts & {line.item for line in coming.lines}
        assert parts == {row.item for row in coming.exclusions if row.reason is Reason.PACKAGE}

    def test_a_line_by_hand_has_only_the_room_that_what_comes_leaves(self):
        before, after = (new_line(plan, WARD, "A03") for plan in (SMALL_PLAN, again(SMALL_PLAN, incoming(3, "A03"))))
        assert (before.room - after.room, after.on_order, len(after.incoming)) == (3, 3, 1)

    def test_a_ward_is_ready_after_it_whose_needs_all_come_from_elsewhere(self):
        plan = plan_of_renewal(DEMO_DAY - timedelta(days=1))
        assert plan.ratings[WARD.code].result is Result.NOT_READY
        coming = again(plan, *(incoming(line.quantity, line.item) for line in plan.lines))
        assert (wards_ready_after(plan), coming.lines, wards_ready_after(coming)) == ({WARD.code}, (), {WARD.code})


def test_of_network_security_who_may_not_see_it_learns_nothing():
    plan = again(plan_of_renewal(DEMO_DAY - timedelta(days=1)), incoming(1, "G01"), incoming(2))
    shown = redact_plan(plan, sees_nothing)
    assert {each.item for each in plan.incoming} == {"G01", "A01"}
    assert [each.item for each in shown.incoming] == ["A01"]
    assert not [row for row in shown.exclusions if row.item == "G01"]


@examples(60)
@given(answers_of_wards, st.lists(st.tuples(st.sampled_from(["A01", "A02", "A03", "F01", "G01"]), st.integers(1, 30)), max_size=4))
def test_never_more_than_asked_and_never_less_than_the_larger_of_the_two(wards, quantities):
    before = plan_of_answers(wards)
    first = before.wards[0]
    coming = tuple(incoming(quantity, item, ward=first.code) for item, quantity in quantities)
    after = again(before, *coming)
    left = {line.code: line.quantity for line in after.lines}
    for line in before.lines:
        lots = before.ratings[line.ward.code].snapshot.lots_of
        serving = ("A01", "A02") if line.item == "A01" else (line.item,)
        ordered = {item: sum(lot.on_order for lot in lots(item)) for item in serving}
        planned = {item: sum(count for each, count in quantities if each == item and line.ward == first) for item in serving}
        larger = sum(max(ordered[item], planned[item]) for item in serving)
        assert left.pop(line.code, 0) == max(0, line.required - larger)
    assert not left, "what is coming asks for nothing new"
