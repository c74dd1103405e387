"""A price list as an Excel workbook for bulk editing: prices, prices paid elsewhere, and a guide; open only where something is typed.

A hidden sheet keeps what each cell was given, so that what comes back is compared with what went out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from inventory.catalogue import load_catalogue
from inventory.prices.parsing import PARTS
from inventory.prices.plausibility import ObservedPrice, Sanity, judge
from inventory.prices.prices import CAP_CLAUSE, METHODS, CapStanding, Price, PriceList
from inventory.prices.vat import load_vat_rates
from portal.formats import format_number
from portal.office_files import save_workbook

PRICES, OBSERVED, GUIDE, KEYS = "Đơn giá", "Giá tham chiếu", "Hướng dẫn", "_bang_gia"
CODE = "Mã DM"
MARK = "bang-gia-1"
HEAD = 5
SPARE = 60
HEADINGS = (
    ("STT", 6), (CODE, 8), ("Tên", 34), ("ĐVT", 11), (PARTS["unit_price"], 16), (PARTS["vat_percent"], 8), ("Đơn giá trước thuế", 15),
    (PARTS["cap"], 15), (PARTS["method"], 19), (PARTS["evidence"], 22), (PARTS["evidence_date"], 12), (PARTS["source"], 42),
    ("So với mức tối đa", 20), ("So với giá đã trả nơi khác", 26), ("Căn cứ giá", 17),
)  # fmt: skip
OBSERVED_HEADINGS = (
    (CODE, 9), ("Xã, phường hoặc đơn vị mua", 38), (PARTS["unit_price"], 18), ("Ngày", 13), ("Số văn bản", 30), ("Loại căn cứ", 28),
)  # fmt: skip
FONT = "Times New Roman"
_thin = Side(style="thin", color="9AA5B1")
_BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)
_PLAIN, _BOLD, _TYPED = Font(name=FONT, size=11), Font(name=FONT, size=11, bold=True), Font(name=FONT, size=11, color="0B4F6C")
_WORDS = Alignment(wrap_text=True, vertical="center", horizontal="left", indent=1)
_FIGURE = Alignment(vertical="center", horizontal="right")
_MIDDLE = Alignment(wrap_text=True, vertical="center", horizontal="center")
_INPUT, _HEAD, _MARKED = (PatternFill("solid", fgColor=colour) for colour in ("FFF8E1", "D9E2EC", "F8E3C8"))
# How a cell looks by what it holds: its format, and where it stands in the cell.
_KINDS = {"words": ("@", _WORDS), "number": ("#,##0", _FIGURE), "day": ("dd/mm/yyyy", _MIDDLE), "short": ("@", _MIDDLE)}

CellValue = str | int | date | None


def build_price_workbook(price_list: PriceList, observed: Sequence[ObservedPrice], note: str) -> bytes:
    """The workbook of a list. ``note`` is the line under the title (demo mark, day)."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = PRICES
    _add_styles(book)
    _write_prices(sheet, price_list, observed, note)
    _write_observed(book.create_sheet(OBSERVED), observed)
    _write_guide(book.create_sheet(GUIDE))
    _write_keys(book.create_sheet(KEYS), price_list, observed)
    return save_workbook(book)


def cell_of(part: str, price: Price) -> CellValue:
    """The value of the cell for one part of a price."""
    value = getattr(price, part)
    return METHODS[value] if part == "method" else value


