"""Upright bars in groups, as the rectangles of an inline SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """The room for bars in pixels: ``height`` is that of the highest bar, ``top`` lies above it, ``left`` on either side of all."""

    width: int
    height: int
    left: int
    top: int


@dataclass(frozen=True)
class Bar:
    """One bar in pixels."""

    x: float
    y: float
    width: float
    height: float


def draw_bars(groups: Sequence[Sequence[int]], frame: Frame, bar_width: int, gap: int) -> tuple[tuple[Bar, ...], ...]:
    """The bars of each group, all to one scale, from left to right; ``gap`` pixels of each bar's width stay empty.

    Values are not negative; the greatest, or one where all are zero, is as high as the frame.
    """
    greatest = max([1, *(value for group in groups for value in group)])
    slot = (frame.width - 2 * frame.left) / len(groups)

    def draw(group_number: int, number: int, value: int, count: int) -> Bar:
        height = round(frame.height * value / greatest, 1)
        x = round(frame.left + slot * group_number + (slot - count * bar_width) / 2 + bar_width * number, 1)
        return Bar(x, round(frame.top + frame.height - height, 1), bar_width - gap, height)

    return tuple(
        tuple(draw(group_number, number, value, len(group)) for number, value in enumerate(group))
        for group_number, group in enumerate(groups)
    )
