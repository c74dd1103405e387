from collections import Counter

import pytest

from inventory.boundaries.boundaries import Boundaries, Shape
from inventory.boundaries.simplification import draw_boundaries
from inventory.wards.wards import load_wards
from scoring.maps.boundary_layout import LETTER_HEIGHT, lay_out_land
from tests.factories.boundaries import geojson, tiles

WARDS = load_wards()


@pytest.fixture(scope="module")
def land():
    return lay_out_land(draw_boundaries(geojson(tiles()), WARDS), WARDS)


def square(code, left, top, room=50):
    ring = ((left, top), (left + 100, top), (left + 100, top + 100), (left, top + 100))
    return Shape(code, (ring,), (left + 50, top + 50), room)


def two_by_one(first, second, **parts):
    wards = [ward for ward in WARDS if ward.code in (first, second)]
    shapes = (square(first, 0, 0, **parts), square(second, 100, 0))
    return lay_out_land(Boundaries(shapes, 200, 100, (0, 0, 90, 100), (), (8, 8)), wards)


def segments(path):
    """Every step of a path as an unordered pair of points."""
    pairs = []
    for part in path.split("M")[1:]:
        start, _, steps = part.partition("l")
        x, y = map(int, start.split())
        numbers = list(map(int, steps.split()))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            pairs.append(frozenset(((x, y), (x + dx, y + dy))))
            x, y = x + dx, y + dy
    return pairs


def test_every_ward_has_its_area(land):
    assert [area.ward.code for area in land.areas] == [ward.code for ward in WARDS]
    assert all(area.path.startswith("M") and area.path.endswith("z") for area in land.areas)


def test_an_outline_lies_between_former_districts_and_at_the_rim_only():
    district_codes = [ward.code for ward in WARDS if ward.former_district == WARDS[0].former_district][:2]
    other_code = next(ward.code for ward in WARDS if ward.former_district != WARDS[0].former_district)
    border = frozenset(((100, 0), (100, 100)))
    assert border not in segments(two_by_one(*district_codes).outlines)
    assert border in segments(two_by_one(district_codes[0], other_code).outlines)
    assert len(segments(two_by_one(*district_codes).outlines)) == 6


def test_an_outline_is_drawn_once(land):
    assert max(Counter(segments(land.outlines)).values()) == 1


def test_a_name_waits_until_there_is_room_for_it():
    long_code = next(ward.code for ward in WARDS if len(ward.name) > 20)
    wide_layout = two_by_one(long_code, "00004", room=10 * LETTER_HEIGHT)
    narrow_layout = two_by_one(long_code, "00004", room=LETTER_HEIGHT)
    levels = (
        {area.ward.code: area.level for area in wide_layout.areas},
        {area.ward.code: area.level for area in narrow_layout.areas},
    )
    assert levels[0][long_code] == 1 < levels[1][long_code]


def test_the_inset_holds_what_meets_its_box(land):
    assert two_by_one("00004", "00070").inner_codes == {"00004"}
    assert 45 < len(land.inner_codes) < 90
