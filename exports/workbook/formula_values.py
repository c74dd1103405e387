"""openpyxl, but each formula also carries its computed value, so that previews and protected view show numbers."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol, cast
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.cell._writer import write_cell
from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from portal.office_files import save_workbook

Value = int | str


def put_formula(sheet: Worksheet, row: int, column: int, formula: str, value: Value) -> Cell:
    """Write a formula and remember the value that it must have."""
    cell: Cell = sheet.cell(row, column, formula)
    values_of(sheet)[(row, column)] = value
    return cell


def put_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write text that stays text, whatever it begins with."""
    cell: Cell = sheet.cell(row, column, text)
    cell.data_type = "s"
    return cell


def values_of(sheet: Worksheet) -> dict[tuple[int, int], Value]:
    """The computed values of a sheet's formulas by row and column."""
    values: dict[tuple[int, int], Value] = sheet.__dict__.setdefault("_computed", {})
    return values


def save(book: Workbook, *, author: str, on: date) -> bytes:
    """The bytes of the workbook. Raises KeyError where a formula was written without its value."""
    book.calculation.fullCalcOnLoad = True
    return save_workbook(book, author=author, on=on, writer=_Writer)


class _SheetParts(Protocol):
    """What the stubs of openpyxl leave out of a sheet that is being written."""

    _drawing: SpreadsheetDrawing
    _charts: list[ChartBase]
    _images: list[Image]
    _rels: object


class _Writer(ExcelWriter):
    _archive: ZipFile

    def write_worksheet(self, ws: Worksheet) -> None:
        parts = cast(_SheetParts, ws)
        parts._drawing = SpreadsheetDrawing()
        parts._drawing.charts = parts._charts
        parts._drawing.images = parts._images
        writer = _SheetWriter(ws)
        writer.write()
        parts._rels = writer._rels
        assert isinstance(writer.out, str), "a sheet is written to a file first"
        self._archive.write(writer.out, ws.path[1:])
        self.manifest.append(ws)
        writer.cleanup()


class _SheetWriter(WorksheetWriter):
    _rels: object

    def write_row(self, xf: Any, row: Iterable[Cell | MergedCell], row_idx: int) -> None:
        assert isinstance(self.ws, Worksheet)
        values, cells = values_of(self.ws), list(row)
        if not any((row_idx, cell.column) in values for cell in cells):
            super().write_row(xf, cells, row_idx)
            return
        attributes = {"r": f"{row_idx}", **dict(self.ws.row_dimensions.get(row_idx, {}))}
        with xf.element("row", attributes):
            for cell in cells:
                if cell.data_type == "f":
                    assert cell.column is not None, "only a merged cell has none, and it has no formula"
                    _write_formula(xf, cell, values[(row_idx, cell.column)])
                elif cell.value is not None or cell.has_style:
                    write_cell(xf, self.ws, cell, cell.has_style)


def _write_formula(xf: Any, cell: Cell | MergedCell, value: Value) -> None:
    attributes = {"r": cell.coordinate, "s": f"{cell.style_id}"}
    if isinstance(value, str):
        attributes["t"] = "str"
    with xf.element("c", attributes):
        with xf.element("f"):
            xf.write(str(cell.value)[1:])
        with xf.element("v"):
            xf.write(str(value))
