"""A price list that comes back as a workbook: looked over first, then taken over in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from inventory.prices.observed import ObservedPriceError, identity_of, keep_observed, make_observed, observed_prices
from inventory.prices.parsing import PARTS, PartError, read_day, read_price, show_part
from inventory.prices.plausibility import ObservedPrice
from inventory.prices.price_lists import copy_price_list, get_price_list, newest_version, save_prices
from inventory.prices.prices import METHODS, Price, PriceList
from inventory.prices.workbook import CODE, KEYS, MARK, OBSERVED, OBSERVED_HEADINGS, PRICES, cell_of, plain
from portal.clock import today
from portal.formats import format_day, format_number
from portal.numbers import CountError, vnd_of
from portal.uploads import UploadError, open_workbook
from portal.vietnamese import fold

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_KEYS = 6000, 30, 12_000
# The head of a sheet stands among its first rows, even if somebody put a line above it.
HEAD_AMONG = 30
NOT_A_LIST = "Tệp này không phải bảng giá tải từ hệ thống. Tải tệp ở trang bảng giá, sửa rồi gửi lại."
ROW_HELD = "Chưa nhận vì dòng này còn ô khác phải sửa."


@dataclass(frozen=True)
class Line:
    """One cell of the file: whose price, where it stands, its column in words, what stands now, what the file says, what is wrong."""

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
class PriceRehearsal:
    """What taking a file over would do to ``target``; nothing is stored yet.

    A row is taken whole or not at all. ``refused`` says why not, ``disputed`` was changed by somebody else since the file was
    downloaded, ``missing`` are items that the file has no row of; they stay as they are.
    """

    target: PriceList
    changed: tuple[Line, ...]
    refused: tuple[Line, ...]
    disputed: tuple[Line, ...]
    same: int
    missing: tuple[str, ...]
    prices: Mapping[str, Price]
    observed: tuple[ObservedPrice, ...]
    observed_same: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take over."""
        return not self.prices and not self.observed


@dataclass
class _Found:
    """What a reading of the file gathers."""

    changed: list[Line] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)
    disputed: list[Line] = field(default_factory=list)
    prices: dict[str, Price] = field(default_factory=dict)
    observed: list[ObservedPrice] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    observed_same: int = 0


@dataclass(frozen=True)
class _Keys:
    """What the hidden sheet says the cells were given: the list, by item and part, and the rows of observed prices."""

    price_list_id: int
    base: Mapping[str, Mapping[str, str]]
    observed: frozenset[tuple[str, ...]]


