"""Bars on a sheet. Every bar says its amount, so that no axis has to be read."""

from itertools import accumulate
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from exports.figures.data import Bars, Series
from exports.figures.style import COLOURS, INK, PHONE, RULE, Sheet, SheetText, Size, font, halo, hatch

# The width of a letter against its height, and the room that the longest amount takes, in letters.
LETTER, AMOUNT = 0.52, 12
# A bar is never higher than half of the room.
FEWEST = 2


def draw_bars(bars: Bars, words: SheetText, size: Size) -> Figure:
    """The sheet with its bars: in one panel where they are stacked, else one beside the other, each on a scale of its own."""
    told = [series for place, series in enumerate(bars.series) if any(amounts[place] for _name, amounts in bars.rows)]
    sheet = Sheet(size, words, [(series.key, _tell(series, bars)) for series in told])
    names = _names(bars, size)
    room = 0.3 + max((len(line) for name in names for line in name.split("\n")), default=0) * _letter(size)
    panels = [tuple(range(len(bars.series)))] if bars.stacked else [(place,) for place in range(len(bars.series))]
    width = (size.width - 2 * 0.21 - room) / len(panels)
    for number, shown in enumerate(panels):
        left = room + number * width
        axes = sheet.add_axes(left=left, right=(len(panels) - 1 - number) * width)
        _draw_panel(axes, bars, shown, size)
        for at, name in enumerate(names if number == 0 else ()):
            axes.annotate(
                name,
                (0, at),
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


def _draw_panel(axes: Axes, bars: Bars, shown: tuple[int, ...], size: Size) -> None:
    points = _points(bars, size)
    most = max([1, *(sum(amounts[place] for place in shown) for _name, amounts in bars.rows)])
    inches = axes.get_position().width * size.width
    # Room at the right for the amount beside the longest bar.
    scale = most / max(0.3, 1 - (AMOUNT if bars.is_money else 4) * points * LETTER / 72 / inches)
    for at, (_name, amounts) in enumerate(bars.rows):
        own = [amounts[place] for place in shown]
        for place, amount, end in zip(shown, own, accumulate(own), strict=True):
            series = bars.series[place]
            style: dict[str, Any] = {"color": COLOURS[series.key][0], "edgecolor": "white", "linewidth": 0.8, **hatch(series.key)}
            axes.barh(at, amount, left=end - amount, height=0.72, **style)
            if amount and len(bars.series) > 2 and _fits(amount / scale * inches, bars.told(amount), points):
                _write_inside(axes, end - amount / 2, at, bars.told(amount), series.key, points)
        if len(bars.series) > 2:
            continue
        total = sum(own)
        axes.annotate(
            _amount(bars, total) if total else "0",
            (total, at),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontproperties=font("Regular"),
            fontsize=points,
        )
    axes.axvline(0, color=RULE, linewidth=1)
    axes.set_xlim(0, scale)
    slots = max(len(bars.rows), FEWEST)
    axes.set_ylim(slots - 0.5, -0.5)


def _write_inside(axes: Axes, x: float, at: int, text: str, key: str, points: float) -> None:
    """An amount within its part."""
    style: dict[str, Any] = {
        "color": COLOURS[key][1],
        "ha": "center",
        "va": "center",
        "fontproperties": font("SemiBold"),
        "fontsize": points,
    }
    axes.text(x, at, text, path_effects=halo(key, 3), **style)


def _tell(series: Series, bars: Bars) -> str:
    return f"{series.label} (đồng)" if bars.is_money else series.label


def _amount(bars: Bars, amount: int) -> str:
    """An amount beside its bar; the legend names its unit."""
    return bars.told(amount).replace("\u00a0đồng", "").removesuffix(" đồng")


def _fits(inches: float, text: str, points: float) -> bool:
    return inches * 72 > len(text) * points * 0.7


def _points(bars: Bars, size: Size) -> float:
    return size.text if size is not PHONE or len(bars.rows) < 20 else 7.5


def _letter(size: Size) -> float:
    return size.text * LETTER / 72 + 0.004


def _names(bars: Bars, size: Size) -> list[str]:
    """The names of the rows, in two lines where they are long."""
    limit = int(0.38 * size.width / _letter(size))
    return [_in_two(name) if len(name) > limit else name for name, _amounts in bars.rows]


def _in_two(name: str) -> str:
    words = name.split()
    cut = min(range(1, len(words)), key=lambda place: abs(len(" ".join(words[:place])) - len(name) / 2), default=1)
    return f"{' '.join(words[:cut])}\n{' '.join(words[cut:])}".rstrip()
