"""PL02: one row per ward and item. Price by code and year from PL06, amounts of each year live; every other annex sums this one."""

from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
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
    LEASE_PRICES,
    NAME,
    NO_EVIDENCE,
    PRICES,
    RATES,
    UNIT,
    YEARLY,
    price_of,
)
from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.prices import HEAD_PERCENT, PROVINCE_PERCENT, CapStanding
from planning.plan.assumptions import YEARS, Method
from planning.plan.estimate import before_tax_of, is_hired
from planning.plan.line import PlanLine, is_paid_yearly, unit_price_of
from planning.plan.norms import NormClass
from planning.plan.overrides import PRIORITIES
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm, sources_by_label

TAB = "PL02 Chi tiết"
PHASING_TAB = "PL04 Phân kỳ nguồn vốn"
TRANSFER_TAB = "Điều chuyển"
ASSUMPTIONS_TAB = "Giả định"
# So many rows of transfers are added up: each line looks through all of them.
_LAST_TRANSFER = 1_500
# What each column holds, its heading, its width.
_COLUMNS = (
    ("number", "STT", 6), ("ward", "Mã xã", 8), ("ward_name", "Xã, phường", 21), ("group", "Nhóm", 7), ("item", "Mã DM", 7),
    ("name", "Nội dung", 30), ("unit", "ĐVT", 14), ("need", "Cần theo tiêu chí", 9), ("have", "Hiện có (số được tính)", 9),
    ("short", "Thiếu", 7), ("overage", "Quá tuổi theo bộ tiêu chuẩn", 9), ("on_order", "Đã đặt hoặc đã được cấp, chưa bàn giao", 9),
    ("cap", "Định mức số lượng tối đa", 9), ("room", "Còn được trang bị trong định mức", 10), ("quantity", "Số lượng đề nghị", 9),
    ("moved", "Điều chuyển, tận dụng", 10), ("bought", "Số lượng mua, thuê", 9), ("method", "Phương thức", 12),
    ("months", "Số tháng tính trong năm", 9), ("price", "Đơn giá (đã gồm thuế)", 14),
    ("later", "Đơn giá các năm sau trong phương án (trả hằng năm)", 15), ("price_cap", "Mức giá tối đa", 14), ("amount", "Thành tiền các năm của phương án", 16),
    *((f"year{number}", "", 16) for number in range(YEARS)), ("other_year", "Năm khác", 14),
    ("within", "Trong đó: trong định mức hoặc không có định mức", 16), ("above", "Trong đó: vượt định mức", 16), ("form", "Hình thức chi", 18),
    ("source", "Nguồn vốn", 26), ("year", "Năm", 8), ("norm", "Định mức", 18), ("compared", "So với định mức", 13), ("standing", "So với mức giá tối đa", 18), ("priority", "Ưu tiên", 10),
    ("owner", "Đơn vị sở hữu", 15), ("criteria", "Tiêu chí", 12), ("how", "Cách tính số lượng", 36), ("basis", "Căn cứ", 36), ("evidence", "Căn cứ giá", 13),
    ("before_tax", "Trước thuế", 16), ("hired", "Thuê trong dự án", 8), ("upkeep", "Mỗi năm sau phương án (không cộng vào tổng)", 15), ("note", "Ghi chú", 26),
    ("unit_in_charge", "Đơn vị thực hiện", 22), ("code", "Mã dòng", 12),
)  # fmt: skip
_LETTERS = {key: get_column_letter(number) for number, (key, _heading, _width) in enumerate(_COLUMNS, start=1)}
WIDTH = len(_COLUMNS)
# The columns that only the first of the two pages side by side holds: after those on both, up to the amounts.
ON_FIRST_PAGE = (7, 23)
NO_CAP = "–"
ABOVE = NormClass.ABOVE.label
WARD, MONTHS, UNIT_PRICE = _LETTERS["ward"], _LETTERS["months"], _LETTERS["price"]
GROUP, ITEM, QUANTITY, AMOUNT = (_LETTERS[key] for key in ("group", "item", "bought", "amount"))
AMOUNT_WITHIN, AMOUNT_ABOVE, NORM = _LETTERS["within"], _LETTERS["above"], _LETTERS["norm"]
FORM, SOURCE, EVIDENCE_COLUMN, BEFORE_TAX, HIRED, UPKEEP = (
    _LETTERS[key] for key in ("form", "source", "evidence", "before_tax", "hired", "upkeep")
)
YEAR_AMOUNTS = tuple(_LETTERS[f"year{number}"] for number in range(YEARS))
OTHER_YEAR, METHOD, YEAR = _LETTERS["other_year"], _LETTERS["method"], _LETTERS["year"]


