"""What a choice means: why each ward waits, the curve, and the lines behind it."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.funding.allocation import (
    BARRED_WARD,
    Aim,
    find_waiting,
    floors_of,
    next_ward,
    rank_cheapest,
    readiness_curve,
)
from planning.funding.candidates import candidates_of
from planning.funding.selection import choose_wards
from planning.plan.assumptions import Method
from planning.plan.spending import Pot, SpendingForm, sum_by_pot
from planning.transfers.proposals import propose_transfers, shortages, surpluses, with_transfers
from scoring.rating.rating import Result
from scoring.rating.remedies import cost_to_ready, mend
from tests.factories.candidates import LATER_POT, NEXT_POT, WARDS, make_city, make_sliding
from tests.factories.prices import PRICES, TERMS, UNIT_PRICES
from tests.support.examples import examples

money = st.one_of(st.integers(0, 30), st.integers(1, 9).map(lambda n: n * 1_000_000_001))
cities = st.lists(st.tuples(money, money, st.booleans()), min_size=1, max_size=8)


def test_each_ward_that_waits_knows_why():
    candidates = make_city([(5, 7, True), (4, 0, True), (1, 1, False), (4, 0, True)])
    choice = choose_wards(candidates, {NEXT_POT: 8})
    first, second, third, _ = (c.ward for c in candidates)
    assert find_waiting(choice, second) is None
    assert find_waiting(choice, first).lacking == {NEXT_POT: 5}
    assert "năm 2027, Thành phố, mua sắm một lần không lập dự án: thiếu 5" in find_waiting(choice, first).reason
    assert not find_waiting(choice, third).possible
    assert next_ward(choice).ward == first
    with pytest.raises(KeyError):
        find_waiting(choice, WARDS[100])


def test_a_ward_that_may_slide_lacks_least_in_the_best_of_its_years():
    sliding, other = make_sliding(make_city([(9, 0, True)])[0], 1), make_city([(0, 0, True), (8, 3, True)])[1]
    choice = choose_wards([sliding, other], {NEXT_POT: 8, LATER_POT: 8})
    assert choice.years == {other.ward.code: 0}
    assert find_waiting(choice, sliding.ward).lacking == {LATER_POT: 4}
    assert find_waiting(choice, sliding.ward).costs == {LATER_POT: 9}


def test_a_barred_ward_waits_for_the_planner_and_is_never_the_next():
    candidates = make_city([(5, 0, True), (9, 0, True), (1, 1, False)])
    barred = [candidates[0].ward.code, candidates[2].ward.code]
    choice = choose_wards(candidates, {NEXT_POT: 8}, barred=barred)
    for candidate in (candidates[0], candidates[2]):
        assert find_waiting(choice, candidate.ward).reason == BARRED_WARD
    assert next_ward(choice).ward == candidates[1].ward


def test_the_curve_is_the_ranking_summed_up():
    candidates = make_city([(5, 7, True), (4, 0, True), (1, 1, False), (3, 2, True)])
    points = readiness_curve(candidates)
    assert [(p.money, p.wards) for p in points] == [(4, 1), (9, 2), (21, 3)]
    assert [p.ward for p in points] == [c.ward for c in rank_cheapest(candidates)]
    assert points[-1].people == sum(c.ward.population for c in candidates if c.possible)


@examples(10)
@given(cities)
def test_no_choice_turns_more_wards_ready_than_a_point_of_the_curve_says(costs):
    candidates = [replace(c, costs={NEXT_POT: c.cost}) for c in make_city(costs)]
    for point in readiness_curve(candidates):
        assert choose_wards(candidates, {NEXT_POT: point.money}).value >= point.wards
        assert choose_wards(candidates, {NEXT_POT: point.money - 1}).value < point.wards if point.money else True


def test_the_lines_of_the_funded_wards_are_what_is_spent_to_the_dong(demo_plan):
    transfers = propose_transfers(shortages(demo_plan), surpluses(demo_plan), UNIT_PRICES)
    for plan in (demo_plan, with_transfers(demo_plan, transfers)):
        candidates = candidates_of(plan)
        ceilings = {pot: vnd * 2 // 5 for pot, vnd in sum_by_pot(c.costs for c in candidates).items()}
        choice = choose_wards(candidates, ceilings, Aim.PEOPLE)
        assert choice.funded
        for pot, amount in choice.spent.items():
            funded = (line for c in candidates if c.ward.code in choice.funded for line in c.lines)
            assert sum(line.amounts_by_pot.get(pot, 0) for line in funded) == amount <= ceilings[pot]
        for candidate in candidates:
            rating = plan.ratings[candidate.ward.code]
            cost = cost_to_ready(rating, plan.price_list.prices, TERMS)
            assert candidate.possible == cost.possible
            if cost.possible:
                mended = mend(rating, {part.criterion for part in (*cost.lines, *cost.withdrawals)}, PRICES, TERMS)
                assert mended.rating.result is Result.READY
                assert candidate.cost <= cost.capital + cost.recurrent * len(plan.assumptions.years)


def test_the_lines_of_a_candidate_follow_the_plan(demo_plan):
    lines = tuple(replace(line, year=2031, source="Khác", unit_price=1, method=Method.BUY, later=()) for line in demo_plan.lines)
    candidates = candidates_of(replace(demo_plan, lines=lines))
    assert {pot for c in candidates for pot in c.costs} == {
        Pot(2031, "Khác", form) for form in (SpendingForm.PURCHASE, SpendingForm.RECURRENT)
    }
    floors, possible = floors_of(candidates, 3), [candidate.ward for candidate in candidates if candidate.possible]
    sizes = Counter(ward.former_district for ward in possible)
    assert {floor.name: floor.at_least for floor in floors} == {name: min(3, size) for name, size in sizes.items()}


class TestWhatThePlanLacks:
    def test_a_ward_whose_needed_line_was_taken_out_by_hand_is_no_candidate_and_says_of_what(self, demo_plan):
        candidate = next(c for c in candidates_of(demo_plan) if len(c.lines) > 1)
        out = candidate.lines[0]
        lines = tuple(replace(line, quantity=0) if line.code == out.code else line for line in demo_plan.lines)
        changed = next(c for c in candidates_of(replace(demo_plan, lines=lines)) if c.ward == candidate.ward)
        assert (changed.possible, changed.unplanned, changed.cost) == (False, (out.item,), 0)
        waiting = find_waiting(choose_wards([changed], {}), candidate.ward)
        assert waiting.reason == f"Phương án không bố trí đủ danh mục để xã, phường này đáp ứng: {out.item}"

    def test_a_ward_slides_only_as_far_as_the_plan_runs(self, demo_plan):
        last = demo_plan.assumptions.years[-1]
        for candidate in candidates_of(demo_plan, slide_years=2):
            years = {line.year for line in candidate.lines}
            assert len(candidate.slides) == (min(2, last - max(years)) if years else 2) or not candidate.possible
            for costs in candidate.slides:
                assert {pot.year for pot in costs} <= set(demo_plan.assumptions.years)
