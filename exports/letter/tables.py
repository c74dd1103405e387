"""Tables of the letter: real ones, with a head that is repeated on each page and rows that do not break."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from docx.document import Document as Letter
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table as Grid
from docx.table import _Cell, _Row

from exports.letter.contents import Table
from exports.letter.form import TEXT_WIDTH, printable
from portal.formats import format_number
from portal.numbers import Number


def put_table(letter: Letter, table: Table, number: int, widths: Sequence[float]) -> Grid:
    """One table with its title and unit. ``widths`` are in millimetres."""
    letter.add_paragraph(f"Bảng {number}. {table.title}", "Tên bảng")
    if table.is_money:
        letter.add_paragraph("Đơn vị tính: đồng", "Đơn vị tính")
    rows = [*table.rows, table.total] if table.total else list(table.rows)
    grid: Grid = letter.add_table(rows=1 + len(rows), cols=len(table.heads), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _add_row_property(grid.rows[0], "w:tblHeader")
    lines = [table.heads, *rows]
    # A style by its name is looked up among all styles anew for each paragraph.
    styles = {name: letter.styles[name].style_id for name in ("Đầu bảng", "Ô số", "Ô chữ")}
    # Rows and cells by way of the elements: asking a row for its cells reads the whole table each time.
    cells_of = [[_Cell(cell, grid) for cell in row.tc_lst] for row in grid._tbl.tr_lst]
    for row, row_cells, cells in zip(grid.rows, cells_of, lines, strict=True):
        _add_row_property(row, "w:cantSplit")
        for cell, content, width in zip(row_cells, cells, widths, strict=True):
            cell.width = Mm(width)
            _fill(cell, content, styles, is_head=cells is table.heads, is_bold=bool(table.total) and cells is table.total)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    # A short table stays on one page with its title.
    if len(rows) <= 12:
        for row_cells in cells_of[:-1]:
            for cell in row_cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    spacer = letter.add_paragraph()
    spacer.paragraph_format.space_after = Mm(0)
    return grid


def put_grid(letter: Letter, widths: Sequence[float]) -> _Row:
    """The one row of a table without lines, to stand side by side in."""
    grid = letter.add_table(rows=1, cols=len(widths))
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, width in zip(grid.rows[0].cells, widths, strict=True):
        cell.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table_look = grid._tbl.tblPr.find(qn("w:tblLook"))
    # The order of elements is part of the format: margins stand before ``tblLook``.
    grid._tbl.tblPr.append(margins) if table_look is None else table_look.addprevious(margins)
    row: _Row = grid.rows[0]
    _add_row_property(row, "w:cantSplit")
    return row


def even_widths(columns: int, first: float, before: float = 0) -> list[float]:
    """A first column, and what is left of the text's width for the others alike, in millimetres; ``before`` is taken by what stands first."""
    return [first, *[(TEXT_WIDTH - first - before) / (columns - 1)] * (columns - 1)]


def _fill(cell: _Cell, content: str | Number, styles: Mapping[str, str], *, is_head: bool, is_bold: bool) -> None:
    is_number = isinstance(content, int | Decimal)
    run = cell.paragraphs[0].add_run(format_number(content) if isinstance(content, int | Decimal) else printable(content))
    cell.paragraphs[0]._p.style = styles["Đầu bảng" if is_head else "Ô số" if is_number else "Ô chữ"]
    if is_bold:
        run.bold = True


def _add_row_property(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
