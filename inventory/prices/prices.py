"""What things cost, and what stands behind each price: in whole VND, VAT included. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from inventory.data_tables import read_table
from portal.labels import LabelledEnum

METHODS = {
    "none": "Chưa có căn cứ",
    "quote": "Báo giá",
    "bid": "Kết quả trúng thầu tương tự",
    "valuation": "Thẩm định giá",
    "listed": "Giá niêm yết",
    "declared": "Giá kê khai",
}
CAP_CLAUSE = "QĐ 15/2025/QĐ-TTg, Điều 4.4 (có thể đã được sửa bởi QĐ 10/2026/QĐ-TTg)"
# How many percent above its ceiling a price may lie, by who decides it (Điều 4.4).
HEAD_PERCENT, PROVINCE_PERCENT = 15, 30
# What QĐ 15/2025/QĐ-TTg, Phụ lục II sets a greatest number and a greatest price for.
CAPPED_ITEMS = ("A01", "A02", "A03", "A04", "A05", "A06")


class CapStanding(LabelledEnum):
    """How a price compares with its legal ceiling, and who may decide on it (QĐ 15/2025/QĐ-TTg, Điều 4.4)."""

    NO_CAP = "no_cap", "không có mức tối đa"
    BELOW = "below", "dưới mức tối đa"
    AT_CAP = "at_cap", "bằng mức tối đa"
    UNIT_HEAD = "unit_head", "vượt, thủ trưởng đơn vị quyết định"
    PROVINCE = "province", "vượt, UBND cấp tỉnh quyết định"
    NOT_ALLOWED = "not_allowed", "vượt quá mức được phép"


@dataclass(frozen=True)
class Price:
    """The price of one item: VND per unit with VAT, without installation (QĐ 15/2025/QĐ-TTg, Điều 3.5.a).

    ``cap`` is the legal ceiling in VND, or None. ``method`` is a key of METHODS (NĐ 224/2026/NĐ-CP, Điều 49.4). ``vat_is_set`` where a person
    set the rate for a plan: it stands whatever the law says of most such items.
    """

    item: str
    unit_price: int
    vat_percent: int
    cap: int | None
    method: str
    source: str
    source_label: str
    evidence: str = ""
    evidence_date: date | None = None
    vat_is_set: bool = False

    @property
    def has_evidence(self) -> bool:
        """Whether a document stands behind the price. A price of nothing needs none."""
        return self.unit_price == 0 or (self.method != "none" and bool(self.evidence))

    @property
    def legal_cap(self) -> int | None:
        """The ceiling in VND where the law sets one: equipment of the counters, of secrets and of common use has none (Điều 5.3, 6.3, 6.4)."""
        return self.cap if self.item in CAPPED_ITEMS else None

    @property
    def is_at_cap(self) -> bool:
        """Whether the price is just the ceiling: a sign that nobody has asked the market yet."""
        return self.legal_cap is not None and self.unit_price == self.legal_cap

    @property
    def method_label(self) -> str:
        """The label of the method."""
        return METHODS[self.method]

    @property
    def before_tax(self) -> int:
        """The price without VAT, rounded to the nearest đồng, a half up."""
        return (self.unit_price * 200 + 100 + self.vat_percent) // (2 * (100 + self.vat_percent))

    @property
    def standing(self) -> CapStanding:
        """How the price compares with its ceiling."""
        return standing_of(self.unit_price, self.legal_cap)

    @property
    def tenths_above_cap(self) -> int | None:
        """How far above the ceiling, in tenths of a percent."""
        return tenths_above(self.unit_price, self.legal_cap)

    @property
    def stamp(self) -> str:
        """What stands for the whole price, so that a form can tell whether somebody else changed it meanwhile."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def standing_of(unit_price: int, cap: int | None) -> CapStanding:
    """How a price compares with its ceiling: up to 15 % over it the head of the unit decides, up to 30 % the province, above it nobody.

    QĐ 15/2025/QĐ-TTg, Điều 4.4, which QĐ 10/2026/QĐ-TTg may have changed. The ceiling binds at the award too (NĐ 214/2025/NĐ-CP, Điều 93.2).
    """
    if cap is None:
        return CapStanding.NO_CAP
    if unit_price <= cap:
        return CapStanding.AT_CAP if unit_price == cap else CapStanding.BELOW
    if unit_price * 100 <= cap * (100 + HEAD_PERCENT):
        return CapStanding.UNIT_HEAD
    return CapStanding.PROVINCE if unit_price * 100 <= cap * (100 + PROVINCE_PERCENT) else CapStanding.NOT_ALLOWED


