"""PL10: the estimate in the mode of the plan. Shares are inputs, amounts are live from PL02, the base before tax from PL06."""

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.amount_in_words_formula import words_formula
from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, put, put_row
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import ITEM, SPENDING, sum_where
from exports.workbook.formula_values import put_formula, put_text
from exports.workbook.price_basis import price_of
from inventory.catalogue import load_catalogue
from planning.plan.assumptions import Mode, Spending
from planning.plan.estimate import LINES, CostRow, Estimate, before_vat, capital_by_item, estimate
from planning.plan.plan import Plan
from portal.formats import vnd_in_words

TAB = "PL10 Dự toán"
HEADINGS = (("Số", 9), ("Nội dung", 46), ("Cách tính", 42), ("Tính trên", 20), ("Tỷ lệ", 11), ("Thành tiền", 22))
VAT = "F"
# What a code is taxed that Finance adds and PL06 does not list by the time of writing.
OTHER_VAT = 10
_CAPITAL, _RECURRENT = (f'"{kind.label}"' for kind in Spending)


def add_estimate(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    costs = estimate(plan)
    is_project = costs.mode is Mode.PROJECT
    title = "Tổng mức đầu tư của dự án" if is_project else "Dự toán mua sắm"
    sheet = add_annex(book, plan, context, TAB, "10", title, HEADINGS)
    rows = {row.number: HEAD + index for index, row in enumerate(costs.rows, start=1)}
    last = HEAD + len(rows)
    # The table of amounts before tax stands below the notes; its last row is its sum.
    base_row = last + 8 + len(load_catalogue()) + 1
    for row in costs.rows:
        put_row(sheet, rows[row.number], _cells(row, rows, base_row, costs), total=bool(row.parts))
        if row.rate is not None:
            _put_rate(sheet, rows[row.number], row.rate)
    blocks = [number for number in rows if "." not in number]
    total_label = "Tổng mức đầu tư" if is_project else "Tổng dự toán"
    total = Formula("=" + "+".join(f"F{rows[number]}" for number in blocks), costs.total)
    put_row(sheet, last + 1, [None, total_label, " + ".join(f"({number})" for number in blocks), None, None, total], total=True)
    words = vnd_in_words(costs.total).lower()
    put_formula(sheet, last + 2, 2, f'="Bằng chữ: "&{words_formula(f"F{last + 1}")}&"."', f"Bằng chữ: {words}.").style = "w-words"
    sheet.merge_cells(start_row=last + 2, start_column=2, end_row=last + 2, end_column=6)
    inside = f"-F{rows['IV.1']}" if is_project else ""
    recurrent = sum_where(0, (SPENDING, _RECURRENT)).expression
    put_row(
        sheet,
        last + 3,
        [
            None,
            "Chi thường xuyên đứng ngoài tổng",
            _outside_note(costs),
            None,
            None,
            Formula(f"{recurrent}{inside}", costs.outside),
        ],
    )
    put_text(sheet, last + 4, 2, "Mọi tỷ lệ là giả định (nhãn A): NĐ 224/2026/NĐ-CP chỉ nêu cơ cấu.").style = "w-note"
    if is_project:
        _put_before_tax(sheet, plan, costs, rows, last + 7)
        # The second table has a head of its own and begins its own page.
        sheet.print_title_rows = None
        sheet.row_breaks.append(Break(id=last + 5))
    return sheet


def _outside_note(costs: Estimate) -> str:
    if costs.mode is Mode.PROJECT:
        return "trừ thuê đường truyền, đã tính ở (IV.1) theo Điều 49.2.d"
    return "dự toán mua sắm chỉ gồm chi đầu tư"


def _cells(row: CostRow, rows: Mapping[str, int], base_row: int, costs: Estimate) -> list[Content]:
    row_number = rows[row.number]
    start: list[Content] = [row.number, row.label, _how_computed(row)]
    if row.parts:
        return [*start, None, None, Formula("=" + "+".join(f"F{rows[part]}" for part in row.parts), row.amount)]
    if row.rate is None:
        return [*start, None, None, _leased(row.amount) if row.number == "IV.1" else sum_where(row.amount, (SPENDING, _CAPITAL))]
    assert row.base is not None
    amount = Formula(f"=ROUND(D{row_number}*ROUND(E{row_number}*10000,0)/10000,0)", row.amount)
    return [*start, Formula(f"={_base_expression(row.number, rows, base_row)}", row.base), None, amount]


def _how_computed(row: CostRow) -> str:
    """How the row is worked out, without the share, which stands in its own cell and may change."""
    return row.formula if row.rate is None else row.formula.partition(" × ")[2] + " × tỷ lệ"


def _base_expression(number: str, rows: Mapping[str, int], base_row: int) -> str:
    """The Excel expression of what a share is taken of."""
    if number in ("2", "3"):
        return f"F{rows['1']}"
    if number == "I.2":
        return f"F{rows['I.1']}"
    if number.startswith("V."):
        return "+".join(f"F{rows[block]}" for block in ("I", "II", "III", "IV"))
    return f"F{base_row}+ROUND(F{base_row}*ROUND(E{rows['I.2']}*10000,0)/10000,0)"


def _leased(value: int) -> Formula:
    parts = [sum_where(0, (ITEM, f'"{item}"'), (SPENDING, _RECURRENT)).expression[1:] for item in LINES]
    return Formula("=" + "+".join(parts), value)


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


def _put_before_tax(sheet: Worksheet, plan: Plan, costs: Estimate, rows: Mapping[str, int], row: int) -> None:
    """What the goods cost without tax, item by item: the base of management, consulting and other costs."""
    _put_heads(sheet, row, ("Mã DM", "Thiết bị, phần mềm trước thuế", "", "Đã gồm thuế", "Thuế suất (%)", "Trước thuế"))
    first = row + 1
    for item, amount in capital_by_item(plan).items():
        row += 1
        vat = plan.price_list.prices[item].vat_percent
        cells: list[Content] = [item, load_catalogue()[item].name, None]
        cells.append(sum_where(amount, (ITEM, f"$A{row}"), (SPENDING, _CAPITAL)))
        cells += [
            Formula(f"={price_of(f'A{row}', VAT)}", vat),
            Formula(f"=ROUND(D{row}*100/(100+E{row}),0)", before_vat(amount, vat)),
        ]
        put_row(sheet, row, cells)
    row += 1
    rest = Formula(f"=F{rows['I.1']}-SUM(D{first}:D{row - 1})", 0)
    put_row(sheet, row, ["", "Mã khác", None, rest, Input(OTHER_VAT), Formula(f"=ROUND(D{row}*100/(100+E{row}),0)", 0)])
    sums: list[Content] = [Formula(f"=SUM({c}{first}:{c}{row})", v) for c, v in (("D", costs.goods), ("F", costs.goods_before_tax))]
    put_row(sheet, row + 1, [None, "Cộng", None, sums[0], None, sums[1]], total=True)


def _put_heads(sheet: Worksheet, row: int, labels: Sequence[str]) -> None:
    for column, label in enumerate(labels, start=1):
        put_text(sheet, row, column, label).style = "w-head"
