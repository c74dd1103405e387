"""What a planner decides once for all lines: years, sources, methods and responsible units by group of items. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.catalogue import GROUPS
from portal.labels import LabelledEnum


class Spending(LabelledEnum):
    """The two kinds of spending. They have totals of their own and are never added without saying so."""

    CAPITAL = "capital", "Chi đầu tư phát triển"
    RECURRENT = "recurrent", "Chi thường xuyên"


class Method(LabelledEnum):
    """How an item is had. The plan proposes to buy or to lease; Finance may choose the others, and a transfer costs nothing."""

    BUY = "buy", "Mua"
    LEASE = "lease", "Thuê"
    UPGRADE = "upgrade", "Nâng cấp"
    TRANSFER = "transfer", "Điều chuyển"


class Mode(LabelledEnum):
    """How the money is requested (NĐ 224/2026/NĐ-CP: Điều 65 without a project, Điều 49 as one)."""

    PURCHASE = "purchase", "Dự toán mua sắm"
    PROJECT = "project", "Dự án"


@dataclass(frozen=True)
class Rates:
    """How the money is requested, and the shares that are added to the goods: hundredths of a percent, so that 250 is 2,5 %.

    NĐ 224/2026/NĐ-CP names the blocks and gives no percentage: every default is an assumption. ``transport`` (with installation)
    and ``valuation`` are those of a purchase; the others are those of a project, which has transport too.
    """

    mode: Mode = Mode.PURCHASE
    transport: int = 0
    valuation: int = 0
    management: int = 250
    consulting: int = 400
    other: int = 0
    volume: int = 500
    slippage: int = 0


# The sources that the plan knows; those of the city carry CITY_BUDGET in their name.
CITY_BUDGET = "NS Thành phố"
WARD_BUDGET = "NS xã, phường"
SOURCES = (
    f"Đầu tư công – {CITY_BUDGET}",
    f"Chi thường xuyên – {CITY_BUDGET}",
    f"Chi chuyển đổi số – {CITY_BUDGET} (NĐ 224/2026, Điều 34)",
    WARD_BUDGET,
    "Xã hội hóa, khác",
)
WARD_UNIT, SCIENCE_UNIT = "UBND xã, phường", "Sở Khoa học và Công nghệ"
YEARS = 3


@dataclass(frozen=True)
class GroupRule:
    """What holds for the lines of one group: the budget year (0 is the first), the sources, the method, the unit that does it.

    ``is_leased`` leases what the catalogue lets be bought or leased (NĐ 224/2026/NĐ-CP, Điều 36.4).
    """

    year: int = 1
    capital_source: str = SOURCES[0]
    recurrent_source: str = SOURCES[1]
    is_leased: bool = False
    unit: str = WARD_UNIT


def _default_groups() -> Mapping[str, GroupRule]:
    rules = {letter: GroupRule() for letter in GROUPS}
    rules |= {"D": GroupRule(year=0, unit=SCIENCE_UNIT), "G": GroupRule(year=0, unit=SCIENCE_UNIT)}
    return rules | {letter: GroupRule(year=2) for letter in "EF"}


@dataclass(frozen=True)
class Assumptions:
    """What the plan takes for granted; each is an input that the city may change.

    ``first_year`` is the first of three budget years; what is blocking goes into it unless ``blocking_first`` is off.
    ``months`` of the year are paid for what is paid yearly. Leasing costs ``lease_percent`` of the price a year.
    """

    first_year: int
    months: int = 12
    blocking_first: bool = True
    lease_percent: int = 35
    groups: Mapping[str, GroupRule] = field(default_factory=_default_groups)

    @property
    def years(self) -> tuple[int, int, int]:
        """The three budget years."""
        return self.first_year, self.first_year + 1, self.first_year + 2

    def year_of(self, group: str, *, is_priority: bool) -> int:
        """The budget year of a line."""
        return self.years[0 if is_priority and self.blocking_first else self.groups[group].year]

    def source_of(self, group: str, spending: Spending) -> str:
        """The source that pays a line."""
        rule = self.groups[group]
        return rule.capital_source if spending is Spending.CAPITAL else rule.recurrent_source
