"""The investment plan: from remedies to costed lines with year, source and legal ceiling. In whole VND. Pure.

Every total is the sum of its lines to the đồng. Equipment of the city service centre stands in a table of its own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import Price, PriceList
from inventory.snapshots.snapshot import Owner, Snapshot
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, Method, Rates, Spending
from planning.plan.exclusions import PACKAGES, Exclusion, exclusions_of
from planning.plan.legal_caps import PCS, quantity_cap, substitutes
from scoring.rating.rating import Rating, Result
from scoring.rating.remedies import RemedyLine, remedies_of, renewals_of
from scoring.rating.standard import Standard


@dataclass(frozen=True)
class PlanLine:
    """So many units of an item for one ward; a ward has at most one line of an item.

    ``quantity`` is what the ward lacks; ``moved`` of them come from other wards and cost nothing, the rest is bought or leased.
    ``room`` is how many the legal ceiling still leaves, None where no ceiling applies: what is moved takes it up first.
    ``need``, ``have``, ``short`` and ``on_order`` are None where they were left out for somebody who may not see them.
    ``amount`` is VND, rounded once, here. ``months`` counts the months of ``year`` that a yearly item is paid for; it is 12 for what is
    bought. ``unit`` is who does it; ``edited`` names the fields that were changed by hand. ``is_renewal`` where the ward has all of it, and
    it ends.
    """

    ward: Ward
    item: str
    need: int | None
    have: int | None
    short: int | None
    on_order: int | None
    cap: int | None
    room: int | None
    quantity: int
    method: Method
    spending: Spending
    months: int
    unit_price: int
    price: Price
    source: str
    year: int
    owner: str
    is_priority: bool
    criteria: tuple[str, ...]
    basis: str
    unit: str = ""
    note: str = ""
    moved: int = 0
    edited: tuple[str, ...] = ()
    is_renewal: bool = False

    @property
    def code(self) -> str:
        """The short code that leads from the workbook back to the proof of the line: ``00070-A01``."""
        return f"{self.ward.code}-{self.item}"

    @property
    def bought(self) -> int:
        """How many are bought or leased: nothing of a line that is wholly a transfer."""
        return 0 if self.method is Method.TRANSFER else max(0, self.quantity - self.moved)

    @property
    def amount(self) -> int:
        """VND: what is bought times price, times months of twelve, rounded half up to the đồng."""
        return amount_of(self.bought, self.unit_price, self.months)

    @property
    def within(self) -> int:
        """How many of those bought lie within the legal ceiling."""
        return self.bought if self.room is None else min(self.bought, max(0, self.room - self.moved))

    @property
    def above(self) -> int:
        """How many lie above it and wait for the competent authority."""
        return self.bought - self.within

    @property
    def amount_within(self) -> int:
        """VND of what lies within the ceiling."""
        return amount_of(self.within, self.unit_price, self.months)

    @property
    def amount_above(self) -> int:
        """VND of what lies above it: the rest of the line, so that both parts are the amount to the đồng."""
        return self.amount - self.amount_within

    @property
    def upkeep(self) -> int:
        """VND that a yearly item costs in each full year after ``year``; nothing for what is bought. In no total."""
        return amount_of(self.bought, self.unit_price, 12) if is_paid_yearly(self.item, self.method) else 0

    @property
    def group(self) -> str:
        """The letter of the item's group."""
        return self.item[0]


@dataclass(frozen=True)
class Transfer:
    """A proposal: so many machines of an item from one ward to another, with the distance of one way in metres."""

    item: str
    giver: Ward
    receiver: Ward
    quantity: int
    metres: int


