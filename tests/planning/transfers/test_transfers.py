"""Reuse before buying: nobody loses by it, nothing is moved in vain, and no other way is shorter."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshots.snapshot import EquipmentLot, Owner
from inventory.wards.wards import load_wards
from planning.plan.assumptions import Assumptions, Method
from planning.plan.build import build_plan
from planning.transfers.proposals import (
    Shortage,
    Surplus,
    Transfer,
    give_away,
    great_circle,
    propose_transfers,
    shortages,
    surpluses,
    with_transfers,
)
from scoring.rating.rating import rate
from scoring.rating.remedies import cost_to_ready, remedies_of
from tests.factories.candidates import make_market
from tests.factories.days import DEMO_DAY
from tests.factories.plans import answers_of_wards, plan_of_answers
from tests.factories.prices import PRICE_LIST, PRICES, TERMS, UNIT_PRICES
from tests.factories.snapshots import complete_answers, snapshot_of_answers
from tests.factories.standards import STANDARD
from tests.planning.oracles import simplex_metres
from tests.support.examples import examples

WARDS = load_wards()
UNTIL = date(2027, 12, 31)
ZERO_PRICES = dict.fromkeys(UNIT_PRICES, 0)


def spare_count(answers, item="A01", **changes):
    """How many a ward can spare beside one that lacks everything."""
    snapshot = replace(snapshot_of_answers(answers), ward_code=WARDS[0].code)
    snapshot = replace(snapshot, **changes) if changes else snapshot
    lacking_snapshot = snapshot_of_answers({**complete_answers(), "A01": 0, "A03": 0, "A04": 0, "B11": 0, "F03": 0, "G01": 0})
    plan = plan_of_answers([])
    ratings = {WARDS[0].code: rate(snapshot, STANDARD, DEMO_DAY), WARDS[1].code: rate(lacking_snapshot, STANDARD, DEMO_DAY)}
    ratings = {**plan.ratings, **ratings}
    built_plan = build_plan("thử", WARDS, ratings, PRICE_LIST, STANDARD, Assumptions(first_year=2027), DEMO_DAY)
    return sum(s.quantity for s in surpluses(built_plan) if s.ward == WARDS[0] and s.item == item)


def answers_with_pcs(count, **other_answers):
    facts = dict.fromkeys(("pc_supported_os", "pc_memory_ssd", "licensed_pcs", "pcs_protected"), count)
    return {**complete_answers(), "A01": count, **facts, **other_answers}


def test_a_ward_keeps_a_pc_for_each_of_its_people():
    assert spare_count(answers_with_pcs(47)) == 7
    assert spare_count(answers_with_pcs(40)) == 0


def test_a_ward_gives_only_pcs_that_have_every_quality_whichever_they_are():
    # Ten of 50 lack the memory and one has no supported system: they may be eleven different ones, so 39 are sure and 10 can be spared.
    assert spare_count(answers_with_pcs(50, pc_memory_ssd=40, pc_supported_os=50)) == 0, (
        "after one more the share with memory would fall below"
    )
    assert spare_count(answers_with_pcs(50, pc_memory_ssd=45)) == 10
    assert spare_count({key: value for key, value in answers_with_pcs(50).items() if key != "pc_memory_ssd"}) == 0


def test_a_ward_gives_no_pc_while_the_plan_counts_on_its_spare_ones():
    # Three of 45 have no supported system, one too many; five are spare, so the plan takes two of the three out of the count.
    assert spare_count(answers_with_pcs(45, pc_supported_os=42)) == 0
    assert spare_count(answers_with_pcs(45, pc_supported_os=43)) > 0


def test_leased_old_and_foreign_machines_stay():
    def lots(**attributes):
        base_lots = snapshot_of_answers(answers_with_pcs(40)).lots
        return (*base_lots, EquipmentLot("A01", good=8, **attributes))

    assert spare_count(answers_with_pcs(48), lots=lots(year=2024)) == 8
    assert spare_count(answers_with_pcs(48), lots=lots(year=2024, owner=Owner.CITY_CENTRE)) == 0
    leased_lots = tuple(replace(lot, owner=Owner.LEASED) if lot.item == "A01" else lot for lot in lots(year=2024))
    assert spare_count(answers_with_pcs(48), lots=leased_lots) == 0


def test_a_giver_does_not_fall_short_when_its_old_pcs_pass_their_age():
    base_lots = tuple(lot for lot in snapshot_of_answers(answers_with_pcs(40)).lots if lot.item != "A01")
    lots = (*base_lots, EquipmentLot("A01", good=30, year=2024), EquipmentLot("A01", good=20, year=2019))
    assert spare_count(answers_with_pcs(50), lots=lots) == 0


def test_multifunction_machines_stay_and_unknown_ones_hold_the_printers():
    assert spare_count({**complete_answers(), "A03": 20}, "A03") == 15
    assert spare_count({**complete_answers(), "A03": 20, "printers_multifunction": 18}, "A03") == 2
    partial_answers = {key: value for key, value in complete_answers().items() if key != "printers_multifunction"}
    assert spare_count({**partial_answers, "A03": 20}, "A03") == 0


def test_cameras_that_cover_the_counters_and_what_is_built_in_stay():
    assert spare_count({**complete_answers(), "B11": 9}, "B11") == 0
    assert spare_count({**complete_answers(), "F03": 9}, "F03") == 0
    assert spare_count({**complete_answers(), "G01": 5}, "G01") == 3


def test_what_was_never_used_goes_first():
    lots = (EquipmentLot("A03", good=3, degraded=4, unused=2, year=2020), EquipmentLot("A03", good=1, year=2018))
    after = give_away(replace(snapshot_of_answers(complete_answers()), lots=lots), "A03", 4, STANDARD, UNTIL)
    assert [(lot.unused, lot.good, lot.degraded) for lot in after.lots] == [(0, 2, 4), (0, 0, 0)]


@examples(25)
@given(answers_of_wards, st.data())
def test_no_giver_loses_by_any_part_of_what_it_can_spare(wards, data):
    plan = plan_of_answers(wards)
    surplus_parts = surpluses(plan)
    assert len({(s.ward.code, s.item) for s in surplus_parts}) == len(surplus_parts)
    for ward in {s.ward for s in surplus_parts}:
        before = plan.ratings[ward.code]
        snapshot = before.snapshot
        for surplus in (s for s in surplus_parts if s.ward == ward):
            snapshot = give_away(snapshot, surplus.item, data.draw(st.integers(0, surplus.quantity)), STANDARD, UNTIL)
        after = rate(snapshot, STANDARD, DEMO_DAY)
        assert (after.result, after.score) == (before.result, before.score)
        for old, new in zip(before.findings, after.findings, strict=True):
            assert new.status is old.status
            assert new.shortfall <= old.shortfall
        lacking_items = {line.item for line in plan.lines if line.ward == ward}
        assert not lacking_items & {s.item for s in surplus_parts if s.ward == ward}
        assert {r.item for r in remedies_of(after, PRICES, TERMS).lines} <= {
            r.item for r in remedies_of(before, PRICES, TERMS).lines
        }


def parts(kind):
    counts_by_ward = st.dictionaries(st.sampled_from(WARDS[:8]), st.integers(1, 3), min_size=0, max_size=3)
    return counts_by_ward.map(lambda counts: [kind(ward, "A03", count) for ward, count in counts.items()])


def all_flows(givers, receivers):
    """All ways to move whole units, as tables of counts."""
    limits = [range(min(g.quantity, r.quantity) + 1) for g in givers for r in receivers]
    for counts in product(*limits):
        table = np.array(counts).reshape(len(givers), len(receivers))
        if (table.sum(1) <= [g.quantity for g in givers]).all() and (table.sum(0) <= [r.quantity for r in receivers]).all():
            yield table


@examples(25)
@given(parts(Shortage), parts(Surplus))
def test_nothing_moves_more_and_nothing_that_moves_as_much_is_shorter(demand, supply):
    transfers = propose_transfers(demand, supply, UNIT_PRICES)
    moved_count = sum(t.quantity for t in transfers)
    if not demand or not supply:
        assert transfers == ()
        return
    metres = great_circle([s.ward for s in supply], [s.ward for s in demand])
    best_flow = max((int(table.sum()), -int((table * metres).sum())) for table in all_flows(supply, demand))
    assert (moved_count, -sum(t.quantity * t.metres for t in transfers)) == best_flow
    assert all(t.quantity > 0 for t in transfers)
    for part in supply:
        assert sum(t.quantity for t in transfers if t.giver == part.ward) <= part.quantity
    for part in demand:
        assert sum(t.quantity for t in transfers if t.receiver == part.ward) <= part.quantity
    assert propose_transfers(reversed(demand), reversed(supply), UNIT_PRICES) == transfers


def test_the_near_one_gives_and_the_far_one_only_what_is_left():
    def line(givers, receivers):
        return np.array([[abs(g.position - r.position) for r in receivers] for g in givers])

    demand = [Shortage(WARDS[4], "A03", 3)]
    supply = [Surplus(WARDS[0], "A03", 5), Surplus(WARDS[3], "A03", 2)]
    transfers = propose_transfers(demand, supply, UNIT_PRICES, line)
    assert transfers == (Transfer("A03", WARDS[0], WARDS[4], 1, 4), Transfer("A03", WARDS[3], WARDS[4], 2, 1))
    assert propose_transfers(demand, supply, ZERO_PRICES, line) == (), "what costs nothing is not moved"
    assert propose_transfers(demand, [replace(s, item="A04") for s in supply], UNIT_PRICES, line) == ()


@pytest.mark.parametrize("count", [40, 126])
def test_another_solver_finds_no_shorter_way(count):
    demand, supply = make_market(count)
    transfers = propose_transfers(demand, supply, UNIT_PRICES)
    assert sum(t.quantity for t in transfers) == min(sum(s.quantity for s in demand), sum(s.quantity for s in supply))
    assert sum(t.quantity * t.metres for t in transfers) == simplex_metres(demand, supply, great_circle)


def test_metres_are_those_of_the_globe():
    one = replace(WARDS[0], latitude=21, longitude=105)
    other = replace(WARDS[1], latitude=22, longitude=105)
    assert great_circle([one], [one, other]).tolist() == [[0, 111_195]]


def test_the_city_moves_what_it_can_and_pays_less(demo_plan):
    supply, demand = surpluses(demo_plan), shortages(demo_plan)
    transfers = propose_transfers(demand, supply, UNIT_PRICES)
    assert transfers
    after = with_transfers(demo_plan, transfers)
    items = {line.item for line in demo_plan.lines}
    for item in items:
        moved_count = sum(t.quantity for t in transfers if t.item == item)
        supply_count = sum(s.quantity for s in supply if s.item == item)
        demand_count = sum(line.quantity for line in demo_plan.lines if line.item == item)
        assert moved_count == min(supply_count, demand_count) == sum(line.moved for line in after.lines if line.item == item)
    assert demo_plan.total() - after.total() == sum(t.quantity * UNIT_PRICES[t.item] for t in transfers)
    with pytest.raises(ValueError, match="no line"):
        with_transfers(demo_plan, [*transfers, transfers[0], transfers[0], transfers[0], transfers[0], transfers[0], transfers[0]])
    with pytest.raises(ValueError, match="no line"):
        with_transfers(demo_plan, [replace(transfers[0], item="A05")])
    assert with_transfers(after, []).total() == demo_plan.total()
    assert Method.BUY in {line.method for line in after.lines}


def test_a_receiver_is_as_ready_with_what_is_moved_as_with_what_is_bought():
    answers = {
        **answers_with_pcs(40),
        "A01": 30,
        "pc_supported_os": 30,
        "pc_memory_ssd": 30,
        "licensed_pcs": 30,
        "pcs_protected": 30,
    }
    assert {"A01", "A07", "G02"} >= {
        line.item for line in cost_to_ready(rate(snapshot_of_answers(answers), STANDARD, DEMO_DAY), PRICE_LIST.prices, TERMS).lines
    }