def rehearse(session: Session, data: bytes, price_list_id: int | None = None) -> PriceRehearsal:
    """Look a file over beside a list, by default the one it was downloaded from.

    A fixed list stands aside for its newest successor. Raises UploadError where the file is no list of ours, NotFoundError.
    """
    if len(data) > MAX_BYTES:
        raise UploadError(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB nên không phải bảng giá. Tải lại tệp, sửa rồi gửi lại.")
    book = open_workbook(data)
    keys = _read_keys(book)
    target = newest_version(session, keys.price_list_id if price_list_id is None else price_list_id)
    found = _Found()
    _read_prices(book, keys, target, found, today())
    _read_observed(book, keys, {identity_of(price): price for price in observed_prices(session)}, found)
    changed = {line.item for line in (*found.changed, *found.refused, *found.disputed) if line.sheet == PRICES}
    return PriceRehearsal(
        target=target,
        changed=tuple(found.changed),
        refused=tuple(found.refused),
        disputed=tuple(found.disputed),
        same=len((found.seen & target.prices.keys()) - changed),
        missing=tuple(sorted(target.prices.keys() - found.seen)),
        prices=found.prices,
        observed=tuple(found.observed),
        observed_same=found.observed_same,
    )


def take_over(session: Session, rehearsal: PriceRehearsal, name: str, by: str) -> PriceList:
    """Keep what was rehearsed: in the list where it is in work, in a new version called ``name`` where it is fixed.

    Raises PriceListError. What was refused or is disputed stays as it is.
    """
    target = rehearsal.target
    if target.is_published and rehearsal.prices:
        target = copy_price_list(session, target.id, name, today(), target.delivery_year, by)
    if rehearsal.prices:
        save_prices(session, target.id, rehearsal.prices)
    keep_observed(session, rehearsal.observed, by)
    return get_price_list(session, target.id)


def _read_keys(book: Workbook) -> _Keys:
    if not {KEYS, PRICES, OBSERVED} <= set(book.sheetnames):
        raise UploadError(NOT_A_LIST)
    rows = [
        ["" if cell is None else str(cell) for cell in row]
        for row in book[KEYS].iter_rows(max_row=MAX_KEYS, max_col=2 + len(PARTS), values_only=True)
    ]
    if not rows or len(rows[0]) < 2 or rows[0][0] != MARK or not rows[0][1].isdecimal() or len(rows[0][1]) > 9:
        raise UploadError(NOT_A_LIST)
    width = len(OBSERVED_HEADINGS)
    return _Keys(
        int(rows[0][1]),
        {row[1]: dict(zip(PARTS, row[2:], strict=False)) for row in rows if row[0] == "price"},
        frozenset(tuple(row[1 : 1 + width]) for row in rows if row[0] == "observed"),
    )


def _read_prices(book: Workbook, keys: _Keys, target: PriceList, found: _Found, on: date) -> None:
    for number, cells, columns in _rows(book, PRICES, [CODE, *PARTS.values()]):
        code = plain(cells[CODE]).upper()
        given = {part: cells[words] for part, words in PARTS.items()}
        if not code and not any(plain(value) for value in given.values()):
            continue
        if code in found.seen or code not in target.prices or code not in keys.base:
            message = (
                "Mã này đứng ở hai dòng; chỉ nhận dòng trên." if code in found.seen else f"Không có mã “{code}” trong bảng giá này."
            )
            found.refused.append(
                Line(code, PRICES, number, columns[CODE], "", code, message if code else "Dòng này thiếu mã danh mục.")
            )
            continue
        found.seen.add(code)
        _read_row(code, number, given, columns, keys.base[code], target.prices[code], found, on)


def _read_row(
    code: str,
    number: int,
    given: Mapping[str, object],
    columns: Mapping[str, str],
    base: Mapping[str, str],
    present: Price,
    found: _Found,
    on: date,
) -> None:
    ours = {part: value for part, value in given.items() if plain(value) != base.get(part)}
    read = read_price(present, ours, on)
    lines, disputed = [], False
    for part, value in ours.items():
        fault = read.faults.get(part, "")
        if not fault and getattr(read.price, part) == getattr(present, part):
            continue
        disputed = disputed or plain(cell_of(part, present)) != base.get(part)
        after = plain(value) if fault else show_part(part, read.price)
        lines.append(Line(code, PRICES, number, columns[PARTS[part]], show_part(part, present), after, fault))
    if read.faults:
        found.refused += [line if line.message else _held(line) for line in lines]
    elif disputed:
        found.disputed += lines
    elif lines:
        found.changed += lines
        found.prices[code] = read.price


def _held(line: Line) -> Line:
    return Line(line.item, line.sheet, line.row, line.column, line.before, line.after, ROW_HELD)


def _read_observed(book: Workbook, keys: _Keys, present: Mapping[tuple[str, str, date, str], ObservedPrice], found: _Found) -> None:
    titles = [title for title, _width in OBSERVED_HEADINGS]
    taken: set[tuple[str, str, date, str]] = set()
    for number, cells, columns in _rows(book, OBSERVED, titles):
        values = [cells[title] for title in titles]
        if not any(plain(value) for value in values):
            continue
        if tuple(plain(value) for value in values) in keys.observed:
            found.observed_same += 1
            continue
        code = plain(values[0]).upper()
        try:
            price = _observed(values)
        except _RowError as error:
            told = plain(values[error.index])
            found.refused.append(Line(code, OBSERVED, number, columns[titles[error.index]], "", told, error.message))
            continue
        before = present.get(identity_of(price))
        if before == price:
            found.observed_same += 1
        elif identity_of(price) in taken:
            found.refused.append(Line(code, OBSERVED, number, columns[CODE], "", code, "Dòng này trùng một dòng trên."))
        else:
            taken.add(identity_of(price))
            found.observed.append(price)
            column = columns[titles[2]]
            found.changed.append(Line(price.item, OBSERVED, number, column, _in_words(before) if before else "–", _in_words(price)))


class _RowError(ValueError):
    """A cell of an observed price is wrong; ``index`` is its column."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index, self.message = index, message


def _observed(values: Sequence[object]) -> ObservedPrice:
    item, buyer, document = (plain(values[index]) for index in (0, 1, 4))
    labels = {fold(label): key for key, label in METHODS.items() if key != "none"}
    kind = labels.get(fold(plain(values[5])), "")
    try:
        amount = vnd_of(values[2])
    except CountError as error:
        raise _RowError(2, error.message) from None
    try:
        paid_on = read_day(values[3])
    except PartError as error:
        raise _RowError(3, str(error)) from None
    try:
        return make_observed(item.upper(), buyer, amount, paid_on, document, kind)
    except ObservedPriceError as error:
        index = ("item", "buyer", "unit_price", "paid_on", "document", "kind").index(error.part)
        raise _RowError(index, error.message) from None


def _in_words(price: ObservedPrice) -> str:
    who = price.buyer if price.ward else f"{price.buyer} (đơn vị khác)"
    return f"{format_number(price.unit_price)} · {who} · {format_day(price.paid_on)} · {price.document} · {METHODS[price.kind]}"


def _rows(book: Workbook, title: str, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, object], dict[str, str]]]:
    """The rows under the head of a sheet by the words of their columns, wherever the columns stand; and the columns' names."""
    places: dict[str, int] = {}
    columns: dict[str, str] = {}
    for number, row in enumerate(book[title].iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True), start=1):
        if not places:
            heads = {plain(cell): index for index, cell in enumerate(row) if cell is not None}
            if CODE in heads:
                lacking = [words for words in needed if words not in heads]
                if lacking:
                    raise UploadError(f"Trang “{title}” thiếu cột “{lacking[0]}”. Tải lại tệp, sửa rồi gửi lại.")
                places = {words: heads[words] for words in needed}
                columns = {words: f"cột {get_column_letter(place + 1)} “{words}”" for words, place in places.items()}
            elif number > HEAD_AMONG:
                break
            continue
        yield number, {words: row[place] if place < len(row) else None for words, place in places.items()}, columns
    if not places:
        raise UploadError(f"Trang “{title}” không có dòng đầu bảng. Tải lại tệp, sửa rồi gửi lại.")
