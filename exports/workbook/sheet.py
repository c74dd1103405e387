"""What every annex has: its number, title, reference to the letter, banner, unit, head row, and rows of cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.plan import Plan
from exports.workbook.cached import put_formula, put_text, values_of
from exports.workbook.styles import set_up

DEMO = "SỐ LIỆU MINH HỌA – không phải số liệu thật của đơn vị nào"
LINE_HEIGHT = 14.5
HEAD = 8
FIRST = HEAD + 1
LAST = 20_000


@dataclass(frozen=True)
class WorkbookContext:
    """What the workbook needs beside the plan: who writes it, and whether its figures are made up."""

    agency_parent: str
    agency: str
    co_agency: str
    signatory_title: str
    signatory_name: str
    is_demo: bool
    map_png: bytes | None = None


@dataclass(frozen=True)
class Live:
    """A formula with the value that the core computed for it."""

    formula: str
    value: int | str


@dataclass(frozen=True)
class Input:
    """A number that Finance may change. A year is written without a sign between its thousands."""

    value: int
    is_year: bool = False


Content = int | str | Live | Input | None


def add_annex(
    book: Workbook, plan: Plan, context: WorkbookContext, tab: str, number: str, title: str, head: Sequence[tuple[str, float]]
) -> Worksheet:
    """A sheet with the head of an annex; data begin at row FIRST, totals stand at row HEAD - 1 above the head."""
    sheet: Worksheet = book.create_sheet(tab)
    width = len(head)
    draft = " (DỰ THẢO)" if plan.is_draft else ""
    _across(sheet, 1, width, f"PHỤ LỤC {number}", "w-centre-bold")
    _across(sheet, 2, width, f"{title.upper()}{draft}", "w-title")
    _across(sheet, 3, width, "(Kèm theo Tờ trình số      /TTr-STC ngày      tháng      năm      )", "w-under")
    told = f"{plan.standard.banner}. Tổng hợp từ {plan.approved_count}/126 đơn vị, số liệu tính đến {show_day(plan.data_as_of or plan.on)}."
    _across(sheet, 4, width, told, "w-under")
    if context.is_demo:
        put_text(sheet, 5, 1, DEMO).style = "w-demo"
        sheet.oddFooter.center.text = "SỐ LIỆU MINH HỌA"
        sheet.firstFooter.center.text = "SỐ LIỆU MINH HỌA"
    put_text(sheet, 6, 1, "Đơn vị tính: đồng").style = "w-note"
    for column, (label, _width) in enumerate(head, start=1):
        put_text(sheet, HEAD, column, label).style = "w-head"
    sheet.row_dimensions[HEAD].height = 62
    set_up(sheet, [size for _label, size in head], head_row=HEAD, frozen=f"A{FIRST}")
    return sheet


def put_row(sheet: Worksheet, row: int, cells: Sequence[Content], *, total: bool = False) -> None:
    """One row: text stays text, numbers are numbers, formulas carry their values, inputs are coloured."""
    for column, content in enumerate(cells, start=1):
        put(sheet, row, column, content, total=total)


def fit_rows(sheet: Worksheet, first: int = FIRST) -> None:
    """Give each row the height that its longest wrapped text needs: a program that prints does not work it out by itself."""
    widths = {index: sheet.column_dimensions[get_column_letter(index)].width for index in range(1, sheet.max_column + 1)}
    values = values_of(sheet)
    for row in sheet.iter_rows(min_row=first):
        lines = 1
        for cell in row:
            shown = values.get((cell.row, cell.column), cell.value)
            if isinstance(shown, str):
                lines = max(lines, sum(-(-len(part) * 10 // int(widths[cell.column] * 10.2)) for part in shown.splitlines()))
        sheet.row_dimensions[row[0].row].height = LINE_HEIGHT * lines + 2


def put(sheet: Worksheet, row: int, column: int, content: Content, *, total: bool = False) -> None:
    """One cell."""
    if content is None:
        sheet.cell(row, column).style = "w-total-text" if total else "w-text"
    elif isinstance(content, Live):
        cell = put_formula(sheet, row, column, content.formula, content.value)
        cell.style = "w-total" if total else "w-number" if isinstance(content.value, int) else "w-text"
    elif isinstance(content, Input):
        cell = sheet.cell(row, column, content.value)
        cell.style = "w-input"
        if content.is_year:
            cell.number_format = "0"
    elif isinstance(content, str):
        put_text(sheet, row, column, content).style = "w-total-text" if total else "w-text"
    else:
        sheet.cell(row, column, content).style = "w-total" if total else "w-number"


def add_filter(sheet: Worksheet, columns: int, rows: int) -> None:
    """The filter over head and data."""
    sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(columns)}{max(FIRST, HEAD + rows)}"


def column_range(tab: str, column: str) -> str:
    """The data of a column on another sheet, long enough for rows that Finance inserts."""
    return f"'{tab}'!${column}${FIRST}:${column}${LAST}"


def show_day(day: date) -> str:
    """``ngày 05 tháng 02 năm 2026``: days below ten and months one and two take a zero (NĐ 30/2020/NĐ-CP)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def _across(sheet: Worksheet, row: int, width: int, text: str, style: str) -> None:
    put_text(sheet, row, 1, text).style = style
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    sheet.row_dimensions[row].height = 34 if style == "w-title" else 20
