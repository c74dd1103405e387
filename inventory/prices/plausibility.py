"""Whether a price is sane: beside the catalogue's reference, and beside what was paid elsewhere. In whole VND, exact. Pure.

The band is the median of what was paid, three median deviations (MAD) to each side, and never less than 5 % to each side, so that
three bids at the same price do not turn every other price into an exception. The width is an assumption of this program.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from inventory.prices.prices import load_default_prices, tenths_of
from portal.labels import LabelledEnum

MIN_PRICES = 3
DEVIATIONS = 3
MIN_BAND_PERCENT = 5


@dataclass(frozen=True)
class ObservedPrice:
    """What somebody paid for one unit, with VAT. ``ward`` is the code of a ward of the city and ``ward_kind`` its kind, where it is one.

    ``kind`` is a key of METHODS.
    """

    item: str
    buyer: str
    unit_price: int
    paid_on: date
    document: str
    kind: str
    ward: str = ""
    ward_kind: str = ""


class Position(LabelledEnum):
    """Where a price lies."""

    WITHIN = "within", "trong khoảng"
    ABOVE = "above", "cao hơn khoảng"
    BELOW = "below", "thấp hơn khoảng"
    UNKNOWN = "unknown", "chưa đủ giá để so"


@dataclass(frozen=True)
class Band:
    """From ``low`` to ``high`` VND around the median of ``count`` observed prices; ``among`` says whose they are."""

    low: int
    median: int
    high: int
    count: int
    among: str


@dataclass(frozen=True)
class Sanity:
    """One price beside its band (None below three observations) and beside the shipped reference (None or 0 where there is none)."""

    position: Position
    band: Band | None
    reference: int | None
    tenths_from_reference: int | None


def make_band(amounts: Sequence[int], among: str) -> Band | None:
    """The band of some observed prices, or None of fewer than MIN_PRICES.

    Twice the median and four times the deviation are whole numbers, so that nothing is rounded before the end: the lowest price
    of the band rounds up, the highest down.
    """
    if len(amounts) < MIN_PRICES:
        return None
    double_median = _double_median(amounts)
    deviation = max(
        DEVIATIONS * _double_median([abs(2 * amount - double_median) for amount in amounts]),
        -(-2 * double_median * MIN_BAND_PERCENT // 100),
    )
    low, high = max(0, -((deviation - 2 * double_median) // 4)), (2 * double_median + deviation) // 4
    return Band(low, (double_median + 1) // 2, high, len(amounts), among)


def find_band(observed: Iterable[ObservedPrice], ward_kind: str = "") -> Band | None:
    """The band of one item: of wards of that kind, else of all wards, else of all buyers; the first that has prices enough."""
    all_prices = list(observed)
    wards = [price for price in all_prices if price.ward]
    same_kind = [price for price in wards if price.ward_kind == ward_kind]
    tiers = (
        (same_kind, "phường" if ward_kind == "phuong" else "xã"),
        (wards, "xã, phường"),
        (all_prices, "mọi đơn vị mua"),
    )
    bands = (make_band([price.unit_price for price in tier], among) for tier, among in tiers[0 if ward_kind else 1 :])
    return next((band for band in bands if band is not None), None)


def assess_price(item: str, unit_price: int, observed: Iterable[ObservedPrice], ward_kind: str = "") -> Sanity:
    """A price beside what was paid for the item and beside its shipped reference."""
    band = find_band((price for price in observed if price.item == item), ward_kind)
    reference = next((price.unit_price for price in load_default_prices() if price.item == item), None)
    tenths = tenths_of(unit_price, reference) if reference else None
    if band is None:
        return Sanity(Position.UNKNOWN, None, reference, tenths)
    position = Position.ABOVE if unit_price > band.high else Position.BELOW if unit_price < band.low else Position.WITHIN
    return Sanity(position, band, reference, tenths)


def _double_median(amounts: Sequence[int]) -> int:
    ordered = sorted(amounts)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
