"""The catalogue: what can be counted, bought or leased, by group. Shipped as data/items.csv, one loader. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from inventory.data_tables import read_table
from portal.labels import LabelledEnum

GROUPS = {
    "A": "Máy trạm và thiết bị văn phòng",
    "B": "Thiết bị quầy một cửa",
    "C": "Mạng LAN, Wi-Fi",
    "D": "WAN, TSLCD, Internet",
    "E": "Hội nghị truyền hình",
    "F": "Phòng thiết bị, nguồn điện",
    "G": "An ninh mạng",
    "H": "Con người, phần mềm, chữ ký số",
    "I": "Hệ thống dữ liệu dùng chung",
}


class Acquisition(StrEnum):
    """How an item is had: bought (M), hired as a service (T), bought or hired (MT), or not bought at all (K)."""

    BUY = "M"
    LEASE = "T"
    EITHER = "MT"
    NONE = "K"


class TaxClass(LabelledEnum):
    """How an item is taxed (VAT). The lower rate of 2025 and 2026 was for goods, never for telecommunication."""

    GOODS = "goods", "hàng hóa, dịch vụ chịu thuế"
    TELECOM = "telecom", "dịch vụ viễn thông"
    EXEMPT = "exempt", "có thể không chịu thuế (phần mềm, đào tạo), cần đối chiếu"


@dataclass(frozen=True)
class Item:
    """One line of the catalogue. ``life_years`` is the service life under TT 141/2025, None where none applies.

    ``yearly`` marks what is paid each year (line, licence, service): recurrent spending (chi thường xuyên).
    """

    code: str
    name: str
    unit: str
    life_years: int | None
    acquisition: Acquisition
    yearly: bool
    tax: TaxClass

    @property
    def group(self) -> str:
        """The letter of the item's group."""
        return self.code[0]


@cache
def load_catalogue() -> dict[str, Item]:
    """The shipped items by code, in the order of the catalogue."""
    return {
        row["code"]: Item(
            code=row["code"],
            name=row["name"],
            unit=row["unit"],
            life_years=int(row["life_years"]) if row["life_years"] else None,
            acquisition=Acquisition(row["acquisition"]),
            yearly=row["yearly"] == "1",
            tax=TaxClass(row["tax"]),
        )
        for row in read_table("items.csv")
    }
