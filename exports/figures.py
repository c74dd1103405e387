"""The readiness map as a picture by matplotlib: PNG, SVG or PDF, with title, legend, counts, source and date."""

from functools import lru_cache
from io import BytesIO
from typing import Any

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Patch

from portal.assets import FONTS
from portal.formats import format_day, format_percent
from scoring.map import lay_out
from scoring.rating import Result
from scoring.readiness import CityReadiness

MIMETYPES = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
CAPTION = "Sơ đồ, không phải bản đồ địa giới hành chính. Nét đậm: địa bàn quận, huyện, thị xã trước 01/7/2025; nét xanh: sông (phỏng theo)."
DEMO = "SỐ LIỆU MINH HỌA"
# Pictures by the version of the data; a handful of versions and kinds is all that is ever asked for.
_drawn: dict[tuple[str, str, bool], bytes] = {}


def draw_readiness_map(city: CityReadiness, kind: str, *, is_demo: bool) -> bytes:
    """The picture, A4 upright, as bytes of a kind of MIMETYPES."""
    key = (city.version, kind, is_demo)
    if key not in _drawn:
        if len(_drawn) > 12:
            _drawn.clear()
        _drawn[key] = _draw(city, kind, is_demo=is_demo)
    return _drawn[key]


def _draw(city: CityReadiness, kind: str, *, is_demo: bool) -> bytes:
    hexmap = lay_out(city.wards)
    figure = Figure(figsize=(8.27, 11.69), dpi=150)
    axes = figure.add_axes((0.03, 0.13, 0.94, 0.75))
    ratings = [city.ratings[tile.ward.code] for tile in hexmap.tiles]
    for result in Result:
        shapes = [tile.corners for tile, rating in zip(hexmap.tiles, ratings, strict=True) if rating.result is result]
        axes.add_collection(PolyCollection(shapes, facecolors=result.colour, edgecolors="white", linewidths=1, **_hatch(result)))
    axes.add_collection(LineCollection(hexmap.river, colors="#5aa9e6", linewidths=4.5, capstyle="round", alpha=0.9, zorder=4))
    axes.add_collection(LineCollection(hexmap.outlines, colors="#1f2933", linewidths=1.4, capstyle="round"))
    plain, bold = _font("Regular"), _font("SemiBold")
    for tile, rating in zip(hexmap.tiles, ratings, strict=True):
        x, y = tile.centre
        words: dict[str, Any] = {"color": rating.result.ink, "ha": "center", "va": "center"}
        size = 5.6 if len(tile.lines) < 3 else 4.6
        axes.text(x, y - 0.06, "\n".join(tile.lines), fontproperties=bold, fontsize=size, linespacing=1.05, **words)
        axes.text(x, y + 0.34, rating.result.mark, fontproperties=plain, fontsize=6.5, **words)
    axes.set_xlim(0, hexmap.width)
    axes.set_ylim(hexmap.height, 0)
    axes.set_aspect("equal")
    axes.axis("off")
    _write_words(figure, city, plain, bold, is_demo=is_demo)
    buffer = BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


def _write_words(figure: Figure, city: CityReadiness, plain: FontProperties, bold: FontProperties, *, is_demo: bool) -> None:
    figure.text(0.05, 0.955, "Mức độ đáp ứng hạ tầng CNTT của 126 xã, phường Hà Nội", fontproperties=bold, fontsize=15)
    as_of = f"số liệu tính đến ngày {format_day(city.data_as_of)}" if city.data_as_of else "chưa có số liệu"
    under = f"{city.standard.banner} · tổng hợp từ {city.approved_count}/126 đơn vị đã thẩm định · {as_of}"
    figure.text(0.05, 0.93, under, fontproperties=plain, fontsize=8, color="#3e4c59")
    if is_demo:
        figure.text(0.05, 0.905, DEMO, fontproperties=bold, fontsize=10, color="#a83246")
    counts = city.counts
    patches = [
        Patch(
            facecolor=result.colour,
            edgecolor="#52606d",
            label=f"{result.mark} {result.label}: {counts[result]} ({format_percent(counts[result] / len(city.wards))})",
            **_hatch(result),
        )
        for result in Result
    ]
    legend = figure.legend(
        handles=patches, loc="lower left", bbox_to_anchor=(0.04, 0.065), ncols=2, frameon=False, prop=plain, fontsize=9
    )
    for text in legend.get_texts():
        text.set_fontsize(9.5)
    figure.text(0.05, 0.045, CAPTION, fontproperties=plain, fontsize=6.8, color="#3e4c59")
    figure.text(
        0.05, 0.028, "Nguồn: phiếu khảo sát đã duyệt của các xã, phường.", fontproperties=plain, fontsize=6.8, color="#3e4c59"
    )


def _hatch(result: Result) -> dict[str, Any]:
    """What tells a result from the others without its colour."""
    hatches = {Result.NOT_READY: ("////", "#8f1f33"), Result.INCOMPLETE: ("..", "#cf8f26")}
    return dict(zip(("hatch", "hatchcolor"), hatches[result], strict=True)) if result in hatches else {}


@lru_cache
def _font(weight: str) -> FontProperties:
    """Be Vietnam Pro. The signs ✓ and ✗, which it lacks, stand in Regular and come from the letters that matplotlib brings."""
    fontManager.addfont(FONTS / f"BeVietnamPro-{weight}.ttf")
    if weight == "Regular":
        return FontProperties(family=["Be Vietnam Pro", "DejaVu Sans"])
    return FontProperties(family="Be Vietnam Pro", weight=600)
