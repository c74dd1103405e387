"""PL11: what five years cost. Buying and paying yearly are live from PL02; what wears out is counted by the program."""

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import SPENDING, UPKEEP, YEAR, sum_where
from planning.plan.assumptions import Spending
from planning.plan.five_year_cost import HORIZON, CostPart, five_year_cost
from planning.plan.plan import Plan

TAB = "PL11 Năm năm"


def add_five_years(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    cost = five_year_cost(plan)
    head = (("STT", 6), ("Khoản", 48), ("Loại chi", 22), *((f"Năm {year}", 19) for year in cost.years), ("Cộng năm năm", 21))
    title = "Chi phí năm năm, kể cả thay thế khi hết thời gian sử dụng"
    sheet = add_annex(book, plan, context, TAB, "11", title, head)
    row = HEAD
    for kind in Spending:
        first = row + 1
        condition = (SPENDING, f'"{kind.label}"')
        lines = [line for line in plan.lines if line.spending is kind]
        plan_amounts = [
            sum_where(sum(line.amount for line in lines if line.year == year), condition, (YEAR, str(year))) for year in cost.years
        ]
        upkeep = [
            sum_where(sum(line.upkeep for line in lines if line.year < year), condition, (YEAR, f'"<{year}"'), summed=UPKEEP)
            for year in cost.years
        ]
        replacements = cost.cells.get((CostPart.REPLACEMENT, kind), dict.fromkeys(cost.years, 0))
        parts: tuple[tuple[str, list[Content]], ...] = (
            ("Khoản của phương án trong năm", [*plan_amounts]),
            ("Duy trì các khoản trả hằng năm từ năm trước", [*upkeep]),
            ("Thay thế khi hết thời gian sử dụng (hệ thống tính)", [Input(replacements[year]) for year in cost.years]),
        )
        for name, cells in parts:
            row += 1
            total = sum(cell.value for cell in cells if isinstance(cell, (Formula, Input)) and isinstance(cell.value, int))
            put_row(sheet, row, [row - HEAD, name, kind.label, *cells, _sum_of(row, total)])
        row += 1
        sums: list[Content] = [
            Formula(f"=SUM({c}{first}:{c}{row - 1})", cost.in_year(kind, year)) for c, year in zip("DEFGH", cost.years, strict=True)
        ]
        put_row(sheet, row, [None, f"Cộng {kind.label.lower()}", None, *sums, _sum_of(row, cost.total(kind))], total=True)
    return sheet


def _sum_of(row: int, value: int) -> Formula:
    last = get_column_letter(3 + HORIZON)
    return Formula(f"=SUM(D{row}:{last}{row})", value)
