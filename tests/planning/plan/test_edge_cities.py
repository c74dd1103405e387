"""Small cities at the edges of the rules, one a row, read as a table: what the ward has, and what its lines come to."""

from dataclasses import replace

import pytest

from inventory.prices.prices import CapStanding, standing_of, tenths_above
from inventory.prices.vat import percent_in, price_in
from inventory.snapshots.snapshot import EquipmentLot, Owner
from planning.plan.assumptions import Assumptions
from planning.plan.build import build_plan
from planning.plan.norms import NormClass, quantity_cap
from planning.plan.overrides import Edit, apply_prices
from tests.factories.plans import FEW_WARDS, WARD, plan_of_lots
from tests.factories.prices import PRICE_LIST, PRICES

NEW, OLD = 2024, 2010


def pcs(good, year=NEW, **more):
    return EquipmentLot("A01", good=good, year=year, **more)


# What the ward has | its people and what else it said | item | quantity, within, above, need, have, short, past the age of the standard
ROWS = {
    "nobody works there: nothing is asked for": (
        (),
        {"staff_total": 0, "staff_vi": 0, "staff_vii": 0, "staff_viii": 0},
        "A01",
        None,
    ),
    "one PC each, exactly": ((pcs(20),), {}, "A01", None),
    "one PC short": ((pcs(19),), {}, "A01", (1, 1, 0, 20, 19, 1, 0)),
    "all of it": ((), {}, "A01", (20, 20, 0, 20, 0, 20, 0)),
    "on order, one fewer than is short": ((pcs(10, on_order=9),), {}, "A01", (1, 1, 0, 20, 10, 10, 0)),
    "on order above the need": ((pcs(10, on_order=50),), {}, "A01", None),
    "the last year that the standard counts": ((pcs(20, 2019),), {}, "A01", None),
    "the year after": ((pcs(20, 2018),), {}, "A01", (20, 20, 0, 20, 0, 20, 20)),
    "the centre's PCs are nobody's here": ((pcs(20, owner=Owner.CITY_CENTRE),), {}, "A01", (20, 20, 0, 20, 0, 20, 0)),
    "more people than the law gives PCs": ((pcs(2),), {"staff_total": 25}, "A01", (23, 18, 5, 25, 2, 23, 0)),
    "broken PCs are no old ones": ((pcs(18), EquipmentLot("A01", broken=5, year=OLD)), {}, "A01", (2, 2, 0, 20, 18, 2, 0)),
    "six people a printer, a fraction more": ((), {"staff_viii": 7, "staff_total": 12}, "A03", (2, 2, 0, 2, 0, 2, None)),
    "fifteen people a scanner": (
        (),
        {"staff_viii": 10, "staff_total": 15, "printers_multifunction": 0},
        "A04",
        (1, 1, 0, 1, 0, 1, None),
    ),
    "fifteen people a scanner, and one more": (
        (),
        {"staff_viii": 11, "staff_total": 16, "printers_multifunction": 0},
        "A04",
        (2, 2, 0, 2, 0, 2, None),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_ward_at_an_edge(name):
    lots, facts, item, expected = ROWS[name]
    lines = [line for line in plan_of_lots(*lots, **facts).lines if line.item == item]
    if expected is None:
        assert lines == []
        return
    [line] = lines
    [purpose] = line.purposes
    assert (line.quantity, line.within, line.above, purpose.need, purpose.have, purpose.short, line.overage) == expected


@pytest.mark.parametrize(
    ("unit_price", "standing", "tenths"),
    [
        (19_999_999, CapStanding.BELOW, 0),
        (20_000_000, CapStanding.AT_CAP, 0),
        (20_000_001, CapStanding.UNIT_HEAD, 1),
        (23_000_000, CapStanding.UNIT_HEAD, 150),
        (23_000_001, CapStanding.PROVINCE, 151),
        (26_000_000, CapStanding.PROVINCE, 300),
        (26_000_001, CapStanding.NOT_ALLOWED, 301),
    ],
)
def test_a_price_at_its_ceiling(unit_price, standing, tenths):
    assert (standing_of(unit_price, 20_000_000), tenths_above(unit_price, 20_000_000)) == (standing, tenths)


@pytest.mark.parametrize(
    ("item", "listed", "year", "percent", "price"),
    [
        ("A03", 10, 2026, 8, 10_800_000),
        ("A03", 10, 2027, 10, 11_000_000),
        ("A03", 8, 2026, 8, 11_000_000),
        ("A03", 8, 2027, 10, 11_203_704),
        ("D03", 10, 2026, 10, 11_000_000),
        ("D03", 8, 2026, 10, 11_203_704),
        ("A07", 0, 2026, 0, 11_000_000),
        ("A07", 10, 2026, 10, 11_000_000),
        ("A03", 5, 2027, 5, 11_000_000),
    ],
)
def test_the_tax_is_that_of_the_year_of_delivery(item, listed, year, percent, price):
    """Handed over on 31/12/2026 or on 01/01/2027; telecommunication never had the lower rate."""
    of_list = replace(PRICES[item], unit_price=11_000_000, vat_percent=listed)
    assert (percent_in(of_list, year), price_in(of_list, year)) == (percent, price)


@pytest.mark.parametrize(
    ("item", "percent", "in_years"),
    [
        ("A03", 10, {2026: 10, 2027: 10}),
        ("A03", 8, {2026: 8, 2027: 10}),
        ("A03", 5, {2026: 5, 2027: 5}),
        ("D03", 8, {2026: 8, 2027: 10}),
    ],
)
def test_a_rate_that_a_person_set_for_the_plan_stands_while_there_is_such_a_rate(item, percent, in_years):
    own = apply_prices(PRICE_LIST, [Edit("", item, "vat_percent", str(percent))]).prices[item]
    assert {year: percent_in(own, year) for year in in_years} == in_years


def test_a_line_that_runs_over_the_end_of_a_rate_pays_each_year_with_its_own():
    """A leased machine from 2026 on: the year of lease is a share of the price with that year's tax, rounded each time."""
    base = plan_of_lots(rooms_vc_able=0)
    rules = Assumptions(2026, months=6, lease_percent=35)
    rules = replace(rules, groups={letter: replace(rule, year=0, is_leased=True) for letter, rule in rules.groups.items()})
    plan = build_plan("Thử", FEW_WARDS, base.ratings, PRICE_LIST, base.standard, rules, base.on)
    [line] = [line for line in plan.lines if line.item == "E01"]
    price_2026 = price_in(PRICES["E01"], 2026)
    assert price_2026 == 117_818_182
    assert [(paid.year, paid.months, paid.unit_price) for paid in line.payments] == [
        (2026, 6, 41_236_364),
        (2027, 12, 42_000_000),
        (2028, 12, 42_000_000),
    ]
    assert line.amount == 20_618_182 + 84_000_000 == sum(line.amount_in(year) for year in plan.assumptions.years)
    assert line.upkeep == 42_000_000


def test_a_line_that_serves_two_criteria_keeps_each():
    plan = plan_of_lots(pcs(10), pcs(10, OLD), pc_supported_os=20)
    [line] = [line for line in plan.lines if line.item == "A01"]
    findings = {finding.criterion.code: finding for finding in plan.ratings[WARD.code].findings}
    assert [purpose.criterion for purpose in line.purposes] == ["CR-A1"]
    for purpose in line.purposes:
        finding = findings[purpose.criterion]
        assert (purpose.need, purpose.have, purpose.short) == (finding.need, finding.have, finding.shortfall)
    assert line.overage == 10


def test_shredders_and_photocopiers_have_a_number_too():
    snapshot = plan_of_lots().ratings[WARD.code].snapshot
    assert [quantity_cap(item, snapshot) for item in ("A05", "A06")] == [2, 2]
    assert quantity_cap("G06", snapshot) is None


def test_what_lies_above_the_norm_is_its_own_class():
    plan = plan_of_lots(pcs(2), staff_total=25)
    [line] = [line for line in plan.lines if line.item == "A01"]
    assert line.amounts_by_norm == {NormClass.WITHIN: 360_000_000, NormClass.ABOVE: 100_000_000}
