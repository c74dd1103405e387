"""One line of a plan: what it is for, what it costs in each year, where the money comes from, how it stands to the law. Pure.

Whole VND, rounded once for each year of a line: every total is the sum of lines to the đồng.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inventory.catalogue import Acquisition, load_catalogue
from inventory.prices.prices import CapStanding, Price, standing_of
from inventory.prices.vat import percent_in, price_in
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, Method
from planning.plan.incoming import Incoming
from planning.plan.norms import Norm, NormClass
from planning.plan.spending import Pot, SpendingForm
from portal.numbers import Number
from scoring.rating.pc_fleet import ReplacementReason


@dataclass(frozen=True)
class Purpose:
    """What one criterion asks of a line. ``need``, ``have`` and ``short`` are those of its finding, in its unit.

    ``quantity`` units of the line are for it, ``how`` says how that follows; none where what is bought for another criterion does for it.
    """

    criterion: str
    need: Number | None
    have: Number | None
    short: Number
    unit: str
    quantity: int
    how: str


@dataclass(frozen=True)
class Payment:
    """What one unit of a line costs in one year: VND a year with that year's tax of so many percent, and how many months are paid."""

    year: int
    months: int
    unit_price: int
    vat_percent: int


@dataclass(frozen=True)
class PlanLine:
    """So many units of an item for one ward; a ward has at most one line of an item.

    ``quantity`` is what its purposes take less what is ``on_order``, of which ``incoming`` is what approved plans fund; ``moved`` of them come from other wards and cost nothing, the rest is
    bought or leased. ``overage`` are machines of the ward that work and are past the age of the standard. ``replaced`` are the machines that
    go, with the reason. ``cap`` is how many the law lets the ward have and ``room`` how many of them are left, None where no ceiling
    applies: what is moved takes it up first.

    ``months`` of ``year`` are paid at ``unit_price``, 12 for what is bought; ``later`` are the payments of the plan's years after it, of
    what is paid yearly. ``unit`` is who does it; ``edited`` names the fields that were changed by hand. ``is_renewal`` where the ward has
    all of it, and it ends. ``purposes`` is empty for a line that was added by hand; ``on_order`` is None where it was left out for somebody
    who may not see it.
    """

    ward: Ward
    item: str
    purposes: tuple[Purpose, ...]
    on_order: int | None
    overage: int | None
    cap: int | None
    room: int | None
    norm: Norm
    quantity: int
    method: Method
    form: SpendingForm
    months: int
    unit_price: int
    vat_percent: int
    price: Price
    source: str
    year: int
    owner: str
    is_priority: bool
    basis: str
    later: tuple[Payment, ...] = ()
    unit: str = ""
    note: str = ""
    moved: int = 0
    replaced: tuple[tuple[ReplacementReason, int], ...] = ()
    edited: tuple[str, ...] = ()
    is_renewal: bool = False
    due: int = 0
    incoming: tuple[Incoming, ...] = ()

    @property
    def code(self) -> str:
        """The short code that leads from the workbook back to the proof of the line: ``00070-A01``."""
        return f"{self.ward.code}-{self.item}"

    @property
    def criteria(self) -> tuple[str, ...]:
        """The codes of the criteria that it serves."""
        return tuple(purpose.criterion for purpose in self.purposes)

    @property
    def lead(self) -> Purpose | None:
        """The criterion that takes most of the line: where there is room for one only, its figures are shown."""
        return max(self.purposes, key=lambda purpose: purpose.quantity, default=None)

    @property
    def required(self) -> int:
        """How many its purposes take, before what is on order."""
        return sum(purpose.quantity for purpose in self.purposes)

    @property
    def bought(self) -> int:
        """How many are bought or leased: nothing of a line that is wholly a transfer."""
        return 0 if self.method is Method.TRANSFER else max(0, self.quantity - self.moved)

    @property
    def payments(self) -> tuple[Payment, ...]:
        """What one unit costs in each year of the plan, in their order."""
        return (Payment(self.year, self.months, self.unit_price, self.vat_percent), *self.later)

    @property
    def amount(self) -> int:
        """VND of all years of the plan: the sum of what each year costs."""
        return self._cost_of(self.bought)

    def amount_in(self, year: int) -> int:
        """VND of one year: what is bought times price, times months of twelve, rounded half up to the đồng."""
        return sum(amount_of(self.bought, paid.unit_price, paid.months) for paid in self.payments if paid.year == year)

    @property
    def amounts_by_pot(self) -> dict[Pot, int]:
        """VND that each pot pays: what is paid yearly takes from that of every year of the plan in which it runs."""
        return {Pot(paid.year, self.source, self.form): self.amount_in(paid.year) for paid in self.payments}

    @property
    def within(self) -> int:
        """How many of those bought lie within the legal ceiling."""
        return self.bought if self.room is None else min(self.bought, max(0, self.room - self.moved))

    @property
    def above(self) -> int:
        """How many lie above it and wait for the competent authority."""
        return self.bought - self.within

    @property
    def amounts_by_norm(self) -> dict[NormClass, int]:
        """VND by class of norm: the parts are the amount to the đồng."""
        within = self._cost_of(self.within)
        parts = {self.norm.kind: within, NormClass.ABOVE: self.amount - within}
        return {kind: amount for kind, amount in parts.items() if amount}

    @property
    def upkeep(self) -> int:
        """VND that a yearly item costs in each year after the plan; nothing for what is bought once. In no total."""
        return amount_of(self.bought, self.payments[-1].unit_price, 12) if is_paid_yearly(self.item, self.method) else 0

    @property
    def standing(self) -> CapStanding:
        """How the price of a unit stands to its legal ceiling, whoever set it. A year of lease has none."""
        return standing_of(self.unit_price, self.price_cap)

    @property
    def has_evidence(self) -> bool:
        """Whether a document stands behind the price of a unit: that of the list stands behind no other that was set by hand."""
        is_listed = "unit_price" not in self.edited or self.unit_price == self.price.unit_price
        return self.unit_price == 0 or (is_listed and self.price.has_evidence)

    @property
    def price_cap(self) -> int | None:
        """The legal ceiling of the price in VND, None where there is none."""
        return None if is_leased_good(self.item, self.method) else self.price.legal_cap

    @property
    def group(self) -> str:
        """The letter of the item's group."""
        return self.item[0]

    def _cost_of(self, count: int) -> int:
        return sum(amount_of(count, paid.unit_price, paid.months) for paid in self.payments)


