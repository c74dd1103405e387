"""PL10 and PL11: two engines agree with the core, also after Finance changed a share, a price or a tax."""

from dataclasses import replace

import pytest

from exports.workbook.annex import FIRST
from exports.workbook.build import build_workbook
from exports.workbook.estimate import TAB
from exports.workbook.five_years import TAB as YEARS_TAB
from inventory.prices.vat import price_in
from planning.plan.assumptions import Method, Rates
from planning.plan.estimate import estimate
from planning.plan.five_year_cost import five_year_cost
from planning.plan.norms import Norm, NormClass
from planning.plan.spending import SpendingForm
from tests.factories.plans import SMALL_PLAN, WORKBOOK_CONTEXT
from tests.support.workbooks import check_in_libreoffice, formulas, is_same, read_values, read_workbook, recalculated, sheet_index

RATES = Rates(transport=150, other=33, slippage=275, valuation=7)
# What is bought stands in one project, with the lines into the ward; the rest is paid each year beside it.
LINES = tuple(
    replace(line, form=SpendingForm.PROJECT) if line.method is Method.BUY or line.group == "D" else line
    for line in SMALL_PLAN.lines
)
PROJECT = replace(SMALL_PLAN, rates=RATES, lines=LINES)


@pytest.fixture(scope="module")
def data():
    return build_workbook(PROJECT, WORKBOOK_CONTEXT)


def row_of(data, number):
    """The row of a number; of the total with None."""
    sheet = read_workbook(data)[TAB]
    is_wanted = (lambda row: row[0].value == number) if number else (lambda row: str(row[1].value).startswith("Tổng "))
    return next(row[0].row for row in sheet.iter_rows(min_row=FIRST) if is_wanted(row))


def test_the_sheet_is_the_estimate(data):
    expected = estimate(PROJECT, SpendingForm.PROJECT)
    sheet = read_values(data)[TAB]
    assert [sheet.cell(row_of(data, row.number), 6).value for row in expected.rows] == [row.amount for row in expected.rows]
    assert sheet.cell(row_of(data, None), 6).value == expected.total
    assert sheet.cell(row_of(data, "III"), 5).value == 0.04
    assert sheet.cell(row_of(data, "III"), 5).number_format == "0.00%"


MIXED = replace(PROJECT, lines=(*SMALL_PLAN.lines[:6], *LINES[6:]))


# As the versions up to 0.4.0 counted it: what is paid yearly stands in its first year only.
FIRST_YEAR_ONLY = replace(
    SMALL_PLAN, lines=tuple(replace(line, later=(), norm=Norm(NormClass.UNRECORDED, "không ghi nhận")) for line in SMALL_PLAN.lines)
)


@pytest.mark.parametrize(
    "plan",
    [replace(SMALL_PLAN, rates=RATES), PROJECT, MIXED, FIRST_YEAR_ONLY],
    ids=["purchase", "project", "both", "first year only"],
)
def test_an_independent_engine_agrees(plan, tmp_path):
    data = build_workbook(plan, WORKBOOK_CONTEXT)
    model, checked_count = recalculated(data, tmp_path), 0
    for title, row, column, stored in formulas(data):
        if title in (TAB, YEARS_TAB):
            value = model.get_cell_value(sheet_index(data, title), row, column)
            assert is_same(value, stored), (title, row, column, value, stored)
            checked_count += 1
    assert checked_count > 40


def test_libreoffice_agrees_on_a_project(data, tmp_path):
    assert check_in_libreoffice(data, tmp_path, (TAB, YEARS_TAB)) > 70


@pytest.mark.parametrize(("number", "name"), [("I.2", "transport"), ("II", "management"), ("V.1", "volume"), ("V.2", "slippage")])
def test_a_changed_share_moves_the_total_as_the_core_does(data, tmp_path, number, name):
    sheet, row = sheet_index(data, TAB), row_of(data, number)
    model = recalculated(data, tmp_path, lambda model: model.set_user_input(sheet, row, 5, "3.37%"))
    expected = estimate(replace(PROJECT, rates=replace(RATES, **{name: 337})), SpendingForm.PROJECT)
    assert is_same(model.get_cell_value(sheet, row_of(data, None), 6), expected.total)
    assert is_same(model.get_cell_value(sheet, row, 6), expected.row(number).amount)


def test_a_changed_price_and_tax_move_the_base(data, tmp_path):
    prices = read_workbook(data)["PL06 Căn cứ đơn giá"]
    row = next(row[0].row for row in prices.iter_rows(min_row=FIRST) if row[1].value == "A01")

    def enter_changes(model):
        model.set_user_input(sheet_index(data, "PL06 Căn cứ đơn giá"), row, 5, "20000001")
        model.set_user_input(sheet_index(data, "PL06 Căn cứ đơn giá"), row, 6, "8")

    model = recalculated(data, tmp_path, enter_changes)
    # The lower rate has ended before the years of the plan: the price is taken to the standard one.
    price = replace(SMALL_PLAN.price_list.prices["A01"], unit_price=20_000_001, vat_percent=8)
    in_year = price_in(price, 2027)
    assert in_year == 20_370_371
    lines = tuple(replace(line, unit_price=in_year) if line.item == "A01" else line for line in LINES)
    expected = estimate(replace(PROJECT, lines=lines), SpendingForm.PROJECT)
    assert is_same(model.get_cell_value(sheet_index(data, TAB), row_of(data, None), 6), expected.total)


@pytest.mark.parametrize("plan", [PROJECT, FIRST_YEAR_ONLY], ids=["project", "first year only"])
def test_five_years_are_those_of_the_page(plan):
    sheet, cost = read_values(build_workbook(plan, WORKBOOK_CONTEXT))[YEARS_TAB], five_year_cost(plan)
    for kind in SpendingForm:
        row = next(row for row in sheet.iter_rows(min_row=FIRST) if row[1].value == f"Cộng {kind.label.lower()}")
        assert [cell.value for cell in row[3:9]] == [*(cost.in_year(kind, year) for year in cost.years), cost.total(kind)]
