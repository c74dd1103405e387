"""What five years cost, from the first year of a plan: the investment, what is paid each year, and what wears out. In whole VND. Pure.

Replacement at the end of service life is counted for what the plan buys and for what the wards have today (TT 141/2025/TT-BTC), once
it falls into the five years; machines that the plan itself replaces are not counted again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import EquipmentLot, Owner
from planning.plan.assumptions import Method
from planning.plan.line import PlanLine, is_leased_good
from planning.plan.plan import Plan
from planning.plan.spending import SpendingForm
from portal.labels import LabelledEnum

HORIZON = 5
# Lines into a ward that are hired.
LINES = ("D01", "D03", "D04", "D06")
# What is paid for the right to use a program.
LICENCES = ("A07", "G02")


class CostPart(LabelledEnum):
    """What the money of a year is for."""

    INVESTMENT = "investment", "Mua sắm, nâng cấp theo phương án"
    LEASE = "lease", "Thuê thiết bị"
    LICENCE = "licence", "Bản quyền phần mềm"
    LINE = "line", "Đường truyền"
    SERVICE = "service", "Dịch vụ khác"
    REPLACEMENT = "replacement", "Thay thế khi hết thời gian sử dụng"


@dataclass(frozen=True)
class FiveYearCost:
    """VND by part, form of spending and year; parts without money are left out.

    ``outside`` is what the plan puts into other years. ``undated`` counts machines of today whose year is not known, ``overdue`` those
    whose service life ended before the first year and that the plan does not replace: neither is in any sum.
    """

    years: tuple[int, ...]
    cells: Mapping[tuple[CostPart, SpendingForm], Mapping[int, int]]
    outside: Mapping[SpendingForm, int]
    undated: int
    overdue: int

    def in_year(self, form: SpendingForm, year: int) -> int:
        """VND of one form of spending in a year."""
        return sum(row[year] for (_part, kind), row in self.cells.items() if kind is form)

    def total(self, form: SpendingForm) -> int:
        """VND of one form of spending in all five years."""
        return sum(self.in_year(form, year) for year in self.years)


def five_year_cost(plan: Plan) -> FiveYearCost:
    """The five years of a plan."""
    years = tuple(range(plan.assumptions.first_year, plan.assumptions.first_year + HORIZON))
    cells: dict[tuple[CostPart, SpendingForm], dict[int, int]] = {}
    outside = dict.fromkeys(SpendingForm, 0)
    for line in plan.lines:
        for part, year, amount in _line_costs(line, years[-1]):
            form = SpendingForm.PURCHASE if part is CostPart.REPLACEMENT else line.form
            if year in years:
                cells.setdefault((part, form), dict.fromkeys(years, 0))[year] += amount
            elif part is not CostPart.REPLACEMENT and year == line.year:
                outside[form] += amount
    undated = overdue = 0
    for lot, count in _machines_today(plan):
        life = load_catalogue()[lot.item].life_years
        if life is None:
            continue
        if lot.year is None:
            undated += count
        elif lot.year + life < years[0]:
            overdue += count
        else:
            for year in range(lot.year + life, years[-1] + 1, life):
                row = cells.setdefault((CostPart.REPLACEMENT, SpendingForm.PURCHASE), dict.fromkeys(years, 0))
                row[year] += count * plan.price_list.prices[lot.item].unit_price
    nonzero = {key: cells[key] for key in _cell_order() if key in cells and any(cells[key].values())}
    return FiveYearCost(years, nonzero, outside, undated, overdue)


def part_of(line: PlanLine) -> CostPart:
    """What a line's money is for, wear apart."""
    if line.form is not SpendingForm.RECURRENT:
        return CostPart.INVESTMENT
    if line.item in LINES:
        return CostPart.LINE
    is_leased = is_leased_good(line.item, line.method)
    # What is renewed of a machine that the ward has is its licence.
    if line.item in LICENCES or (is_leased and line.is_renewal):
        return CostPart.LICENCE
    return CostPart.LEASE if is_leased else CostPart.SERVICE


def _line_costs(line: PlanLine, last: int) -> Iterator[tuple[CostPart, int, int]]:
    """What a line costs in the years of the plan and after them, up to the last one that is looked at."""
    part, life = part_of(line), load_catalogue()[line.item].life_years
    for paid in line.payments:
        yield part, paid.year, line.amount_in(paid.year)
    if line.upkeep:
        for year in range(line.payments[-1].year + 1, last + 1):
            yield part, year, line.upkeep
    elif line.method is Method.BUY and life is not None:
        for year in range(line.year + life, last + 1, life):
            yield CostPart.REPLACEMENT, year, line.amount


def _machines_today(plan: Plan) -> Iterator[tuple[EquipmentLot, int]]:
    """The machines that wards own and work with today, without the oldest ones, which the plan replaces."""
    replaced: dict[str, dict[str, int]] = {}
    for line in plan.lines:
        replaced.setdefault(line.ward.code, {})[line.item] = line.due + sum(count for _reason, count in line.replaced)
    for rating in plan.ratings.values():
        if rating.is_redacted:
            raise ValueError("a redacted plan is for showing only")
        if rating.snapshot is None:
            continue
        to_replace = dict(replaced.get(rating.snapshot.ward_code, {}))
        # Whose year is not known counts as the oldest: no rule of age can keep it.
        for lot in sorted(rating.snapshot.lots, key=lambda lot: lot.year or 0):
            if lot.owner is Owner.WARD and lot.working:
                count = min(lot.working, to_replace.get(lot.item, 0))
                to_replace[lot.item] = to_replace.get(lot.item, 0) - count
                if lot.working > count:
                    yield lot, lot.working - count


def _cell_order() -> list[tuple[CostPart, SpendingForm]]:
    return [(part, form) for part in CostPart for form in SpendingForm]
