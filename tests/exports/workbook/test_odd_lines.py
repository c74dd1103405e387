"""Lines as nobody proposes them, each set by hand: what the workbook calculates of them is what the program says, in both engines."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest

from exports.workbook.annex import FIRST
from exports.workbook.build import build_workbook
from exports.workbook.detail import NO_CAP, number_of
from inventory.prices.prices import CapStanding
from inventory.snapshots.snapshot import EquipmentLot
from planning.plan.assumptions import Assumptions, Method
from planning.plan.build import build_plan
from planning.plan.line import is_paid_yearly
from planning.plan.overrides import Edit, apply_edits, apply_prices
from scoring.rating.rating import rate
from tests.factories.days import DEMO_DAY
from tests.factories.plans import FEW_WARDS, WARD, WORKBOOK_CONTEXT, plan_of_lots
from tests.factories.prices import PRICE_LIST
from tests.factories.standards import STANDARD
from tests.support.workbooks import check_in_libreoffice, check_recalculation, is_same, recalculated, sheet_index

DETAIL, PRICES_TAB = "PL02 Chi tiết", "PL06 Căn cứ đơn giá"
ITEMS = ("A01", "A05", "A07", "B15", "C06", "D01", "D03", "E01", "G02")
# Before the plan, in it, in the last year of it, after it.
YEARS = ("2025", "2026", "2028", "2029", "2031")
METHODS = tuple(method.value for method in Method)
UNIT_PRICES = ("", "", "12345678", "22500000", "23000001", "99000001")
MONTHS = ("", "5", "0")


def odd_plan(first_year):
    """Every ward has a line of each item; year, method, price and months are drawn from all that there is, each time the same."""
    base = plan_of_lots(EquipmentLot("A01", good=2, year=2024), EquipmentLot("C04", good=1), staff_total=25, floors=3)
    snapshot = base.ratings[WARD.code].snapshot
    ratings = {ward.code: rate(replace(snapshot, ward_code=ward.code), STANDARD, DEMO_DAY) for ward in FEW_WARDS}
    plan = build_plan("Thử", FEW_WARDS, ratings, PRICE_LIST, STANDARD, Assumptions(first_year, months=7), DEMO_DAY)
    draw, edits = Random(2).choice, []
    for ward, item in product(FEW_WARDS, ITEMS):
        values = {
            "quantity": "3",
            "year": draw(YEARS),
            "method": draw(METHODS),
            "unit_price": draw(UNIT_PRICES),
            "months": draw(MONTHS),
        }
        edits += [Edit(ward.code, item, name, value) for name, value in values.items() if value]
    return apply_edits(plan, edits)


@pytest.fixture(scope="module", params=[2026, 2027])
def plan(request):
    return odd_plan(request.param)


@pytest.fixture(scope="module")
def data(plan):
    return build_workbook(plan, WORKBOOK_CONTEXT)


def test_the_lines_are_odd_enough(plan):
    years, first = {line.year for line in plan.lines}, plan.assumptions.first_year
    assert min(years) < first <= max(years) - 3
    yearly = [line for line in plan.lines if is_paid_yearly(line.item, line.method)]
    assert {(line.year < first, "unit_price" in line.edited) for line in yearly} == set(product((True, False), repeat=2))
    assert {line.standing for line in plan.lines} == set(CapStanding)


def test_an_independent_engine_agrees_on_every_formula(data, tmp_path):
    assert check_recalculation(recalculated(data, tmp_path), data) > 1_000


def test_libreoffice_agrees_on_every_formula(data, tmp_path):
    assert check_in_libreoffice(data, tmp_path) > 1_000


def cell(model, data, row, key):
    return model.get_cell_value(sheet_index(data, DETAIL), row, number_of(key))


def row_of(plan, item):
    return FIRST + next(number for number, line in enumerate(plan.lines) if line.item == item)


def small_plan(*edits):
    return apply_edits(plan_of_lots(EquipmentLot("A01", good=2, year=2024)), [Edit(WARD.code, *edit) for edit in edits])


def test_what_was_leased_and_is_bought_again_in_the_file_is_paid_whole(tmp_path):
    leased = small_plan(("A01", "method", "lease"), ("A01", "months", "6"))
    data, row = build_workbook(leased, WORKBOOK_CONTEXT), row_of(leased, "A01")
    model = recalculated(
        data, tmp_path, lambda model: model.set_user_input(sheet_index(data, DETAIL), row, number_of("method"), Method.BUY.label)
    )
    [bought] = [line for line in small_plan(("A01", "method", "buy")).lines if line.item == "A01"]
    assert is_same(cell(model, data, row, "amount"), bought.amount)


def test_what_is_leased_in_the_file_is_paid_for_the_months_of_the_plan(tmp_path):
    bought = small_plan()
    bought = apply_edits(replace(bought, assumptions=replace(bought.assumptions, months=7)), [])
    data, row = build_workbook(bought, WORKBOOK_CONTEXT), row_of(bought, "A01")
    model = recalculated(
        data, tmp_path, lambda model: model.set_user_input(sheet_index(data, DETAIL), row, number_of("method"), Method.LEASE.label)
    )
    [leased] = [line for line in apply_edits(bought, [Edit(WARD.code, "A01", "method", "lease")]).lines if line.item == "A01"]
    assert (leased.months, is_same(cell(model, data, row, "amount"), leased.amount)) == (7, True)


def test_a_price_stands_to_its_ceiling_as_on_the_page_of_its_line(tmp_path):
    """The list is at the ceiling; one line is set above it by hand, and a leased one has none."""
    plan = small_plan(("A01", "unit_price", "23000001"), ("A03", "method", "lease"))
    data = build_workbook(plan, WORKBOOK_CONTEXT)
    model = recalculated(data, tmp_path)
    assert cell(model, data, row_of(plan, "A01"), "standing") == CapStanding.PROVINCE.label
    assert cell(model, data, row_of(plan, "A03"), "price_cap") == NO_CAP
    assert cell(model, data, row_of(plan, "A03"), "standing") == CapStanding.NO_CAP.label


@pytest.mark.parametrize("percent", [0, 5, 8, 10])
@pytest.mark.parametrize("listed", [8, 10])
def test_a_rate_of_tax_typed_in_the_file_moves_the_plan_alike(percent, listed, tmp_path):
    base = odd_plan(2026)
    prices = {**PRICE_LIST.prices, "A01": replace(PRICE_LIST.prices["A01"], vat_percent=listed)}

    def plan_of(price_list):
        return build_plan("Thử", base.wards, base.ratings, price_list, base.standard, base.assumptions, base.on)

    data = build_workbook(plan_of(replace(PRICE_LIST, prices=prices)), WORKBOOK_CONTEXT)
    row = FIRST + list(prices).index("A01")
    model = recalculated(data, tmp_path, lambda model: model.set_user_input(sheet_index(data, PRICES_TAB), row, 6, str(percent)))
    edits = [Edit("", "A01", "vat_percent", str(percent))] if percent != listed else []
    expected = plan_of(apply_prices(replace(PRICE_LIST, prices=prices), edits))
    assert is_same(cell(model, data, 7, "amount"), expected.total())


def test_tax_that_rises_lifts_the_price_of_the_list_over_its_ceiling(tmp_path):
    """At the ceiling with 8 % tax, delivered from 2027 on with 10 %."""
    plan = small_plan()
    prices = {**PRICE_LIST.prices, "A01": replace(PRICE_LIST.prices["A01"], vat_percent=8)}
    data = build_workbook(replace(plan, price_list=replace(PRICE_LIST, prices=prices)), WORKBOOK_CONTEXT)
    row = FIRST + list(prices).index("A01")
    assert recalculated(data, tmp_path).get_cell_value(sheet_index(data, PRICES_TAB), row, 9) == "vượt"
