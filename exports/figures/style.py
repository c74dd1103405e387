"""The one style of every picture: fonts, colours, hatches, and the sheet with title, legend, source and date.

Classes are told apart by lightness or hatch too, so that they hold for colour-blind eyes and in grey print.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from textwrap import wrap
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Patch
from matplotlib.patheffects import AbstractPathEffect, withStroke
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from portal.version import stamp
from portal.web_fonts import FONTS
from scoring.rating.rating import Result

# Text in a PDF stays text, and equal pictures are equal files.
mpl.rcParams.update({"pdf.fonttype": 42, "svg.hashsalt": "ward-readiness", "hatch.linewidth": 1.2})

INK, GREY, RED, RULE = "#1f2933", "#52606d", "#a3202f", "#cbd2d9"
DEMO = "SỐ LIỆU MINH HỌA"
# Fill and ink; the keys are those of the style sheet of the pages.
COLOURS = {
    **{result.value: (result.colour, result.ink) for result in Result},
    "seq1": ("#e6f2da", INK),
    "seq2": ("#a9d8c0", INK),
    "seq3": ("#5fb1b9", INK),
    "seq4": ("#2b7a9b", "#ffffff"),
    "seq5": ("#0b4367", "#ffffff"),
    "heat1": ("#fcefcf", INK),
    "heat2": ("#f2c57c", INK),
    "heat3": ("#de8f48", INK),
    "heat4": ("#ad5127", "#ffffff"),
    "heat5": ("#6b2415", "#ffffff"),
    "done": ("#cfe5df", INK),
    "stuck": ("#6b5b8c", "#ffffff"),
    "na": ("#f4f6f8", INK),
    "blocking": ("#c23a4e", "#ffffff"),
    "other": ("#2b7a9b", "#ffffff"),
    "purchase": ("#0b4f6c", "#ffffff"),
    "project": ("#7a869a", "#ffffff"),
    "recurrent": ("#de8f48", INK),
}
HATCHES = {
    "not_ready": ("////", "#e59aa6"),
    "blocking": ("////", "#e59aa6"),
    "incomplete": ("..", "#b9781a"),
    "na": ("\\\\\\", "#c3ccd5"),
    "stuck": ("xx", "#a99bc6"),
    "recurrent": ("...", "#9a5a1c"),
}


@dataclass(frozen=True)
class Size:
    """A sheet in inches with its dots, the sizes of its letters in points, and its margins."""

    width: float
    height: float
    dpi: int
    title: float
    text: float
    small: float

    def letters_per_line(self, points: float) -> int:
        """How many letters of that size go into a line; a letter is half as wide as high, and a little more."""
        return int((self.width - 2 * MARGIN) * 72 / (points * 0.55))


MARGIN = 0.35
UPRIGHT = Size(8.27, 11.69, 150, title=15, text=9, small=7.5)
LYING = Size(11.69, 8.27, 150, title=17, text=11, small=8.5)
LOW = Size(11.69, 5.2, 150, title=17, text=11, small=8.5)
# 1080 × 1350 pixels: the sheet that a telephone shows whole. For a few bars a square is enough.
PHONE = Size(5.4, 6.75, 200, title=13, text=9, small=7)
PHONE_LOW = Size(5.4, 5.4, 200, title=13, text=9, small=7)


@dataclass(frozen=True)
class SheetText:
    """The text around every picture: the standard and the date under the title, a note, and the source."""

    title: str
    subtitle: str
    note: str
    source: str
    is_demo: bool


class Sheet:
    """A figure with its text; the space between ``top`` and ``bottom``, in inches, is left for the picture."""

    def __init__(self, size: Size, text: SheetText, legend: Sequence[tuple[str, str]]) -> None:
        self.size, self.figure = size, Figure(figsize=(size.width, size.height), dpi=size.dpi)
        top = self._write_head(text)
        bottom = self._write_foot(text)
        self.top, self.bottom = self._add_legend(legend, top), bottom

    def add_axes(self, left: float = 0.0, right: float = 0.0) -> Axes:
        """Axes in the space for the picture, so many inches from its sides; without frame."""
        width, height = self.size.width, self.size.height
        margin = MARGIN * 0.6
        box = (
            (margin + left) / width,
            self.bottom / height,
            (width - 2 * margin - left - right) / width,
            (self.top - self.bottom) / height,
        )
        axes = self.figure.add_axes(box)
        axes.axis("off")
        return axes

    def _write_head(self, text: SheetText) -> float:
        size, top = self.size, self.size.height - MARGIN
        for line in wrap(text.title, size.letters_per_line(size.title * 1.04)):
            top = self._write_line(line, top, size.title, font("SemiBold"))
        for line in wrap(text.subtitle, size.letters_per_line(size.small * 0.95)):
            top = self._write_line(line, top, size.small, font("Regular"), GREY)
        if text.is_demo:
            top = self._write_line(DEMO, top, size.text, font("SemiBold"), RED)
        return top - 0.05

    def _write_foot(self, text: SheetText) -> float:
        size = self.size
        lines = [*wrap(text.note, size.letters_per_line(size.small * 0.95)), text.source]
        height = size.small * 1.35 / 72
        top = MARGIN * 0.8 + height * len(lines)
        bottom = top
        for line in lines:
            top = self._write_line(line, top, size.small, font("Regular"), GREY)
        return bottom + 0.08

    def _write_line(self, line: str, top: float, points: float, face: FontProperties, colour: str = INK) -> float:
        """A line whose upper edge is so many inches high; returns where the next one may begin."""
        position = MARGIN / self.size.width, top / self.size.height
        self.figure.text(*position, line, fontproperties=face, fontsize=points, color=colour, va="top")
        return top - points * 1.35 / 72

    def _add_legend(self, entries: Sequence[tuple[str, str]], top: float) -> float:
        """The classes by style key and label, in as many columns as fit; returns how high the picture may reach."""
        if not entries:
            return top
        size = self.size
        # Many classes in smaller letters, so that they fit side by side and leave space.
        points = size.text if len(entries) <= 4 else size.text * 0.87
        longest = max(len(label) for _key, label in entries) + 3
        columns = max(1, min(len(entries), size.letters_per_line(points) // longest))
        handles = [Patch(facecolor=COLOURS[key][0], edgecolor="#9aa5b1", label=label, **hatch(key)) for key, label in entries]
        legend = self.figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=((MARGIN - 0.05) / size.width, top / size.height),
            ncols=columns,
            frameon=False,
            prop=font("Regular"),
            borderpad=0.2,
            columnspacing=1.4,
            handleheight=1.1,
            handlelength=1.6,
            labelspacing=0.35,
        )
        for text in legend.get_texts():
            text.set_fontsize(points)
        rows = -(-len(entries) // columns)
        return top - rows * points * 1.75 / 72 - 0.12


def save(figure: Figure, kind: str) -> bytes:
    """The picture as bytes of a kind; PNG in few colours, which a telephone gets quickly."""
    buffer = BytesIO()
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": stamp()},
        "pdf": {"CreationDate": None, "Creator": stamp()},
        "png": {"Software": None},
    }
    figure.savefig(buffer, format=kind, metadata=metadata[kind])
    if kind != "png":
        return buffer.getvalue()
    palette = Image.open(buffer).convert("RGB").quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced = BytesIO()
    text = PngInfo()
    text.add_text("Software", stamp())
    palette.save(reduced, "PNG", optimize=True, dpi=(figure.dpi, figure.dpi), pnginfo=text)
    return reduced.getvalue()


def hatch(key: str) -> dict[str, Any]:
    """What distinguishes a class without its colour."""
    return dict(zip(("hatch", "hatchcolor"), HATCHES[key], strict=True)) if key in HATCHES else {}


def halo(key: str, width: float) -> list[AbstractPathEffect]:
    """A rim around text on a hatch, in the colour of the ground."""
    return [withStroke(linewidth=width, foreground=COLOURS[key][0])] if key in HATCHES else []


@lru_cache
def font(weight: str) -> FontProperties:
    """Be Vietnam Pro. The signs ✓ and ✗, which it lacks, stand in Regular and come from the letters that matplotlib brings."""
    fontManager.addfont(FONTS / f"BeVietnamPro-{weight}.ttf")
    if weight == "Regular":
        return FontProperties(family=["Be Vietnam Pro", "DejaVu Sans"])
    return FontProperties(family="Be Vietnam Pro", weight=600)
