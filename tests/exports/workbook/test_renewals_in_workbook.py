"""A renewal in the workbook: computed there as here, said in words, edited and taken back."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from exports.workbook.annex import FIRST
from exports.workbook.build import build_workbook
from exports.workbook.detail import AMOUNT, MONTHS, UPKEEP, YEAR
from exports.workbook.reader import read_plan_workbook
from planning.plan.overrides import apply_edits
from planning.plan.workbook_diff import diff_workbook, selected_edits
from tests.factories.plans import WORKBOOK_CONTEXT, plan_of_renewal
from tests.support.workbooks import check_recalculation, read_workbook, recalculated, sheet_index

DETAIL = "PL02 Chi tiết"


@pytest.fixture(scope="module")
def plan():
    return plan_of_renewal(date(2028, 5, 31))


@pytest.fixture(scope="module")
def data(plan):
    return build_workbook(plan, WORKBOOK_CONTEXT)


def test_it_is_computed_as_in_the_plan_and_told(plan, data, tmp_path):
    assert [(line.item, line.year) for line in plan.lines] == [("G01", 2028)]
    assert check_recalculation(recalculated(data, tmp_path), data) > 100
    notes = {row[1]: row[2] for row in read_workbook(data)["PL07 Căn cứ pháp lý"].iter_rows(values_only=True)}
    assert "ở năm hết hạn" in notes["Gia hạn (giả định)"]
    # Whoever may not see network security has the year, for the budget, and no day.
    assert not [cell for sheet in read_workbook(data) for row in sheet.values for cell in row if "31/05/2028" in str(cell)]


def test_half_a_year_a_year_later_comes_back_as_it_was_computed_there(plan, data, tmp_path):
    book = load_workbook(BytesIO(data))
    book[DETAIL][f"{MONTHS}{FIRST}"], book[DETAIL][f"{YEAR}{FIRST}"] = 6, 2029
    buffer = BytesIO()
    book.save(buffer)
    diff = diff_workbook(read_plan_workbook(buffer.getvalue()), plan)
    [line] = apply_edits(plan, selected_edits(diff, [change.key for change in diff.proposed])).lines
    assert (line.is_renewal, line.months, line.year) == (True, 6, 2029)
    model, sheet = recalculated(buffer.getvalue(), tmp_path), book[DETAIL]
    computed = [
        model.get_cell_value(sheet_index(data, DETAIL), FIRST, sheet[f"{letter}{FIRST}"].column) for letter in (AMOUNT, UPKEEP)
    ]
    assert computed == [line.amount, line.upkeep]
