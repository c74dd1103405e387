"""What a planner decides once for all lines: years, sources, methods and responsible units by group of items. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date

from inventory.catalogue import GROUPS
from planning.plan.law import Digital, digital_of, kind_of, last_day, may_come_from
from planning.plan.spending import BudgetField, BudgetLevel, Nature, Source, SpendingForm, find_source
from portal.labels import LabelledEnum
from scoring.rating.remedies import RemedyTerms


class Method(LabelledEnum):
    """How an item is had. The plan proposes to buy or to lease; Finance may choose the others, and a transfer costs nothing."""

    BUY = "buy", "Mua"
    LEASE = "lease", "Thuê"
    UPGRADE = "upgrade", "Nâng cấp"
    TRANSFER = "transfer", "Điều chuyển"


@dataclass(frozen=True)
class Rates:
    """The shares that are added to the goods: hundredths of a percent, so that 250 is 2,5 %.

    NĐ 224/2026/NĐ-CP names the blocks and gives no percentage: every default is an assumption. Which of them a form of spending has stands
    in the law (``planning.plan.law.fees_of``): ``transport`` (with installation) both, ``valuation`` a purchase, the others a project.
    """

    transport: int = 0
    valuation: int = 0
    management: int = 250
    consulting: int = 400
    other: int = 0
    volume: int = 500
    slippage: int = 0


RATE_NAMES = tuple(each.name for each in fields(Rates))
# What the default plan is paid from: equipment and services for work in the digital environment, without a project.
DIGITAL_MONEY = Source(BudgetLevel.CITY, Nature.RECURRENT_OTHER, BudgetField.DIGITAL)
WARD_UNIT, SCIENCE_UNIT = "UBND xã, phường", "Sở Khoa học và Công nghệ"
YEARS = 3


@dataclass(frozen=True)
class GroupRule:
    """What holds for the lines of one group: the budget year (0 is the first), form and sources, the method, the unit that does it.

    ``form`` and ``source`` are those of what is bought once; what is paid yearly has a form of its own and ``recurrent_source``. ``is_leased``
    leases what the catalogue lets be bought or leased (NĐ 224/2026/NĐ-CP, Điều 36.4).
    """

    year: int = 1
    form: SpendingForm = SpendingForm.PURCHASE
    source: str = DIGITAL_MONEY.label
    recurrent_source: str = DIGITAL_MONEY.label
    is_leased: bool = False
    unit: str = WARD_UNIT


@dataclass(frozen=True)
class CityNorm:
    """A decision of the city on the norm of specialised equipment (QĐ 15/2025/QĐ-TTg, Điều 6.3): its number, its day, the items."""

    number: str
    day: date
    items: tuple[str, ...]


def _default_groups() -> Mapping[str, GroupRule]:
    rules = {letter: GroupRule() for letter in GROUPS}
    rules |= {"D": GroupRule(year=0, unit=SCIENCE_UNIT), "G": GroupRule(year=0, unit=SCIENCE_UNIT)}
    return rules | {letter: GroupRule(year=2) for letter in "EF"}


@dataclass(frozen=True)
class Assumptions:
    """What the plan takes for granted; each is an input that the city may change.

    ``first_year`` is the first of three budget years; what is blocking goes into it unless ``blocking_first`` is off.
    ``months`` of its first year are paid for what is paid yearly, all of each year after it. Leasing costs ``lease_percent`` of the price a
    year. ``upgrades_os`` where a PC within its service life takes a supported operating system. ``city_norms`` are the decisions that the
    city has taken on specialised equipment. ``replaces_due`` where PCs that reach the end of their life within the plan are replaced too.
    """

    first_year: int
    months: int = 12
    blocking_first: bool = True
    lease_percent: int = 35
    groups: Mapping[str, GroupRule] = field(default_factory=_default_groups)
    city_norms: tuple[CityNorm, ...] = ()
    upgrades_os: bool = True
    replaces_due: bool = False

    @property
    def years(self) -> tuple[int, int, int]:
        """The three budget years."""
        return self.first_year, self.first_year + 1, self.first_year + 2

    @property
    def remedy_terms(self) -> RemedyTerms:
        """What remedies are chosen by: the years of the plan."""
        return RemedyTerms(len(self.years), self.upgrades_os)

    def nearest_year(self, year: int) -> int:
        """The budget year of the plan that is nearest to a year."""
        return min(max(year, self.years[0]), self.years[-1])

    def year_of(self, group: str, *, is_priority: bool) -> int:
        """The budget year of a line."""
        return self.years[0 if is_priority and self.blocking_first else self.groups[group].year]

    def form_of(self, item: str, year: int, *, is_leased: bool) -> SpendingForm:
        """The form that the plan proposes: of what is bought once the group's, where the law of the year lets the item take it, else the law's.

        The group's too where the law has no rule any more: that is a fault of the line.
        """
        kind, wanted = kind_of(item, last_day(year), is_leased=is_leased), self.groups[item[0]].form
        if kind is None or (wanted in kind.forms and kind.forms[0] is not SpendingForm.RECURRENT):
            return wanted
        return kind.forms[0]

    def source_of(self, item: str, form: SpendingForm, year: int) -> str:
        """The source that pays an item: the group's, of what its form may take; what is no spending on digital transformation takes none of that."""
        rule = self.groups[item[0]]
        # An item that the law lets be no project takes no money of the project of its group.
        is_other = form is SpendingForm.RECURRENT or (form is not rule.form and not _fits(rule.source, form, year))
        label = rule.recurrent_source if is_other else rule.source
        source = find_source(label)
        if source is None or source.field is not BudgetField.DIGITAL or digital_of(item) is not Digital.NO:
            return label
        return replace(source, field=BudgetField.ADMINISTRATION).label

    def city_norm_of(self, item: str) -> CityNorm | None:
        """The decision of the city that sets the norm of an item, the newest where there are several."""
        norms = [norm for norm in self.city_norms if item in norm.items]
        return max(norms, key=lambda norm: norm.day, default=None)


def _fits(label: str, form: SpendingForm, year: int) -> bool:
    """Whether money of a source may be spent in a form in a year; a source that nobody knows is told by name elsewhere."""
    source = find_source(label)
    return source is None or may_come_from(form, source.nature, last_day(year))
