"""What moves from ward to ward instead of being bought: giver, receiver, distance, and what each transfer saves."""

from openpyxl import Workbook

from exports.workbook.annex import FIRST, HEAD, Content, Formula, add_annex, add_filter, column_range, join, put_row, put_totals
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import ITEM, MONTHS, TAB, TRANSFER_TAB, UNIT_PRICE, WARD
from exports.workbook.formula_values import put_text
from inventory.catalogue import load_catalogue
from planning.plan.line import PlanLine, amount_of
from planning.plan.plan import Plan, Transfer

_HEADINGS = (
    ("STT", 6), ("Mã DM", 8), ("Nội dung", 34), ("Mã xã giao", 8), ("Bên giao", 24), ("Mã xã nhận", 8), ("Bên nhận", 24),
    ("Số lượng", 9), ("Khoảng cách (km)", 10), ("Đơn giá ở PL02", 15), ("Số tháng", 8), ("Số tiền không phải chi", 17),
)  # fmt: skip
_KM, _SAVED = 9, 12
NOTE = (
    "Cột Điều chuyển, tận dụng của PL02 cộng từ trang này theo mã xã nhận và mã danh mục. Thêm hoặc bỏ một khoản điều chuyển: làm ở trang "
    "Điều chuyển của phương án trên hệ thống; sửa ở đây chỉ để thử, khi nhận lại sổ tính không lấy."
)


def add_transfers(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    sheet = add_annex(book, plan, context, TRANSFER_TAB, "13", "Điều chuyển, tận dụng trước khi mua", _HEADINGS)
    lines = {(line.ward.code, line.item): line for line in plan.lines}
    ordered = sorted(plan.transfers, key=lambda t: (t.item, t.receiver.position, t.giver.position))
    saved = 0
    for number, transfer in enumerate(ordered, start=1):
        line = lines.get((transfer.receiver.code, transfer.item))
        put_row(sheet, HEAD + number, _cells(number, transfer, line, HEAD + number))
        distance = sheet.cell(HEAD + number, _KM)
        distance.value, distance.style = transfer.metres / 1000, "w-number"
        distance.number_format = "0.0"
        saved += _saving(transfer, line)
    put_totals(sheet, 7, {_SAVED: saved})
    add_filter(sheet, len(_HEADINGS), len(ordered))
    if not ordered:
        put_row(sheet, FIRST, [None, None, "Phương án chưa có khoản điều chuyển nào.", *[None] * 9])
    below = HEAD + max(1, len(ordered)) + 2
    put_text(sheet, below, 3, NOTE).style = "w-words"
    join(sheet, below, 3, _SAVED)


def _saving(transfer: Transfer, line: PlanLine | None) -> int:
    """VND at the price of the receiver's line; nothing where that line stands in another workbook."""
    return amount_of(transfer.quantity, line.unit_price, line.months) if line else 0


def _cells(number: int, transfer: Transfer, line: PlanLine | None, row: int) -> list[Content]:
    receiver = f"{column_range(TAB, WARD)},$F{row},{column_range(TAB, ITEM)},$B{row}"
    months = f'=IF(COUNTIFS({receiver},{column_range(TAB, MONTHS)},">=0")=0,12,SUMIFS({column_range(TAB, MONTHS)},{receiver}))'
    return [
        number, transfer.item, load_catalogue()[transfer.item].name, transfer.giver.code, transfer.giver.full_name,
        transfer.receiver.code, transfer.receiver.full_name, transfer.quantity, None,
        Formula(f"=SUMIFS({column_range(TAB, UNIT_PRICE)},{receiver})", line.unit_price if line else 0),
        Formula(months, line.months if line else 12), Formula(f"=ROUND(H{row}*J{row}*K{row}/12,0)", _saving(transfer, line)),
    ]  # fmt: skip
