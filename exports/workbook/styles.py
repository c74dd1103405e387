"""Shared styles of the workbook: Times New Roman, one object of each, and the set-up of a sheet for print."""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

FONT = "Times New Roman"
# A sum of nothing is a dash: a wide table of zeros hides its figures.
MONEY = '#,##0;-#,##0;"–"'
_MM = 1 / 25.4
_thin = Side(style="thin", color="999999")
_box = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)


class _StyleTables(Protocol):
    """The tables of styles of a workbook, which its stubs do not name."""

    _fonts: IndexedList[Font]
    _named_styles: Mapping[str, NamedStyle]


def add_styles(book: Workbook) -> None:
    """Register the named styles; a cell names one of them instead of carrying fonts of its own."""
    # Whatever has no style of its own, the sizes of columns too, goes by the first font and the style Normal.
    tables = cast(_StyleTables, book)
    tables._fonts = IndexedList([Font(name=FONT, size=11)])
    tables._named_styles["Normal"].font = Font(name=FONT, size=11)
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    wrapped = Alignment(vertical="center", wrap_text=True)
    # Words beside a number do not touch it.
    text = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
    plain, bold = Font(name=FONT, size=11), Font(name=FONT, size=11, bold=True)
    styles = [
        NamedStyle("w-plain", font=plain),
        NamedStyle("w-bold", font=bold),
        NamedStyle("w-note", font=Font(name=FONT, size=11, italic=True)),
        NamedStyle("w-demo", font=Font(name=FONT, size=12, bold=True, color="A83246")),
        NamedStyle("w-title", font=Font(name=FONT, size=14, bold=True), alignment=middle),
        NamedStyle("w-under", font=Font(name=FONT, size=12, italic=True), alignment=middle),
        NamedStyle("w-centre", font=Font(name=FONT, size=12), alignment=middle),
        NamedStyle("w-number-of", font=Font(name=FONT, size=13), alignment=middle),
        NamedStyle("w-motto", font=Font(name=FONT, size=13, bold=True), alignment=middle),
        NamedStyle("w-place", font=Font(name=FONT, size=13, italic=True), alignment=middle),
        NamedStyle("w-unit", font=Font(name=FONT, size=11, italic=True), alignment=Alignment(horizontal="right")),
        NamedStyle("w-demo-centre", font=Font(name=FONT, size=12, bold=True, color="A83246"), alignment=middle),
        NamedStyle("w-rule", font=Font(name=FONT, size=8), alignment=Alignment(horizontal="center", vertical="top")),
        NamedStyle("w-sign", font=Font(name=FONT, size=13, bold=True), alignment=middle),
        NamedStyle("w-recipients-head", font=Font(name=FONT, size=12, bold=True, italic=True)),
        NamedStyle("w-words", font=Font(name=FONT, size=12, italic=True), alignment=wrapped),
        NamedStyle("w-centre-bold", font=Font(name=FONT, size=12, bold=True), alignment=middle),
        NamedStyle("w-head", font=bold, alignment=middle, border=_box, fill=PatternFill("solid", fgColor="D9E2EC")),
        NamedStyle("w-text", font=plain, alignment=text, border=_box),
        NamedStyle("w-mid", font=plain, alignment=middle, border=_box),
        NamedStyle("w-number", font=plain, alignment=Alignment(vertical="center"), border=_box, number_format=MONEY),
        NamedStyle("w-total", font=bold, alignment=Alignment(vertical="center"), border=_box, number_format=MONEY),
        NamedStyle("w-total-text", font=bold, alignment=text, border=_box),
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
    styles.append(
        NamedStyle(
            "w-input-text",
            font=Font(name=FONT, size=11, color="0B4F6C"),
            alignment=text,
            border=_box,
            fill=PatternFill("solid", fgColor="FFF8E1"),
            protection=Protection(locked=False),
        )
    )
    for style in styles:
        book.add_named_style(style)


def put_in_margin(part: HeaderFooterItem | None, text: str) -> None:
    """Text in the middle of a header or footer, in the font of the document."""
    assert part is not None, "a new sheet has every header and footer"
    part.center.text, part.center.font, part.center.size = text, f"{FONT},Regular", 13


def set_up(
    sheet: Worksheet, widths: Sequence[float], *, head_row: int | None = None, landscape: bool = True, frozen: str = ""
) -> None:
    """Widths, A4, one page wide, the head repeated on each page, margins and the page number on top of NĐ 30/2020/NĐ-CP.

    Each sheet counts its pages for itself, as each annex does.
    """
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left, margins.right = (20 * _MM, 15 * _MM) if landscape else (30 * _MM, 17 * _MM)
    margins.top, margins.bottom = 23 * _MM, 20 * _MM
    margins.header = margins.footer = 10 * _MM
    put_in_margin(sheet.oddHeader, "&P")
    sheet.page_setup.firstPageNumber, sheet.page_setup.useFirstPageNumber = 1, True
    sheet.sheet_view.showGridLines = False
    if head_row:
        sheet.print_title_rows = f"{head_row}:{head_row}"
    if frozen:
        sheet.freeze_panes = frozen
