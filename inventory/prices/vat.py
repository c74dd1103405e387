"""The rates of VAT with the days they end: a table that is changed when the law is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from inventory.data_tables import read_table
from inventory.prices.prices import Price
from portal.formats import format_day

STANDARD_PERCENT = 10


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


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _has_ended(rate: VatRate | None, year: int) -> bool:
    return rate is not None and rate.valid_to is not None and rate.valid_to.year < year
