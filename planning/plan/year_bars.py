"""The chart of the five years: a bar for each form of spending in each year. Pure."""

from dataclasses import dataclass

from planning.plan.five_year_cost import FiveYearCost
from planning.plan.spending import SpendingForm
from portal.charts.bar import Bar, Frame, draw_bars

FRAME = Frame(width=560, height=150, left=12, top=20)
_BAR_WIDTH, _GAP = 24, 3


@dataclass(frozen=True)
class YearBar(Bar):
    """One bar with the form of spending, the year, and the VND that it stands for."""

    form: SpendingForm
    year: int
    amount: int


def draw_year_bars(cost: FiveYearCost) -> tuple[YearBar, ...]:
    """All bars to one scale, from left to right."""
    amounts = [[cost.in_year(kind, year) for kind in SpendingForm] for year in cost.years]
    groups = draw_bars(amounts, FRAME, _BAR_WIDTH, _GAP)
    return tuple(
        YearBar(bar.x, bar.y, bar.width, bar.height, kind, year, cost.in_year(kind, year))
        for year, bars in zip(cost.years, groups, strict=True)
        for kind, bar in zip(SpendingForm, bars, strict=True)
    )
