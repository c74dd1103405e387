"""What ends while a plan runs stands in it as a renewal, in the year in which it ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.prices.prices import PriceList, load_default_prices
from inventory.snapshots.snapshot import EquipmentLot, Snapshot
from inventory.wards.wards import load_wards
from planning.funding.allocation import candidates_of, choose_wards, funded_lines
from planning.plan.assumptions import Assumptions, Method
from planning.plan.build import build_plan
from planning.plan.five_year_cost import CostPart, five_year_cost
from planning.plan.redaction import redact_plan
from planning.plan.spending import SpendingForm
from planning.scenarios.frozen import freeze_plan, load_frozen
from planning.transfers.proposals import shortages
from scoring.rating.rating import rate, rating_without_data
from scoring.rating.redaction import sees_nothing
from scoring.rating.remedies import remedies_of, renewals_of
from scoring.rating.standard import Tier
from tests.factories.plans import OFFICE, plan_of_renewal
from tests.factories.prices import TERMS
from tests.factories.snapshots import make_facts, snapshots
from tests.factories.standards import NEWEST_STANDARD

DAY = date(2026, 11, 2)
LAST_DAY = date(2029, 12, 31)
PRICES = PriceList(1, "Giá thử", DAY, {price.item: price for price in load_default_prices()})
FIREWALL = PRICES.prices["G01"].unit_price


def rating_of(**facts):
    lots = (EquipmentLot("G01", good=1),)
    return rate(Snapshot("00082", DAY, make_facts(facts), lots, (), frozenset({"G01"})), NEWEST_STANDARD, DAY)


def plan_of(rating):
    wards = load_wards()
    ratings = {ward.code: rating_without_data(ward.code, DAY) for ward in wards} | {"00082": rating}
    return build_plan("Thử", wards, ratings, PRICES, NEWEST_STANDARD, Assumptions(2027), DAY)


def lines_of(rating):
    return {line.item: line for line in plan_of(rating).lines}


@given(st.dates(DAY - timedelta(days=500), LAST_DAY + timedelta(days=500)))
def test_a_licence_is_renewed_once_in_the_year_in_which_it_ends(end):
    line = lines_of(rating_of(main_firewall_until=end)).get("G01")
    if end > LAST_DAY:
        assert line is None
        return
    assert (line.quantity, line.criteria, line.year) == (1, ("CR-G1",), max(2027, end.year))
    assert [(purpose.criterion, purpose.quantity) for purpose in line.purposes] == [("CR-G1", 1)]
    assert (line.method, line.form, line.amount_in(line.year)) == (Method.LEASE, SpendingForm.RECURRENT, FIREWALL * 35 // 100)
    assert (line.is_renewal, line.note) == (True, "gia hạn; đơn giá tạm tính, sửa theo báo giá")


def test_what_never_was_is_bought_and_what_never_ends_is_not():
    bought = lines_of(rating_of(main_firewall_until=False))["G01"]
    assert (bought.method, bought.amount, bought.year, bought.note) == (Method.BUY, FIREWALL, 2027, "")
    assert not bought.is_renewal
    assert "G01" not in lines_of(rating_of(main_firewall_until=True))


def test_a_level_file_that_ends_is_submitted_anew():
    line = lines_of(rating_of(level_file_approved=date(2028, 5, 31)))["G03"]
    assert (line.quantity, line.year, line.amount, line.criteria) == (1, 2028, PRICES.prices["G03"].unit_price, ("CR-G3",))


@given(snapshots("2026.2"), st.dates(DAY, LAST_DAY))
def test_renewals_are_what_the_remedies_would_be_once_the_days_have_passed(snapshot, last_day):
    rating = rate(snapshot, NEWEST_STANDARD, snapshot.as_of)
    renewed = {line.criterion for line in renewals_of(rating, last_day)}
    met = {finding.criterion.code for finding in rating.findings if finding.is_met}
    ended = {key: replace(fact, value=False) for key, fact in snapshot.facts.items() if _ends_by(fact.value, rating.on, last_day)}
    later = rate(replace(snapshot, facts=dict(snapshot.facts) | ended), NEWEST_STANDARD, rating.on)
    bought = {line.criterion for line in remedies_of(rating, PRICES.prices, TERMS).lines}
    assert renewed == ({line.criterion for line in remedies_of(later, PRICES.prices, TERMS).lines} - bought) & met


def _ends_by(value, on, last_day):
    return isinstance(value, date) and on <= value <= last_day


def test_what_never_was_is_bought_whatever_else_its_criterion_reads():
    """The firewalls of other offices are counted beside that of the main one, whose licence says nothing of them."""
    elsewhere, firewall = NEWEST_STANDARD.criterion("CR-G9"), NEWEST_STANDARD.criterion("CR-G1").remedy.items
    elsewhere = replace(elsewhere, tier=Tier.REQUIRED, remedy=replace(elsewhere.remedy, items=firewall))
    standard = replace(NEWEST_STANDARD, criteria=(NEWEST_STANDARD.criterion("CR-G1"), elsewhere))
    facts = make_facts({"main_firewall_until": date(2028, 5, 31), "sites": 3})
    snapshot = Snapshot("00082", DAY, facts, (EquipmentLot("G01", good=1),), (), frozenset({"G01"}))
    rating = rate(snapshot, standard, DAY)
    assert [(line.item, line.quantity, line.ends) for line in remedies_of(rating, PRICES.prices, TERMS).lines] == [("G01", 2, None)]
    assert [(line.criterion, line.ends) for line in renewals_of(rating, LAST_DAY)] == [("CR-G1", date(2028, 5, 31))]


def ready_plan():
    """The plan of a ward that is ready, until its licence ends."""
    return plan_of_renewal(date(2028, 5, 31))


def test_no_machine_from_elsewhere_renews_a_licence():
    assert [line.item for line in ready_plan().lines] == ["G01"]
    assert shortages(ready_plan()) == ()


def test_a_renewal_that_no_ceiling_holds_is_told_as_what_keeps_the_ward_ready():
    plan = ready_plan()
    split = funded_lines(plan, choose_wards(candidates_of(plan), {}))
    assert [(line.item, reason[:28]) for line, reason in split.unfunded] == [("G01", "Gia hạn để giữ kết quả sau n")]


def test_a_licence_costs_in_each_year_from_the_one_in_which_it_ends():
    cells = five_year_cost(ready_plan()).cells
    yearly = FIREWALL * 35 // 100
    assert cells[CostPart.LICENCE, SpendingForm.RECURRENT] == {2027: 0, 2028: yearly, 2029: yearly, 2030: yearly, 2031: yearly}
    assert (CostPart.LEASE, SpendingForm.RECURRENT) not in cells


def test_a_fixed_plan_keeps_its_renewals():
    frozen = freeze_plan(ready_plan(), {}, OFFICE)
    assert [line.is_renewal for line in load_frozen(frozen).lines] == [True]


def test_whoever_may_not_see_network_security_reads_no_day_of_a_renewal():
    plan = redact_plan(ready_plan(), sees_nothing)
    assert [(line.year, line.on_order, line.purposes) for line in plan.lines] == [(2028, None, ())]
    assert "2028, 5, 31" not in repr(plan)
    assert "2028, 5, 31" in repr(ready_plan())


def test_a_redacted_rating_has_no_renewals():
    with pytest.raises(ValueError, match="redacted"):
        renewals_of(replace(rating_of(), is_redacted=True), LAST_DAY)
