"""A curve as the points of an inline SVG: one panel for the ready wards, one for the money. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from scoring.analysis.sensitivity import Curve, Point

WIDTH, HEIGHT, LEFT, TOP = 560, 150, 46, 12


@dataclass(frozen=True)
class Panel:
    """Points in pixels of the picture, and what stands beside the axis. ``top`` is the highest value of the panel."""

    points: tuple[tuple[float, float], ...]
    top: int

    @property
    def path(self) -> str:
        """The points as the attribute of a polyline."""
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True)
class CurveChart:
    """Two panels over the same values, and the pixels of the cliffs."""

    wards: Panel
    capital: Panel
    recurrent: Panel
    ticks: tuple[tuple[float, int], ...]
    cliffs: tuple[tuple[float, float], ...]


def draw_curve(curve: Curve) -> CurveChart:
    """Scale a curve to the picture. Needs a point at least."""
    values = [point.value for point in curve.points]
    money_top = max([1, *(max(point.capital, point.recurrent) for point in curve.points)])
    ward_top = max([1, *(len(point.ready) for point in curve.points)])
    xs = [_across(value, values) for value in values]
    step = -(-len(values) // 12)
    return CurveChart(
        wards=_panel(xs, [len(point.ready) for point in curve.points], ward_top),
        capital=_panel(xs, [point.capital for point in curve.points], money_top),
        recurrent=_panel(xs, [point.recurrent for point in curve.points], money_top),
        ticks=tuple(zip(xs[::step], values[::step], strict=True)),
        cliffs=tuple((_at(a, values), _at(b, values)) for a, b in curve.cliffs),
    )


def place(curve: Curve, value: int) -> float:
    """Where a value of the curve stands across the picture, in pixels."""
    return _across(value, [point.value for point in curve.points])


def _at(point: Point, values: list[int]) -> float:
    return _across(point.value, values)


def _across(value: int, values: list[int]) -> float:
    low, high = min(values), max(values)
    return round(LEFT + (WIDTH - LEFT - 12) * (value - low) / max(1, high - low), 1)


def _panel(xs: Iterable[float], heights: Iterable[int], top: int) -> Panel:
    return Panel(tuple((x, round(TOP + HEIGHT * (1 - height / top), 1)) for x, height in zip(xs, heights, strict=True)), top)
