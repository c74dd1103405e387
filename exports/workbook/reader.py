"""Reads a workbook of the plan that comes back from Excel or LibreOffice: its contents, whatever was sorted, filtered or inserted.

Columns are found by their headings, lines by ward and item. Nothing is decided here; planning.plan.workbook_diff compares.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from openpyxl.utils import get_column_letter

from exports.workbook import baseline_sheet, detail, price_basis
from exports.workbook.annex import HEAD, LAST
from planning.plan.overrides import EditField, PriceField
from planning.plan.workbook_diff import ReturnedLine, ReturnedPrice, ReturnedWorkbook
from portal.numbers import CountError, parse_count
from portal.uploads import UploadError, open_workbook, read_rows

# The whole city with a full plan comes to some 5 MB; it is handed in by a planner, not by every ward.
MAX_BYTES, MAX_UNPACKED = 12 * 1024 * 1024, 16 * 1024 * 1024
FOREIGN_FILE = "Tệp này không phải sổ tính phương án tải từ hệ thống. Tải sổ tính ở trang phương án, sửa rồi gửi lại."
_CODE, _WARD, _ITEM, _MOVED = "Mã dòng", "Mã xã", "Mã DM", "Điều chuyển, tận dụng"
DASH = "–"
# Computed columns: a value in place of the formula is reported, and ignored.
_COMPUTED = tuple(detail.heading_of(key) for key in ("bought", "amount", "within", "above"))
_WIDTH = detail.WIDTH + 10


def read_plan_workbook(data: bytes) -> ReturnedWorkbook:
    """The contents of the file. Raises UploadError where it is no workbook of a plan, or too large."""
    if len(data) > MAX_BYTES:
        raise UploadError(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB nên không phải sổ tính phương án. Tải lại sổ tính rồi sửa.")
    values, formulas = open_workbook(data, MAX_UNPACKED), open_workbook(data, MAX_UNPACKED, formulas=True)
    for title in (baseline_sheet.TAB, detail.TAB, price_basis.PRICE_TAB):
        if title not in values.sheetnames:
            raise UploadError(f"{FOREIGN_FILE} (Thiếu trang “{title}”.)")
    plan_id, plan_name, lines, moved, prices = _read_baseline(values[baseline_sheet.TAB])
    return ReturnedWorkbook(
        plan_id,
        plan_name,
        lines,
        moved,
        prices,
        tuple(_read_lines(values[detail.TAB], formulas[detail.TAB])),
        tuple(_read_prices(values[price_basis.PRICE_TAB])),
    )


_Lines = dict[str, dict[EditField, str]]
_Prices = dict[str, dict[PriceField, str]]


def _read_baseline(sheet: Any) -> tuple[int, str, _Lines, dict[str, str], _Prices]:
    width = 3 + len(EditField)
    rows = [[_cell_text(cell) for cell in row] for row in read_rows(sheet, LAST, width)]
    if not rows or rows[0][0] != baseline_sheet.MARK:
        raise UploadError(FOREIGN_FILE)
    try:
        plan_id = parse_count(rows[0][1])
    except CountError:
        raise UploadError(FOREIGN_FILE) from None
    lines: _Lines = {}
    moved: dict[str, str] = {}
    prices: _Prices = {}
    for kind, code, first, *texts in rows[1:]:
        if kind == baseline_sheet.LINE:
            moved[code], lines[code] = first, dict(zip(EditField, texts, strict=False))
        elif kind == baseline_sheet.PRICE:
            prices[code] = dict(zip(PriceField, [first, *texts], strict=False))
    return plan_id, rows[0][2], lines, moved, prices


def _read_lines(values: Any, formulas: Any) -> Iterator[ReturnedLine]:
    head, columns = _find_headings(values, (_CODE, _WARD, _ITEM, _MOVED, *_COMPUTED, *(field.label for field in EditField)))
    for number, (row, formula_row) in enumerate(
        zip(_data_rows(values, head), _data_rows(formulas, head), strict=False), start=head + 1
    ):
        code, ward_code, item, moved = (_cell_text(row[columns[name]]) for name in (_CODE, _WARD, _ITEM, _MOVED))
        if not (ward_code or item):
            continue
        cells = {}
        for field in EditField:
            column = columns[field.label]
            text = _cell_text(row[column])
            # A dash stands where no months apply; the price of a line mostly follows that of its item.
            if text == DASH or (field is EditField.UNIT_PRICE and _is_formula(formula_row[column])):
                continue
            cells[field] = (f"{get_column_letter(column + 1)}{number}", text)
        overwritten = tuple(name for name in _COMPUTED if not _is_formula(formula_row[columns[name]]))
        yield ReturnedLine(
            number, code, ward_code.zfill(5), item.upper(), moved, cells, overwritten, _is_formula(formula_row[columns[_MOVED]])
        )


def _read_prices(sheet: Any) -> Iterator[ReturnedPrice]:
    head, columns = _find_headings(sheet, (_ITEM, *(field.label for field in PriceField)))
    for number, row in enumerate(_data_rows(sheet, head), start=head + 1):
        item = _cell_text(row[columns[_ITEM]]).upper()
        if item:
            cells = {}
            for field in PriceField:
                column = columns[field.label]
                cells[field] = (f"{get_column_letter(column + 1)}{number}", _cell_text(row[column]))
            yield ReturnedPrice(number, item, cells)


def _find_headings(sheet: Any, headings: Iterable[str]) -> tuple[int, dict[str, int]]:
    """The number of the row of headings, and where each stands. Raises UploadError that names a missing one."""
    names = list(headings)
    best_missing = names
    for number, row in enumerate(read_rows(sheet, HEAD + 30, _WIDTH), start=1):
        columns = {_cell_text(cell): column for column, cell in reversed(list(enumerate(row)))}
        missing = [name for name in names if name not in columns]
        if not missing:
            return number, columns
        best_missing = min(best_missing, missing, key=len)
    raise UploadError(f"Trang “{sheet.title}” thiếu cột “{best_missing[0]}”. Để nguyên dòng tiêu đề cột của sổ tính rồi gửi lại.")


def _data_rows(sheet: Any, head: int) -> Iterator[Sequence[Any]]:
    """The rows under the headings, each as wide as the sheet may be."""
    for row in islice(read_rows(sheet, LAST, _WIDTH), head, None):
        yield (*row, *[None] * (_WIDTH - len(row)))


def _is_formula(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _cell_text(value: Any) -> str:
    """A cell as it would be typed: whole numbers without a fraction, other numbers with the comma that people here write."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}".replace(".", ",")
    return str(value).strip()
