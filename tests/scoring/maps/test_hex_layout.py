import re

import pytest

from inventory.wards.wards import load_wards
from scoring.maps.hex_layout import lay_out

HEXMAP = lay_out(load_wards())


def crosses(edge):
    """The former districts on the two sides of an edge."""
    sides = [tile.ward for tile in HEXMAP.tiles if sum(min(distance(p, c) for c in tile.corners) < 0.01 for p in edge) == 2]
    return {ward.former_district for ward in sides}, len(sides)


def distance(a, b):
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def test_no_two_tiles_share_a_place():
    centres = [tile.centre for tile in HEXMAP.tiles]
    assert len(set(centres)) == 126
    assert min(distance(a, b) for i, a in enumerate(centres) for b in centres[:i]) == pytest.approx(1, abs=0.01)


def test_an_outline_lies_between_former_districts_or_at_the_rim():
    for edge in HEXMAP.outlines:
        districts, sides = crosses(edge)
        assert sides == 1 or len(districts) == 2


def test_every_edge_between_former_districts_is_outlined():
    tiles = HEXMAP.tiles
    touching_pairs = [(a, b) for i, a in enumerate(tiles) for b in tiles[:i] if distance(a.centre, b.centre) < 1.01]
    border_count = sum(a.ward.former_district != b.ward.former_district for a, b in touching_pairs)
    assert len(HEXMAP.outlines) == border_count + 6 * len(tiles) - 2 * len(touching_pairs)


def test_the_river_parts_the_banks_and_is_one_line_where_tiles_meet():
    centres = {tile.ward.name: tile.centre for tile in HEXMAP.tiles}
    points = [point for line in HEXMAP.river for point in line]
    assert min(distance(point, centres["Long Biên"]) for point in points) < 0.6
    assert min(distance(point, centres["Hương Sơn"]) for point in points) > 5
    assert all(len(line) > 4 for line in HEXMAP.river)


def test_everything_fits_into_the_picture():
    for tile in HEXMAP.tiles:
        assert all(0 < x < HEXMAP.width and 0 < y < HEXMAP.height for x, y in tile.corners)
        assert "".join("".join(tile.lines).split()) == tile.ward.name.replace(" - ", "").replace(" ", "")


def test_a_path_walks_the_corners_of_its_tile():
    for tile in HEXMAP.tiles[:5]:
        numbers = [float(word) for word in re.findall(r"-?[0-9]*\.?[0-9]+", tile.path)]
        assert numbers[:2] == list(tile.corners[0])
        assert tile.path.endswith("z")
