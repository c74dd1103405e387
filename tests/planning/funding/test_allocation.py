"""The choice under a ceiling: as good as any, never one đồng above, with a bound that holds and reasons that are true."""

from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.wards.wards import load_wards
from planning.funding.allocation import (
    Aim,
    Candidate,
    Floor,
    FloorError,
    candidates_of,
    choose_wards,
    find_waiting,
    floors_of,
    funded_lines,
    next_ward,
    rank_cheapest,
    readiness_curve,
    spending_by_pot,
)
from planning.plan.assumptions import Method
from planning.plan.spending import Pot, SpendingForm
from planning.transfers.proposals import propose_transfers, shortages, surpluses, with_transfers
from scoring.rating.rating import Result
from scoring.rating.remedies import cost_to_ready, mend
from tests.factories.prices import PRICES, TERMS, UNIT_PRICES
from tests.planning.oracles import greedy, worth
from tests.support.examples import examples

WARDS = load_wards()
NEXT_POT, LATER_POT = (Pot(year, "Thành phố", SpendingForm.PURCHASE) for year in (2027, 2028))
money = st.one_of(st.integers(0, 30), st.integers(1, 9).map(lambda n: n * 1_000_000_001))
cities = st.lists(st.tuples(money, money, st.booleans()), min_size=1, max_size=8)
ceilings_by_pot = st.dictionaries(
    st.sampled_from([NEXT_POT, LATER_POT]), st.one_of(st.integers(0, 90), st.integers(0, 30_000_000_000))
)


def city(costs):
    return [
        Candidate(WARDS[i * 13 % 126], {pot: vnd for pot, vnd in ((NEXT_POT, a), (LATER_POT, b)) if vnd}, possible=possible)
        for i, (a, b, possible) in enumerate(costs)
    ]


def is_within(candidates, ceilings, floors):
    spending = spending_by_pot(candidates)
    codes = {c.ward.code for c in candidates}
    return all(spending.get(pot, 0) <= limit for pot, limit in ceilings.items()) and all(
        len(codes & floor.codes) >= floor.at_least for floor in floors
    )


def possible_choices(candidates, ceilings, floors=()):
    possible_candidates = [c for c in candidates if c.possible]
    sets = chain.from_iterable(combinations(possible_candidates, size) for size in range(len(possible_candidates) + 1))
    return [choice for choice in sets if is_within(choice, ceilings, floors)]


def funded_candidates(choice):
    return [c for c in choice.candidates if c.ward.code in choice.funded]


@examples(25)
@given(cities, ceilings_by_pot, st.sampled_from(list(Aim)), st.booleans())
def test_no_other_choice_is_better_nor_of_the_same_value_cheaper(costs, ceilings, aim, communes_first):
    candidates = city(costs)
    choice = choose_wards(candidates, ceilings, aim, communes_first=communes_first)

    def quality(candidates_of_choice):
        communes = sum(c.ward.kind == "xa" for c in candidates_of_choice) if communes_first else 0
        return worth(candidates_of_choice, aim), communes, -sum(c.cost for c in candidates_of_choice)

    assert is_within(funded_candidates(choice), ceilings, ())
    assert quality(funded_candidates(choice)) == max(map(quality, possible_choices(candidates, ceilings)))
    assert choice.value == worth(funded_candidates(choice), aim)
    assert choice.is_optimal
    assert choice.cost == choice.cost_bound
    assert choice == choose_wards(reversed(candidates), ceilings, aim, communes_first=communes_first)
    for pot, amount in choice.remaining.items():
        assert amount == ceilings[pot] - choice.spent.get(pot, 0) >= 0


@examples(25)
@given(cities, ceilings_by_pot, st.integers(1, 3), st.integers(0, 3))
def test_floors_are_kept_or_named_with_what_is_possible(costs, ceilings, first, second):
    candidates = city(costs)
    codes = [c.ward.code for c in candidates]
    floors = (Floor("một nửa", first, frozenset(codes[::2])), Floor("nửa kia", second, frozenset(codes[1::2])))
    feasible_choices = possible_choices(candidates, ceilings, floors)
    if feasible_choices:
        choice = choose_wards(candidates, ceilings, floors=floors)
        assert is_within(funded_candidates(choice), ceilings, floors)
        assert choice.value == max(map(len, feasible_choices))
        return
    with pytest.raises(FloorError) as error:
        choose_wards(candidates, ceilings, floors=floors)
    highest_counts = [
        max(
            (
                len({c.ward.code for c in other_choice} & floor.codes)
                for other_choice in possible_choices(candidates, ceilings, floors[:place])
            ),
            default=0,
        )
        for place, floor in enumerate(floors)
    ]
    place = 0 if highest_counts[0] < first else 1
    assert f"“{floors[place].name}: ít nhất" in error.value.message
    assert f"nhiều nhất {highest_counts[place]} xã, phường" in error.value.message


larger_cities = st.lists(st.tuples(st.integers(1, 9_000_000_000), st.integers(0, 9_000_000_000)), min_size=20, max_size=40)


