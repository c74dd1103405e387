"""PL06: each item's price and what stands behind it. The price column is the input that moves every amount."""

from openpyxl import Workbook

from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, add_drop_down, add_filter, column_range, put_row
from exports.workbook.assumptions import LEASE_PERCENT
from exports.workbook.context import WorkbookContext
from inventory.catalogue import load_catalogue
from inventory.prices.prices import METHODS, Price
from planning.plan.assumptions import Assumptions, Method
from planning.plan.overrides import PriceField, canonical_price
from planning.plan.plan import Plan, is_leased_good, unit_price_of

PRICE_TAB = "PL06 Căn cứ đơn giá"
NO_EVIDENCE, EVIDENCE = "chưa có căn cứ", "có căn cứ"
YEARLY = "x"
NAME, UNIT, PRICE, CAP, HAS_EVIDENCE, IS_YEARLY, LEASABLE, LEASE_PRICE = "C", "D", "E", "H", "N", "O", "P", "Q"
HEADINGS = (
    ("STT", 6), ("Mã DM", 8), ("Tên", 40), ("ĐVT", 14), ("Đơn giá (đã gồm thuế)", 16), ("Thuế suất (%)", 9),
    ("Đơn giá trước thuế", 16), ("Mức giá tối đa", 16), ("So với mức tối đa", 18), ("Phương pháp", 20), ("Số, ngày căn cứ", 20),
    ("Nguồn", 50), ("Nhãn", 7), ("Căn cứ giá", 16), ("Trả hằng năm", 9), ("Mua được, thuê được", 9),
    ("Đơn giá thuê một năm", 16),
)  # fmt: skip


def add_price_basis(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    sheet = add_annex(book, plan, context, PRICE_TAB, "06", "Căn cứ đơn giá", HEADINGS)
    for number, price in enumerate(plan.price_list.prices.values(), start=1):
        put_row(sheet, HEAD + number, _cells(price, HEAD + number, plan.assumptions))
    add_drop_down(sheet, "J", f'"{",".join(METHODS.values())}"')
    add_filter(sheet, len(HEADINGS), len(plan.price_list.prices))


def price_of(code: str, column: str) -> str:
    """The Excel expression that looks a column of this sheet up by the code in a cell."""
    return f"INDEX({column_range(PRICE_TAB, column)},MATCH({code},{column_range(PRICE_TAB, 'B')},0))"


def price_cap_of(price: Price) -> int | str:
    """The ceiling as this sheet shows it: a dash where none applies."""
    return "–" if price.cap is None else price.cap


def _cells(price: Price, row: int, assumptions: Assumptions) -> list[Content]:
    item = load_catalogue()[price.item]
    leased = f'=IF(P{row}="{YEARLY}",ROUND(E{row}*{LEASE_PERCENT}/100,0),E{row})'
    proof = f'=IF(OR(E{row}=0,AND(J{row}<>"{METHODS["none"]}",K{row}<>"")),"{EVIDENCE}","{NO_EVIDENCE}")'
    compared = f'=IF(ISNUMBER(H{row}),IF(E{row}>H{row},"vượt",IF(E{row}=H{row},"bằng mức tối đa","dưới")),"")'
    return [
        row - HEAD, item.code, item.name, item.unit, Input(price.unit_price), Input(price.vat_percent),
        Formula(f"=ROUND(E{row}*100/(100+F{row}),0)", price.before_tax), price_cap_of(price), Formula(compared, _compared_with_cap(price)),
        Input(price.method_label), Input(canonical_price(price, PriceField.EVIDENCE)), price.source, price.source_label,
        Formula(proof, EVIDENCE if price.has_evidence else NO_EVIDENCE), YEARLY if item.yearly else "",
        YEARLY if is_leased_good(item.code, Method.LEASE) else "", Formula(leased, unit_price_of(item.code, Method.LEASE, price, assumptions)),
    ]  # fmt: skip


def _compared_with_cap(price: Price) -> str:
    if price.cap is None:
        return ""
    if price.is_at_cap:
        return "bằng mức tối đa"
    return "dưới" if price.unit_price < price.cap else "vượt"
