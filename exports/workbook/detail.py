"""PL02: one row per ward and item. Price by code from PL06, amount live; every other annex sums this one."""

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.plan import Plan, PlanLine
from exports.workbook.price_basis import PRICE_TAB
from exports.workbook.sheet import (
    FIRST,
    HEAD,
    LAST,
    Content,
    Input,
    Live,
    WorkbookContext,
    add_annex,
    add_filter,
    column_range,
    put,
    put_row,
)
from inventory.catalogue import GROUPS, load_catalogue

TAB = "PL02 Chi tiết"
HEADINGS = (
    ("STT", 6), ("Mã xã", 8), ("Xã, phường", 20), ("Nhóm", 7), ("Mã DM", 8), ("Nội dung", 34), ("ĐVT", 12),
    ("Nhu cầu theo tiêu chuẩn", 10), ("Hiện có dùng được", 10), ("Thiếu", 8), ("Đã đặt, chưa bàn giao", 10),
    ("Trần số lượng", 9), ("Số lượng đề nghị", 10), ("Phương thức", 10), ("Số tháng", 8), ("Đơn giá (đã gồm thuế)", 15),
    ("Thành tiền", 17), ("Loại chi", 16), ("Nguồn vốn", 24), ("Năm", 8), ("Trong định mức", 14), ("Ưu tiên", 10),
    ("Đơn vị sở hữu", 18), ("Tiêu chí", 16), ("Căn cứ", 40), ("Căn cứ giá", 16), ("Ghi chú", 30),
)  # fmt: skip
WITHIN, ABOVE = "trong định mức", "vượt, chờ quyết định"
NO_EVIDENCE, EVIDENCE = "chưa có căn cứ", "có căn cứ"
AMOUNT, SPENDING, SOURCE, YEAR, CAP, EVIDENCE_COLUMN = "Q", "R", "S", "T", "U", "Z"


def add_detail(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    sheet = add_annex(book, plan, context, TAB, "02", "Chi tiết theo xã, phường và danh mục", HEADINGS)
    for number, line in enumerate(plan.lines, start=1):
        put_row(sheet, HEAD + number, _cells(number, line, HEAD + number))
    total = plan.total()
    put(sheet, 7, 6, "Tổng cộng (hai loại chi)", total=True)
    put(sheet, 7, 17, Live(f"=SUM(Q{FIRST}:Q{LAST})", total), total=True)
    put(sheet, 6, 6, "Tổng theo bộ lọc", total=True)
    put(sheet, 6, 17, Live(f"=SUBTOTAL(109,Q{FIRST}:Q{LAST})", total), total=True)
    add_filter(sheet, len(HEADINGS), len(plan.lines))
    sheet.freeze_panes = f"G{FIRST}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    years = DataValidation(type="whole", operator="between", formula1=str(plan.on.year), formula2=str(plan.on.year + 10))
    years.errorTitle, years.error = "Năm chưa đúng", "Năm ngân sách phải là số năm, từ năm nay đến mười năm sau."
    sheet.add_data_validation(years)
    years.add(f"T{FIRST}:T{max(FIRST, HEAD + len(plan.lines))}")
    return sheet


def _cells(number: int, line: PlanLine, row: int) -> list[Content]:
    item = load_catalogue()[line.item]
    codes, prices = column_range(PRICE_TAB, "B"), column_range(PRICE_TAB, "E")
    return [
        number, line.ward.code, line.ward.full_name, line.group, line.item, item.name, item.unit,
        line.need, line.have, line.short, line.on_order, line.cap, Input(line.quantity), line.method.label, Input(line.months),
        Live(f"=INDEX({prices},MATCH(E{row},{codes},0))", line.unit_price),
        Live(f"=ROUND(M{row}*P{row}*O{row}/12,0)", line.amount),
        line.spending.label, line.source, Input(line.year, is_year=True), WITHIN if line.within_cap else ABOVE,
        "bắt buộc" if line.is_priority else "tiếp theo", line.owner, ", ".join(line.criteria), line.basis,
        EVIDENCE if line.price.has_evidence else NO_EVIDENCE, line.note,
    ]  # fmt: skip


def sum_where(value: int, *pairs: tuple[str, str]) -> Live:
    """The sum of PL02's amounts where columns have values: pairs of a column letter and an Excel expression."""
    conditions = "".join(f",{column_range(TAB, column)},{wanted}" for column, wanted in pairs)
    return Live(f"=SUMIFS({column_range(TAB, AMOUNT)}{conditions})", value)


def group_name(letter: str) -> str:
    """``A. Máy trạm và thiết bị văn phòng``."""
    return f"{letter}. {GROUPS[letter]}"
