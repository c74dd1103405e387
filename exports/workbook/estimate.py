"""PL10: the estimates, one for each form of spending that has one. Shares are inputs, amounts are live from PL02."""

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.amount_in_words_formula import words_formula
from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, join, put, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import AMOUNT, BEFORE_TAX, FORM, HIRED, sum_where
from exports.workbook.formula_values import put_formula, put_text
from planning.plan.estimate import CostRow, Estimate, estimates_of
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.formats import vnd_in_words

TAB = "PL10 Dự toán"
_TITLES = {SpendingForm.PURCHASE: "Dự toán mua sắm", SpendingForm.PROJECT: "Tổng mức đầu tư của dự án"}
HEADINGS = (("Số", 9), ("Nội dung", 46), ("Cách tính", 42), ("Tính trên", 20), ("Tỷ lệ", 11), ("Thành tiền", 22))


def add_estimate(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    estimates = estimates_of(plan)
    title = ", ".join(_TITLES[costs.form] for costs in estimates)
    sheet = add_annex(book, plan, context, TAB, "10", title, HEADINGS)
    row = HEAD
    for costs in estimates:
        row = _put_estimate(sheet, costs, row + 1) + 1
    recurrent = sum_where(plan.form_total(SpendingForm.RECURRENT), (FORM, f'"{SpendingForm.RECURRENT.label}"'))
    put_row(sheet, row + 1, [None, "Chi hằng năm, đứng ngoài các tổng trên", "mọi năm của phương án", None, None, recurrent])
    put_text(sheet, row + 2, 2, "Mọi tỷ lệ là giả định (nhãn A): NĐ 224/2026/NĐ-CP chỉ nêu cơ cấu.").style = "w-note"
    return sheet


def _put_estimate(sheet: Worksheet, costs: Estimate, first: int) -> int:
    """One estimate from a row on. Returns the row of its amount in words."""
    is_project = costs.form is SpendingForm.PROJECT
    put_row(sheet, first, [None, costs.form.label, None, None, None, None], total=True)
    rows = {row.number: first + index for index, row in enumerate(costs.rows, start=1)}
    for row in costs.rows:
        put_row(sheet, rows[row.number], _cells(row, rows, costs), total=bool(row.parts))
        if row.rate is not None:
            _put_rate(sheet, rows[row.number], row.rate)
    last = first + len(rows) + 1
    blocks = [number for number in rows if "." not in number]
    label = "Tổng mức đầu tư" if is_project else "Tổng dự toán"
    total = Formula("=" + "+".join(f"F{rows[number]}" for number in blocks), costs.total)
    put_row(sheet, last, [None, label, " + ".join(f"({number})" for number in blocks), None, None, total], total=True)
    words = vnd_in_words(costs.total).lower()
    put_formula(sheet, last + 1, 2, f'="Bằng chữ: "&{words_formula(f"F{last}")}&"."', f"Bằng chữ: {words}.").style = "w-words"
    join(sheet, last + 1, 2, 6)
    return last + 1


def _cells(row: CostRow, rows: Mapping[str, int], costs: Estimate) -> list[Content]:
    row_number, form = rows[row.number], f'"{costs.form.label}"'
    start: list[Content] = [row.number, row.label, _how_computed(row)]
    if row.parts:
        return [*start, None, None, Formula("=" + "+".join(f"F{rows[part]}" for part in row.parts), row.amount)]
    if row.rate is None:
        hired = [(HIRED, f'"{"x" if row.number == "IV.1" else ""}"')] if costs.form is SpendingForm.PROJECT else []
        return [*start, None, None, sum_where(row.amount, (FORM, form), *hired, summed=AMOUNT)]
    assert row.base is not None
    amount = Formula(f"=ROUND(D{row_number}*ROUND(E{row_number}*10000,0)/10000,0)", row.amount)
    return [*start, Formula(f"={_base_expression(row.number, rows)}", row.base), None, amount]


def _how_computed(row: CostRow) -> str:
    """How the row is worked out, without the share, which stands in its own cell and may change."""
    return row.formula if row.rate is None else row.formula.partition(" × ")[2] + " × tỷ lệ"


def _base_expression(number: str, rows: Mapping[str, int]) -> str:
    """The Excel expression of what a share is taken of."""
    if number in ("2", "3"):
        return f"F{rows['1']}"
    if number == "I.2":
        return f"F{rows['I.1']}"
    if number.startswith("V."):
        return "+".join(f"F{rows[block]}" for block in ("I", "II", "III", "IV"))
    pairs = ((FORM, f'"{SpendingForm.PROJECT.label}"'), (HIRED, '""'))
    before_tax = sum_where(0, *pairs, summed=BEFORE_TAX).expression[1:]
    return f"{before_tax}+ROUND({before_tax}*ROUND(E{rows['I.2']}*10000,0)/10000,0)"


def _put_rate(sheet: Worksheet, row: int, rate: int) -> None:
    """A share that Finance may change, shown as a percentage."""
    put(sheet, row, 5, Input(0))
    cell = sheet.cell(row, 5, rate / 10_000)
    cell.number_format = "0.00%"
    rule = DataValidation(type="decimal", operator="between", formula1="0", formula2="1", allow_blank=True)
    rule.errorTitle, rule.error = "Tỷ lệ chưa đúng", "Nhập tỷ lệ từ 0% đến 100%."
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cell.coordinate)
