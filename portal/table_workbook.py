"""A table as an Excel workbook of one sheet: title, note, header, rows; ready to filter and to print on A4."""

from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from portal.office_files import save_workbook

Value = str | int | None
HEADER_ROW = 4
LINE_HEIGHT = 15


def build_table_workbook(
    sheet_name: str, title: str, note: str, headings: Sequence[tuple[str, int]], rows: Iterable[Sequence[Value]], frozen: str
) -> bytes:
    """The workbook. ``headings`` are titles and widths; ``note`` the line under the title; ``frozen`` the first cell that scrolls."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = sheet_name
    sheet.append([title])
    sheet.append([note])
    sheet.append([])
    sheet.append([heading for heading, _ in headings])
    for row in rows:
        sheet.append(list(row))
    plain, bold = Font(name="Times New Roman", size=11), Font(name="Times New Roman", size=11, bold=True)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        for cell in cells:
            cell.font = bold if number in (1, HEADER_ROW) else plain
            if number > HEADER_ROW:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, cells in enumerate(sheet.iter_rows(min_row=HEADER_ROW), start=HEADER_ROW):
        # Not every program makes a row higher by itself.
        lines = max(-(-len(str(cell.value or "")) * 12 // (10 * width)) for cell, (_, width) in zip(cells, headings, strict=True))
        if lines > 1:
            sheet.row_dimensions[number].height = LINE_HEIGHT * lines
    for index, (_, width) in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.cell(HEADER_ROW, index).alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(headings))}{max(HEADER_ROW + 1, sheet.max_row)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    return save_workbook(book)
