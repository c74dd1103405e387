"""The chart of money against wards ready. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.funding.allocation import CurvePoint
from portal.charts.step import Frame, draw_steps

FRAME = Frame(width=560, height=220, left=40, right=12, top=12, bottom=28)


@dataclass(frozen=True)
class ReadinessChart:
    """The curve as a path of steps, the marks of its axes as (pixel, VND) and (pixel, wards), and the height of the picture."""

    path: str
    money_ticks: tuple[tuple[float, int], ...]
    ward_ticks: tuple[tuple[float, int], ...]
    height: int


def draw_readiness_curve(points: Sequence[CurvePoint], ready_now: int) -> ReadinessChart:
    """The chart of a curve that begins with the wards ready now."""
    chart = draw_steps(ready_now, [(point.money, ready_now + point.wards) for point in points], FRAME)
    return ReadinessChart(chart.path, money_ticks=chart.x_ticks, ward_ticks=chart.y_ticks, height=chart.height)
