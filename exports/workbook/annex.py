"""What every annex has: its number, title, reference to the letter, banner, unit, head row, and rows of cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.context import WorkbookContext
from exports.workbook.formula_values import put_formula, put_text, values_of
from exports.workbook.styles import put_in_margin, set_up
from inventory.catalogue import GROUPS
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from portal.formats import format_long_day
from portal.numbers import Number
from portal.territory import TERRITORY

DEMO = "SỐ LIỆU MINH HỌA – không phải số liệu thật của đơn vị nào"
FONT_SIZE, LINE_HEIGHT = 11, 14.5
HEAD = 8
FIRST = HEAD + 1
LAST = 10_000
SUMMARY_TAB = "Tổng hợp"
# The row of the first group on the summary.
GROUPS_AT = 12
# Where the summary shows the amount whose prices have no evidence: every title is a draft while there is any.
NO_EVIDENCE_CELL = f"'{SUMMARY_TAB}'!$F${GROUPS_AT + len(GROUPS) + len(NormClass)}"


@dataclass(frozen=True)
class Formula:
    """A formula with the value that the core computed for it."""

    expression: str
    value: int | str


@dataclass(frozen=True)
class Input:
    """A number or a word that Finance may change. A year is written without a sign between its thousands."""

    value: int | str
    is_year: bool = False


@dataclass(frozen=True)
class Link:
    """Text that opens an address."""

    text: str
    address: str


Content = Number | str | Formula | Input | Link | None


def add_annex(
    book: Workbook,
    plan: Plan,
    context: WorkbookContext,
    tab: str,
    number: str,
    title: str,
    head: Sequence[tuple[str, float]],
    title_columns: tuple[int, int] | None = None,
) -> Worksheet:
    """A sheet with the head of an annex; data begin at row FIRST, totals stand at row HEAD - 1 above the head.

    The title stands ``over`` the columns from the one to the other, or over all.
    """
    sheet: Worksheet = book.create_sheet(tab)
    title_columns = title_columns or (1, len(head))
    set_up(sheet, [size for _label, size in head], head_row=HEAD, frozen=f"A{FIRST}")
    put_across(sheet, 1, title_columns, f"PHỤ LỤC {number}", "w-centre-bold", 20)
    put_across(sheet, 2, title_columns, title.upper(), "w-title", 34)
    put_draft_title(sheet, 2, title.upper(), plan, title_columns[0])
    put_across(sheet, 3, title_columns, f"(Kèm theo {context.letter_reference})", "w-under", 20)
    source = f"{plan.standard.banner}. {context.part and f'{context.part}. '}Tổng hợp từ {plan.approved_count}/{TERRITORY.units} đơn vị, số liệu tính đến {format_long_day(plan.data_as_of or plan.on)}."
    put_across(sheet, 4, title_columns, source, "w-under", 20)
    if context.is_demo:
        mark_as_demo(sheet, 5)
    put_text(sheet, 6, 1, "Đơn vị tính: đồng").style = "w-note"
    for column, (label, _width) in enumerate(head, start=1):
        put_text(sheet, HEAD, column, label).style = "w-head"
    sheet.row_dimensions[HEAD].height = 62
    return sheet


def put_across(sheet: Worksheet, row: int, columns: tuple[int, int], text: str, style: str, least: float = 0.0) -> None:
    """Text in the middle of some columns, in a row that is high enough for it, and for what else stands in it."""
    put_text(sheet, row, columns[0], text).style = style
    join(sheet, row, *columns)
    width = sum(sheet.column_dimensions[get_column_letter(column)].width for column in range(columns[0], columns[1] + 1))
    needed = _height_of(text, width, sheet.cell(row, columns[0]).font.sz)
    sheet.row_dimensions[row].height = max(least, needed, sheet.row_dimensions[row].height or 0.0)


def put_draft_title(sheet: Worksheet, row: int, title: str, plan: Plan, column: int = 1) -> None:
    """A title with DỰ THẢO while an amount has no evidence of its price (NĐ 224/2026/NĐ-CP, Điều 49.4)."""
    expression = f'="{title}"&IF({NO_EVIDENCE_CELL}>0," (DỰ THẢO)","")'
    put_formula(sheet, row, column, expression, f"{title} (DỰ THẢO)" if plan.is_draft else title).style = "w-title"


def mark_as_demo(sheet: Worksheet, row: int) -> None:
    """The mark of made-up figures, on top and at the foot of each page."""
    put_text(sheet, row, 1, DEMO).style = "w-demo"
    put_in_margin(sheet.oddFooter, "SỐ LIỆU MINH HỌA")
    put_in_margin(sheet.firstFooter, "SỐ LIỆU MINH HỌA")


def put_totals(sheet: Worksheet, label_column: int, sums: Mapping[int, int]) -> None:
    """Above the head: the totals of columns, and what of them the filter shows."""
    put(sheet, HEAD - 1, label_column, "Tổng cộng", total=True)
    put(sheet, HEAD - 2, label_column, "Tổng theo bộ lọc", total=True)
    for column, value in sums.items():
        cells = f"{get_column_letter(column)}${HEAD}:{get_column_letter(column)}${LAST}"
        put(sheet, HEAD - 1, column, Formula(f"=SUM({cells})", value), total=True)
        put(sheet, HEAD - 2, column, Formula(f"=SUBTOTAL(109,{cells})", value), total=True)


def add_drop_down(sheet: Worksheet, column: str, source: str, *, others: bool = False) -> None:
    """A drop-down list, from a range of cells, on a column of data; with ``others``, something else is only warned of."""
    rule = DataValidation(type="list", formula1=source, allow_blank=True, errorStyle="warning" if others else "stop")
    rule.errorTitle, rule.error = (
        "Giá trị ngoài danh sách",
        "Chọn một giá trị trong danh sách của ô này; tổng chỉ tách đúng theo danh sách.",
    )
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(f"{column}{FIRST}:{column}{LAST}")


def put_row(sheet: Worksheet, row: int, cells: Sequence[Content], *, total: bool = False) -> None:
    """One row: text stays text, numbers are numbers, formulas carry their values, inputs are coloured."""
    for column, content in enumerate(cells, start=1):
        put(sheet, row, column, content, total=total)


def fit_rows(sheet: Worksheet, first: int = FIRST) -> None:
    """Give each row the height that its longest wrapped text needs: a program that prints does not work it out by itself."""
    widths = {index: sheet.column_dimensions[get_column_letter(index)].width for index in range(1, sheet.max_column + 1)}
    values = values_of(sheet)
    joined = {
        (cells.min_row, cells.min_col): sum(widths[column] for column in range(cells.min_col, cells.max_col + 1))
        for cells in sheet.merged_cells.ranges
    }
    for row, cells in enumerate(sheet.iter_rows(min_row=first, values_only=True), start=first):
        lines = 1
        for column, content in enumerate(cells, start=1):
            text = values.get((row, column), content)
            if isinstance(text, str):
                room = int(max(1.0, joined.get((row, column), widths[column]) - 1.5) * 10.2)
                lines = max(lines, sum(-(-len(part) * 10 // room) for part in text.splitlines()))
        sheet.row_dimensions[row].height = LINE_HEIGHT * lines + 2


def _height_of(text: str, width: float, size: float) -> float:
    """The height that text needs in so wide a cell, by the size of its letters; capitals are wider than small ones."""
    room = max(1.0, width - 1.5) * FONT_SIZE / size
    lines = (len(part) * (1.35 if part.isupper() else 1.05) / room for part in text.splitlines())
    return sum(max(1, ceil(each)) for each in lines) * size * LINE_HEIGHT / FONT_SIZE


def put(sheet: Worksheet, row: int, column: int, content: Content, *, total: bool = False) -> None:
    """One cell."""
    if content is None:
        sheet.cell(row, column).style = "w-total-text" if total else "w-text"
    elif isinstance(content, Formula):
        cell = put_formula(sheet, row, column, content.expression, content.value)
        cell.style = "w-total" if total else "w-number" if isinstance(content.value, int) else "w-text"
    elif isinstance(content, Input):
        cell = (
            put_text(sheet, row, column, content.value)
            if isinstance(content.value, str)
            else sheet.cell(row, column, content.value)
        )
        cell.style = "w-input-text" if isinstance(content.value, str) else "w-input"
        if content.is_year:
            cell.number_format = "0"
    elif isinstance(content, Link):
        cell = put_text(sheet, row, column, content.text)
        cell.hyperlink, cell.style = content.address, "w-text"
    elif isinstance(content, str):
        put_text(sheet, row, column, content).style = "w-total-text" if total else "w-text"
    else:
        cell = sheet.cell(row, column, content)
        cell.style = "w-total" if total else "w-number"
        if isinstance(content, Decimal):
            cell.number_format = "#,##0.##"


def add_filter(sheet: Worksheet, columns: int, rows: int) -> None:
    """The filter over head and data."""
    sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(columns)}{max(FIRST, HEAD + rows)}"


def join(sheet: Worksheet, row: int, first: int, last: int) -> None:
    """Make cells of a row one, from column to column.

    Unlike merge_cells this draws no border around what has none, which takes a third of the time of a small workbook.
    """
    sheet.merged_cells.add(f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}")


def column_range(tab: str, column: str) -> str:
    """The data of a column on another sheet, long enough for rows that Finance inserts.

    It begins at the head, so that neither a row put in before the first nor the first row taken out moves its border.
    """
    return f"'{tab}'!${column}${HEAD}:${column}${LAST}"
