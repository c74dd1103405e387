"""Shared styles of the workbook: Times New Roman, one object of each, and the set-up of a sheet for print."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

FONT = "Times New Roman"
MONEY = "#,##0"
_thin = Side(style="thin", color="999999")
_box = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)


def add_styles(book: Workbook) -> None:
    """Register the named styles; a cell names one of them instead of carrying fonts of its own."""
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    words = Alignment(vertical="center", wrap_text=True)
    plain, bold = Font(name=FONT, size=11), Font(name=FONT, size=11, bold=True)
    styles = [
        NamedStyle("w-plain", font=plain),
        NamedStyle("w-bold", font=bold),
        NamedStyle("w-note", font=Font(name=FONT, size=11, italic=True)),
        NamedStyle("w-demo", font=Font(name=FONT, size=12, bold=True, color="A83246")),
        NamedStyle("w-title", font=Font(name=FONT, size=14, bold=True), alignment=middle),
        NamedStyle("w-under", font=Font(name=FONT, size=12, italic=True), alignment=middle),
        NamedStyle("w-centre", font=Font(name=FONT, size=12), alignment=middle),
        NamedStyle("w-centre-bold", font=Font(name=FONT, size=12, bold=True), alignment=middle),
        NamedStyle("w-head", font=bold, alignment=middle, border=_box, fill=PatternFill("solid", fgColor="D9E2EC")),
        NamedStyle("w-text", font=plain, alignment=words, border=_box),
        NamedStyle("w-mid", font=plain, alignment=middle, border=_box),
        NamedStyle("w-number", font=plain, alignment=Alignment(vertical="center"), border=_box, number_format=MONEY),
        NamedStyle("w-total", font=bold, alignment=Alignment(vertical="center"), border=_box, number_format=MONEY),
        NamedStyle("w-total-text", font=bold, alignment=words, border=_box),
        NamedStyle(
            "w-input",
            font=Font(name=FONT, size=11, color="0B4F6C"),
            alignment=Alignment(vertical="center"),
            border=_box,
            number_format=MONEY,
            fill=PatternFill("solid", fgColor="FFF8E1"),
            protection=Protection(locked=False),
        ),
    ]
    for style in styles:
        book.add_named_style(style)


def set_up(
    sheet: Worksheet, widths: Sequence[float], *, head_row: int | None = None, landscape: bool = True, frozen: str = ""
) -> None:
    """Widths, A4, one page wide, the head repeated on each page, page number on top but on the first page."""
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left, sheet.page_margins.right = 0.6, 0.6
    sheet.page_margins.top, sheet.page_margins.bottom = 0.9, 0.8
    sheet.oddHeader.center.text = "&P"
    sheet.HeaderFooter.differentFirst = True
    sheet.sheet_view.showGridLines = False
    if head_row:
        sheet.print_title_rows = f"{head_row}:{head_row}"
    if frozen:
        sheet.freeze_panes = frozen
