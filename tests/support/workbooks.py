"""Workbooks read back: their formulas, calculated by two programs that know nothing of ours, and the form filled in by hand."""

import re
from functools import lru_cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import ironcalc
from openpyxl import load_workbook

from surveys.workbooks.form_workbook import KEYS
from tests.support.libreoffice import calculated_by_libreoffice


@lru_cache(maxsize=4)
def formulas(data):
    """Sheet, row, column and stored value of every formula."""
    live, stored = load_workbook(BytesIO(data)), load_workbook(BytesIO(data), data_only=True)
    return [
        (sheet.title, cell.row, cell.column, stored[sheet.title].cell(cell.row, cell.column).value)
        for sheet in live.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


@lru_cache(maxsize=8)
def sheet_names(data):
    """The names of the sheets, in order: opening a workbook of the whole city takes seconds."""
    return load_workbook(BytesIO(data), read_only=True).sheetnames


def sheet_index(data, title):
    return sheet_names(data).index(title)


def recalculated(data, tmp_path, change=None):
    """The workbook as IronCalc calculates it, after a change to its model."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(data)
    model = ironcalc.load_from_xlsx(str(path), "en", "Asia/Ho_Chi_Minh", "en")
    if change:
        change(model)
    model.evaluate()
    return model


def is_same(value, stored):
    """Whether two programs mean the same value: an empty cell is an empty text or nothing, and a number has no type."""
    if stored in (None, ""):
        return value in (None, "", "0")
    try:
        return float(value) == float(stored)
    except (TypeError, ValueError):
        return str(value) == str(stored)


def check_recalculation(model, data):
    """How many formula cells IronCalc calculated as they are stored; it fails at the first that differs."""
    checked = 0
    for title, row, column, stored in formulas(data):
        value = model.get_cell_value(sheet_index(data, title), row, column)
        assert is_same(value, stored), (title, row, column, value, stored)
        checked += 1
    return checked


def check_in_libreoffice(data, tmp_path, only=()):
    """How many formula cells, of some sheets or of all, LibreOffice calculated as stored; it fails at the first that differs."""
    # Wrong stored values show whether the program really calculates.
    calculated = load_workbook(BytesIO(calculated_by_libreoffice(with_wrong_values(data), tmp_path)), data_only=True)
    checked = 0
    for title, row, column, stored in formulas(data):
        if only and title not in only:
            continue
        value = calculated[title].cell(row, column).value
        assert is_same("" if value is None else value, stored), (title, row, column, value, stored)
        checked += 1
    return checked


def with_wrong_values(data):
    """The workbook with 7 stored for every number that a formula gives."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"</f><v>\d+</v>", b"</f><v>7</v>", text)
            new.writestr(name, text)
    return buffer.getvalue()


def fill_in_form(data, changes):
    """The workbook of a form with other values, by field."""
    book = load_workbook(BytesIO(data))
    places = {row[0].value: (row[1].value, row[2].value) for row in book[KEYS].iter_rows(min_row=2)}
    for field, value in changes.items():
        title, cell = places[field]
        book[title][cell].value = value
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
