"""The band of a round in its workbooks: above the title of each sheet, and on each page that is printed."""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

# A title is read across so many columns.
COLUMNS, LINE_HEIGHT = 4, 20


def print_band(sheet: Worksheet, band: str) -> None:
    """Put the band into the header of each printed page; where it is blank, nothing."""
    header = sheet.oddHeader
    assert header is not None
    header.center.text = band or None


def write_band(book: Workbook, band: str) -> None:
    """Do that for each sheet, and write the band above its title, in the cell of the title: no cell moves, so that the file is read as ever."""
    if not band:
        return
    for sheet in book.worksheets:
        print_band(sheet, band)
        sheet["A1"] = f"{band}\n{sheet['A1'].value}"
        sheet["A1"].font = Font(name="Times New Roman", size=14, bold=True, color="9C1C31")
        sheet["A1"].alignment = Alignment(vertical="top", wrap_text=True)
        if sheet.max_column > 1:
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=COLUMNS)
        sheet.row_dimensions[1].height = 2 * LINE_HEIGHT
