"""An action by itself: how it stands on a day, what makes it clear, what its words may tell, and what is suggested."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.identity import Role
from inventory.wards.wards import load_wards
from scoring.actions.action import Action, ActionError, ActionState, Clarities, PublicBody, count_states, sort_by_urgency
from scoring.actions.owners import Owner, assign_owners, owner_choices
from scoring.actions.suggestions import (
    suggest_deadline,
    suggest_for_city,
    suggest_for_criterion,
    suggest_for_finding,
    suggest_for_many,
    suggest_for_ward,
)
from scoring.rating.rating import Finding, FindingStatus, Rating, Result, rating_without_data
from tests.factories.standards import STANDARD

DUE = date(2026, 3, 10)
WARD = next(ward for ward in load_wards() if ward.code == "00082")
CLARITIES = Clarities(
    owner_id=7,
    contact="0900 000 000",
    task="Mua bổ sung 8 máy tính",
    due=DUE,
    unit=PublicBody.WARD,
    head="Chủ tịch UBND phường",
    deliverable="8 máy tính",
    evidence="Biên bản bàn giao",
    authority=PublicBody.FINANCE,
)
ACTION = Action(
    id=3,
    ward=WARD,
    clarities=CLARITIES,
    owner_name="Người thử",
    owner_role=Role.OFFICER,
    is_owner_active=True,
    created_by="Lãnh đạo thử",
    created_on=date(2026, 3, 1),
    done_on=None,
    done_by="",
    delivered="",
    revision=1,
)


@pytest.fixture(scope="module")
def standard():
    return STANDARD


@pytest.mark.parametrize(
    ("on", "state", "text"),
    [
        (date(2026, 3, 5), ActionState.OPEN, "còn 5 ngày"),
        (DUE, ActionState.OPEN, "hạn là hôm nay"),
        (date(2026, 3, 11), ActionState.OVERDUE, "quá hạn 1 ngày"),
        (date(2026, 4, 10), ActionState.OVERDUE, "quá hạn 31 ngày"),
    ],
)
def test_what_is_not_done_is_open_until_the_end_of_its_deadline(on, state, text):
    assert ACTION.state(on) is state
    assert ACTION.state_text(on) == text


@pytest.mark.parametrize(("done_on", "text"), [(DUE, "đã xong 10/03/2026"), (date(2026, 3, 12), "đã xong 12/03/2026, muộn 2 ngày")])
def test_what_is_done_stays_done_and_tells_how_late_it_was(done_on, text):
    done_action = replace(ACTION, done_on=done_on)
    for on in (done_on, date(2027, 1, 1)):
        assert done_action.state(on) is ActionState.DONE
        assert done_action.state_text(on) == text


@given(offset=st.integers(-400, 400), done_offset=st.none() | st.integers(-400, 400))
def test_a_state_is_one_of_three_and_only_what_is_late_has_days(offset, done_offset):
    action = replace(ACTION, done_on=None if done_offset is None else DUE + timedelta(days=done_offset))
    on = DUE + timedelta(days=offset)
    assert (action.state(on) is ActionState.DONE) == (done_offset is not None)
    assert (action.state(on) is ActionState.OVERDUE) == (done_offset is None and offset > 0)
    assert action.days_late(on) == max(0, offset if done_offset is None else done_offset)
    assert count_states([action], on)[action.state(on)] == 1


@given(st.lists(st.tuples(st.integers(-30, 30), st.booleans()), max_size=12))
def test_the_most_urgent_comes_first_and_what_is_done_last(drawn_actions):
    actions = [
        replace(ACTION, id=place, clarities=replace(CLARITIES, due=DUE + timedelta(days=days)), done_on=DUE if is_done else None)
        for place, (days, is_done) in enumerate(drawn_actions)
    ]
    ordered_actions = sort_by_urgency(actions, DUE)
    assert sorted(action.id for action in ordered_actions) == list(range(len(actions)))
    open_actions = [action for action in ordered_actions if action.done_on is None]
    assert ordered_actions[: len(open_actions)] == open_actions
    assert [action.clarities.due for action in open_actions] == sorted(action.clarities.due for action in open_actions)
    assert sum(count_states(actions, DUE).values()) == len(actions)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("contact", "rõ người"),
        ("task", "rõ việc"),
        ("head", "rõ trách nhiệm"),
        ("deliverable", "rõ sản phẩm"),
        ("evidence", "rõ sản phẩm"),
    ],
)
@pytest.mark.parametrize("empty", ["", "  \n"])
def test_nothing_unclear_can_even_be_made(part, message, empty):
    with pytest.raises(ActionError, match=message):
        replace(CLARITIES, **{part: empty})


def test_the_name_of_the_ward_takes_its_place_in_every_text():
    template = replace(CLARITIES, task="[đơn vị] mua máy cho [đơn vị]", head="Chủ tịch UBND [đơn vị]")
    clarities = template.for_ward(WARD)
    assert clarities.task == "phường Cửa Nam mua máy cho phường Cửa Nam"
    assert clarities.head == "Chủ tịch UBND phường Cửa Nam"
    assert replace(ACTION, clarities=clarities).unit_name == "UBND phường Cửa Nam"
    assert replace(ACTION, ward=None).unit_name == "UBND xã, phường"


def test_a_list_does_not_tell_what_would_help_an_attacker():
    sensitive_action = replace(ACTION, clarities=replace(CLARITIES, task="Mua tường lửa còn thiếu", criterion="CR-G1"))
    assert sensitive_action.is_sensitive
    assert "tường lửa" not in sensitive_action.title
    assert not ACTION.is_sensitive
    assert not replace(ACTION, clarities=replace(CLARITIES, criterion="CR-A1")).is_sensitive


def test_a_long_task_is_cut_between_words():
    long_action = replace(ACTION, clarities=replace(CLARITIES, task="một hai " * 100))
    assert len(long_action.title) <= 141
    assert long_action.title.endswith(("một…", "hai…"))


@pytest.mark.parametrize(
    ("user_id", "role", "is_assigned"),
    [
        (7, Role.PLANNER, True),
        (8, Role.OFFICER, True),
        (8, Role.WARD_HEAD, True),
        (8, Role.PLANNER, False),
        (8, Role.LEADER, False),
    ],
)
def test_an_action_is_for_its_owner_and_for_the_body_that_answers_for_it(user_id, role, is_assigned):
    assert ACTION.is_assigned_to(user_id, role) is is_assigned


@pytest.mark.parametrize(
    ("on", "target", "needs_purchase", "day"),
    [
        (date(2026, 1, 5), date(2026, 3, 31), True, date(2026, 3, 31)),
        (date(2026, 1, 5), date(2026, 3, 31), False, date(2026, 1, 19)),
        (date(2026, 3, 25), date(2026, 3, 31), False, date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 3, 31), True, date(2026, 4, 14)),
        (date(2026, 11, 21), date(2026, 3, 31), True, date(2026, 12, 7)),
        (date(2026, 11, 22), date(2026, 3, 31), False, date(2026, 12, 7)),
        (date(2026, 11, 23), date(2026, 3, 31), False, date(2026, 12, 7)),
    ],
)
def test_the_suggested_day(on, target, needs_purchase, day):
    assert suggest_deadline(on, target, needs_purchase=needs_purchase) == day


@given(on=st.dates(date(2025, 1, 1), date(2030, 1, 1)), days_ahead=st.integers(-400, 400), needs_purchase=st.booleans())
def test_the_suggested_day_lies_ahead_and_is_the_target_or_a_working_day(on, days_ahead, needs_purchase):
    target = on + timedelta(days=days_ahead)
    day = suggest_deadline(on, target, needs_purchase=needs_purchase)
    assert day > on
    assert day == target or (day.weekday() < 5 and 14 <= (day - on).days <= 16)


def test_each_criterion_suggests_a_clear_action(standard):
    for criterion in standard.criteria:
        for status in (FindingStatus.UNMET, FindingStatus.UNANSWERED):
            missing = ("staff_total",) if status is FindingStatus.UNANSWERED else ()
            suggestion = suggest_for_finding(Finding(criterion, status, 1, 3, 2, missing), DUE, DUE)
            assert criterion.code in suggestion.deliverable
            assert len(suggestion.task) >= 10
            is_purchase = criterion.remedy.money_mends and status is FindingStatus.UNMET
            assert suggestion.authority is (PublicBody.FINANCE if is_purchase else PublicBody.WARD)
            replace(
                CLARITIES,
                task=suggestion.task,
                head=suggestion.head,
                deliverable=suggestion.deliverable,
                evidence=suggestion.evidence,
            )
        assert len(suggest_for_criterion(criterion, DUE, DUE).task) <= 1000


@pytest.mark.parametrize("only_blocking", [True, False])
def test_what_a_ward_suggests_is_the_same_whatever_it_answers_about_network_security(standard, only_blocking):
    """A planner reads actions, but not what a ward lacks of that group: neither a name, nor a count, nor the day may tell of it."""

    def suggest(security, other):
        findings = tuple(
            Finding(criterion, security if criterion.is_sensitive else other, 0, 1, 1)
            for criterion in standard.criteria
            if criterion.is_counted and (criterion.blocking or not only_blocking)
        )
        return suggest_for_ward(Rating("00082", Result.NOT_READY, 0, findings, None, standard, DUE), DUE, DUE)

    met, unmet = FindingStatus.MET, FindingStatus.UNMET
    assert suggest(unmet, unmet) == suggest(met, unmet)
    assert suggest(unmet, met) == suggest(met, met) == suggest_for_many(DUE, DUE)
    assert "thiếu" in suggest(unmet, unmet).task
    assert "phiếu khảo sát" in suggest_for_ward(rating_without_data("00082", DUE), DUE, DUE).task


def test_many_wards_and_the_city_suggest_too():
    assert suggest_for_many(DUE, DUE).authority is PublicBody.FINANCE
    assert suggest_for_city(DUE, DUE).task == ""


OWNERS = [
    Owner(1, "Công chức A", Role.OFFICER, "", frozenset({"00082"})),
    Owner(2, "Công chức B", Role.OFFICER, "", frozenset({"00082", "00070"})),
    Owner(3, "Lãnh đạo A", Role.WARD_HEAD, "", frozenset({"00082"})),
    Owner(4, "Chuyên viên", Role.REVIEWER, "", None),
]
OTHER_WARD = next(ward for ward in load_wards() if ward.code == "00070")


def test_only_who_can_see_all_the_wards_is_offered():
    assert [value for value, _label in owner_choices(OWNERS, [WARD])] == ["1", "2", "3", "4"]
    assert [value for value, _label in owner_choices(OWNERS, [WARD, OTHER_WARD])] == ["ward_head", "officer", "2", "4"]
    assert [value for value, _label in owner_choices(OWNERS, [None])] == ["4"]


def test_each_ward_gets_its_own_officer():
    assert [owner.id for owner in assign_owners(OWNERS, [WARD, OTHER_WARD], "officer")] == [1, 2]
    with pytest.raises(ActionError, match="Phường Hoàn Kiếm") as error:
        assign_owners(OWNERS, [WARD, OTHER_WARD], "ward_head")
    assert error.value.field == "owner"
    assert "Cửa Nam" not in error.value.message


@pytest.mark.parametrize(("ward", "choice"), [(OTHER_WARD, "1"), (None, "1"), (WARD, "99"), (WARD, "")])
def test_nobody_can_own_what_the_account_cannot_see(ward, choice):
    with pytest.raises(ActionError):
        assign_owners(OWNERS, [ward], choice)
