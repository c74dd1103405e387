"""A line that rises in steps, as the path of an inline SVG with the marks of its axes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

# An axis has about so many marks beside the one at zero.
_X_PARTS, _Y_PARTS = 4, 5


@dataclass(frozen=True)
class Frame:
    """The room for a line in pixels: ``height`` is that of its highest point; the margins lie around it."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True)
class StepChart:
    """The path of the steps, the marks of both axes as (pixel, value), and the height of the whole picture."""

    path: str
    x_ticks: tuple[tuple[float, int], ...]
    y_ticks: tuple[tuple[float, int], ...]
    height: int


def draw_steps(start: int, steps: Sequence[tuple[int, int]], frame: Frame) -> StepChart:
    """A line from zero and ``start`` over ``steps`` of (x, y): across to each x first, then up to its y.

    Both axes begin at zero; the last step has the greatest x and y, and no value is negative.
    """
    greatest_x = max([1, *(x for x, _y in steps)])
    greatest_y = max([1, start, *(y for _x, y in steps)])
    floor = frame.top + frame.height

    def across(x: int) -> float:
        return round(frame.left + (frame.width - frame.right - frame.left) * x / greatest_x, 1)

    def up(y: int) -> float:
        return round(floor - frame.height * y / greatest_y, 1)

    values = [greatest_x * part // _X_PARTS for part in range(_X_PARTS + 1)]
    return StepChart(
        path=f"M{frame.left},{up(start)}" + "".join(f"H{across(x)}V{up(y)}" for x, y in steps),
        x_ticks=tuple((across(x), x) for x in values),
        y_ticks=tuple((up(y), y) for y in range(0, greatest_y + 1, -(-greatest_y // _Y_PARTS))),
        height=floor + frame.bottom,
    )