def tenths_above(unit_price: int, cap: int | None) -> int | None:
    """How far above the ceiling, in tenths of a percent, rounded up: a đồng too much is never shown as nothing too much.

    None where there is no ceiling, or none to measure by; 0 at the ceiling and below.
    """
    return max(0, tenths_of(unit_price, cap)) if cap else None


Version = tuple[int, int, str]


def make_version(price_list_id: int, revision: int, created_at: datetime | None) -> Version:
    """What stands for the content of a list. The database gives the id of a discarded draft to the next one, which begins later."""
    return price_list_id, revision, created_at.isoformat() if created_at else ""


@dataclass(frozen=True)
class PriceList:
    """A named version of the prices, by item code.

    It never changes once ``published_at`` is set; ``revision`` counts the saves before that. ``delivery_year`` is the year that the
    goods are handed over in, where it is known.
    """

    id: int
    name: str
    effective_from: date
    prices: Mapping[str, Price]
    revision: int = 1
    delivery_year: int | None = None
    based_on: int | None = None
    created_by: str = ""
    created_at: datetime | None = None
    published_by: str = ""
    published_at: datetime | None = None

    @property
    def is_published(self) -> bool:
        """Whether it is published, and so never changes."""
        return self.published_at is not None

    @property
    def state_label(self) -> str:
        """The label of its state."""
        return "đã chốt" if self.is_published else "đang soạn"

    @property
    def version(self) -> Version:
        """What stands for the content: a key for whatever is computed from it."""
        return make_version(self.id, self.revision, self.created_at)

    @property
    def lacking_evidence(self) -> tuple[Price, ...]:
        """The prices that no document stands behind."""
        return tuple(price for price in self.prices.values() if not price.has_evidence)


@dataclass(frozen=True)
class PriceChange:
    """One item in two lists: a price that was added, removed, or differs in any field."""

    item: str
    before: Price | None
    after: Price | None

    @property
    def tenths(self) -> int | None:
        """By how many tenths of a percent the price rose or fell, rounded away from zero. None where there is no percentage."""
        if self.before is None or self.after is None or not self.before.unit_price:
            return None
        return tenths_of(self.after.unit_price, self.before.unit_price)


def compare_lists(before: PriceList, after: PriceList) -> tuple[PriceChange, ...]:
    """What differs between two lists, in the order of the codes."""
    codes = sorted(before.prices.keys() | after.prices.keys())
    changes = (PriceChange(code, before.prices.get(code), after.prices.get(code)) for code in codes)
    return tuple(change for change in changes if change.before != change.after)


def tenths_of(value: int, base: int) -> int:
    """How far ``value`` lies from ``base``, in tenths of a percent of it, rounded away from zero. ``base`` is above 0."""
    difference = value - base
    tenths = -(-abs(difference) * 1000 // base)
    return tenths if difference >= 0 else -tenths


@cache
def load_default_prices() -> tuple[Price, ...]:
    """The shipped indicative prices, in the order of the catalogue."""
    return tuple(
        Price(
            item=row["code"],
            unit_price=int(row["unit_price"]),
            vat_percent=int(row["vat_percent"]),
            cap=int(row["cap"]) if row["cap"] else None,
            method=row["method"],
            source=row["source"],
            source_label=row["source_label"],
        )
        for row in read_table("prices.csv")
    )