def plain(value: object) -> str:
    """A cell in the one way of writing it that survives another program: digits of a whole number, ISO date, words with single spaces."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return " ".join(str(value).split())


def observed_key(price: ObservedPrice) -> tuple[str, ...]:
    """The cells of an observed price as the hidden sheet keeps them."""
    cells = (price.item, price.buyer, price.unit_price, price.paid_on, price.document, METHODS[price.kind])
    return tuple(plain(cell) for cell in cells)


def _write_prices(sheet: Worksheet, price_list: PriceList, observed: Sequence[ObservedPrice], note: str) -> None:
    _write_title(sheet, f"Bảng giá: {price_list.name} ({price_list.state_label})", note, len(HEADINGS))
    _write_head(sheet, HEADINGS)
    titles = [title for title, _width in HEADINGS]
    catalogue = load_catalogue()
    for number, price in enumerate(price_list.prices.values(), start=1):
        row, item = HEAD + number, catalogue[price.item]
        shown: Mapping[str, CellValue] = {
            "STT": number,
            CODE: price.item,
            "Tên": item.name,
            "ĐVT": item.unit,
            "Đơn giá trước thuế": price.before_tax,
            "So với mức tối đa": _against_cap(price),
            "So với giá đã trả nơi khác": _against_others(judge(price.item, price.unit_price, observed)),
            "Căn cứ giá": "có căn cứ" if price.has_evidence else "chưa có căn cứ",
            **{words: cell_of(part, price) for part, words in PARTS.items()},
        }
        for column, title in enumerate(titles, start=1):
            _put(sheet.cell(row, column), shown[title], _kind_of(title, shown[title]), is_open=title in PARTS.values())
        if not price.has_evidence:
            sheet.cell(row, len(titles)).fill = _MARKED
    last = HEAD + len(price_list.prices)
    places = {part: get_column_letter(titles.index(words) + 1) for part, words in PARTS.items()}
    _offer(sheet, places["method"], HEAD + 1, last, METHODS.values())
    _offer(sheet, places["vat_percent"], HEAD + 1, last, [str(rate) for rate in load_vat_rates()])
    for part, hint in (
        ("unit_price", "Số nguyên đồng, đã gồm thuế, chưa gồm vận chuyển, lắp đặt. Ví dụ 1.500.000 hoặc 1,5 triệu."),
        ("cap", "Số nguyên đồng; danh mục không có mức tối đa thì để trống."),
        ("evidence_date", "Ngày của báo giá, quyết định, chứng thư. Ví dụ 31/12/2026."),
    ):
        _hint(sheet, places[part], HEAD + 1, last, PARTS[part], hint)
    _finish(sheet, HEADINGS, HEAD + 1, frozen=f"D{HEAD + 1}", filtered=last)


def _write_observed(sheet: Worksheet, observed: Sequence[ObservedPrice]) -> None:
    _write_title(
        sheet,
        "Giá tham chiếu: giá các xã, phường và đơn vị khác đã trả",
        "Thêm ở các dòng trống; dòng đã có thì sửa được đơn giá, loại căn cứ. Xóa dòng ở đây không xóa trong hệ thống.",
        len(OBSERVED_HEADINGS),
    )
    _write_head(sheet, OBSERVED_HEADINGS)
    rows: list[tuple[CellValue, ...]] = [
        (price.item, price.buyer, price.unit_price, price.paid_on, price.document, METHODS[price.kind]) for price in observed
    ]
    blank: tuple[CellValue, ...] = (None,) * len(OBSERVED_HEADINGS)
    kinds = ("short", "words", "number", "day", "words", "words")
    for number, cells in enumerate([*rows, *[blank] * SPARE], start=1):
        for column, value in enumerate(cells, start=1):
            _put(sheet.cell(HEAD + number, column), value, kinds[column - 1], is_open=True)
    last = HEAD + len(rows) + SPARE
    _offer(sheet, "F", HEAD + 1, last, [label for key, label in METHODS.items() if key != "none"])
    _hint(sheet, "B", HEAD + 1, last, "Đơn vị mua", "Tên đầy đủ (Phường Cửa Nam, Xã Ba Vì) hoặc mã 5 số; đơn vị khác thì ghi tên.")
    _finish(sheet, OBSERVED_HEADINGS, HEAD + 1, frozen=f"A{HEAD + 1}", filtered=last)


def _write_guide(sheet: Worksheet) -> None:
    rates = [
        f"{rate.label}: {rate.applies_to}. Nguồn: {rate.source} (nhãn {rate.source_label})." for rate in load_vat_rates().values()
    ]
    lines = [
        ("Cách dùng", True),
        ("Chỉ các ô nền vàng nhạt là sửa được. Không cần giữ thứ tự dòng: mỗi dòng nhận theo mã danh mục.", False),
        (
            "Tiền là số nguyên đồng: 1500000, 1.500.000, hoặc gõ chữ như 1,5 triệu, 2 tỷ. Số đọc được hai cách thì không nhận.",
            False,
        ),
        ("Sửa xong, lưu lại, mở trang bảng giá, bấm “Sửa bằng tệp Excel”. Trang cho xem trước mọi thay đổi rồi mới nhận.", False),
        ("Bảng giá đã chốt không bao giờ đổi: những gì sửa thành một bản mới.", False),
        ("Căn cứ giá (NĐ 224/2026/NĐ-CP, Điều 49.4)", True),
        (
            f"Phương pháp là một trong: {', '.join(label for key, label in METHODS.items() if key != 'none')}; kèm số và ngày căn cứ.",
            False,
        ),
        (f"Mức giá tối đa ({CAP_CLAUSE})", True),
        (
            "Vượt đến 15 %: thủ trưởng đơn vị quyết định. Trên 15 đến 30 %: UBND cấp tỉnh quyết định. Trên 30 %: không được phép.",
            False,
        ),
        ("Thuế suất thuế giá trị gia tăng", True),
        *((words, False) for words in rates),
        ("So với giá đã trả nơi khác", True),
        (
            "Khoảng giá = trung vị ± 3 lần độ lệch trung vị, mỗi bên ít nhất 5 %; cần từ 3 giá trở lên. Bề rộng này là giả định (A).",
            False,
        ),
    ]
    for row, (words, is_head) in enumerate(lines, start=1):
        cell = sheet.cell(row, 1, words)
        cell.font, cell.alignment = _BOLD if is_head else _PLAIN, Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 16 * max(1, -(-len(words) // 70))
    sheet.column_dimensions["A"].width = 76
    sheet.protection.enable()
    _set_print(sheet, "portrait")


def _write_keys(sheet: Worksheet, price_list: PriceList, observed: Sequence[ObservedPrice]) -> None:
    sheet.append([MARK, str(price_list.id)])
    for price in price_list.prices.values():
        sheet.append(["price", price.item, *(plain(cell_of(part, price)) for part in PARTS)])
    for seen in observed:
        sheet.append(["observed", *observed_key(seen)])
    for line in sheet.iter_rows():
        for cell in line:
            cell.data_type, cell.number_format = "s", "@"
    sheet.protection.enable()
    sheet.sheet_state = "veryHidden"


def _against_cap(price: Price) -> str:
    if price.standing is CapStanding.NO_CAP:
        return ""
    tenths = price.tenths_above_cap or 0
    return f"{price.standing.label} (+{tenths // 10},{tenths % 10} %)" if tenths else price.standing.label


def _against_others(sanity: Sanity) -> str:
    if sanity.band is None:
        return sanity.position.label
    return f"{sanity.position.label} {format_number(sanity.band.low)} – {format_number(sanity.band.high)} ({sanity.band.count} giá)"


def _write_title(sheet: Worksheet, title: str, note: str, columns: int) -> None:
    for row, words, font in ((1, title, Font(name=FONT, size=14, bold=True)), (2, note, _PLAIN)):
        cell = sheet.cell(row, 1, words)
        cell.data_type, cell.font = "s", font
    sheet.cell(3, 1, "Chỉ sửa ở các ô nền vàng nhạt. Đơn vị tính: đồng.").font = _PLAIN


def _write_head(sheet: Worksheet, headings: Sequence[tuple[str, int]]) -> None:
    for column, (title, width) in enumerate(headings, start=1):
        cell = sheet.cell(HEAD, column, title)
        cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _HEAD, _BOX, _MIDDLE
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[HEAD].height = 48


def _add_styles(book: Workbook) -> None:
    """Named styles: a style object for each cell would take most of the time of writing."""
    for kind, (number_format, alignment) in _KINDS.items():
        for name, font, fill, locked in ((kind, _PLAIN, PatternFill(), True), (f"{kind}-open", _TYPED, _INPUT, False)):
            style = NamedStyle(f"p-{name}", font=font, fill=fill, border=_BOX, alignment=alignment, number_format=number_format)
            style.protection = Protection(locked=locked)
            book.add_named_style(style)


def _kind_of(title: str, value: CellValue) -> str:
    if title in ("STT", CODE):
        return "short"
    if title == PARTS["evidence_date"]:
        return "day"
    figures = (PARTS["unit_price"], PARTS["vat_percent"], PARTS["cap"], "Đơn giá trước thuế")
    return "number" if title in figures or isinstance(value, int) else "words"


def _put(cell: Cell, value: CellValue, kind: str, *, is_open: bool) -> None:
    cell.value = value
    cell.style = f"p-{kind}-open" if is_open else f"p-{kind}"
    if isinstance(value, str):
        cell.data_type = "s"


def _offer(sheet: Worksheet, column: str, first: int, last: int, choices: Iterable[str]) -> None:
    check = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, errorStyle="warning")
    check.showErrorMessage, check.errorTitle, check.error = (
        True,
        "Giá trị ngoài danh sách",
        "Chọn một giá trị trong danh sách của ô này.",
    )
    sheet.add_data_validation(check)
    check.add(f"{column}{first}:{column}{last}")


def _hint(sheet: Worksheet, column: str, first: int, last: int, title: str, words: str) -> None:
    check = DataValidation(allow_blank=True, showInputMessage=True)
    check.promptTitle, check.prompt = title[:31], words
    sheet.add_data_validation(check)
    check.add(f"{column}{first}:{column}{last}")


def _finish(sheet: Worksheet, headings: Sequence[tuple[str, int]], first: int, *, frozen: str, filtered: int) -> None:
    for line in sheet.iter_rows(min_row=first, max_col=len(headings)):
        rows = max(-(-len(str(cell.value or "")) * 11 // (10 * width)) for cell, (_t, width) in zip(line, headings, strict=True))
        sheet.row_dimensions[line[0].row].height = 15 * max(1, rows) + 3
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(headings))}{filtered}"
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    sheet.protection.enable()
    for free in ("formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, free, False)
    _set_print(sheet, "landscape")


def _set_print(sheet: Worksheet, orientation: str) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "Trang &P/&N"
