"""PL06: each item's price and what stands behind it. The price column is the input that moves every amount."""

from openpyxl import Workbook

from exports.plan import Plan
from exports.workbook.sheet import HEAD, Input, Live, WorkbookContext, add_annex, add_filter, put_row
from inventory.catalogue import load_catalogue

PRICE_TAB = "PL06 Căn cứ đơn giá"
HEADINGS = (
    ("STT", 6), ("Mã DM", 8), ("Tên", 40), ("ĐVT", 14), ("Đơn giá (đã gồm thuế)", 16), ("Thuế suất (%)", 9),
    ("Đơn giá trước thuế", 16), ("Mức giá tối đa", 16), ("So với mức tối đa", 18), ("Phương pháp", 20), ("Số, ngày căn cứ", 20),
    ("Nguồn", 50), ("Nhãn", 7),
)  # fmt: skip


def add_price_basis(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """Add the sheet."""
    sheet = add_annex(book, plan, context, PRICE_TAB, "06", "Căn cứ đơn giá", HEADINGS)
    catalogue = load_catalogue()
    for number, price in enumerate(plan.price_list.prices.values(), start=1):
        row, item = HEAD + number, catalogue[price.item]
        before_tax = (price.unit_price * 200 + 100 + price.vat_percent) // (2 * (100 + price.vat_percent))
        compared = (
            ""
            if price.cap is None
            else "bằng mức tối đa"
            if price.is_at_cap
            else "dưới"
            if price.unit_price < price.cap
            else "vượt"
        )
        evidence = f"{price.evidence} {price.evidence_date:%d/%m/%Y}" if price.evidence and price.evidence_date else price.evidence
        put_row(
            sheet,
            row,
            [
                number, item.code, item.name, item.unit, Input(price.unit_price), Input(price.vat_percent),
                Live(f"=ROUND(E{row}*100/(100+F{row}),0)", before_tax), "–" if price.cap is None else price.cap,
                Live(f'=IF(ISNUMBER(H{row}),IF(E{row}>H{row},"vượt",IF(E{row}=H{row},"bằng mức tối đa","dưới")),"")', compared),
                price.method_label, evidence, price.source, price.source_label,
            ],
        )  # fmt: skip
    add_filter(sheet, len(HEADINGS), len(plan.price_list.prices))
