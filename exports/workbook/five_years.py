"""PL11: what five years cost. Buying and paying yearly are live from PL02; what wears out is counted by the program."""

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import FORM, OTHER_YEAR, UPKEEP, YEAR, YEAR_AMOUNTS, sum_where
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
        replacements = cost.cells.get((CostPart.REPLACEMENT, form), dict.fromkeys(cost.years, 0))
        parts: tuple[tuple[str, list[Formula | Input]], ...] = (
            ("Khoản của phương án trong năm", [_of_lines(plan, form, year) for year in cost.years]),
            ("Khoản trả hằng năm, các năm sau phương án", [_after_lines(plan, form, year) for year in cost.years]),
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


def _of_lines(plan: Plan, form: SpendingForm, year: int) -> Formula:
    """What the lines of a form cost in a year, also one after the plan that a line was put into by hand."""
    amount = sum(line.amount_in(year) for line in plan.lines if line.form is form)
    columns = dict(zip(plan.assumptions.years, YEAR_AMOUNTS, strict=True))
    if year in columns:
        return sum_where(amount, _is(form), summed=columns[year])
    return sum_where(amount, _is(form), (YEAR, str(year)), summed=OTHER_YEAR)


def _after_lines(plan: Plan, form: SpendingForm, year: int) -> Formula:
    """What is paid yearly costs in a year after those that its lines count."""
    if year in plan.assumptions.years and not any(_ends_early(line, plan) for line in plan.lines):
        return Formula("=0", 0)
    amount = sum(line.upkeep for line in plan.lines if line.form is form and line.payments[-1].year < year)
    return sum_where(amount, _is(form), (YEAR, f'"<{year}"'), summed=UPKEEP)


def _ends_early(line: PlanLine, plan: Plan) -> bool:
    """Whether a line counts in its first year only what goes on: those of a landed version do."""
    return line.upkeep > 0 and line.payments[-1].year < plan.assumptions.years[-1]


def _is(form: SpendingForm) -> tuple[str, str]:
    return FORM, f'"{form.label}"'


def _sum_of(row: int, value: int) -> Formula:
    last = get_column_letter(3 + HORIZON)
    return Formula(f"=SUM(D{row}:{last}{row})", value)
