"""The readiness map as a picture by matplotlib: PNG, SVG or PDF, with title, legend, counts, source and date."""

from functools import lru_cache
from io import BytesIO

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
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
    figure = Figure(figsize=(8.27, 11.0), dpi=170)
    axes = figure.add_axes((0.03, 0.13, 0.94, 0.75))
    ratings = [city.ratings[tile.ward.code] for tile in hexmap.tiles]
    faces = [rating.result.colour for rating in ratings]
    axes.add_collection(PolyCollection([tile.corners for tile in hexmap.tiles], facecolors=faces, edgecolors="white", linewidths=1))
    axes.add_collection(LineCollection(hexmap.river, colors="#5aa9e6", linewidths=5, capstyle="round", zorder=4))
    axes.add_collection(LineCollection(hexmap.outlines, colors="#1f2933", linewidths=1.4, capstyle="round"))
    plain, bold = _font("Regular"), _font("SemiBold")
    for tile, rating in zip(hexmap.tiles, ratings, strict=True):
        x, y = tile.centre
        words = "\n".join((*tile.lines, rating.result.mark if rating.result.mark in "?–" else ""))
        mark = {"✓": "+", "✗": "×"}.get(rating.result.mark)
        text = "\n".join((*tile.lines, mark)) if mark else words
        axes.text(
            x, y, text, color=rating.result.ink, fontproperties=bold, fontsize=5.2, ha="center", va="center", linespacing=1.05
        )
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
    marks = {"✓": "+", "✗": "×"}
    counts = city.counts
    patches = [
        Patch(
            facecolor=result.colour,
            edgecolor="#52606d",
            label=f"{marks.get(result.mark, result.mark)} {result.label}: {counts[result]} ({format_percent(counts[result] / len(city.wards))})",
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


@lru_cache
def _font(weight: str) -> FontProperties:
    return FontProperties(fname=str(FONTS / f"BeVietnamPro-{weight}.ttf"))
