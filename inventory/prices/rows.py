"""A price list as its page shows it: each price with its item, files, and where it lies beside cap, reference and what was paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.catalogue import Item, load_catalogue
from inventory.models import PriceEvidence
from inventory.prices.plausibility import ObservedPrice, Position, Sanity, assess_price
from inventory.prices.prices import CapStanding, Price, PriceList
from inventory.prices.vat import VatRate, find_expired_rates, load_vat_rates, price_at_standard_rate
from portal.labels import LabelledEnum


class PriceFilter(LabelledEnum):
    """Which prices a page shows."""

    ALL = "", "Tất cả"
    LACKING = "lacking", "Chưa có căn cứ"
    AT_CAP = "at-cap", "Bằng mức tối đa"
    ABOVE_CAP = "above-cap", "Vượt mức tối đa"
    OUTSIDE = "outside", "Ngoài khoảng giá"


@dataclass(frozen=True)
class PriceRow:
    """One price of a page. ``at_standard_rate`` is the price with the standard VAT, where the reduced rate has ended by then."""

    price: Price
    item: Item
    rate: VatRate | None
    files: Sequence[PriceEvidence]
    sanity: Sanity
    at_standard_rate: int | None

    @property
    def is_above_cap(self) -> bool:
        """Whether the price is above its legal ceiling."""
        return self.price.standing in (CapStanding.UNIT_HEAD, CapStanding.PROVINCE, CapStanding.NOT_ALLOWED)

    def matches(self, price_filter: PriceFilter) -> bool:
        """Whether a page that shows only these shows this one."""
        return {
            PriceFilter.ALL: True,
            PriceFilter.LACKING: not self.price.has_evidence,
            PriceFilter.AT_CAP: self.price.is_at_cap,
            PriceFilter.ABOVE_CAP: self.is_above_cap,
            PriceFilter.OUTSIDE: self.sanity.position in (Position.ABOVE, Position.BELOW),
        }[price_filter]


def make_rows(
    price_list: PriceList, files: Mapping[str, Sequence[PriceEvidence]], observed: Iterable[ObservedPrice], ward_kind: str = ""
) -> tuple[PriceRow, ...]:
    """All prices of a list. ``ward_kind`` is the kind of wards to compare with first, or blank."""
    observed_prices = tuple(observed)
    expired = {price.item for price in find_expired_rates(price_list.prices.values(), price_list.delivery_year)}
    return tuple(
        PriceRow(
            price,
            load_catalogue()[price.item],
            load_vat_rates().get(price.vat_percent),
            files.get(price.item, ()),
            assess_price(price.item, price.unit_price, observed_prices, ward_kind),
            price_at_standard_rate(price) if price.item in expired else None,
        )
        for price in price_list.prices.values()
    )
