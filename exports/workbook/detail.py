"""PL02: one row per ward and item. Price by code from PL06, amount live; every other annex sums this one."""

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook.annex import (
    FIRST,
    HEAD,
    LAST,
    Content,
    Formula,
    Input,
    Link,
    add_annex,
    add_drop_down,
    add_filter,
    column_range,
    put_row,
    put_totals,
)
from exports.workbook.context import WorkbookContext
from exports.workbook.price_basis import (
    CAP,
    EVIDENCE,
    HAS_EVIDENCE,
    IS_YEARLY,
    LEASABLE,
    LEASE_PRICE,
    NAME,
    NO_EVIDENCE,
    PRICE,
    UNIT,
    YEARLY,
    price_cap_of,
    price_of,
)
from inventory.catalogue import GROUPS, load_catalogue
from planning.plan.assumptions import SOURCES, Method, Spending
from planning.plan.overrides import PRIORITIES
from planning.plan.plan import Plan, PlanLine, is_paid_yearly

TAB = "PL02 Chi tiết"
PHASING_TAB = "PL04 Phân kỳ nguồn vốn"
TRANSFER_TAB = "Điều chuyển"
# So many rows of transfers are added up: each line looks through all of them.
_LAST_TRANSFER = 1_500
# Letter, heading, width.
_COLUMNS = (
    ("A", "STT", 6), ("B", "Mã xã", 8), ("C", "Xã, phường", 21), ("D", "Nhóm", 7), ("E", "Mã DM", 7), ("F", "Nội dung", 30),
    ("G", "ĐVT", 14), ("H", "Nhu cầu theo tiêu chuẩn", 9), ("I", "Hiện có dùng được", 8), ("J", "Thiếu", 7),
    ("K", "Đã đặt, chưa bàn giao", 9), ("L", "Trần số lượng", 8), ("M", "Còn được trang bị trong trần", 10),
    ("N", "Số lượng đề nghị", 9), ("O", "Điều chuyển, tận dụng", 10), ("P", "Số lượng mua, thuê", 9), ("Q", "Phương thức", 12),
    ("R", "Số tháng tính trong năm", 9), ("S", "Đơn giá (đã gồm thuế)", 14), ("T", "Trần giá", 14), ("U", "Thành tiền", 16),
    ("V", "Trong đó: trong định mức", 16), ("W", "Trong đó: vượt định mức", 16), ("X", "Loại chi", 15), ("Y", "Nguồn vốn", 20),
    ("Z", "Năm", 8), ("AA", "So với định mức", 13), ("AB", "Ưu tiên", 10), ("AC", "Đơn vị sở hữu", 15), ("AD", "Tiêu chí", 12),
    ("AE", "Căn cứ", 36), ("AF", "Căn cứ giá", 13), ("AG", "Duy trì mỗi năm sau (không cộng vào tổng)", 15), ("AH", "Ghi chú", 26),
    ("AI", "Đơn vị thực hiện", 22), ("AJ", "Mã dòng", 12),
)  # fmt: skip
HEADINGS = tuple((label, width) for _letter, label, width in _COLUMNS)
# The columns that only the first of the two pages side by side holds: after those on both, up to the amounts.
ON_FIRST_PAGE = (7, 23)
NO_CAP = "–"
WITHIN, ABOVE = "trong định mức", "vượt, chờ quyết định"
WARD, MONTHS, UNIT_PRICE = "B", "R", "S"
GROUP, ITEM, QUANTITY, AMOUNT, AMOUNT_WITHIN, AMOUNT_ABOVE = "D", "E", "P", "U", "V", "W"
SPENDING, SOURCE, YEAR, EVIDENCE_COLUMN, UPKEEP = "X", "Y", "Z", "AF", "AG"