@examples(15)
@given(larger_cities, st.integers(1, 99), st.integers(0, 40), st.sampled_from(list(Aim)))
def test_a_larger_city_is_within_its_ceilings_and_its_bound_and_never_worse_than_greedy(costs, percent, extra_percent, aim):
    candidates = city([(*cost, True) for cost in costs])
    ceilings = {pot: vnd * percent // 100 for pot, vnd in spending_by_pot(candidates).items()}
    choice = choose_wards(candidates, ceilings, aim)
    assert is_within(funded_candidates(choice), ceilings, ())
    assert choice.value <= choice.bound
    assert choice.cost_bound <= choice.cost
    assert choice.value >= worth(greedy(candidates, ceilings), aim)
    higher_ceilings = {pot: vnd + vnd * extra_percent // 100 for pot, vnd in ceilings.items()}
    assert choose_wards(candidates, higher_ceilings, aim).bound >= choice.value


def test_a_choice_that_brings_less_than_its_prices_allow_is_not_taken_for_a_better_one():
    candidates = city(
        [*[(1, 0, True)] * 16, (1, 250, True), (1, 277_991_030, True), (1, 172_254_379, True), (1, 105_736_905, True)]
    )
    ceilings = {pot: vnd // 2 for pot, vnd in spending_by_pot(candidates).items()}
    choice = choose_wards(candidates, ceilings, Aim.PEOPLE)
    assert worth(greedy(candidates, ceilings), Aim.PEOPLE) <= choice.value <= choice.bound


def test_a_ceiling_is_met_to_the_dong():
    candidates = city([(1_000_000_000_001, 0, True), (1_000_000_000_000, 0, True), (3, 0, True)])
    assert choose_wards(candidates, {NEXT_POT: 1_000_000_000_003}).remaining == {NEXT_POT: 0}
    for limit, value in ((1_000_000_000_002, 1), (1_000_000_000_003, 2), (2_000_000_000_003, 2), (2_000_000_000_004, 3)):
        assert choose_wards(candidates, {NEXT_POT: limit}).value == value


def test_a_pot_without_a_ceiling_is_unlimited_and_nothing_to_choose_is_no_error():
    candidates = city([(5, 7, True), (5, 0, True), (1, 1, False)])
    assert choose_wards(candidates, {}).value == 2
    assert choose_wards([], {NEXT_POT: 5}).value == 0
    assert choose_wards(candidates, {NEXT_POT: 5}).funded == {candidates[1].ward.code}


def test_each_ward_that_waits_knows_why():
    candidates = city([(5, 7, True), (4, 0, True), (1, 1, False), (4, 0, True)])
    choice = choose_wards(candidates, {NEXT_POT: 8})
    first, second, third, _ = (c.ward for c in candidates)
    assert find_waiting(choice, second) is None
    assert find_waiting(choice, first).lacking == {NEXT_POT: 5}
    assert "năm 2027, Thành phố, mua sắm một lần không lập dự án: thiếu 5" in find_waiting(choice, first).reason
    assert not find_waiting(choice, third).possible
    assert next_ward(choice).ward == first
    with pytest.raises(KeyError):
        find_waiting(choice, WARDS[100])


def test_the_curve_is_the_ranking_summed_up():
    candidates = city([(5, 7, True), (4, 0, True), (1, 1, False), (3, 2, True)])
    points = readiness_curve(candidates)
    assert [(p.money, p.wards) for p in points] == [(4, 1), (9, 2), (21, 3)]
    assert [p.ward for p in points] == [c.ward for c in rank_cheapest(candidates)]
    assert [p.money for p in readiness_curve(candidates, [LATER_POT])] == [0, 2, 9]
    assert points[-1].people == sum(c.ward.population for c in candidates if c.possible)


@examples(10)
@given(cities)
def test_no_choice_turns_more_wards_ready_than_a_point_of_the_curve_says(costs):
    candidates = [replace(c, costs={NEXT_POT: c.cost}) for c in city(costs)]
    for point in readiness_curve(candidates):
        assert choose_wards(candidates, {NEXT_POT: point.money}).value >= point.wards
        assert choose_wards(candidates, {NEXT_POT: point.money - 1}).value < point.wards if point.money else True


def test_the_demo_city_is_split_to_the_unit_and_the_dong(demo_plan):
    transfers = propose_transfers(shortages(demo_plan), surpluses(demo_plan), UNIT_PRICES)
    for plan in (demo_plan, with_transfers(demo_plan, transfers)):
        candidates = candidates_of(plan)
        ceilings = {pot: vnd * 2 // 5 for pot, vnd in spending_by_pot(candidates).items()}
        choice = choose_wards(candidates, ceilings, Aim.PEOPLE)
        split = funded_lines(plan, choice)
        for pot, amount in choice.spent.items():
            assert sum(line.amounts_by_pot.get(pot, 0) for line in split.funded) == amount <= ceilings[pot]
        split_lines = [*split.funded, *(line for line, _reason in split.unfunded)]
        for line in plan.lines:
            parts = [part for part in split_lines if (part.ward, part.item) == (line.ward, line.item)]
            assert sum(part.quantity for part in parts) == line.quantity
            assert sum(part.moved for part in parts) == line.moved
            assert sum(part.amount for part in parts) == line.amount or line.months != 12
        assert all(reason for _line, reason in split.unfunded)
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
    assert floors_of(candidates, "kind", 3)[0].at_least == 3
    assert {floor.name for floor in floors_of(candidates, "kind", 3)} == {"Phường", "Xã"}
