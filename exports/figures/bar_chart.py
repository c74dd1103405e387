"""Bars on a sheet. Every bar says its amount, so that no axis has to be read."""

from itertools import accumulate
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from exports.figures.data import Bars, Series
from exports.figures.style import COLOURS, INK, PHONE, RULE, Sheet, SheetText, Size, font, halo, hatch

# The width of a letter against its height, and the room that the longest amount takes, in letters.
LETTER_WIDTH, AMOUNT_LETTERS = 0.52, 12
# A bar is never higher than half of the room.
MIN_SLOTS = 2


def draw_bars(bars: Bars, text: SheetText, size: Size) -> Figure:
    """The sheet with its bars: in one panel where they are stacked, else one beside the other, each on a scale of its own."""
    drawn_series = [series for index, series in enumerate(bars.series) if any(amounts[index] for _name, amounts in bars.rows)]
    sheet = Sheet(size, text, [(series.key, _legend_label(series, bars)) for series in drawn_series])
    names = _row_names(bars, size)
    name_width = 0.3 + max((len(line) for name in names for line in name.split("\n")), default=0) * _letter_width(size)
    panels = [tuple(range(len(bars.series)))] if bars.stacked else [(index,) for index in range(len(bars.series))]
    width = (size.width - 2 * 0.21 - name_width) / len(panels)
    for number, indexes in enumerate(panels):
        left = name_width + number * width
        axes = sheet.add_axes(left=left, right=(len(panels) - 1 - number) * width)
        _draw_panel(axes, bars, indexes, size)
        for y, name in enumerate(names if number == 0 else ()):
            axes.annotate(
                name,
                (0, y),
                xytext=(-6, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                color=INK,
                fontproperties=font("Regular"),
                fontsize=_points(bars, size),
                linespacing=1.0,
                annotation_clip=False,
            )
    return sheet.figure


def _draw_panel(axes: Axes, bars: Bars, indexes: tuple[int, ...], size: Size) -> None:
    points = _points(bars, size)
    greatest = max([1, *(sum(amounts[index] for index in indexes) for _name, amounts in bars.rows)])
    inches = axes.get_position().width * size.width
    # Room at the right for the amount beside the longest bar.
    scale = greatest / max(0.3, 1 - (AMOUNT_LETTERS if bars.is_money else 4) * points * LETTER_WIDTH / 72 / inches)
    for y, (_name, amounts) in enumerate(bars.rows):
        row_amounts = [amounts[index] for index in indexes]
        for index, amount, end in zip(indexes, row_amounts, accumulate(row_amounts), strict=True):
            series = bars.series[index]
            style: dict[str, Any] = {"color": COLOURS[series.key][0], "edgecolor": "white", "linewidth": 0.8, **hatch(series.key)}
            axes.barh(y, amount, left=end - amount, height=0.72, **style)
            if amount and len(bars.series) > 2 and _fits(amount / scale * inches, bars.amount_text(amount), points):
                _write_inside(axes, end - amount / 2, y, bars.amount_text(amount), series.key, points)
        if len(bars.series) > 2:
            continue
        total = sum(row_amounts)
        axes.annotate(
            _label_beside(bars, total) if total else "0",
            (total, y),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontproperties=font("Regular"),
            fontsize=points,
        )
    axes.axvline(0, color=RULE, linewidth=1)
    axes.set_xlim(0, scale)
    slots = max(len(bars.rows), MIN_SLOTS)
    axes.set_ylim(slots - 0.5, -0.5)


def _write_inside(axes: Axes, x: float, y: int, text: str, key: str, points: float) -> None:
    """An amount within its part."""
    style: dict[str, Any] = {
        "color": COLOURS[key][1],
        "ha": "center",
        "va": "center",
        "fontproperties": font("SemiBold"),
        "fontsize": points,
    }
    axes.text(x, y, text, path_effects=halo(key, 3), **style)


def _legend_label(series: Series, bars: Bars) -> str:
    return f"{series.label} (đồng)" if bars.is_money else series.label


def _label_beside(bars: Bars, amount: int) -> str:
    """An amount beside its bar; the legend names its unit."""
    return bars.amount_text(amount).replace("\u00a0đồng", "").removesuffix(" đồng")


def _fits(inches: float, text: str, points: float) -> bool:
    return inches * 72 > len(text) * points * 0.7


def _points(bars: Bars, size: Size) -> float:
    return size.text if size is not PHONE or len(bars.rows) < 20 else 7.5


def _letter_width(size: Size) -> float:
    return size.text * LETTER_WIDTH / 72 + 0.004


def _row_names(bars: Bars, size: Size) -> list[str]:
    """The names of the rows, in two lines where they are long."""
    limit = int(0.38 * size.width / _letter_width(size))
    return [_wrap_name(name) if len(name) > limit else name for name, _amounts in bars.rows]


def _wrap_name(name: str) -> str:
    words = name.split()
    cut = min(range(1, len(words)), key=lambda index: abs(len(" ".join(words[:index])) - len(name) / 2), default=1)
    return f"{' '.join(words[:cut])}\n{' '.join(words[cut:])}".rstrip()
