"""Every picture by its name, as PNG, SVG or PDF. Equal figures are equal files, and are drawn once."""

from exports.figures.bar_chart import draw_bars
from exports.figures.data import Bars
from exports.figures.hex_map import CAPTION, draw_map
from exports.figures.style import LOW, LYING, PHONE, PHONE_LOW, UPRIGHT, SheetText, Size, save
from planning.plan.plan import Plan
from portal.caches import Cache, content_key
from portal.formats import format_day
from portal.territory import TERRITORY
from scoring.maps.colourings import Colouring, by_state
from scoring.maps.hex_layout import lay_out
from scoring.rating.city_readiness import CityReadiness

MAP_TITLE = f"Mức độ đáp ứng hạ tầng CNTT của {TERRITORY.units} xã, phường {TERRITORY.name}"
# Up to so many rows a sheet is low, and from so many on it stands upright.
FEW_ROWS, MANY_ROWS = 4, 14
# By all that they show.
_pictures: Cache[str, bytes] = Cache("pictures")


def draw_readiness_map(data: CityReadiness | Plan, kind: str, *, is_demo: bool) -> bytes:
    """The results on the map, A4 upright, as bytes of a kind."""
    return draw_colouring(data, by_state(data.ratings), kind, is_demo=is_demo)


def draw_colouring(data: CityReadiness | Plan, colouring: Colouring, kind: str, *, is_demo: bool, is_phone: bool = False) -> bytes:
    """The map by a colouring."""
    title = MAP_TITLE if colouring.key == "state" else f"{colouring.label} của {TERRITORY.units} xã, phường {TERRITORY.name}"
    text = _sheet_text(data, title, " ".join(filter(None, (colouring.note, CAPTION))), is_demo=is_demo)
    marks = tuple(colouring.mark_of(ward.code) for ward in data.wards)
    shades = [colouring.of[ward.code] for ward in data.wards]
    return _pictures.get(
        content_key(text, colouring.shades, shades, marks, data.wards, kind, is_phone),
        lambda: save(draw_map(lay_out(data.wards), colouring, text, PHONE if is_phone else UPRIGHT), kind),
    )


def draw_chart(data: CityReadiness | Plan, bars: Bars, kind: str, *, is_demo: bool, is_phone: bool = False) -> bytes:
    """A chart of bars, with the date and the standard of the data that it was counted from."""
    text = _sheet_text(data, bars.title, bars.note, is_demo=is_demo, has_prices=bars.is_money)
    size = _size(len(bars.rows), is_phone=is_phone)
    return _pictures.get(content_key(text, bars, kind, is_phone), lambda: save(draw_bars(bars, text, size), kind))


def _size(rows: int, *, is_phone: bool) -> Size:
    if is_phone:
        return PHONE_LOW if rows <= FEW_ROWS else PHONE
    return LOW if rows <= FEW_ROWS else LYING if rows <= MANY_ROWS else UPRIGHT


def _sheet_text(data: CityReadiness | Plan, title: str, note: str, *, is_demo: bool, has_prices: bool = False) -> SheetText:
    as_of = f"số liệu tính đến ngày {format_day(data.data_as_of)}" if data.data_as_of else "chưa có số liệu"
    subtitle = f"{data.standard.banner} · tổng hợp từ {data.approved_count}/{len(data.wards)} đơn vị đã thẩm định · {as_of}"
    prices = "; bảng giá của phương án" if has_prices else ""
    source = f"Nguồn: phiếu khảo sát đã duyệt của các xã, phường{prices}. Lập ngày {format_day(data.on)}."
    return SheetText(title, subtitle, note, source, is_demo)
