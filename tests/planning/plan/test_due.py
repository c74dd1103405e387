"""PCs that reach the end of their life within the plan are replaced where the planner says so: the last rank of all."""

from dataclasses import replace

import pytest

from inventory.snapshots.snapshot import EquipmentLot
from planning.funding.constraints import Funding
from planning.funding.funded import fund_plan
from planning.funding.parts import Rank
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from planning.plan.five_year_cost import CostPart, five_year_cost
from planning.plan.overrides import Edit, apply_edits
from planning.plan.spending import SpendingForm
from tests.factories.plans import FEW_WARDS, WARD, plan_of_lots


def plan_with_due(*lots, **facts):
    """The plan of a ward of twenty people, with and without what is due."""
    plan = plan_of_lots(*lots, **facts)
    parts = (plan.name, FEW_WARDS, plan.ratings, plan.price_list, plan.standard)
    return plan, build_plan(*parts, Assumptions(2027, replaces_due=True), plan.on)


def line_of(plan, item="A01"):
    return next((line for line in plan.lines if line.item == item and line.ward == WARD), None)


# The standard counts a PC for seven years; the plan runs to the end of 2029.
@pytest.mark.parametrize(
    ("lots", "due"),
    [
        ((EquipmentLot("A01", good=20, year=2025),), 0),
        ((EquipmentLot("A01", good=20, year=2022),), 0),
        ((EquipmentLot("A01", good=20, year=2021),), 20),
        ((EquipmentLot("A01", good=25, year=2021),), 20),
        ((EquipmentLot("A01", good=12, year=2021), EquipmentLot("A01", good=8, year=2026)), 12),
        ((EquipmentLot("A01", good=20, year=2021), EquipmentLot("A02", good=5, year=2026)), 15),
        ((EquipmentLot("A01", good=20, on_order=6, year=2021),), 14),
        ((EquipmentLot("A01", good=12, year=2021),), 12),
    ],
)
def test_as_many_are_due_as_people_would_else_be_without(lots, due):
    before, after = plan_with_due(*lots)
    line, bought = line_of(after), line_of(before)
    assert (line.due if line else 0) == due
    assert (line.quantity if line else 0) == (bought.quantity if bought else 0) + due
    assert (bought.due if bought else 0) == 0


def test_a_line_of_what_is_due_alone_stands_in_the_last_year_and_says_what_it_is():
    _before, plan = plan_with_due(EquipmentLot("A01", good=20, year=2021))
    line = line_of(plan)
    assert (line.year, line.purposes, line.is_renewal, line.is_priority) == (2029, (), False, False)
    assert "thay thế 20 máy hết thời gian sử dụng" in line.note


def test_it_is_the_last_rank_and_what_is_taken_off_by_hand_is_what_was_due():
    _before, plan = plan_with_due(EquipmentLot("A01", good=12, year=2021))
    line = line_of(plan)
    ranks = {each.part.rank: each.part.quantity for each in fund_plan(plan, Funding()).parts_of_line(line.code)}
    assert ranks[Rank.DUE] == 12
    assert sum(ranks.values()) == line.quantity == 20
    less = apply_edits(plan, [Edit(WARD.code, "A01", "quantity", "10")])
    ranks = {each.part.rank: each.part.quantity for each in fund_plan(less, Funding()).parts_of_line(line.code)}
    assert ranks[Rank.DUE] == 2
    assert sum(ranks.values()) == 10


def test_five_years_count_the_replacement_once():
    before, after = (five_year_cost(plan) for plan in plan_with_due(EquipmentLot("A01", good=20, year=2021)))
    worn = (CostPart.REPLACEMENT, SpendingForm.PURCHASE)
    assert sum(before.cells[worn].values()) > 0
    assert sum(after.cells.get(worn, {}).values()) == 0


def test_without_a_number_of_people_nothing_is_due():
    _before, plan = plan_with_due(EquipmentLot("A01", good=20, year=2021), staff_total=None)
    assert line_of(plan) is None


def test_what_makes_room_is_within_the_norm():
    _before, plan = plan_with_due(EquipmentLot("A01", good=20, year=2021))
    assert line_of(plan).above == 0
    assert line_of(replace(plan)).within == 20
