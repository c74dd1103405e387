"""The map of hexagons on a sheet, by any colouring. On the small sheet the names, which nobody could read, make room for the signs."""

from typing import Any

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from exports.figures.style import COLOURS, INK, PHONE, Sheet, SheetText, Size, font, halo, hatch
from portal.formats import format_percent
from scoring.maps.colourings import Colouring
from scoring.maps.hex_layout import HexMap
from scoring.rating.rating import Result

CAPTION = "Sơ đồ, không phải bản đồ địa giới hành chính. Nét đậm: địa bàn quận, huyện, thị xã trước 01/7/2025; nét xanh: sông (phỏng theo)."

# A sign of so many letters goes into a tile of the small sheet.
SHORT_MARK = 3


def draw_map(hexmap: HexMap, colouring: Colouring, text: SheetText, size: Size) -> Figure:
    """The sheet with its map; the legend counts the wards of each class."""
    sheet = Sheet(size, text, _legend(colouring, size))
    axes = sheet.add_axes()
    for index, shade in enumerate(colouring.shades):
        shapes = [tile.corners for tile in hexmap.tiles if colouring.of[tile.ward.code] == index]
        if shapes:
            axes.add_collection(
                PolyCollection(shapes, facecolors=COLOURS[shade.key][0], edgecolors="white", linewidths=1, **hatch(shade.key))
            )
    axes.add_collection(LineCollection(hexmap.river, colors="#5aa9e6", linewidths=4.5, capstyle="round", alpha=0.9, zorder=4))
    axes.add_collection(LineCollection(hexmap.outlines, colors=INK, linewidths=1.4, capstyle="round"))
    for tile in hexmap.tiles:
        (x, y), key, mark = tile.centre, colouring.shade_of(tile.ward.code).key, colouring.mark_of(tile.ward.code)
        style: dict[str, Any] = {"color": COLOURS[key][1], "ha": "center", "va": "center", "zorder": 5}
        if size is PHONE:
            if len(mark) <= SHORT_MARK:
                axes.text(x, y + 0.03, mark, fontproperties=font("Regular"), fontsize=9, path_effects=halo(key, 3), **style)
            continue
        style["path_effects"] = halo(key, 2.2)
        points = 5.6 if len(tile.lines) < 3 else 4.6
        axes.text(x, y - 0.06, "\n".join(tile.lines), fontproperties=font("SemiBold"), fontsize=points, linespacing=1.05, **style)
        axes.text(x, y + 0.34, mark, fontproperties=font("Regular"), fontsize=6.5 if len(mark) <= SHORT_MARK else 4.6, **style)
    axes.set_xlim(0.4, hexmap.width - 0.4)
    axes.set_ylim(hexmap.height - 0.3, 0.3)
    axes.set_aspect("equal")
    return sheet.figure


def _legend(colouring: Colouring, size: Size) -> list[tuple[str, str]]:
    """The classes that have a ward, with their counts, and their shares where there is room for them."""
    classes = [
        (shade, count) for shade, count in zip(colouring.shades, colouring.counts, strict=True) if count or colouring.key == "state"
    ]
    is_short = size is PHONE and len(classes) > len(Result)
    entries = []
    for shade, count in classes:
        label = shade.label.replace("\u00a0triệu đồng", " triệu") if is_short else shade.label
        share = "" if is_short else f" ({format_percent(count / len(colouring.of))})"
        entries.append((shade.key, f"{f'{shade.mark} ' if shade.mark else ''}{label}: {count}{share}"))
    return entries
