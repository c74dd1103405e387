from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.identity import Role
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.wards import load_wards
from scoring.actions.action import Action, Clarities, PublicBody
from scoring.actions.priority_wards import wards_needing_decision
from scoring.rating.rating import Result, rate, rating_without_data
from tests.factories.standards import STANDARD

DAY = date(2026, 3, 2)
WARDS = load_wards()[:6]
RED_RATINGS = {ward.code: replace(rate(Snapshot(ward.code, DAY), STANDARD, DAY), result=Result.NOT_READY) for ward in WARDS}


def action(number, ward, due, *, is_done=False):
    day = DAY + timedelta(days=due)
    clarities = Clarities(1, "0900", "Việc", day, PublicBody.WARD, "Chủ tịch", "Sản phẩm", "Biên bản", PublicBody.CITY)
    done_on = DAY if is_done else None
    return Action(number, ward, clarities, "Người thử", Role.OFFICER, True, "Người giao", DAY, done_on, "", "", 1)


def decisions_for(ratings, actions=(), count=10):
    return wards_needing_decision(WARDS, ratings, actions, DAY, count)


def test_late_actions_come_first_the_latest_on_top_and_then_the_heaviest_wards():
    a, b, c, *_rest = WARDS
    decisions = decisions_for(RED_RATINGS, [action(1, a, -2), action(2, b, -9), action(3, b, -1), action(4, c, 5)])
    assert [decision.ward for decision in decisions[:2]] == [b, a]
    assert [decision.late.id for decision in decisions[:2]] == [2, 1]
    assert c not in [decision.ward for decision in decisions], "an action in time is a decision already"
    weights = [decision.weight for decision in decisions[2:]]
    assert weights == sorted(weights, reverse=True)
    assert all(decision.late is None for decision in decisions[2:])


def test_a_ward_that_is_ready_waits_for_nobody_unless_its_action_is_late():
    ready_ratings = {code: replace(rating, result=Result.READY) for code, rating in RED_RATINGS.items()}
    assert decisions_for(ready_ratings) == ()
    assert [decision.ward for decision in decisions_for(ready_ratings, [action(1, WARDS[0], -1)])] == [WARDS[0]]


def test_what_is_done_or_of_the_city_stands_in_no_wards_way():
    assert len(decisions_for(RED_RATINGS, [action(1, WARDS[0], -9, is_done=True), action(2, None, -9)])) == len(WARDS)


def test_wards_without_data_come_last_the_largest_first():
    ratings = RED_RATINGS | {ward.code: rating_without_data(ward.code, DAY) for ward in WARDS[:3]}
    last = [decision.ward.population for decision in decisions_for(ratings)[-3:]]
    assert last == sorted((ward.population for ward in WARDS[:3]), reverse=True)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-20, 20), st.booleans()), max_size=12), st.integers(0, 8))
def test_no_ward_stands_twice_and_never_more_than_asked(assignments, count):
    decisions = decisions_for(
        RED_RATINGS, [action(n, WARDS[place], due, is_done=is_done) for n, (place, due, is_done) in enumerate(assignments)], count
    )
    codes = [decision.ward.code for decision in decisions]
    assert len(codes) == len(set(codes)) <= count
    days = [decision.late.days_late(DAY) if decision.late else 0 for decision in decisions]
    assert days == sorted(days, reverse=True)
