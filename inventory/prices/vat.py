"""The rates of VAT with the days they end: a table that is changed when the law is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from inventory.catalogue import TaxClass, load_catalogue
from inventory.data_tables import read_table
from inventory.prices.prices import Price
from portal.formats import format_day

STANDARD_PERCENT, LOWER_PERCENT = 10, 8


@dataclass(frozen=True)
class VatRate:
    """A rate in percent, the days it holds (None: no beginning, no end is set), what it applies to, and where that is said."""

    percent: int
    valid_from: date | None
    valid_to: date | None
    applies_to: str
    source: str
    source_label: str

    @property
    def label(self) -> str:
        """``8 % (đến hết 31/12/2026)``."""
        return f"{self.percent}\N{NO-BREAK SPACE}%" + (f" (đến hết {format_day(self.valid_to)})" if self.valid_to else "")


@cache
def load_vat_rates() -> dict[int, VatRate]:
    """The shipped rates by percent, the standard one first."""
    return {
        int(row["percent"]): VatRate(
            percent=int(row["percent"]),
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            applies_to=row["applies_to"],
            source=row["source"],
            source_label=row["source_label"],
        )
        for row in read_table("vat_rates.csv")
    }


def find_expired_rates(prices: Iterable[Price], delivery_year: int | None) -> tuple[Price, ...]:
    """The prices whose rate has ended before the goods are handed over. None while the year is not known.

    What is delivered during the year that the rate ends in may still carry it.
    """
    if delivery_year is None:
        return ()
    rates = load_vat_rates()
    return tuple(price for price in prices if _has_ended(rates.get(price.vat_percent), delivery_year))


def price_at_standard_rate(price: Price) -> int:
    """The price with VAT if the standard rate applied to it, rounded to the nearest đồng."""
    return (price.before_tax * (100 + STANDARD_PERCENT) + 50) // 100


def percent_in(price: Price, year: int) -> int:
    """The rate of a price in percent, for what is handed over in a year.

    Only goods had the lower rate while it held (NQ 204/2025/QH15), telecommunication never. A rate that the law has not changed between
    (0, 5), and that of what may not be taxed at all, stays as the price list has it. So does one that a person set, while there is such a rate.
    """
    if price.vat_is_set and not _has_ended(load_vat_rates().get(price.vat_percent), year):
        return price.vat_percent
    tax = load_catalogue()[price.item].tax
    if tax is TaxClass.EXEMPT or price.vat_percent not in (LOWER_PERCENT, STANDARD_PERCENT):
        return price.vat_percent
    return LOWER_PERCENT if tax is TaxClass.GOODS and not _has_ended(load_vat_rates()[LOWER_PERCENT], year) else STANDARD_PERCENT


def price_in(price: Price, year: int) -> int:
    """VND of one unit with the tax of a year, rounded once from the price before tax, a half up."""
    before, after = 100 + price.vat_percent, 100 + percent_in(price, year)
    return (price.unit_price * after * 2 + before) // (2 * before)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _has_ended(rate: VatRate | None, year: int) -> bool:
    return rate is not None and rate.valid_to is not None and rate.valid_to.year < year