def heading_of(key: str) -> str:
    """The heading of a column of which every plan has the same."""
    return next(heading for each, heading, _width in _COLUMNS if each == key)


def headings(plan: Plan) -> tuple[tuple[str, float], ...]:
    """The headings with their widths; the columns of amounts name the years of the plan."""
    years = {f"year{number}": f"Năm {year}" for number, year in enumerate(plan.assumptions.years)}
    return tuple((years.get(key, heading), width) for key, heading, width in _COLUMNS)


def add_detail(book: Workbook, plan: Plan, context: WorkbookContext) -> Worksheet:
    """Add the sheet."""
    head = headings(plan)
    sheet = add_annex(book, plan, context, TAB, "02", "Chi tiết theo xã, phường và danh mục", head, ON_FIRST_PAGE)
    incoming = _incoming_transfers(plan)
    for number, line in enumerate(plan.lines, start=1):
        moved = _moved_cell(HEAD + number, line, incoming.get((line.ward.code, line.item), 0))
        cells = _cells(line, HEAD + number, plan, context, moved)
        put_row(sheet, HEAD + number, [number, *(cells[key] for key, _heading, _width in _COLUMNS[1:])])
    put_totals(sheet, 6, {number_of(key): value for key, value in _totals(plan).items()})
    add_filter(sheet, len(head), len(plan.lines))
    sheet.freeze_panes = f"G{FIRST}"
    # So many columns are read on two pages side by side, with ward and item on both.
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.print_title_cols = 2, "A:F"
    _offer_choices(sheet, plan)
    return sheet


def number_of(key: str) -> int:
    """The number of a column by what it holds."""
    return list(_LETTERS).index(key) + 1


def _totals(plan: Plan) -> dict[str, int]:
    above = sum(plan.totals_by_norm().get(NormClass.ABOVE, {}).values())
    in_years = {f"year{n}": sum(plan.totals_by_year()[year].values()) for n, year in enumerate(plan.assumptions.years)}
    return {
        "amount": plan.total(),
        **in_years,
        "other_year": plan.total() - sum(in_years.values()),
        "within": plan.total() - above,
        "above": above,
        "before_tax": sum(map(before_tax_of, plan.lines)),
        "upkeep": plan.yearly_after,
    }


def _offer_choices(sheet: Worksheet, plan: Plan) -> None:
    add_drop_down(sheet, METHOD, f'"{",".join(method.label for method in Method)}"')
    add_drop_down(sheet, _LETTERS["priority"], f'"{",".join(PRIORITIES.values())}"')
    add_drop_down(sheet, FORM, f'"{",".join(form.label for form in SpendingForm)}"')
    # Names of sources are too long for a list in the rule itself, so that it stands in cells.
    add_drop_down(sheet, SOURCE, f"'{ASSUMPTIONS_TAB}'!$H${FIRST}:$H${HEAD + len(sources_by_label())}", others=True)
    add_drop_down(sheet, _LETTERS["year"], f'"{",".join(map(str, plan.assumptions.years))}"', others=True)
    for column, highest in ((_LETTERS["quantity"], 100_000), (MONTHS, 12)):
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
    sums = f"=SUMIFS({units},{wards},${WARD}{row},{items},${ITEM}{row})"
    return Formula(sums, incoming) if incoming == line.moved else line.moved


