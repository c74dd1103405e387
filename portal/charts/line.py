"""Line charts: a frame with its margins, scales from values to pixels, lines, steps and ticks. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Number = int | float | Fraction
Point = tuple[float, float]
Line = tuple[Point, ...]
Label = TypeVar("Label")

# Distances between dates that are easy to read: days, weeks, quarters and years.
DAY_STEPS = (1, 2, 5, 7, 14, 28, 56, 91, 182, 365)


@dataclass(frozen=True)
class Scale:
    """A linear scale: ``low`` is drawn at the pixel ``start``, ``high`` at the pixel ``end``."""

    low: int
    high: int
    start: int
    end: int

    def pixel(self, value: Number) -> float:
        """Where a value is drawn, to a tenth of a pixel. On a scale of a single value that is ``start``."""
        return round(self.start + (self.end - self.start) * float(value - self.low) / max(1, self.high - self.low), 1)


@dataclass(frozen=True)
class Frame:
    """A picture in pixels, with the margins that the labels of the axes need."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def floor(self) -> int:
        """The y of the horizontal axis."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """The x where the horizontal axis ends."""
        return self.width - self.right

    def horizontal(self, low: int, high: int) -> Scale:
        """The scale from left to right."""
        return Scale(low, high, self.left, self.end)

    def vertical(self, high: int) -> Scale:
        """The scale from 0 on the floor up to ``high`` at the top."""
        return Scale(0, high, self.floor, self.top)

    def share_height(self, share: float) -> float:
        """The y of a share of the height, to a tenth of a pixel: 0 on the floor, 1 at the top."""
        return round(self.top + (self.floor - self.top) * (1 - share), 1)

    def max_columns(self, label_width: int) -> int:
        """How many labels of that width fit below the horizontal axis; one at least."""
        return max(1, (self.end - self.left) // label_width)

    def max_rows(self, label_height: int) -> int:
        """How many labels of that height fit beside the vertical axis; one at least."""
        return max(1, (self.floor - self.top) // label_height)


@dataclass(frozen=True)
class Plot:
    """Two scales that place points in one picture."""

    horizontal: Scale
    vertical: Scale

    def point(self, x: Number, y: Number) -> Point:
        """Where a pair of values is drawn."""
        return self.horizontal.pixel(x), self.vertical.pixel(y)

    def line(self, values: Iterable[tuple[Number, Number]]) -> Line:
        """The points of a line through pairs of values."""
        return tuple(self.point(x, y) for x, y in values)


def svg_points(line: Line) -> str:
    """The points as the attribute of an SVG polyline: ``46,162 548,12``."""
    return " ".join(f"{x},{y}" for x, y in line)


def step_corners(values: Iterable[tuple[int, int]], until: int) -> list[tuple[int, int]]:
    """The corners of a line that keeps each y until the next x, and the last one ``until``. Needs a value at least."""
    corners: list[tuple[int, int]] = []
    for x, y in values:
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return [*corners, (until, corners[-1][1])] if until > corners[-1][0] else corners


def day_ticks(days: int, max_ticks: int) -> range:
    """The days from 0 to ``days`` that get a label, about ``max_ticks`` of them, at a distance that is easy to read."""
    step = next((step for step in DAY_STEPS if days // step < max_ticks), -(-days // max_ticks))
    return range(0, days + 1, max(1, step))


def count_ticks(high: int, max_ticks: int) -> list[int]:
    """Round counts from 0 upwards, and ``high`` itself on top; a round one too close to it is left out."""
    ladder = (step * 10**power for power in range(6) for step in (1, 2, 5))
    step = next(step for step in ladder if high <= step * max_ticks)
    return [*(count for count in range(0, high, step) if 2 * (high - count) > step), high]


def thin_out(pixels: Sequence[float], labels: Sequence[Label], max_ticks: int) -> tuple[tuple[float, Label], ...]:
    """Labels with their pixels: all of them, or every second, third ... where there are more than ``max_ticks``."""
    step = -(-len(labels) // max_ticks)
    return tuple(zip(pixels[::step], labels[::step], strict=True))
