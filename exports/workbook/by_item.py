"""PL03: one row per item over the city, for central purchasing. PL04: year against source."""

from openpyxl import Workbook

from exports.plan import Plan, Spending, spending_of
from exports.workbook.detail import AMOUNT, SOURCE, SPENDING, TAB, YEAR, sum_where
from exports.workbook.sheet import FIRST, HEAD, Content, Live, WorkbookContext, add_annex, add_filter, column_range, put_row
from inventory.catalogue import load_catalogue


def add_by_item(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add PL03."""
    head = (
        ("STT", 6),
        ("Mã DM", 8),
        ("Nội dung", 44),
        ("ĐVT", 16),
        ("Số lượng", 12),
        ("Số đơn vị", 11),
        ("Thành tiền", 20),
        ("Loại chi", 22),
    )
    sheet = add_annex(book, plan, context, "PL03 Theo danh mục", "03", "Tổng hợp theo danh mục", head)
    codes = list(load_catalogue())
    for number, code in enumerate(codes, start=1):
        row, item = HEAD + number, load_catalogue()[code]
        own = [line for line in plan.lines if line.item == code]
        quantity = sum(line.quantity for line in own)
        formula = f"=SUMIFS({column_range(TAB, 'M')},{column_range(TAB, 'E')},$B{row})"
        amount = sum_where(sum(line.amount for line in own), ("E", f"$B{row}"))
        wards = len({line.ward.code for line in own})
        put_row(sheet, row, [number, code, item.name, item.unit, Live(formula, quantity), wards, amount, spending_of(code).label])
    put_row(
        sheet,
        7,
        [
            None,
            None,
            "Tổng cộng (hai loại chi)",
            None,
            None,
            None,
            Live(f"=SUM(G{FIRST}:G{HEAD + max(1, len(codes))})", plan.total()),
            None,
        ],
        total=True,
    )
    add_filter(sheet, len(head), len(codes))


def add_phasing(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add PL04."""
    years = plan.assumptions.years
    head = (
        ("STT", 6),
        ("Nguồn vốn", 36),
        ("Loại chi", 24),
        *((f"Năm {year}", 20) for year in years),
        ("Năm khác", 18),
        ("Cộng", 22),
    )
    sheet = add_annex(book, plan, context, "PL04 Phân kỳ nguồn vốn", "04", "Phân kỳ theo năm và nguồn vốn", head)
    pairs = [(plan.assumptions.capital_source, Spending.CAPITAL), (plan.assumptions.recurrent_source, Spending.RECURRENT)]
    for number, (source, kind) in enumerate(pairs, start=1):
        row = HEAD + number
        own = [line for line in plan.lines if line.source == source and line.spending is kind]
        cells: list[Content] = [number, source, kind.label]
        for year in years:
            value = sum(line.amount for line in own if line.year == year)
            cells.append(sum_where(value, (SOURCE, f"$B{row}"), (SPENDING, f"$C{row}"), (YEAR, str(year))))
        total = sum(line.amount for line in own)
        cells.append(Live(f"=H{row}-D{row}-E{row}-F{row}", 0))
        cells.append(sum_where(total, (SOURCE, f"$B{row}"), (SPENDING, f"$C{row}")))
        put_row(sheet, row, cells)
    row = HEAD + len(pairs) + 1
    total = plan.total()
    put_row(
        sheet,
        row,
        [None, "Nguồn khác", None, None, None, None, None, Live(f"=SUM({column_range(TAB, AMOUNT)})-SUM(H{FIRST}:H{row - 1})", 0)],
    )
    sums = [plan.total(lambda line, year=year: line.year == year) for year in years] + [0, total]
    totals: list[Content] = [None, "Tổng cộng (hai loại chi)", None]
    totals += [Live(f"=SUM({letter}{FIRST}:{letter}{row})", value) for letter, value in zip("DEFGH", sums, strict=True)]
    put_row(sheet, row + 1, totals, total=True)