def _cells(line: PlanLine, row: int, plan: Plan, context: WorkbookContext, moved: Content) -> dict[str, Content]:
    """The cells of a line by what they hold."""
    item, years, lead = load_catalogue()[line.item], plan.assumptions.years, line.lead
    at = {key: f"{letter}{row}" for key, letter in _LETTERS.items()}
    code, is_yearly = at["item"], is_paid_yearly(line.item, line.method)
    # What is moved in takes up the room of the legal ceiling first. Only where it is a number: AND would work the rest out all the same.
    room = f"MAX(0,{at['room']}-{at['moved']})"
    within = f"MIN({at['bought']},{room})"
    yearly = f'OR({price_of(code, IS_YEARLY)}="{YEARLY}",AND({at["method"]}="{Method.LEASE.label}",{price_of(code, LEASABLE)}="{YEARLY}"))'
    # What is bought once is paid whole, whatever months stood there while it was leased.
    months = f'IF({code}="",12,IF({yearly},IF(ISNUMBER({at["months"]}),{at["months"]},{plan.assumptions.months}),12))'
    # A plan of a landed version counts what is paid yearly in its first year only.
    is_counted = bool(line.later) or not is_yearly or line.year >= years[-1]
    later_prices = {paid.year: paid.unit_price for paid in line.later}
    cells: dict[str, Content] = {
        "ward": line.ward.code,
        "ward_name": line.ward.full_name,
        "group": Formula(f"=LEFT({code},1)", line.group),
        "item": Input(line.item),
        "name": _lookup(code, NAME, item.name),
        "unit": _lookup(code, UNIT, item.unit),
        "need": lead.need if lead else None,
        "have": lead.have if lead else None,
        "short": lead.short if lead else None,
        "overage": line.overage,
        "on_order": line.on_order,
        "cap": NO_CAP if line.cap is None else line.cap,
        "room": NO_CAP if line.room is None else line.room,
        "quantity": Input(line.quantity),
        "moved": moved,
        "bought": Formula(f'=IF({at["method"]}="{Method.TRANSFER.label}",0,MAX(0,{at["quantity"]}-{at["moved"]}))', line.bought),
        "method": Input(line.method.label),
        "months": Input(line.months) if is_yearly else Input("–"),
        "price": _unit_price(line, at, plan),
        "later": 0,
        "price_cap": _price_cap(line, at),
        "standing": _standing(line, at),
        "within": Formula(
            f"=IF(ISNUMBER({at['room']}),ROUND({within}*{at['price']}*{months}/12,0)+{within}*{at['later']},{at['amount']})",
            line.amount - line.amounts_by_norm.get(NormClass.ABOVE, 0),
        ),
        "above": Formula(f"={at['amount']}-{at['within']}", line.amounts_by_norm.get(NormClass.ABOVE, 0)),
        "form": Input(line.form.label),
        "source": Input(line.source),
        "year": Input(line.year, is_year=True),
        "norm": line.norm.kind.label,
        "compared": Formula(
            f'=IF(ISNUMBER({at["room"]}),IF({at["bought"]}>{room},"{ABOVE}",{at["norm"]}),{at["norm"]})',
            ABOVE if line.above else line.norm.kind.label,
        ),
        "priority": Input(PRIORITIES[str(line.is_priority)]),
        "owner": Input(line.owner),
        "criteria": ", ".join(line.criteria),
        "how": "; ".join(_quantity_steps(line)),
        "basis": line.basis,
        "evidence": _evidence(line, code),
        "before_tax": Formula(f"={_before_tax(at, years[0])}", before_tax_of(line)),
        "hired": Formula(
            f'=IF({code}="","",IF(AND({at["method"]}="{Method.LEASE.label}",{yearly}),"x",""))', "x" if is_hired(line) else ""
        ),
        "upkeep": Formula(
            f'=IF({code}="",0,IF({yearly},{at["bought"]}*IF({at["year"]}<{years[-1]},{_price_in(line, at, YEARS - 1, years[0])},{at["price"]}),0))',
            line.upkeep,
        ),
        "note": Input(line.note),
        "unit_in_charge": Input(line.unit),
        "code": Link(line.code, f"{context.public_url}/plans/{context.plan_id}/lines/{line.code}"),
    }
    if is_counted:
        parts = "+".join(f"IF({at['year']}<{year},{_price_in(line, at, n, years[0])},0)" for n, year in enumerate(years))
        cells["later"] = Formula(f'=IF({code}="",0,IF({yearly},{parts},0))', sum(later_prices.values()))
    first = f"ROUND({at['bought']}*{at['price']}*{months}/12,0)"
    for n, year in enumerate(years):
        after = f"IF(AND({at['year']}<{year},{at['later']}>0),{at['bought']}*{_price_in(line, at, n, years[0])},0)"
        cells[f"year{n}"] = Formula(f'=IF({code}="",0,IF({at["year"]}={year},{first},{after}))', line.amount_in(year))
    in_years = f"SUM({at['year0']}:{at[f'year{YEARS - 1}']})"
    cells["amount"] = Formula(f"={first}+{at['bought']}*{at['later']}", line.amount)
    cells["other_year"] = Formula(f"={at['amount']}-{in_years}", line.amount - sum(map(line.amount_in, years)))
    return cells


def _quantity_steps(line: PlanLine) -> Iterator[str]:
    """What the quantity follows from: each criterion, and what approved plans bring."""
    for purpose in line.purposes:
        yield f"{purpose.criterion}: {purpose.quantity} ({purpose.how})"
    for each in line.incoming:
        yield f"trừ {each.quantity} {each.item} ({each.name})"


