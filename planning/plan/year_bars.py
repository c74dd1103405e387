"""Bars of the years as an inline SVG: two bars a year, one for each kind of spending. Pure."""

from dataclasses import dataclass

from planning.plan.assumptions import Spending
from planning.plan.five_year_cost import RunningCost

WIDTH, HEIGHT, LEFT, TOP = 560, 150, 12, 20
_BAR = 34


@dataclass(frozen=True)
class Bar:
    """One bar in pixels, with the VND that it stands for."""

    x: float
    y: float
    width: float
    height: float
    spending: Spending
    year: int
    amount: int


def draw_bars(cost: RunningCost) -> tuple[Bar, ...]:
    """All bars to one scale, from left to right."""
    top = max([1, *(cost.in_year(kind, year) for kind in Spending for year in cost.years)])
    step = (WIDTH - 2 * LEFT) / len(cost.years)
    bars = []
    for place, year in enumerate(cost.years):
        for number, kind in enumerate(Spending):
            amount = cost.in_year(kind, year)
            height = round(HEIGHT * amount / top, 1)
            x = round(LEFT + step * place + (step - 2 * _BAR) / 2 + _BAR * number, 1)
            bars.append(Bar(x, round(TOP + HEIGHT - height, 1), _BAR - 3, height, kind, year, amount))
    return tuple(bars)