@dataclass(frozen=True)
class CentreLine:
    """Counter equipment of the city service centre that stands in a ward and is to be replaced. Not in the ward's cost."""

    ward: Ward
    item: str
    quantity: int
    unit_price: int

    @property
    def amount(self) -> int:
        """VND."""
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Plan:
    """A costed scenario over the wards that have an approved snapshot."""

    name: str
    on: date
    assumptions: Assumptions
    price_list: PriceList
    standard: Standard
    wards: tuple[Ward, ...]
    ratings: Mapping[str, Rating]
    lines: tuple[PlanLine, ...]
    centre_lines: tuple[CentreLine, ...] = field(default=())
    exclusions: tuple[Exclusion, ...] = field(default=())
    transfers: tuple[Transfer, ...] = field(default=())
    rates: Rates = field(default_factory=Rates)

    @property
    def approved_count(self) -> int:
        """How many wards the plan is made from."""
        return sum(rating.snapshot is not None for rating in self.ratings.values())

    @property
    def data_as_of(self) -> date | None:
        """The date of the newest snapshot behind the plan, or None while there is none."""
        return max((rating.snapshot.as_of for rating in self.ratings.values() if rating.snapshot), default=None)

    @property
    def is_draft(self) -> bool:
        """Whether any amount rests on a price without evidence (NĐ 224/2026/NĐ-CP, Điều 49.4)."""
        return self.without_evidence > 0

    @property
    def without_evidence(self) -> int:
        """VND of the lines whose price has no evidence, of both kinds of spending: only to ask whether there are any."""
        return self.total(lambda line: not line.price.has_evidence)

    def spending_without_evidence(self, spending: Spending) -> int:
        """VND of one kind of spending whose price has no evidence."""
        return self.total(lambda line: line.spending is spending and not line.price.has_evidence)

    def total(self, selects: Callable[[PlanLine], bool] = lambda _line: True) -> int:
        """VND of the chosen lines."""
        return sum(line.amount for line in self.lines if selects(line))

    def spending_total(self, spending: Spending) -> int:
        """VND of one kind of spending."""
        return self.total(lambda line: line.spending is spending)

    def within_total(self, spending: Spending) -> int:
        """VND of one kind of spending within the legal ceilings."""
        return sum(line.amount_within for line in self.lines if line.spending is spending)

    def above_total(self, spending: Spending) -> int:
        """VND of one kind of spending above the legal ceilings."""
        return sum(line.amount_above for line in self.lines if line.spending is spending)

    def upkeep_in(self, year: int) -> int:
        """VND that the yearly items of earlier years cost in a later year. In no total: each year's budget asks for it anew."""
        return sum(line.upkeep for line in self.lines if line.year < year)

    @property
    def centre_total(self) -> int:
        """VND of the equipment of the city service centre. In no other total."""
        return sum(line.amount for line in self.centre_lines)

    def totals_by(self, key_of: Callable[[PlanLine], str]) -> dict[str, dict[Spending, int]]:
        """VND by a part of the lines, kinds of spending apart, in the order of the part."""
        sums: dict[str, dict[Spending, int]] = {}
        for line in self.lines:
            row = sums.setdefault(key_of(line), dict.fromkeys(Spending, 0))
            row[line.spending] += line.amount
        return dict(sorted(sums.items()))

    def largest_wards(self, count: int) -> list[tuple[Ward, dict[Spending, int]]]:
        """The wards with the largest sums of both kinds of spending, largest first, kinds apart."""
        sums = self.totals_by(lambda line: line.ward.code)
        ordered = sorted(
            (ward for ward in self.wards if ward.code in sums), key=lambda ward: (-sum(sums[ward.code].values()), ward.position)
        )
        return [(ward, sums[ward.code]) for ward in ordered[:count]]

    @property
    def wards_without_data(self) -> tuple[Ward, ...]:
        """The wards without data: they are not in any total."""
        return tuple(ward for ward in self.wards if self.ratings[ward.code].result is Result.NO_DATA)


def known(count: int | None) -> int:
    """A count of a line of which nothing was left out. Raises ValueError for any other: a sum would be wrong."""
    if count is None:
        raise ValueError("a redacted line is for showing only")
    return count


def spending_of(item: str) -> Spending:
    """Yearly items and services are recurrent spending, equipment is capital (an assumption that the city may change)."""
    entry = load_catalogue()[item]
    is_recurrent = entry.yearly or entry.acquisition is Acquisition.LEASE
    return Spending.RECURRENT if is_recurrent else Spending.CAPITAL


def is_leased_good(item: str, method: Method) -> bool:
    """Whether something that is normally bought is leased: then its price is a share of the purchase price a year."""
    entry = load_catalogue()[item]
    return method is Method.LEASE and not entry.yearly and entry.acquisition is not Acquisition.LEASE


def is_paid_yearly(item: str, method: Method) -> bool:
    """Whether the item is paid again in each year after the first."""
    return load_catalogue()[item].yearly or is_leased_good(item, method)


def unit_price_of(item: str, method: Method, price: Price, assumptions: Assumptions) -> int:
    """VND of one unit, or of one year of it where it is leased; rounded half up."""
    if not is_leased_good(item, method):
        return price.unit_price
    return (price.unit_price * assumptions.lease_percent * 2 + 100) // 200


def amount_of(quantity: int, unit_price: int, months: int) -> int:
    """VND, rounded half up with integers."""
    return (quantity * unit_price * months * 2 + 12) // 24


def build_plan(
    name: str,
    wards: Iterable[Ward],
    ratings: Mapping[str, Rating],
    price_list: PriceList,
    standard: Standard,
    assumptions: Assumptions,
    on: date,
) -> Plan:
    """The plan that mends what money mends in every ward, less what is on order, and renews what ends within its years."""
    last_day = date(assumptions.years[-1], 12, 31)
    ordered = tuple(sorted(wards, key=lambda ward: ward.position))
    lines: list[PlanLine] = []
    centre_lines: list[CentreLine] = []
    exclusions: list[Exclusion] = []
    for ward in ordered:
        rating = ratings[ward.code]
        if rating.snapshot is not None:
            remedies = (*remedies_of(rating), *renewals_of(rating, last_day))
            by_item, packaged = _split_packages(remedies)
            quantities = {item: sum(remedy.quantity for remedy in group) for item, group in (by_item | packaged).items()}
            exclusions += exclusions_of(ward, rating.snapshot, quantities, packaged)
            lines += ward_lines(ward, rating, remedies, price_list, assumptions)
            centre_lines += _centre_lines(ward, rating.snapshot, price_list)
    return Plan(
        name,
        on,
        assumptions,
        price_list,
        standard,
        ordered,
        dict(ratings),
        tuple(lines),
        tuple(centre_lines),
        tuple(exclusions),
    )


