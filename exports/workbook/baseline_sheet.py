"""The hidden sheet of what went out: whose plan it is, and each input as it was, so that a returned file carries its own baseline."""

from collections.abc import Iterable

from openpyxl import Workbook

from exports.workbook.context import WorkbookContext
from exports.workbook.formula_values import put_text
from planning.plan.overrides import EditField, PriceField, canonical_price, canonical_value
from planning.plan.plan import Plan

TAB = "Bản gốc"
MARK, LINE, PRICE = "Phương án đầu tư hạ tầng CNTT", "dòng", "đơn giá"


def add_baseline(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet: a kind, a code, how many are moved in, and canonical values in the order of EditField; likewise prices."""
    sheet = book.create_sheet(TAB)
    sheet.sheet_state = "hidden"
    rows: list[Iterable[str]] = [(MARK, str(context.plan_id), plan.name)]
    rows += ([LINE, line.code, str(line.moved), *(canonical_value(line, field) for field in EditField)] for line in plan.lines)
    prices = plan.price_list.prices
    rows += ([PRICE, item, *(canonical_price(price, field) for field in PriceField)] for item, price in prices.items())
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            put_text(sheet, number, column, text)
