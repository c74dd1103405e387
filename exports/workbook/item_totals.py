"""PL03: one row per item over the city, for central purchasing. PL04: year against source, with pictures of it."""

from collections.abc import Iterable, Sequence

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
    FORM,
    ITEM,
    OTHER_YEAR,
    PHASING_TAB,
    QUANTITY,
    SOURCE,
    TAB,
    UPKEEP,
    YEAR_AMOUNTS,
    group_name,
    sum_where,
)
from inventory.catalogue import GROUPS, load_catalogue
from planning.plan.line import PlanLine
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm, sources_by_label

ITEM_TAB = "PL03 Theo danh mục"
ITEM_TOTAL = f"'{ITEM_TAB}'!$J${HEAD - 1}"


def add_item_totals(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add PL03."""
    head = (
        ("STT", 7), ("Mã DM", 10), ("Nội dung", 41), ("ĐVT", 16), ("Số lượng", 10), ("Số đơn vị", 9),
        *((form.label, 18) for form in SpendingForm), ("Tổng các hình thức chi", 19),
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
        for form in SpendingForm:
            amount = sum(line.amount for line in lines if line.form is form)
            cells.append(sum_where(amount, condition, (FORM, f'"{form.label}"')))
        cells.append(Formula(f"=SUM(G{row}:I{row})", sum(line.amount for line in lines)))
        put_row(sheet, row, cells)
    put_totals(sheet, 3, dict(enumerate((*plan.totals.values(), plan.total()), start=7)))
    add_filter(sheet, len(head), len(priced))


def phasing_total(plan: Plan) -> str:
    """The cell of the total of PL04."""
    return f"'{PHASING_TAB}'!$H${HEAD + len(_pots(plan)) + 2}"


def _pots(plan: Plan) -> list[tuple[SpendingForm, str]]:
    """Form of spending and source of the lines, and of what the rules of the plan propose, in the order of forms and of the list of sources."""
    order = list(sources_by_label())
    pots = {(line.form, line.source) for line in plan.lines}
    for rule in plan.assumptions.groups.values():
        pots |= {(rule.form, rule.source), (SpendingForm.RECURRENT, rule.recurrent_source)}
    known = [(form, source) for form, source in pots if source in order]
    return sorted(known, key=lambda pot: (list(SpendingForm).index(pot[0]), order.index(pot[1])))


def add_phasing(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add PL04: what is paid in each year, by form and source."""
    years = plan.assumptions.years
    head = (
        ("STT", 6), ("Nguồn vốn", 44), ("Hình thức chi", 22), *((f"Năm {year}", 19) for year in years), ("Năm khác", 17), ("Cộng", 20),
    )  # fmt: skip
    sheet = add_annex(book, plan, context, PHASING_TAB, "04", "Phân kỳ theo năm và nguồn vốn", head)
    row, pots = HEAD, _pots(plan)
    for form, source in pots:
        row += 1
        lines = [line for line in plan.lines if (line.form, line.source) == (form, source)]
        conditions = ((SOURCE, f"$B{row}"), (FORM, f"$C{row}"))
        put_row(sheet, row, [row - HEAD, source, form.label, *_by_year(lines, plan, conditions)])
    row += 1
    others = [line for line in plan.lines if (line.form, line.source) not in pots]
    totals = _by_year(plan.lines, plan, ())
    rest = [
        Formula(f"{total.expression}-SUM({letter}${HEAD}:{letter}{row - 1})", int(value.value))
        for letter, total, value in zip("DEFGH", totals, _by_year(others, plan, ()), strict=True)
    ]
    put_row(sheet, row, [None, "Nguồn khác", None, *rest])
    sums = [Formula(f"=SUM({letter}${HEAD}:{letter}{row})", total.value) for letter, total in zip("DEFGH", totals, strict=True)]
    put_row(sheet, row + 1, [None, "Tổng các hình thức chi", None, *sums], total=True)
    after = sum_where(plan.yearly_after, summed=UPKEEP)
    label = f"Mỗi năm sau năm {years[-1]}, khoản trả hằng năm (không nằm trong tổng)"
    put_row(sheet, row + 3, [None, label, SpendingForm.RECURRENT.label, None, None, None, None, after])
    _add_charts(sheet, plan, row + 5)


def _by_year(lines: Iterable[PlanLine], plan: Plan, conditions: Sequence[tuple[str, str]]) -> list[Formula]:
    """What some lines of PL02 cost in each year of the plan, in others, and in all."""
    chosen = list(lines)
    sums = [sum(line.amount_in(year) for line in chosen) for year in plan.assumptions.years]
    total = sum(line.amount for line in chosen)
    columns = (*YEAR_AMOUNTS, OTHER_YEAR, AMOUNT)
    return [
        sum_where(value, *conditions, summed=column)
        for value, column in zip((*sums, total - sum(sums), total), columns, strict=True)
    ]


def _add_charts(sheet: Worksheet, plan: Plan, row: int) -> None:
    """The forms of spending by year, and pictures of them by year and by group."""
    years = plan.assumptions.years
    by_year, by_group = [], []
    for offset, (form, column) in enumerate(zip(SpendingForm, "CDE", strict=True)):
        lines, sum_row = [line for line in plan.lines if line.form is form], row + offset
        cells = _by_year(lines, plan, ((FORM, f"$C{sum_row}"),))
        put_row(sheet, sum_row, [None, "Mọi nguồn vốn, theo hình thức chi", form.label, *cells])
        values = tuple(int(cell.value) for cell in cells[:-1])
        by_year.append((form.label, Cells(PHASING_TAB, f"$D${sum_row}:$G${sum_row}", values)))
        groups = tuple(sum(line.amount for line in lines if line.group == letter) for letter in GROUPS)
        by_group.append((form.label, Cells(SUMMARY_TAB, _group_cells(column), groups)))
    names = Cells(PHASING_TAB, f"$D${HEAD}:$G${HEAD}", (*(f"Năm {year}" for year in years), "Năm khác"))
    sheet.add_chart(stacked_bars("Kinh phí theo năm và hình thức chi", names, by_year, 13.6), f"A{row + 4}")
    names = Cells(SUMMARY_TAB, _group_cells("B"), tuple(group_name(letter) for letter in GROUPS))
    sheet.add_chart(stacked_bars("Kinh phí theo nhóm và hình thức chi", names, by_group, 17.6, is_horizontal=True), f"D{row + 4}")


def _group_cells(column: str) -> str:
    """The cells of the nine groups on the first sheet."""
    return f"${column}${GROUPS_AT}:${column}${GROUPS_AT + len(GROUPS) - 1}"