def _split_packages(remedies: Iterable[RemedyLine]) -> tuple[dict[str, list[RemedyLine]], dict[str, list[RemedyLine]]]:
    """The remedies by item: those that stand, and those that a package of the same ward already holds."""
    by_item: dict[str, list[RemedyLine]] = {}
    for remedy in remedies:
        by_item.setdefault(remedy.item, []).append(remedy)
    package_parts = {part for package in by_item.keys() & PACKAGES.keys() for part in PACKAGES[package]}
    packaged = {item: group for item, group in by_item.items() if item in package_parts}
    return {item: group for item, group in by_item.items() if item not in package_parts}, packaged


def ward_lines(
    ward: Ward, rating: Rating, remedies: Iterable[RemedyLine], price_list: PriceList, assumptions: Assumptions
) -> list[PlanLine]:
    """The lines of a ward with a snapshot that its remedies come to, by item, less what is on order."""
    snapshot = rating.snapshot
    assert snapshot is not None
    by_item, _packaged = _split_packages(remedies)
    on_order = {item: sum(lot.on_order for lot in snapshot.lots_of(item)) for item in {*by_item, *PCS}}
    if "A01" in by_item:
        # A laptop that is coming serves as a PC (QĐ 15/2025/QĐ-TTg, Phụ lục II: để bàn hoặc xách tay).
        on_order["A01"] += on_order["A02"]
    lines = (
        _item_line(ward, item, group, rating, snapshot, price_list, assumptions, on_order[item])
        for item, group in sorted(by_item.items())
    )
    return [line for line in lines if line.quantity]


def _item_line(
    ward: Ward,
    item: str,
    remedies: list[RemedyLine],
    rating: Rating,
    snapshot: Snapshot,
    price_list: PriceList,
    assumptions: Assumptions,
    on_order: int,
) -> PlanLine:
    # What ends counts no longer: it is renewed, not bought beside itself.
    renewed = sum(remedy.quantity for remedy in remedies if remedy.ends)
    have = max(0, sum(lot.working for lot in snapshot.lots_of(item)) - renewed)
    short, replaced = sum(remedy.quantity for remedy in remedies), sum(remedy.replaces for remedy in remedies)
    quantity = max(0, short - on_order)
    cap = quantity_cap(item, snapshot)
    room = None if cap is None else max(0, cap - (have + substitutes(item, snapshot) - replaced) - on_order)
    codes = tuple(dict.fromkeys(remedy.criterion for remedy in remedies))
    criteria = [finding.criterion for finding in rating.findings if finding.criterion.code in codes]
    catalogue = load_catalogue()[item]
    price = price_list.prices[item]
    is_priority = any(criterion.blocking for criterion in criteria)
    rule = assumptions.groups[item[0]]
    ends = [remedy.ends for remedy in remedies if remedy.ends]
    is_renewal = len(ends) == len(remedies)
    # A licence that is renewed for a year is priced like a year of lease.
    may_lease = catalogue.acquisition is Acquisition.EITHER and (rule.is_leased or is_renewal)
    is_lease = spending_of(item) is Spending.RECURRENT or may_lease
    usual_year = assumptions.year_of(item[0], is_priority=is_priority)
    method, spending = (Method.LEASE, Spending.RECURRENT) if is_lease else (Method.BUY, Spending.CAPITAL)
    notes = [f"thay {replaced} máy cũ chuyển thanh lý (Điều 3.7)"] if replaced else []
    if is_renewal:
        notes.append("gia hạn; đơn giá tạm tính, sửa theo báo giá")
    if price.is_at_cap:
        notes.append("đơn giá bằng mức tối đa")
    return PlanLine(
        ward=ward,
        item=item,
        need=have - replaced + short,
        have=have,
        short=short,
        on_order=on_order,
        cap=cap,
        room=room,
        quantity=quantity,
        method=method,
        spending=spending,
        months=assumptions.months if is_paid_yearly(item, method) else 12,
        unit_price=unit_price_of(item, method, price, assumptions),
        price=price,
        source=assumptions.source_of(item[0], spending),
        year=max(assumptions.first_year, min(ends).year) if is_renewal else usual_year,
        owner=Owner.WARD.label,
        is_priority=is_priority,
        criteria=codes,
        basis="; ".join(dict.fromkeys(criterion.source_text for criterion in criteria)),
        unit=rule.unit,
        note="; ".join(notes),
        is_renewal=is_renewal,
    )


def _centre_lines(ward: Ward, snapshot: Snapshot, price_list: PriceList) -> list[CentreLine]:
    counts: dict[str, int] = {}
    for lot in snapshot.lots:
        if lot.owner is Owner.CITY_CENTRE and lot.broken + lot.liquidation:
            counts[lot.item] = counts.get(lot.item, 0) + lot.broken + lot.liquidation
    return [CentreLine(ward, item, count, price_list.prices[item].unit_price) for item, count in sorted(counts.items())]
