"""The investment plan as a value, with its totals. In whole VND. Pure.

Every total is the sum of its lines to the đồng. Equipment of the city service centre stands in a table of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from inventory.prices.prices import PriceList
from inventory.wards.wards import Ward
from planning.plan.assumptions import Assumptions, Rates
from planning.plan.exclusions import Exclusion
from planning.plan.incoming import Incoming
from planning.plan.line import PlanLine
from planning.plan.norms import NormClass
from planning.plan.spending import Pot, SpendingForm, sum_by_pot
from portal.vietnamese import fold
from scoring.rating.rating import Rating, Result
from scoring.rating.standard import Standard


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
    """A costed scenario over the wards that have an approved snapshot. ``incoming`` is what other, approved plans still bring them."""

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
    incoming: tuple[Incoming, ...] = field(default=())

    @property
    def quoted_name(self) -> str:
        """The name within a sentence: ``phương án “Thuê tối đa”``; one that begins with the words says them once."""
        return f"“{self.name}”" if fold(self.name).startswith("phuong an") else f"phương án “{self.name}”"

    @property
    def approved_count(self) -> int:
        """How many wards the plan is made from."""
        return sum(rating.snapshot is not None for rating in self.ratings.values())

    @property
    def ready_now(self) -> int:
        """How many wards are ready before anything of the plan is done."""
        return sum(rating.result is Result.READY for rating in self.ratings.values())

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
        """VND of the lines whose price has no evidence, of all forms of spending: only to ask whether there are any."""
        return self.total(lambda line: not line.has_evidence)

    def form_without_evidence(self, form: SpendingForm) -> int:
        """VND of one form of spending whose price has no evidence."""
        return self.total(lambda line: line.form is form and not line.has_evidence)

    def total(self, selects: Callable[[PlanLine], bool] = lambda _line: True) -> int:
        """VND of the chosen lines in all years of the plan."""
        return sum(line.amount for line in self.lines if selects(line))

    def form_total(self, form: SpendingForm) -> int:
        """VND of one form of spending in all years of the plan."""
        return self.total(lambda line: line.form is form)

    @property
    def totals(self) -> dict[SpendingForm, int]:
        """VND of each form of spending."""
        return {form: self.form_total(form) for form in SpendingForm}

    @property
    def forms(self) -> tuple[SpendingForm, ...]:
        """The forms of spending that have money; the first of all where none has."""
        return tuple(form for form, total in self.totals.items() if total) or (SpendingForm.PURCHASE,)

    def totals_by_norm(self) -> dict[NormClass, dict[SpendingForm, int]]:
        """VND by class of norm, forms of spending apart; classes without money are left out."""
        sums: dict[NormClass, dict[SpendingForm, int]] = {}
        for line in self.lines:
            for kind, amount in line.amounts_by_norm.items():
                sums.setdefault(kind, dict.fromkeys(SpendingForm, 0))[line.form] += amount
        return {kind: sums[kind] for kind in NormClass if kind in sums}

    def totals_by_year(self) -> dict[int, dict[SpendingForm, int]]:
        """VND by year in which it is paid, forms of spending apart: all years of the plan, and others that a line was put into by hand."""
        years = sorted({*self.assumptions.years, *(line.year for line in self.lines if line.amount)})
        sums = {year: dict.fromkeys(SpendingForm, 0) for year in years}
        for line in self.lines:
            for paid in line.payments:
                if paid.year in sums:
                    sums[paid.year][line.form] += line.amount_in(paid.year)
        return sums

    @property
    def amounts_by_pot(self) -> dict[Pot, int]:
        """VND that the lines ask of each pot, in the order of the pots; none of what asks for nothing."""
        return sum_by_pot(line.amounts_by_pot for line in self.lines)

    @property
    def yearly_after(self) -> int:
        """VND that what is paid yearly costs in each year after the plan. In no total: each year's budget asks for it anew."""
        return sum(line.upkeep for line in self.lines)

    @property
    def centre_total(self) -> int:
        """VND of the equipment of the city service centre. In no other total."""
        return sum(line.amount for line in self.centre_lines)

    def totals_by(self, key_of: Callable[[PlanLine], str]) -> dict[str, dict[SpendingForm, int]]:
        """VND by a part of the lines, forms of spending apart, in the order of the part."""
        sums: dict[str, dict[SpendingForm, int]] = {}
        for line in self.lines:
            row = sums.setdefault(key_of(line), dict.fromkeys(SpendingForm, 0))
            row[line.form] += line.amount
        return dict(sorted(sums.items()))

    def largest_wards(self, count: int) -> list[tuple[Ward, dict[SpendingForm, int]]]:
        """The wards with the largest sums of all forms of spending, largest first, forms apart."""
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
