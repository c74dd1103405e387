"""A price list as an Excel workbook for bulk editing: prices, prices paid elsewhere, and a guide; unlocked only where something is typed.

A hidden sheet keeps the original value of each cell, so that what comes back is compared with what went out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from inventory.catalogue import load_catalogue
from inventory.prices.parsing import FIELD_LABELS
from inventory.prices.plausibility import ObservedPrice, Sanity, assess_price
from inventory.prices.prices import CAP_CLAUSE, METHODS, CapStanding, Price, PriceList
from inventory.prices.vat import load_vat_rates
from portal.formats import format_number
from portal.office_files import save_workbook

PRICES, OBSERVED, GUIDE, KEYS = "Đơn giá", "Giá tham chiếu", "Hướng dẫn", "_bang_gia"
CODE = "Mã DM"
FORMAT_MARK = "bang-gia-1"
HEADER_ROW = 5
SPARE_ROWS = 60
HEADINGS = (
    ("STT", 6), (CODE, 8), ("Tên", 34), ("ĐVT", 11), (FIELD_LABELS["unit_price"], 16), (FIELD_LABELS["vat_percent"], 8), ("Đơn giá trước thuế", 15),
    (FIELD_LABELS["cap"], 15), (FIELD_LABELS["method"], 19), (FIELD_LABELS["evidence"], 22), (FIELD_LABELS["evidence_date"], 12), (FIELD_LABELS["source"], 42),
    ("So với mức tối đa", 20), ("So với giá đã trả nơi khác", 26), ("Căn cứ giá", 17),
)  # fmt: skip
OBSERVED_HEADINGS = (
    (CODE, 9), ("Xã, phường hoặc đơn vị mua", 38), (FIELD_LABELS["unit_price"], 18), ("Ngày", 13), ("Số văn bản", 30), ("Loại căn cứ", 28),
)  # fmt: skip
FONT = "Times New Roman"
_thin = Side(style="thin", color="9AA5B1")
_BOX = Border(left=_thin, right=_thin, top=_thin, bottom=_thin)
_PLAIN, _BOLD, _EDITABLE = Font(name=FONT, size=11), Font(name=FONT, size=11, bold=True), Font(name=FONT, size=11, color="0B4F6C")
_TEXT = Alignment(wrap_text=True, vertical="center", horizontal="left", indent=1)
_FIGURE = Alignment(vertical="center", horizontal="right")
_MIDDLE = Alignment(wrap_text=True, vertical="center", horizontal="center")
_INPUT_FILL, _HEADER_FILL, _WARNING = (PatternFill("solid", fgColor=colour) for colour in ("FFF8E1", "D9E2EC", "F8E3C8"))
# How a cell looks by what it holds: its number format and its alignment.
_CELL_STYLES = {"words": ("@", _TEXT), "number": ("#,##0", _FIGURE), "day": ("dd/mm/yyyy", _MIDDLE), "short": ("@", _MIDDLE)}

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


def cell_value(field: str, price: Price) -> CellValue:
    """The value of the cell for one field of a price."""
    value = getattr(price, field)
    return METHODS[value] if field == "method" else value


def normalize_cell(value: object) -> str:
    """A cell in the one way of writing it that survives another program: digits of a whole number, ISO date, text with single spaces."""
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
    return tuple(normalize_cell(cell) for cell in cells)


def _write_prices(sheet: Worksheet, price_list: PriceList, observed: Sequence[ObservedPrice], note: str) -> None:
    _write_title(sheet, f"Bảng giá: {price_list.name} ({price_list.state_label})", note)
    _write_header(sheet, HEADINGS)
    titles = [title for title, _width in HEADINGS]
    catalogue = load_catalogue()
    for number, price in enumerate(price_list.prices.values(), start=1):
        row, item = HEADER_ROW + number, catalogue[price.item]
        cells: Mapping[str, CellValue] = {
            "STT": number,
            CODE: price.item,
            "Tên": item.name,
            "ĐVT": item.unit,
            "Đơn giá trước thuế": price.before_tax,
            "So với mức tối đa": _compare_with_cap(price),
            "So với giá đã trả nơi khác": _compare_with_observed(assess_price(price.item, price.unit_price, observed)),
            "Căn cứ giá": "có căn cứ" if price.has_evidence else "chưa có căn cứ",
            **{label: cell_value(field, price) for field, label in FIELD_LABELS.items()},
        }
        for column, title in enumerate(titles, start=1):
            _write_cell(sheet, row, column, cells[title], _style_of(title, cells[title]), is_open=title in FIELD_LABELS.values())
        if not price.has_evidence:
            sheet.cell(row, len(titles)).fill = _WARNING
    last = HEADER_ROW + len(price_list.prices)
    columns = {field: get_column_letter(titles.index(label) + 1) for field, label in FIELD_LABELS.items()}
    _add_choices(sheet, columns["method"], HEADER_ROW + 1, last, METHODS.values())
    _add_choices(sheet, columns["vat_percent"], HEADER_ROW + 1, last, [str(rate) for rate in load_vat_rates()])
    for field, hint in (
        ("unit_price", "Số nguyên đồng, đã gồm thuế, chưa gồm vận chuyển, lắp đặt. Ví dụ 1.500.000 hoặc 1,5 triệu."),
        ("cap", "Số nguyên đồng; danh mục không có mức tối đa thì để trống."),
        ("evidence_date", "Ngày của báo giá, quyết định, chứng thư. Ví dụ 31/12/2026."),
    ):
        _add_hint(sheet, columns[field], HEADER_ROW + 1, last, FIELD_LABELS[field], hint)
    _finish_sheet(sheet, HEADINGS, HEADER_ROW + 1, frozen=f"D{HEADER_ROW + 1}", filtered=last)


def _write_observed(sheet: Worksheet, observed: Sequence[ObservedPrice]) -> None:
    _write_title(
        sheet,
        "Giá tham chiếu: giá các xã, phường và đơn vị khác đã trả",
        "Thêm ở các dòng trống; dòng đã có thì sửa được đơn giá, loại căn cứ. Xóa dòng ở đây không xóa trong hệ thống.",
    )
    _write_header(sheet, OBSERVED_HEADINGS)
    rows: list[tuple[CellValue, ...]] = [
        (price.item, price.buyer, price.unit_price, price.paid_on, price.document, METHODS[price.kind]) for price in observed
    ]
    blank: tuple[CellValue, ...] = (None,) * len(OBSERVED_HEADINGS)
    kinds = ("short", "words", "number", "day", "words", "words")
    for number, cells in enumerate([*rows, *[blank] * SPARE_ROWS], start=1):
        for column, value in enumerate(cells, start=1):
            _write_cell(sheet, HEADER_ROW + number, column, value, kinds[column - 1], is_open=True)
    last = HEADER_ROW + len(rows) + SPARE_ROWS
    _add_choices(sheet, "F", HEADER_ROW + 1, last, [label for key, label in METHODS.items() if key != "none"])
    _add_hint(
        sheet,
        "B",
        HEADER_ROW + 1,
        last,
        "Đơn vị mua",
        "Tên đầy đủ (Phường Cửa Nam, Xã Ba Vì) hoặc mã 5 số; đơn vị khác thì ghi tên.",
    )
    _finish_sheet(sheet, OBSERVED_HEADINGS, HEADER_ROW + 1, frozen=f"A{HEADER_ROW + 1}", filtered=last)


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
        *((text, False) for text in rates),
        ("So với giá đã trả nơi khác", True),
        (
            "Khoảng giá = trung vị ± 3 lần độ lệch trung vị, mỗi bên ít nhất 5 %; cần từ 3 giá trở lên. Bề rộng này là giả định (A).",
            False,
        ),
    ]
    for row, (text, is_head) in enumerate(lines, start=1):
        cell = sheet.cell(row, 1, text)
        cell.font, cell.alignment = _BOLD if is_head else _PLAIN, Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 16 * max(1, -(-len(text) // 70))
    sheet.column_dimensions["A"].width = 76
    sheet.protection.enable()
    _set_print_layout(sheet, "portrait")


def _write_keys(sheet: Worksheet, price_list: PriceList, observed: Sequence[ObservedPrice]) -> None:
    sheet.append([FORMAT_MARK, str(price_list.id)])
    for price in price_list.prices.values():
        sheet.append(["price", price.item, *(normalize_cell(cell_value(field, price)) for field in FIELD_LABELS)])
    for observed_price in observed:
        sheet.append(["observed", *observed_key(observed_price)])
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.data_type, cell.number_format = "s", "@"
    sheet.protection.enable()
    sheet.sheet_state = "veryHidden"


def _compare_with_cap(price: Price) -> str:
    if price.standing is CapStanding.NO_CAP:
        return ""
    tenths = price.tenths_above_cap or 0
    return f"{price.standing.label} (+{tenths // 10},{tenths % 10} %)" if tenths else price.standing.label


def _compare_with_observed(sanity: Sanity) -> str:
    if sanity.band is None:
        return sanity.position.label
    return f"{sanity.position.label} {format_number(sanity.band.low)} – {format_number(sanity.band.high)} ({sanity.band.count} giá)"


def _write_title(sheet: Worksheet, title: str, note: str) -> None:
    for row, text, font in ((1, title, Font(name=FONT, size=14, bold=True)), (2, note, _PLAIN)):
        cell = sheet.cell(row, 1, text)
        cell.data_type, cell.font = "s", font
    sheet.cell(3, 1, "Chỉ sửa ở các ô nền vàng nhạt. Đơn vị tính: đồng.").font = _PLAIN


def _write_header(sheet: Worksheet, headings: Sequence[tuple[str, int]]) -> None:
    for column, (title, width) in enumerate(headings, start=1):
        cell = sheet.cell(HEADER_ROW, column, title)
        cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _HEADER_FILL, _BOX, _MIDDLE
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[HEADER_ROW].height = 48


def _add_styles(book: Workbook) -> None:
    """Named styles: a style object for each cell would take most of the time of writing."""
    for kind, (number_format, alignment) in _CELL_STYLES.items():
        for name, font, fill, is_locked in ((kind, _PLAIN, PatternFill(), True), (f"{kind}-open", _EDITABLE, _INPUT_FILL, False)):
            style = NamedStyle(f"p-{name}", font=font, fill=fill, border=_BOX, alignment=alignment, number_format=number_format)
            style.protection = Protection(locked=is_locked)
            book.add_named_style(style)


def _style_of(title: str, value: CellValue) -> str:
    if title in ("STT", CODE):
        return "short"
    if title == FIELD_LABELS["evidence_date"]:
        return "day"
    figures = (FIELD_LABELS["unit_price"], FIELD_LABELS["vat_percent"], FIELD_LABELS["cap"], "Đơn giá trước thuế")
    return "number" if title in figures or isinstance(value, int) else "words"


def _write_cell(sheet: Worksheet, row: int, column: int, value: CellValue, kind: str, *, is_open: bool) -> None:
    cell = sheet.cell(row, column, value)
    cell.style = f"p-{kind}-open" if is_open else f"p-{kind}"
    if isinstance(value, str):
        cell.data_type = "s"


def _add_choices(sheet: Worksheet, column: str, first: int, last: int, choices: Iterable[str]) -> None:
    validation = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, errorStyle="warning")
    validation.showErrorMessage, validation.errorTitle, validation.error = (
        True,
        "Giá trị ngoài danh sách",
        "Chọn một giá trị trong danh sách của ô này.",
    )
    sheet.add_data_validation(validation)
    validation.add(f"{column}{first}:{column}{last}")


def _add_hint(sheet: Worksheet, column: str, first: int, last: int, title: str, text: str) -> None:
    validation = DataValidation(allow_blank=True, showInputMessage=True)
    validation.promptTitle, validation.prompt = title[:31], text
    sheet.add_data_validation(validation)
    validation.add(f"{column}{first}:{column}{last}")


def _finish_sheet(sheet: Worksheet, headings: Sequence[tuple[str, int]], first: int, *, frozen: str, filtered: int) -> None:
    for number, cells in enumerate(sheet.iter_rows(min_row=first, max_col=len(headings)), start=first):
        rows = max(-(-len(str(cell.value or "")) * 11 // (10 * width)) for cell, (_, width) in zip(cells, headings, strict=True))
        sheet.row_dimensions[number].height = 15 * max(1, rows) + 3
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(headings))}{filtered}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.protection.enable()
    for permission in ("formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, permission, False)
    _set_print_layout(sheet, "landscape")


def _set_print_layout(sheet: Worksheet, orientation: Literal["landscape", "portrait"]) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "Trang &P/&N"
