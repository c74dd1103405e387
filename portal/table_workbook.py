"""A table as an Excel workbook of one sheet: title, note, head, rows; ready to filter and to print on A4."""

from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from portal.office_files import save_workbook

Value = str | int | None
HEAD = 4
LINE_HEIGHT = 15


def build_table_workbook(
    sheet_name: str, title: str, note: str, headings: Sequence[tuple[str, int]], rows: Iterable[Sequence[Value]], frozen: str
) -> bytes:
    """The workbook. ``headings`` are words and widths; ``note`` the line under the title; ``frozen`` the first cell that scrolls.

    Text is text: what begins with ``=`` stays as it was typed.
    """
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
    for line in sheet.iter_rows():
        for cell in line:
            cell.font = bold if cell.row in (1, HEAD) else plain
            if cell.row > HEAD:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for line in sheet.iter_rows(min_row=HEAD):
        # Not every program makes a row higher by itself.
        lines = max(-(-len(str(cell.value or "")) * 12 // (10 * width)) for cell, (_, width) in zip(line, headings, strict=True))
        if lines > 1:
            sheet.row_dimensions[line[0].row].height = LINE_HEIGHT * lines
    for index, (_, width) in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.cell(HEAD, index).alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(headings))}{max(HEAD + 1, sheet.max_row)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    return save_workbook(book)