def is_leased_good(item: str, method: Method) -> bool:
    """Whether something that is normally bought is leased: then its price is a share of the purchase price a year."""
    entry = load_catalogue()[item]
    return method is Method.LEASE and not entry.yearly and entry.acquisition is not Acquisition.LEASE


def is_paid_yearly(item: str, method: Method) -> bool:
    """Whether the item is paid again in each year after the first."""
    return load_catalogue()[item].yearly or is_leased_good(item, method)


def unit_price_of(item: str, method: Method, price: Price, assumptions: Assumptions, year: int) -> int:
    """VND of one unit with the tax of a year, or of one year of it where it is leased; rounded half up.

    A year outside the plan, which is a fault of its line, has the tax of the plan's year that is nearest.
    """
    in_year = price_in(price, assumptions.nearest_year(year))
    return (in_year * assumptions.lease_percent * 2 + 100) // 200 if is_leased_good(item, method) else in_year


def amount_of(quantity: int, unit_price: int, months: int) -> int:
    """VND, rounded half up with integers."""
    return (quantity * unit_price * months * 2 + 12) // 24


def moved_by(line: PlanLine, years: int, assumptions: Assumptions) -> PlanLine:
    """The line begun so many years later, at the tax of those years; a price that was set by hand follows the tax."""
    if not years:
        return line
    terms = terms_of(line.item, line.method, line.year + years, line.price, assumptions)
    unit_price, later = terms.unit_price, terms.later
    if "unit_price" in line.edited:
        unit_price = with_tax_of(line.unit_price, line.vat_percent, terms.vat_percent)
        later = tuple(replace(paid, unit_price=with_tax_of(unit_price, terms.vat_percent, paid.vat_percent)) for paid in later)
    return replace(line, year=terms.year, unit_price=unit_price, vat_percent=terms.vat_percent, later=later)


def with_tax_of(unit_price: int, percent: int, other: int) -> int:
    """A price with so many percent of tax as it is with another percentage, rounded half up to the đồng."""
    before, after = 100 + percent, 100 + other
    return (unit_price * after * 2 + before) // (2 * before)


@dataclass(frozen=True)
class Terms:
    """How a line is had and paid: the fields of that name of a PlanLine."""

    method: Method
    form: SpendingForm
    source: str
    year: int
    months: int
    unit_price: int
    vat_percent: int
    later: tuple[Payment, ...]


def terms_of(item: str, method: Method, year: int, price: Price, assumptions: Assumptions) -> Terms:
    """How the plan proposes to pay an item that is had in this way from a year on."""
    is_yearly = is_paid_yearly(item, method)
    form = assumptions.form_of(item, year, is_leased=is_leased_good(item, method))
    return Terms(
        method=method,
        form=form,
        source=assumptions.source_of(item, form, year),
        year=year,
        months=assumptions.months if is_yearly else 12,
        unit_price=unit_price_of(item, method, price, assumptions, year),
        vat_percent=percent_in(price, assumptions.nearest_year(year)),
        later=later_payments(item, method, year, price, assumptions),
    )


def later_payments(item: str, method: Method, year: int, price: Price, assumptions: Assumptions) -> tuple[Payment, ...]:
    """What one unit costs in the years of the plan after its first: all of each year of what is paid yearly, nothing else."""
    years: Iterable[int] = assumptions.years if is_paid_yearly(item, method) else ()
    return tuple(
        Payment(later, 12, unit_price_of(item, method, price, assumptions, later), percent_in(price, later))
        for later in years
        if later > year
    )
