"""What things cost, and what stands behind each price: in whole VND, VAT included. Pure."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

METHODS = {
    "none": "Chưa có căn cứ",
    "quote": "Báo giá",
    "bid": "Kết quả trúng thầu tương tự",
    "valuation": "Thẩm định giá",
    "listed": "Giá niêm yết",
}


@dataclass(frozen=True)
class Price:
    """The price of one item: VND per unit with VAT, without installation (QĐ 15/2025/QĐ-TTg, Điều 3.5.a).

    ``cap`` is the legal ceiling in VND, or None. ``method`` is a key of METHODS (NĐ 224/2026/NĐ-CP, Điều 49.4).
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

    @property
    def has_evidence(self) -> bool:
        """Whether a document stands behind the price. A price of nothing needs none."""
        return self.unit_price == 0 or (self.method != "none" and bool(self.evidence))

    @property
    def is_at_cap(self) -> bool:
        """Whether the price is just the ceiling: a sign that nobody has asked the market yet."""
        return self.cap is not None and self.unit_price == self.cap

    @property
    def method_label(self) -> str:
        """The words of the screen for the method."""
        return METHODS[self.method]


@dataclass(frozen=True)
class PriceList:
    """A named version of the prices, by item code."""

    id: int
    name: str
    effective_from: date
    prices: Mapping[str, Price]


@cache
def load_default_prices() -> tuple[Price, ...]:
    """The shipped indicative prices, in the order of the catalogue."""
    path = Path(__file__).parent / "data" / "prices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
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
        for row in rows
    )
