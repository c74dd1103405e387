"""What a decision about a plan cannot say, and the ceilings that follow from those that allocate."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.decisions.decision import Decision, DecisionKind, asked_by, ceilings_of, describe_standing, find_faults
from planning.decisions.state import State
from planning.plan.spending import Pot, SpendingForm
from portal.formats import format_vnd_short
from tests.factories.plans import SMALL_PLAN

SUBMITTED, TODAY = date(2026, 3, 2), date(2026, 4, 1)
CITY, WARD, PROJECT = (
    Pot(2027, "NS Thành phố", SpendingForm.PURCHASE),
    Pot(2027, "NS xã, phường", SpendingForm.RECURRENT),
    Pot(2028, "ĐTC", SpendingForm.PROJECT),
)
ASKED = {CITY: 1_000, WARD: 200, PROJECT: 50}
APPROVAL = Decision(DecisionKind.APPROVAL, "12/QĐ-UBND", date(2026, 3, 20), "UBND Thành phố", 1_200, {CITY: 1_000, WARD: 200})
ALLOCATION = Decision(DecisionKind.ALLOCATION, "15/QĐ-STC", date(2026, 3, 21), "Sở Tài chính", 600, {CITY: 600})


def faults(decision, earlier=(), asked=None, used_by=""):
    return find_faults(decision, TODAY, SUBMITTED, asked_by(ASKED if asked is None else asked), earlier, used_by)


def test_what_is_right_has_no_fault():
    for decision in (
        APPROVAL,
        ALLOCATION,
        replace(APPROVAL, day=SUBMITTED),
        replace(APPROVAL, day=TODAY),
        Decision(DecisionKind.INVESTMENT, "1", TODAY, "X", 50, {PROJECT: 50}),
        replace(ALLOCATION, total=0, amounts={CITY: 0}),
    ):
        assert not faults(decision), decision


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"day": date(2026, 4, 2)}, "day", "ở tương lai"),
        ({"day": date(2026, 3, 1)}, "day", "trình ngày 02/03/2026"),
        ({"number": "\u200b"}, "number", "như trên văn bản"),
        ({"body": "..."}, "body", "như trên văn bản"),
        ({"total": 1_199}, "total", "cộng lại là 1.200 đồng"),
        ({"amounts": {}}, "total", "cộng lại là 0 đồng"),
        ({"total": 1_251, "amounts": {CITY: 1_001, WARD: 200, PROJECT: 50}}, "total", "Vượt tổng đề nghị 1.250 đồng."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(change, field, words):
    assert words in faults(replace(APPROVAL, **change)).fields[field]


@pytest.mark.parametrize("kind", [DecisionKind.ALLOCATION, DecisionKind.INVESTMENT])
def test_what_gives_money_names_a_pot(kind):
    assert "ít nhất một nguồn" in faults(replace(ALLOCATION, kind=kind, total=0, amounts={})).fields["total"]


def test_more_than_was_asked_is_told_at_its_pot():
    found = faults(replace(APPROVAL, amounts={CITY: 999, WARD: 201}))
    assert (found.fields, list(found.pots)) == ({}, [WARD])
    assert found.pots[WARD] == "Vượt số đề nghị của nguồn này: 200 đồng."


def test_what_was_allocated_before_is_no_longer_there():
    second = replace(ALLOCATION, number="16", total=401, amounts={CITY: 401})
    assert "600 đồng đã giao theo quyết định khác" in faults(second, [APPROVAL, ALLOCATION]).pots[CITY]
    assert not faults(replace(second, total=400, amounts={CITY: 400}), [APPROVAL, ALLOCATION])
    # An approval gives nothing, so that nothing is used up by it.
    assert not faults(replace(ALLOCATION, total=1_000, amounts={CITY: 1_000}), [APPROVAL])


def test_an_investment_is_decided_for_projects_only():
    decision = Decision(DecisionKind.INVESTMENT, "1", TODAY, "X", 60, {PROJECT: 50, CITY: 10})
    assert list(faults(decision).pots) == [CITY]
    assert "hình thức dự án" in faults(decision, asked={CITY: 100}).fields["kind"]


def test_a_number_is_the_same_however_it_is_written_and_counts_anew_each_year():
    numbers = ("12 / qđ-ubnd", "12/QĐ–UBND", "12/QĐ\u2011UBND", "12/QĐ\u200b-UBND", "012/QĐ-UBND", "Số: 12/QĐ-UBND", "１２/QĐ-UBND")
    for number in numbers:
        same = replace(APPROVAL, number=number, body="UBND\u00a0 THÀNH PHỐ.", day=date(2026, 12, 31))
        assert same.key == APPROVAL.key, number
    for number in ("120/QĐ-UBND", "1/2/QĐ-UBND", "12/QĐ-STC", "12a/QĐ-UBND"):
        assert replace(APPROVAL, number=number).key != APPROVAL.key, number
    assert replace(APPROVAL, day=date(2027, 1, 1)).key != APPROVAL.key
    assert "“Phương án B”" in faults(APPROVAL, used_by="Phương án B").fields["number"]


def test_money_is_given_only_by_a_decision_that_gives_it():
    assert describe_standing(State.APPROVED, [APPROVAL]) == "được phê duyệt"
    given = format_vnd_short(ALLOCATION.total)
    assert describe_standing(State.APPROVED, [APPROVAL, ALLOCATION]) == f"được phê duyệt; đã giao dự toán {given}"
    nothing = replace(ALLOCATION, total=0, amounts={CITY: 0})
    assert describe_standing(State.APPROVED, [nothing]) == "được phê duyệt"
    assert (ceilings_of([APPROVAL]), ceilings_of([nothing])) == ({}, {CITY: 0})


amounts = st.dictionaries(st.sampled_from([CITY, WARD, PROJECT]), st.integers(0, 1_200))


@given(st.lists(amounts, max_size=5))
def test_decisions_that_were_accepted_one_after_another_never_give_more_than_was_asked(series):
    accepted = []
    for number, given_amounts in enumerate(series):
        decision = replace(ALLOCATION, number=str(number), total=sum(given_amounts.values()), amounts=given_amounts)
        if not faults(decision, accepted):
            accepted.append(decision)
    ceilings = ceilings_of(accepted)
    assert all(amount <= ASKED[pot] for pot, amount in ceilings.items())
    assert sum(ceilings.values()) == sum(decision.total for decision in accepted)


def test_where_wards_slide_either_table_may_be_given_but_not_both():
    asked = asked_by({CITY: 900, WARD: 100}, {CITY: 100, WARD: 880})
    assert (asked.by_pot, asked.total) == ({CITY: 900, WARD: 880}, 1_000)


def test_what_is_approved_may_hold_the_fees_of_the_estimates_and_what_is_allocated_goes_to_the_lines():
    asked = asked_by(ASKED, fees=30)

    def told(kind, amounts):
        decision = Decision(kind, "1", TODAY, "UBND Thành phố", sum(amounts.values()), amounts)
        return find_faults(decision, TODAY, SUBMITTED, asked, ())

    for kind in (DecisionKind.APPROVAL, DecisionKind.POLICY, DecisionKind.INVESTMENT):
        assert not told(kind, {PROJECT: 80})
        assert "50 đồng và 30 đồng chi phí khác" in told(kind, {PROJECT: 81}).pots[PROJECT]
    assert not told(DecisionKind.APPROVAL, ASKED | {PROJECT: 80})
    allocated = told(DecisionKind.ALLOCATION, {PROJECT: 51})
    assert "Vượt số đề nghị của nguồn này: 50 đồng." in allocated.pots[PROJECT]
    assert "không gồm chi phí quản lý" in told(DecisionKind.ALLOCATION, ASKED | {PROJECT: 51}).fields["total"]


def test_what_is_asked_of_the_pots_is_the_plan():
    asked = SMALL_PLAN.amounts_by_pot
    assert sum(asked.values()) == SMALL_PLAN.total()
    assert all(asked.values())
