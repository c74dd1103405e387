"""PL11: what five years cost. Buying and paying yearly are live from PL02; what wears out is counted by the program."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import FORM, OTHER_YEAR, UPKEEP, YEAR, YEAR_AMOUNTS, sum_where
from planning.plan.assumptions import YEARS
from planning.plan.five_year_cost import HORIZON, CostPart, five_year_cost
from planning.plan.line import PlanLine
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm

TAB = "PL11 Năm năm"


def add_five_years(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    cost = five_year_cost(plan)
    head = (("STT", 6), ("Khoản", 48), ("Hình thức chi", 22), *((f"Năm {year}", 19) for year in cost.years), ("Cộng năm năm", 21))
    title = "Chi phí năm năm, kể cả thay thế khi hết thời gian sử dụng"
    sheet = add_annex(book, plan, context, TAB, "11", title, head)
    row = HEAD
    for form in SpendingForm:
        first = row + 1
        condition = (FORM, f'"{form.label}"')
        lines = [line for line in plan.lines if line.form is form]
        of_plan = [_amount(lines, condition, year, number) for number, year in enumerate(cost.years)]
        after = [_upkeep(lines, condition, year, is_of_plan=number < YEARS) for number, year in enumerate(cost.years)]
        replacements = cost.cells.get((CostPart.REPLACEMENT, form), dict.fromkeys(cost.years, 0))
        parts: tuple[tuple[str, Sequence[Formula | Input]], ...] = (
            ("Khoản của phương án trong năm", of_plan),
            ("Khoản trả hằng năm, các năm phương án không tính", after),
            ("Thay thế khi hết thời gian sử dụng (hệ thống tính)", [Input(replacements[year]) for year in cost.years]),
        )
        for name, cells in parts:
            row += 1
            total = sum(int(cell.value) for cell in cells)
            put_row(sheet, row, [row - HEAD, name, form.label, *cells, _sum_of(row, total)])
        row += 1
        sums: list[Content] = [
            Formula(f"=SUM({c}{first}:{c}{row - 1})", cost.in_year(form, year)) for c, year in zip("DEFGH", cost.years, strict=True)
        ]
        put_row(sheet, row, [None, f"Cộng {form.label.lower()}", None, *sums, _sum_of(row, cost.total(form))], total=True)
    return sheet


def _amount(lines: Sequence[PlanLine], condition: tuple[str, str], year: int, number: int) -> Formula:
    """What the lines cost in a year of the five, by its number: after the plan's years too, of a line that was put there by hand."""
    value = sum(line.amount_in(year) for line in lines)
    if number < YEARS:
        return sum_where(value, condition, summed=YEAR_AMOUNTS[number])
    return sum_where(value, condition, (YEAR, str(year)), summed=OTHER_YEAR)


def _upkeep(lines: Sequence[PlanLine], condition: tuple[str, str], year: int, *, is_of_plan: bool) -> Formula:
    """What is paid in a year for lines that began before it and whose own amount does not reach it.

    Within the years of the plan these are the lines of landed versions, which counted the first year only.
    """
    value = sum(line.upkeep for line in lines if line.payments[-1].year < year)
    return Formula("=0", 0) if is_of_plan and not value else sum_where(value, condition, (YEAR, f'"<{year}"'), summed=UPKEEP)


def _sum_of(row: int, value: int) -> Formula:
    last = get_column_letter(3 + HORIZON)
    return Formula(f"=SUM(D{row}:{last}{row})", value)
