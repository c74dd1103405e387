"""PL03: one row per item over the city, for central purchasing. PL04: year against source, with pictures of it."""

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import (
    GROUPS_AT,
    HEAD,
    SUMMARY_TAB,
    Content,
    Formula,
    add_annex,
    add_filter,
    column_range,
    put_row,
    put_totals,
)
from exports.workbook.charts import Cells, stacked_bars
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import (
    AMOUNT,
    ITEM,
    PHASING_TAB,
    QUANTITY,
    SOURCE,
    SPENDING,
    TAB,
    UPKEEP,
    YEAR,
    group_name,
    sum_where,
)
from inventory.catalogue import GROUPS, load_catalogue
from planning.plan.assumptions import SOURCES, Spending
from planning.plan.plan import Plan

ITEM_TAB = "PL03 Theo danh mục"
ITEM_TOTAL = f"'{ITEM_TAB}'!$I${HEAD - 1}"
_PHASING_LAST = HEAD + len(SOURCES) * len(Spending) + 1
PHASING_TOTAL = f"'{PHASING_TAB}'!$H${_PHASING_LAST + 1}"


def add_item_totals(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add PL03."""
    head = (
        ("STT", 7), ("Mã DM", 10), ("Nội dung", 41), ("ĐVT", 16), ("Số lượng", 10), ("Số đơn vị", 9),
        *((kind.label, 18) for kind in Spending), ("Cộng hai loại chi", 19),
    )  # fmt: skip
    sheet = add_annex(book, plan, context, ITEM_TAB, "03", "Tổng hợp theo danh mục", head)
    priced = [item for item in load_catalogue().values() if item.code in plan.price_list.prices]
    for number, item in enumerate(priced, start=1):
        row, code = HEAD + number, item.code
        lines = [line for line in plan.lines if line.item == code]
        condition = (ITEM, f"$B{row}")
        wards = f'=COUNTIFS({column_range(TAB, ITEM)},$B{row},{column_range(TAB, QUANTITY)},">0")'
        cells: list[Content] = [
            number, code, item.name, item.unit, sum_where(sum(line.bought for line in lines), condition, summed=QUANTITY),
            Formula(wards, sum(line.bought > 0 for line in lines)),
        ]  # fmt: skip
        for kind in Spending:
            amount = sum(line.amount for line in lines if line.spending is kind)
            cells.append(sum_where(amount, condition, (SPENDING, f'"{kind.label}"')))
        cells.append(Formula(f"=G{row}+H{row}", sum(line.amount for line in lines)))
        put_row(sheet, row, cells)
    put_totals(sheet, 3, {7: plan.spending_total(Spending.CAPITAL), 8: plan.spending_total(Spending.RECURRENT), 9: plan.total()})
    add_filter(sheet, len(head), len(priced))


def add_phasing(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add PL04."""
    years = plan.assumptions.years
    head = (
        ("STT", 6), ("Nguồn vốn", 44), ("Loại chi", 22), *((f"Năm {year}", 19) for year in years), ("Năm khác", 17), ("Cộng", 20),
    )  # fmt: skip
    sheet = add_annex(book, plan, context, PHASING_TAB, "04", "Phân kỳ theo năm và nguồn vốn", head)
    row = HEAD
    for kind in Spending:
        for source in SOURCES:
            row += 1
            lines = [line for line in plan.lines if line.source == source and line.spending is kind]
            conditions = ((SOURCE, f"$B{row}"), (SPENDING, f"$C{row}"))
            cells: list[Content] = [row - HEAD, source, kind.label]
            for year in years:
                cells.append(sum_where(sum(line.amount for line in lines if line.year == year), *conditions, (YEAR, str(year))))
            total = sum(line.amount for line in lines)
            in_years = sum(line.amount for line in lines if line.year in years)
            cells += [Formula(f"=H{row}-D{row}-E{row}-F{row}", total - in_years), sum_where(total, *conditions)]
            put_row(sheet, row, cells)
    row += 1
    other = [line for line in plan.lines if line.source not in SOURCES]
    cells = [None, "Nguồn khác", None]
    for letter, year in zip("DEF", years, strict=True):
        value = sum(line.amount for line in other if line.year == year)
        year_total = sum_where(0, (YEAR, str(year))).expression
        cells.append(Formula(f"{year_total}-SUM({letter}${HEAD}:{letter}{row - 1})", value))
    total, in_years = sum(line.amount for line in other), sum(line.amount for line in other if line.year in years)
    rest = Formula(f"=SUM({column_range(TAB, AMOUNT)})-SUM(H${HEAD}:H{row - 1})", total)
    put_row(sheet, row, [*cells, Formula(f"=H{row}-D{row}-E{row}-F{row}", total - in_years), rest])
    sums = [sum(line.amount for line in plan.lines if line.year == year) for year in years]
    sums += [plan.total() - sum(sums), plan.total()]
    totals: list[Content] = [None, "Tổng cộng (hai loại chi)", None]
    totals += [Formula(f"=SUM({letter}${HEAD}:{letter}{row})", value) for letter, value in zip("DEFGH", sums, strict=True)]
    put_row(sheet, row + 1, totals, total=True)
    upkeep: list[Content] = [
        None,
        "Duy trì các khoản trả hằng năm đã có từ năm trước (12 tháng; không nằm trong tổng)",
        Spending.RECURRENT.label,
    ]
    upkeep += [sum_where(plan.upkeep_in(year), (YEAR, f'"<{year}"'), summed=UPKEEP) for year in years]
    put_row(sheet, row + 3, [*upkeep, None, None])
    _add_charts(sheet, plan, row + 5)


def _add_charts(sheet: Worksheet, plan: Plan, row: int) -> None:
    """The kinds of spending by year, and pictures of them by year and by group."""
    years = plan.assumptions.years
    by_year, by_group = [], []
    for offset, (kind, column) in enumerate(zip(Spending, "CD", strict=True)):
        lines = [line for line in plan.lines if line.spending is kind]
        sums = [sum(line.amount for line in lines if line.year == year) for year in years]
        total, sum_row = sum(line.amount for line in lines), row + offset
        condition = (SPENDING, f"$C{sum_row}")
        cells: list[Content] = [None, "Mọi nguồn vốn, theo loại chi", kind.label]
        cells += [sum_where(value, condition, (YEAR, str(year))) for value, year in zip(sums, years, strict=True)]
        put_row(
            sheet,
            sum_row,
            [*cells, Formula(f"=H{sum_row}-D{sum_row}-E{sum_row}-F{sum_row}", total - sum(sums)), sum_where(total, condition)],
        )
        by_year.append((kind.label, Cells(PHASING_TAB, f"$D${sum_row}:$G${sum_row}", (*sums, total - sum(sums)))))
        groups = tuple(sum(line.amount for line in lines if line.group == letter) for letter in GROUPS)
        by_group.append((kind.label, Cells(SUMMARY_TAB, _group_cells(column), groups)))
    names = Cells(PHASING_TAB, f"$D${HEAD}:$G${HEAD}", (*(f"Năm {year}" for year in years), "Năm khác"))
    sheet.add_chart(stacked_bars("Kinh phí theo năm và loại chi", names, by_year, 13.6), f"A{row + 3}")
    names = Cells(SUMMARY_TAB, _group_cells("B"), tuple(group_name(letter) for letter in GROUPS))
    sheet.add_chart(stacked_bars("Kinh phí theo nhóm và loại chi", names, by_group, 17.6, is_horizontal=True), f"D{row + 3}")


def _group_cells(column: str) -> str:
    """The cells of the nine groups on the first sheet."""
    return f"${column}${GROUPS_AT}:${column}${GROUPS_AT + len(GROUPS) - 1}"
