"""A price list that comes back as a workbook: previewed first, then imported in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from inventory.prices.observed import ObservedPriceError, make_observed, observed_prices, save_observed, unique_key
from inventory.prices.parsing import FIELD_LABELS, FieldError, format_field, parse_day, parse_price
from inventory.prices.plausibility import ObservedPrice
from inventory.prices.price_lists import copy_price_list, get_price_list, newest_version, save_prices
from inventory.prices.prices import METHODS, Price, PriceList
from inventory.prices.workbook import CODE, FORMAT_MARK, KEYS, OBSERVED, OBSERVED_HEADINGS, PRICES, cell_value, normalize_cell
from portal.clock import today
from portal.formats import format_day, format_number
from portal.numbers import CountError, parse_vnd_cell
from portal.uploads import UploadError, open_workbook, read_rows
from portal.vietnamese import fold

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_KEYS = 6000, 30, 12_000
# The header of a sheet is among its first rows, even if somebody inserted a row above it.
HEADER_WITHIN = 30
NOT_A_LIST = "Tệp này không phải bảng giá tải từ hệ thống. Tải tệp ở trang bảng giá, sửa rồi gửi lại."
ROW_HELD_BACK = "Chưa nhận vì dòng này còn ô khác phải sửa."


@dataclass(frozen=True)
class CellChange:
    """One cell of the file: its item, sheet, row and column label, the value now and in the file, and what is wrong with it."""

    item: str
    sheet: str
    row: int
    column: str
    before: str
    after: str
    message: str = ""

    @property
    def place(self) -> str:
        """``Đơn giá, dòng 6, cột E``."""
        return f"{self.sheet}, dòng {self.row}, {self.column}"


@dataclass(frozen=True)
class PricePreview:
    """What importing a file would do to ``target``; nothing is stored yet.

    A row is imported as a whole or not at all. ``refused`` says why not, ``disputed`` was changed by somebody else since the file was
    downloaded, ``missing`` are items that the file has no row of; they stay as they are.
    """

    target: PriceList
    changed: tuple[CellChange, ...]
    refused: tuple[CellChange, ...]
    disputed: tuple[CellChange, ...]
    same: int
    missing: tuple[str, ...]
    prices: Mapping[str, Price]
    observed: tuple[ObservedPrice, ...]
    observed_same: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to import."""
        return not self.prices and not self.observed


@dataclass
class _Result:
    """What has been collected from the file so far."""

    changed: list[CellChange] = field(default_factory=list)
    refused: list[CellChange] = field(default_factory=list)
    disputed: list[CellChange] = field(default_factory=list)
    prices: dict[str, Price] = field(default_factory=dict)
    observed: list[ObservedPrice] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    observed_same: int = 0


@dataclass(frozen=True)
class _Keys:
    """The original cells from the hidden sheet: of the list by item and field, and the rows of observed prices."""

    price_list_id: int
    base: Mapping[str, Mapping[str, str]]
    observed: frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class FileRow:
    """One row under the header of a sheet: its number, its cells by column label, and the columns' names."""

    number: int
    cells: Mapping[str, object]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class PriceFile:
    """What a file says: the cells that it was downloaded with, and the rows of its two sheets."""

    keys: _Keys
    prices: tuple[FileRow, ...]
    observed: tuple[FileRow, ...]


