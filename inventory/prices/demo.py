"""A draft price list for the demo: made-up evidence and made-up prices of other buyers, each marked as such.

It stays a draft, so that whatever is computed from the list in effect is the same with the demo and without.
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import PriceListRecord
from inventory.prices.observed import make_observed, save_observed
from inventory.prices.price_lists import copy_price_list, current_price_list, save_prices
from inventory.wards.wards import load_wards
from portal.clock import today

DEMO_LIST = "Bảng giá minh họa có căn cứ"
AUTHOR = "Chuyên viên tài chính (minh họa)"
SOURCE = "Căn cứ minh họa, không phải văn bản thật"
# Item, price, VAT in percent, method, number of the document.
EVIDENCED_PRICES = (
    ("A01", 18_400_000, 8, "quote", "01/BG-MH"),
    ("A02", 24_900_000, 8, "bid", "12/QĐ-MH"),
    ("A03", 14_300_000, 8, "quote", "02/BG-MH"),
    ("A04", 26_500_000, 8, "valuation", "07/CT-MH"),
    ("C02", 14_200_000, 10, "bid", "15/QĐ-MH"),
    ("D03", 36_000_000, 10, "listed", "03/NY-MH"),
)
# Item and what wards paid for one, in thousands of VND.
PAID_PRICES = (
    ("A01", (17_900, 18_200, 18_600, 19_100, 17_500)),
    ("A03", (9_800, 10_200, 10_500, 9_900)),
    ("A04", (21_000, 21_800, 20_500)),
)


def load_demo_prices(session: Session, _seed: int, as_of: date) -> None:
    """Add the list and the observed prices. Does nothing where the list is there already."""
    if session.scalars(select(PriceListRecord.id).where(PriceListRecord.name == DEMO_LIST)).first() is not None:
        return
    origin = current_price_list(session)
    price_list = copy_price_list(session, origin.id, DEMO_LIST, as_of, as_of.year + 1, AUTHOR)
    # A demo may be of a later day; no document comes from the future.
    day = min(as_of, today()) - timedelta(days=30)
    save_prices(
        session,
        price_list.id,
        {
            item: replace(
                price_list.prices[item],
                unit_price=amount,
                vat_percent=vat,
                method=method,
                evidence=f"{number} (minh họa)",
                evidence_date=day,
                source=SOURCE,
                source_label="A",
            )
            for item, amount, vat, method, number in EVIDENCED_PRICES
        },
    )
    wards = [ward.full_name for ward in load_wards()]
    observed = [
        make_observed(item, wards[11 * index + 7], thousands * 1000, day, f"{index + 1:02}/HĐ-{item}-MH (minh họa)", "bid")
        for item, amounts in PAID_PRICES
        for index, thousands in enumerate(amounts)
    ]
    save_observed(session, observed, AUTHOR)