def _before_tax(at: dict[str, str], first_year: int) -> str:
    """What each year of a line costs without the tax of that year."""
    code = at["item"]
    parts = [f"ROUND({at[f'year{n}']}*100/(100+{price_of(code, RATES[n])}),0)" for n in range(YEARS)]
    parts.append(f"ROUND({at['other_year']}*100/(100+{_by_year(at, RATES, first_year)}),0)")
    return f'IF({code}="",0,{"+".join(parts)})'


def _by_year(at: dict[str, str], columns: tuple[str, ...], first_year: int) -> str:
    """What PL06 says for the year of a line; of a year outside the plan what it says for the nearest one."""
    options = ",".join(price_of(at["item"], column) for column in columns)
    return f"CHOOSE(MIN({YEARS},MAX(1,{at['year']}-{first_year}+1)),{options})"


def _price_in(line: PlanLine, at: dict[str, str], number: int, first_year: int) -> str:
    """What one unit costs in a later year of the plan: a price that was set by hand follows the tax."""
    code = at["item"]
    if "unit_price" in line.edited:
        rates = f"(100+{price_of(code, RATES[number])})/(100+{_by_year(at, RATES, first_year)})"
        return f"ROUND({at['price']}*{rates},0)"
    leased = f'{at["method"]}="{Method.LEASE.label}"'
    return f"IF({leased},{price_of(code, LEASE_PRICES[number])},{price_of(code, PRICES[number])})"


def _unit_price(line: PlanLine, at: dict[str, str], plan: Plan) -> Formula | Input:
    """The price of the item in the year of the line, or of leasing it a year; a price that was set for this line stands as a number."""
    computed = unit_price_of(line.item, line.method, line.price, plan.assumptions, line.year)
    if "unit_price" in line.edited or line.unit_price != computed:
        return Input(line.unit_price)
    code = at["item"]
    first_year = plan.assumptions.first_year
    leased, bought = _by_year(at, LEASE_PRICES, first_year), _by_year(at, PRICES, first_year)
    return Formula(f'=IF({code}="",0,IF({at["method"]}="{Method.LEASE.label}",{leased},{bought}))', line.unit_price)


def _evidence(line: PlanLine, code: str) -> Formula | str:
    """Whether a document stands behind the price, as PL06 says of the item; a word where a price was set for this line alone."""
    said = EVIDENCE if line.has_evidence else NO_EVIDENCE
    return _lookup(code, HAS_EVIDENCE, said) if line.has_evidence is line.price.has_evidence else said


def _price_cap(line: PlanLine, at: dict[str, str]) -> Formula:
    """The ceiling of PL06; none of a year of lease, whose price is a share of what it bounds."""
    leased = f'AND({at["method"]}="{Method.LEASE.label}",{price_of(at["item"], LEASABLE)}="{YEARLY}")'
    expression = f'=IF({at["item"]}="","",IF({leased},"{NO_CAP}",{price_of(at["item"], CAP)}))'
    return Formula(expression, NO_CAP if line.price_cap is None else line.price_cap)


def _standing(line: PlanLine, at: dict[str, str]) -> Formula:
    """How the price of the line stands to its ceiling, in the words of the pages."""
    price, cap = at["price"], at["price_cap"]
    above = f'IF({price}*100<={cap}*{100 + HEAD_PERCENT},"{CapStanding.UNIT_HEAD.label}",IF({price}*100<={cap}*{100 + PROVINCE_PERCENT},"{CapStanding.PROVINCE.label}","{CapStanding.NOT_ALLOWED.label}"))'
    compared = f'IF({price}<{cap},"{CapStanding.BELOW.label}",IF({price}={cap},"{CapStanding.AT_CAP.label}",{above}))'
    return Formula(f'=IF({at["item"]}="","",IF(ISNUMBER({cap}),{compared},"{CapStanding.NO_CAP.label}"))', line.standing.label)


def _lookup(code: str, column: str, value: int | str) -> Formula:
    """What PL06 says of an item; nothing on an inserted row that has no code yet."""
    return Formula(f'=IF({code}="","",{price_of(code, column)})', value)


def sum_where(value: int, *pairs: tuple[str, str], summed: str = AMOUNT) -> Formula:
    """The sum of a column of PL02 where columns have values: pairs of a column letter and an Excel expression."""
    conditions = "".join(f",{column_range(TAB, column)},{value_expression}" for column, value_expression in pairs)
    if not conditions:
        return Formula(f"=SUM({column_range(TAB, summed)})", value)
    return Formula(f"=SUMIFS({column_range(TAB, summed)}{conditions})", value)


def group_name(letter: str) -> str:
    """``A. Máy trạm và thiết bị văn phòng``."""
    return f"{letter}. {GROUPS[letter]}"
