"""Money against wards ready, as the points of an inline SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.funding.allocation import CurvePoint

WIDTH, HEIGHT, LEFT, TOP = 560, 220, 40, 12
_RIGHT, _BOTTOM = WIDTH - 12, TOP + HEIGHT


@dataclass(frozen=True)
class MoneyChart:
    """The curve as a path of steps in pixels, marks of the axes as (pixel, value), and the height of the picture."""

    path: str
    money_ticks: tuple[tuple[float, int], ...]
    ward_ticks: tuple[tuple[float, int], ...]
    height: int


def draw_money(points: Sequence[CurvePoint], ready_now: int) -> MoneyChart:
    """The picture of a curve that begins with the wards ready now."""
    most_money = max([1, *(point.money for point in points)])
    most_wards = max(1, ready_now + len(points))

    def across(money: int) -> float:
        return round(LEFT + (_RIGHT - LEFT) * money / most_money, 1)

    def up(wards: int) -> float:
        return round(_BOTTOM - HEIGHT * wards / most_wards, 1)

    path = f"M{LEFT},{up(ready_now)}"
    for point in points:
        path += f"H{across(point.money)}V{up(ready_now + point.wards)}"
    step = -(-most_wards // 5)
    return MoneyChart(
        path=path,
        money_ticks=tuple((across(most_money * part // 4), most_money * part // 4) for part in range(5)),
        ward_ticks=tuple((up(wards), wards) for wards in range(0, most_wards + 1, step)),
        height=_BOTTOM + 28,
    )