def add_detail(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    sheet = add_annex(book, plan, context, TAB, "02", "Chi tiết theo xã, phường và danh mục", HEADINGS, ON_FIRST_PAGE)
    incoming = _incoming_transfers(plan)
    for number, line in enumerate(plan.lines, start=1):
        moved = _moved_cell(HEAD + number, line, incoming.get((line.ward.code, line.item), 0))
        put_row(sheet, HEAD + number, _cells(number, line, HEAD + number, context, moved))
    within, above = (sum(part(kind) for kind in Spending) for part in (plan.within_total, plan.above_total))
    put_totals(sheet, 6, {21: plan.total(), 22: within, 23: above, 33: sum(line.upkeep for line in plan.lines)})
    add_filter(sheet, len(HEADINGS), len(plan.lines))
    sheet.freeze_panes = f"G{FIRST}"
    # So many columns are read on two pages side by side, with ward and item on both.
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.print_title_cols = 2, "A:F"
    _offer_choices(sheet, plan)
    return sheet


def _offer_choices(sheet: Worksheet, plan: Plan) -> None:
    add_drop_down(sheet, "Q", f'"{",".join(method.label for method in Method)}"')
    add_drop_down(sheet, "AB", f'"{",".join(PRIORITIES.values())}"')
    add_drop_down(sheet, SPENDING, f'"{",".join(kind.label for kind in Spending)}"')
    # Names of sources have commas of their own, so that their list stands in cells: those of PL04.
    add_drop_down(sheet, SOURCE, f"'{PHASING_TAB}'!$B${FIRST}:$B${HEAD + len(SOURCES)}", others=True)
    add_drop_down(sheet, YEAR, f'"{",".join(map(str, plan.assumptions.years))}"', others=True)
    for column, highest in (("N", 100_000), ("R", 12)):
        rule = DataValidation(type="whole", operator="between", formula1="0", formula2=str(highest), allow_blank=True)
        rule.errorTitle, rule.error = "Số chưa đúng", f"Nhập số nguyên từ 0 đến {highest}."
        rule.showErrorMessage = True
        sheet.add_data_validation(rule)
        rule.add(f"{column}{FIRST}:{column}{LAST}")


def _incoming_transfers(plan: Plan) -> dict[tuple[str, str], int]:
    """How many of an item the transfers bring to a ward, by ward code and item."""
    incoming: dict[tuple[str, str], int] = {}
    for transfer in plan.transfers:
        key = (transfer.receiver.code, transfer.item)
        incoming[key] = incoming.get(key, 0) + transfer.quantity
    return incoming


def _moved_cell(row: int, line: PlanLine, incoming: int) -> Content:
    """What the sheet of transfers brings to this line; a plain number where the line differs from it."""
    wards, items, units = (f"'{TRANSFER_TAB}'!${column}${HEAD}:${column}${_LAST_TRANSFER}" for column in "FBH")
    return Formula(f"=SUMIFS({units},{wards},$B{row},{items},$E{row})", incoming) if incoming == line.moved else line.moved


def _cells(number: int, line: PlanLine, row: int, context: WorkbookContext, moved: Content) -> list[Content]:
    item, code = load_catalogue()[line.item], f"E{row}"
    months = f"IF(ISNUMBER(R{row}),R{row},12)"
    # What is moved in takes up the room of the legal ceiling first. Only where M is a number: AND would work the rest out all the same.
    room = f"MAX(0,M{row}-O{row})"
    within = f"=IF(ISNUMBER(M{row}),ROUND(MIN(P{row},{room})*S{row}*{months}/12,0),U{row})"
    return [
        number, line.ward.code, line.ward.full_name, Formula(f"=LEFT({code},1)", line.group), Input(line.item),
        _lookup(code, NAME, item.name), _lookup(code, UNIT, item.unit),
        line.need, line.have, line.short, line.on_order, NO_CAP if line.cap is None else line.cap, NO_CAP if line.room is None else line.room, Input(line.quantity), moved,
        Formula(f'=IF(Q{row}="{Method.TRANSFER.label}",0,MAX(0,N{row}-O{row}))', line.bought), Input(line.method.label),
        Input(line.months) if is_paid_yearly(line.item, line.method) else Input("–"), _unit_price(row, line), _lookup(code, CAP, price_cap_of(line.price)),
        Formula(f"=ROUND(P{row}*S{row}*{months}/12,0)", line.amount), Formula(within, line.amount_within),
        Formula(f"=U{row}-V{row}", line.amount_above), Input(line.spending.label), Input(line.source), Input(line.year, is_year=True),
        Formula(f'=IF(ISNUMBER(M{row}),IF(P{row}>{room},"{ABOVE}","{WITHIN}"),"{WITHIN}")', ABOVE if line.above else WITHIN),
        Input(PRIORITIES[str(line.is_priority)]), Input(line.owner), ", ".join(line.criteria), line.basis,
        _lookup(code, HAS_EVIDENCE, EVIDENCE if line.price.has_evidence else NO_EVIDENCE),
        Formula(f'=IF({code}="",0,IF(OR({price_of(code, IS_YEARLY)}="{YEARLY}",AND(Q{row}="{Method.LEASE.label}",{price_of(code, LEASABLE)}="{YEARLY}")),P{row}*S{row},0))', line.upkeep),
        Input(line.note), Input(line.unit), Link(line.code, f"{context.public_url}/plans/{context.plan_id}/lines/{line.code}"),
    ]  # fmt: skip


def _unit_price(row: int, line: PlanLine) -> Formula | Input:
    """The price of the item, or of leasing it a year; a price that was set for this line stands as a number."""
    if "unit_price" in line.edited:
        return Input(line.unit_price)
    code = f"E{row}"
    price_formula = f'IF(Q{row}="{Method.LEASE.label}",{price_of(code, LEASE_PRICE)},{price_of(code, PRICE)})'
    return Formula(f'=IF({code}="",0,{price_formula})', line.unit_price)


def _lookup(code: str, column: str, value: int | str) -> Formula:
    """What PL06 says of an item; nothing on an inserted row that has no code yet."""
    blank = "0" if column == PRICE else '""'
    return Formula(f'=IF({code}="",{blank},{price_of(code, column)})', value)


def sum_where(value: int, *pairs: tuple[str, str], summed: str = AMOUNT) -> Formula:
    """The sum of a column of PL02 where columns have values: pairs of a column letter and an Excel expression."""
    conditions = "".join(f",{column_range(TAB, column)},{value_expression}" for column, value_expression in pairs)
    return Formula(f"=SUMIFS({column_range(TAB, summed)}{conditions})", value)


def group_name(letter: str) -> str:
    """``A. Máy trạm và thiết bị văn phòng``."""
    return f"{letter}. {GROUPS[letter]}"
