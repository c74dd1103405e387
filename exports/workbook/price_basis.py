"""PL06: each item's price and what stands behind it. The price column is the input that moves every amount."""

from collections.abc import Iterator
from dataclasses import replace

from openpyxl import Workbook

from exports.workbook.annex import HEAD, Content, Formula, Input, add_annex, add_drop_down, add_filter, column_range, put_row
from exports.workbook.assumptions import LEASE_PERCENT
from exports.workbook.context import WorkbookContext
from inventory.catalogue import load_catalogue
from inventory.prices.prices import METHODS, CapStanding, Price, standing_of
from inventory.prices.vat import LOWER_PERCENT, percent_in, price_in
from planning.plan.assumptions import Assumptions, Method
from planning.plan.line import is_leased_good, unit_price_of
from planning.plan.overrides import PriceField, canonical_price
from planning.plan.plan import Plan

PRICE_TAB = "PL06 Căn cứ đơn giá"
NO_EVIDENCE, EVIDENCE = "chưa có căn cứ", "có căn cứ"
YEARLY = "x"
NAME, UNIT, PRICE, CAP, HAS_EVIDENCE, IS_YEARLY, LEASABLE = "C", "D", "E", "H", "N", "O", "P"
# Of each year of the plan: the rate of VAT, the price with it, and the price of a year of lease.
RATES, PRICES, LEASE_PRICES = ("Q", "R", "S"), ("T", "U", "V"), ("W", "X", "Y")
HEADINGS = (
    ("STT", 6), ("Mã DM", 8), ("Tên", 40), ("ĐVT", 14), ("Đơn giá (đã gồm thuế)", 16), ("Thuế suất (%)", 9),
    ("Đơn giá trước thuế", 16), ("Mức giá tối đa", 16), ("Giá các năm của phương án so với mức tối đa", 18), ("Phương pháp", 20), ("Số, ngày căn cứ", 20),
    ("Nguồn", 50), ("Nhãn", 7), ("Căn cứ giá", 16), ("Trả hằng năm", 9), ("Mua được, thuê được", 9),
)  # fmt: skip


def add_price_basis(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    years = plan.assumptions.years
    head = (
        *HEADINGS,
        *((f"Thuế suất năm {year} (%)", 9) for year in years),
        *((f"Đơn giá năm {year}", 15) for year in years),
        *((f"Đơn giá thuê năm {year}", 15) for year in years),
    )
    sheet = add_annex(book, plan, context, PRICE_TAB, "06", "Căn cứ đơn giá", head)
    for number, price in enumerate(plan.price_list.prices.values(), start=1):
        put_row(sheet, HEAD + number, _cells(price, HEAD + number, plan.assumptions))
    add_drop_down(sheet, "J", f'"{",".join(METHODS.values())}"')
    add_filter(sheet, len(head), len(plan.price_list.prices))


def price_of(code: str, column: str) -> str:
    """The Excel expression that looks a column of this sheet up by the code in a cell."""
    return f"INDEX({column_range(PRICE_TAB, column)},MATCH({code},{column_range(PRICE_TAB, 'B')},0))"


def price_cap_of(price: Price) -> int | str:
    """The ceiling as this sheet shows it: a dash where none applies."""
    return "–" if price.legal_cap is None else price.legal_cap


def _cells(price: Price, row: int, assumptions: Assumptions) -> list[Content]:
    item = load_catalogue()[price.item]
    proof = f'=IF(OR(E{row}=0,AND(J{row}<>"{METHODS["none"]}",K{row}<>"")),"{EVIDENCE}","{NO_EVIDENCE}")'
    # The dearest year: tax that rises may lift a price over its ceiling. How the price of a line stands is in PL02.
    dearest = f"MAX({PRICES[0]}{row}:{PRICES[-1]}{row})"
    compared = f'=IF(ISNUMBER(H{row}),IF({dearest}>H{row},"vượt",IF({dearest}=H{row},"bằng mức tối đa","dưới")),"")'
    return [
        row - HEAD, item.code, item.name, item.unit, Input(price.unit_price), Input(price.vat_percent),
        Formula(f"=ROUND(E{row}*100/(100+F{row}),0)", price.before_tax), price_cap_of(price), Formula(compared, _compared_with_cap(price, assumptions)),
        Input(price.method_label), Input(canonical_price(price, PriceField.EVIDENCE)), price.source, price.source_label,
        Formula(proof, EVIDENCE if price.has_evidence else NO_EVIDENCE), YEARLY if item.yearly else "",
        YEARLY if is_leased_good(item.code, Method.LEASE) else "", *_by_year(price, row, assumptions),
    ]  # fmt: skip


def _by_year(price: Price, row: int, assumptions: Assumptions) -> Iterator[Formula]:
    """Rate, price and price of a year of lease of each year of the plan; a rate that is typed here stands, while there is such a rate."""
    years = assumptions.years
    for year in years:
        percent, lower = percent_in(price, year), percent_in(replace(price, vat_percent=LOWER_PERCENT, vat_is_set=True), year)
        yield Formula(f"=IF(F{row}={price.vat_percent},{percent},IF(F{row}={LOWER_PERCENT},{lower},F{row}))", percent)
    for year, letter in zip(years, RATES, strict=True):
        yield Formula(f"=ROUND(E{row}*(100+{letter}{row})/(100+F{row}),0)", price_in(price, year))
    for year, letter in zip(years, PRICES, strict=True):
        leased = f'=IF(P{row}="{YEARLY}",ROUND({letter}{row}*{LEASE_PERCENT}/100,0),{letter}{row})'
        yield Formula(leased, unit_price_of(price.item, Method.LEASE, price, assumptions, year))


def _compared_with_cap(price: Price, assumptions: Assumptions) -> str:
    standing = standing_of(max(price_in(price, year) for year in assumptions.years), price.legal_cap)
    return {CapStanding.NO_CAP: "", CapStanding.AT_CAP: "bằng mức tối đa", CapStanding.BELOW: "dưới"}.get(standing, "vượt")