def read_price_file(data: bytes) -> PriceFile:
    """What an edited list says. It takes some tenths of a second and no database. Raises UploadError where it is no list of ours."""
    if len(data) > MAX_BYTES:
        raise UploadError(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB nên không phải bảng giá. Tải lại tệp, sửa rồi gửi lại.")
    book = open_workbook(data)
    keys = _read_keys(book)
    price_labels, observed_labels = [CODE, *FIELD_LABELS.values()], [title for title, _width in OBSERVED_HEADINGS]
    return PriceFile(keys, tuple(_rows(book, PRICES, price_labels)), tuple(_rows(book, OBSERVED, observed_labels)))


def preview_import(session: Session, file: PriceFile, price_list_id: int | None = None) -> PricePreview:
    """Compare a file with a list, by default the one it was downloaded from.

    A published list gives way to its newest successor. Raises NotFoundError.
    """
    target = newest_version(session, file.keys.price_list_id if price_list_id is None else price_list_id)
    result = _Result()
    _compare_prices(file, target, result, today())
    _compare_observed(file, {unique_key(price): price for price in observed_prices(session)}, result)
    changed = {change.item for change in (*result.changed, *result.refused, *result.disputed) if change.sheet == PRICES}
    return PricePreview(
        target=target,
        changed=tuple(result.changed),
        refused=tuple(result.refused),
        disputed=tuple(result.disputed),
        same=len((result.seen & target.prices.keys()) - changed),
        missing=tuple(sorted(target.prices.keys() - result.seen)),
        prices=result.prices,
        observed=tuple(result.observed),
        observed_same=result.observed_same,
    )


def import_prices(session: Session, preview: PricePreview, name: str, by: str) -> PriceList:
    """Import what was previewed: into the list where it is a draft, into a new version called ``name`` where it is published.

    Raises PriceListError. What was refused or is disputed stays as it is.
    """
    target = preview.target
    if target.is_published and preview.prices:
        target = copy_price_list(session, target.id, name, today(), target.delivery_year, by)
    if preview.prices:
        save_prices(session, target.id, preview.prices)
    save_observed(session, preview.observed, by)
    return get_price_list(session, target.id)


def _read_keys(book: Workbook) -> _Keys:
    if not {KEYS, PRICES, OBSERVED} <= set(book.sheetnames):
        raise UploadError(NOT_A_LIST)
    rows = [["" if cell is None else str(cell) for cell in row] for row in read_rows(book[KEYS], MAX_KEYS, 2 + len(FIELD_LABELS))]
    if not rows or len(rows[0]) < 2 or rows[0][0] != FORMAT_MARK or not rows[0][1].isdecimal() or len(rows[0][1]) > 9:
        raise UploadError(NOT_A_LIST)
    width = len(OBSERVED_HEADINGS)
    return _Keys(
        int(rows[0][1]),
        {row[1]: dict(zip(FIELD_LABELS, row[2:], strict=False)) for row in rows if row[0] == "price"},
        frozenset(tuple(row[1 : 1 + width]) for row in rows if row[0] == "observed"),
    )


def _compare_prices(file: PriceFile, target: PriceList, result: _Result, on: date) -> None:
    keys = file.keys
    for line in file.prices:
        number, row, columns = line.number, line.cells, line.columns
        code = normalize_cell(row[CODE]).upper()
        cells_by_field = {field_name: row[label] for field_name, label in FIELD_LABELS.items()}
        if not code and not any(normalize_cell(value) for value in cells_by_field.values()):
            continue
        if code in result.seen or code not in target.prices or code not in keys.base:
            message = (
                "Mã này đứng ở hai dòng; chỉ nhận dòng trên."
                if code in result.seen
                else f"Không có mã “{code}” trong bảng giá này."
            )
            result.refused.append(
                CellChange(code, PRICES, number, columns[CODE], "", code, message if code else "Dòng này thiếu mã danh mục.")
            )
            continue
        result.seen.add(code)
        _read_row(code, number, cells_by_field, columns, keys.base[code], target.prices[code], result, on)


def _read_row(
    code: str,
    number: int,
    cells_by_field: Mapping[str, object],
    columns: Mapping[str, str],
    base: Mapping[str, str],
    current: Price,
    result: _Result,
    on: date,
) -> None:
    edits = {field_name: value for field_name, value in cells_by_field.items() if normalize_cell(value) != base.get(field_name)}
    parsed = parse_price(current, edits, on)
    changes, disputed = [], False
    for field_name, value in edits.items():
        error = parsed.errors.get(field_name, "")
        if not error and getattr(parsed.price, field_name) == getattr(current, field_name):
            continue
        disputed = disputed or normalize_cell(cell_value(field_name, current)) != base.get(field_name)
        after = normalize_cell(value) if error else format_field(field_name, parsed.price)
        changes.append(
            CellChange(code, PRICES, number, columns[FIELD_LABELS[field_name]], format_field(field_name, current), after, error)
        )
    if parsed.errors:
        result.refused += [change if change.message else _hold_back(change) for change in changes]
    elif disputed:
        result.disputed += changes
    elif changes:
        result.changed += changes
        result.prices[code] = parsed.price


def _hold_back(change: CellChange) -> CellChange:
    return CellChange(change.item, change.sheet, change.row, change.column, change.before, change.after, ROW_HELD_BACK)


def _compare_observed(file: PriceFile, existing: Mapping[tuple[str, str, date, str], ObservedPrice], result: _Result) -> None:
    keys = file.keys
    titles = [title for title, _width in OBSERVED_HEADINGS]
    keys_in_file: set[tuple[str, str, date, str]] = set()
    for line in file.observed:
        number, row, columns = line.number, line.cells, line.columns
        values = [row[title] for title in titles]
        if not any(normalize_cell(value) for value in values):
            continue
        if tuple(normalize_cell(value) for value in values) in keys.observed:
            result.observed_same += 1
            continue
        code = normalize_cell(values[0]).upper()
        try:
            price = _parse_observed(values)
        except _RowError as error:
            text = normalize_cell(values[error.index])
            result.refused.append(CellChange(code, OBSERVED, number, columns[titles[error.index]], "", text, error.message))
            continue
        before = existing.get(unique_key(price))
        if before == price:
            result.observed_same += 1
        elif unique_key(price) in keys_in_file:
            result.refused.append(CellChange(code, OBSERVED, number, columns[CODE], "", code, "Dòng này trùng một dòng trên."))
        else:
            keys_in_file.add(unique_key(price))
            result.observed.append(price)
            column = columns[titles[2]]
            result.changed.append(
                CellChange(price.item, OBSERVED, number, column, _describe(before) if before else "–", _describe(price))
            )


class _RowError(ValueError):
    """A cell of an observed price is wrong; ``index`` is its column."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index, self.message = index, message


def _parse_observed(values: Sequence[object]) -> ObservedPrice:
    item, buyer, document = (normalize_cell(values[index]) for index in (0, 1, 4))
    labels = {fold(label): key for key, label in METHODS.items() if key != "none"}
    kind = labels.get(fold(normalize_cell(values[5])), "")
    try:
        amount = parse_vnd_cell(values[2])
    except CountError as error:
        raise _RowError(2, error.message) from None
    try:
        paid_on = parse_day(values[3])
    except FieldError as error:
        raise _RowError(3, str(error)) from None
    try:
        return make_observed(item.upper(), buyer, amount, paid_on, document, kind)
    except ObservedPriceError as error:
        index = ("item", "buyer", "unit_price", "paid_on", "document", "kind").index(error.field)
        raise _RowError(index, error.message) from None


def _describe(price: ObservedPrice) -> str:
    buyer = price.buyer if price.ward else f"{price.buyer} (đơn vị khác)"
    return f"{format_number(price.unit_price)} · {buyer} · {format_day(price.paid_on)} · {price.document} · {METHODS[price.kind]}"


def _rows(book: Workbook, title: str, labels: Sequence[str]) -> Iterator[FileRow]:
    """The rows under the header of a sheet, in whatever order the columns are. Raises UploadError where one of them is missing."""
    indexes: dict[str, int] = {}
    columns: dict[str, str] = {}
    for number, row in enumerate(read_rows(book[title], MAX_ROWS, MAX_COLUMNS), start=1):
        if not indexes:
            headings = {normalize_cell(cell): index for index, cell in enumerate(row) if cell is not None}
            if CODE in headings:
                missing = [label for label in labels if label not in headings]
                if missing:
                    raise UploadError(f"Trang “{title}” thiếu cột “{missing[0]}”. Tải lại tệp, sửa rồi gửi lại.")
                indexes = {label: headings[label] for label in labels}
                columns = {label: f"cột {get_column_letter(index + 1)} “{label}”" for label, index in indexes.items()}
            elif number > HEADER_WITHIN:
                break
            continue
        yield FileRow(number, {label: row[index] if index < len(row) else None for label, index in indexes.items()}, columns)
    if not indexes:
        raise UploadError(f"Trang “{title}” không có dòng đầu bảng. Tải lại tệp, sửa rồi gửi lại.")
