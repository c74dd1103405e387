"""The curve of a threshold as a chart: one panel for the ready wards, one for the money. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.charts.line import Frame, Line, Scale, svg_points, thin_out
from scoring.analysis.sensitivity import Curve

FRAME = Frame(width=560, height=186, left=46, right=12, top=12, bottom=24)
MAX_TICKS = 12


@dataclass(frozen=True)
class Panel:
    """The points of a line in pixels. ``top`` is the highest value of the panel."""

    points: Line
    top: int

    @property
    def path(self) -> str:
        """The points as the attribute of a polyline."""
        return svg_points(self.points)


@dataclass(frozen=True)
class CurveChart:
    """Two panels over the same values, and the pixels of the cliffs."""

    wards: Panel
    capital: Panel
    recurrent: Panel
    ticks: tuple[tuple[float, int], ...]
    cliffs: tuple[tuple[float, float], ...]


def draw_curve(curve: Curve) -> CurveChart:
    """The chart of a curve. Needs a point at least."""
    values = [point.value for point in curve.points]
    scale = _scale(curve)
    xs = [scale.pixel(value) for value in values]
    money_top = max([1, *(max(point.capital, point.recurrent) for point in curve.points)])
    ward_top = max([1, *(len(point.ready) for point in curve.points)])

    def panel(heights: Sequence[int], top: int) -> Panel:
        return Panel(tuple((x, FRAME.share_height(height / top)) for x, height in zip(xs, heights, strict=True)), top)

    return CurveChart(
        wards=panel([len(point.ready) for point in curve.points], ward_top),
        capital=panel([point.capital for point in curve.points], money_top),
        recurrent=panel([point.recurrent for point in curve.points], money_top),
        ticks=thin_out(xs, values, MAX_TICKS),
        cliffs=tuple((scale.pixel(before.value), scale.pixel(after.value)) for before, after in curve.cliffs),
    )


def value_position(curve: Curve, value: int) -> float:
    """The x of a value of the curve, in pixels."""
    return _scale(curve).pixel(value)


def _scale(curve: Curve) -> Scale:
    values = [point.value for point in curve.points]
    return FRAME.horizontal(min(values), max(values))
