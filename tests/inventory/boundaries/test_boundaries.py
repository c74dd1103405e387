import json
import math
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from inventory.boundaries.boundaries import UNIT_METRES, Shape
from inventory.boundaries.geojson import MAX_BYTES, BoundaryError, read_features
from inventory.boundaries.simplification import draw_boundaries
from tests.factories.boundaries import WARDS, encode, feature, geojson, square, squares, tiles, topojson

TILES = tiles()
SQUARES = squares()
BA_DINH = "00004"


def refusal(data):
    with pytest.raises(BoundaryError) as error:
        draw_boundaries(data, WARDS)
    return error.value.message


def changed_tiles(**rings):
    """The tiles with the rings of some wards put in the place of their own; None leaves a ward out."""
    all_rings = TILES | {code.removeprefix("w"): ring for code, ring in rings.items()}
    return {code: ring for code, ring in all_rings.items() if ring is not None}


def segments(shape):
    return [frozenset((ring[i - 1], point)) for ring in shape.rings for i, point in enumerate(ring)]


@pytest.fixture(scope="module")
def drawn_boundaries():
    return draw_boundaries(geojson(TILES), WARDS)


def test_shared_borders_stay_shared(drawn_boundaries):
    segment_counts = Counter(segment for shape in drawn_boundaries.shapes for segment in segments(shape))
    assert set(segment_counts.values()) == {1, 2}
    rim_segments = [segment for segment, count in segment_counts.items() if count == 1]
    point_counts = Counter(point for segment in rim_segments for point in segment)
    assert set(point_counts.values()) == {2}, "the rim is one closed line: no gap and no overlap inside"
    assert drawn_boundaries.points[1] < drawn_boundaries.points[0] / 3


def test_each_ward_lies_in_its_place_in_whole_units(drawn_boundaries):
    assert sorted(shape.ward_code for shape in drawn_boundaries.shapes) == sorted(ward.code for ward in WARDS)
    lefts, tops, rights, bottoms = zip(*(shape.box for shape in drawn_boundaries.shapes), strict=True)
    assert (min(lefts), min(tops), max(rights), max(bottoms)) == (0, 0, drawn_boundaries.width, drawn_boundaries.height)
    # 0.83 degrees of latitude.
    assert drawn_boundaries.height * UNIT_METRES == pytest.approx(0.83 * 111_195, rel=0.01)
    north = max(WARDS, key=lambda ward: ward.latitude)
    assert next(shape for shape in drawn_boundaries.shapes if shape.ward_code == north.code).box[1] == 0


def test_the_label_lies_inside(drawn_boundaries):
    for shape in drawn_boundaries.shapes:
        outline = shapely.Polygon(shape.rings[0])
        assert outline.contains(shapely.Point(shape.label))
        assert 0 < shape.room <= math.sqrt(outline.area / math.pi) + 1


def test_the_inner_city_is_the_phuong_around_the_middle(drawn_boundaries):
    left, top, width, height = drawn_boundaries.inner
    inner_codes = {
        shape.ward_code
        for shape in drawn_boundaries.shapes
        if left <= shape.label[0] <= left + width and top <= shape.label[1] <= top + height
    }
    kinds = Counter(ward.kind for ward in WARDS if ward.code in inner_codes)
    assert kinds["phuong"] >= 45
    assert width < drawn_boundaries.width / 2


def test_topojson_and_geojson_give_the_same(drawn_boundaries):
    from_topojson = draw_boundaries(topojson(TILES), WARDS)
    assert [shape.ward_code for shape in from_topojson.shapes] == [shape.ward_code for shape in drawn_boundaries.shapes]
    for geojson_shape, topojson_shape in zip(drawn_boundaries.shapes, from_topojson.shapes, strict=True):
        assert geojson_shape.box == pytest.approx(topojson_shape.box, abs=2)


def test_islands_and_holes_are_kept():
    ward = WARDS[0]
    lon, lat = float(ward.longitude), float(ward.latitude)
    hole = square(lon + 0.004, lat, 0.1)[::-1]
    island = square(lon + 0.03, lat, 0.2)
    geometry = {"type": "MultiPolygon", "coordinates": [[square(lon, lat, 3), hole], [island]]}
    features = [feature(code, ring) for code, ring in SQUARES.items()]
    features[0]["geometry"] = geometry
    shape = draw_boundaries(encode({"type": "FeatureCollection", "features": features}), WARDS).shapes[0]
    assert len(shape.rings) == 3


def test_a_ring_that_touches_itself_is_drawn_all_the_same():
    x, y = (float(WARDS[0].longitude), float(WARDS[0].latitude))
    ring = [[x, y], [x + 0.01, y], [x + 0.01, y + 0.01], [x, y], [x - 0.01, y + 0.01], [x - 0.01, y], [x, y]]
    assert draw_boundaries(geojson(changed_tiles(w00004=[ring])), WARDS)


def test_odd_areas_and_borders_apart_are_told_and_taken():
    lon, lat = float(WARDS[0].longitude), float(WARDS[0].latitude)
    warnings = " ".join(draw_boundaries(geojson(SQUARES | {BA_DINH: [square(lon, lat, 4)]}), WARDS).warnings)
    assert "Phường Ba Đình (+35 %)" in warnings
    assert "không khớp với đơn vị bên cạnh" in warnings


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        (b"", "tệp rỗng"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"{", "JSON ở dòng 1"),
        (b"[]", "không phải tệp bản đồ"),
        (b'{"type": "Feature"}', "FeatureCollection"),
        (b'{"type": "FeatureCollection"}', "features"),
        (b'{"type": "FeatureCollection", "features": []}', "thiếu 126"),
        (b'{"type": "Topology"}', "arcs"),
        (b"[" * 100_000, "lồng nhau quá sâu"),
        (b"[" * 60 + b"]" * 60, "lồng nhau quá sâu"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "JSON"),
        (b'{"type": "FeatureCollection", "features": [' + b"1" * 5000 + b"]}", "JSON"),
        (b" " * (MAX_BYTES + 1), "lớn hơn 12 MB"),
        (encode({"type": "FeatureCollection", "features": [{}] * 2000}), "2000 đối tượng"),
        (encode({"type": "FeatureCollection", "features": [7]}), "không có thuộc tính “code”"),
        (encode({"type": "FeatureCollection", "features": [{"properties": {"code": 4}}]}), "giữ số 0 ở đầu"),
        (
            encode({"type": "Topology", "arcs": [], "objects": {"a": {"properties": {"code": "1"}, "type": "Point"}}}),
            "không phải vùng",
        ),
    ],
)
def test_what_is_no_map_is_refused_with_a_cure(data, fragment):
    message = refusal(data)
    assert fragment in message
    assert message.endswith(".")


def test_missing_unknown_and_double_codes_are_named():
    features = [feature(code, ring) for code, ring in changed_tiles(w00004=None, w00070=None).items()]
    features += [feature("99999", TILES["00082"]), feature("00082", TILES["00082"])]
    message = refusal(encode({"type": "FeatureCollection", "features": features}))
    assert "mã lạ 1: 99999" in message
    assert "mã trùng 1: 00082" in message
    assert "thiếu 2: Phường Hoàn Kiếm (00070), Phường Ba Đình (00004)" in message


def test_a_ring_that_is_open_short_or_crosses_itself_is_named():
    ring = TILES[BA_DINH][0]
    assert "chưa khép kín" in refusal(geojson(changed_tiles(w00004=[ring[:-1]])))
    assert "ít nhất 4" in refusal(geojson(changed_tiles(w00004=[[ring[0], ring[1], ring[0]]])))
    crossed_ring = [ring[0], ring[len(ring) // 2], ring[1], ring[len(ring) // 2 + 1], ring[0]]
    assert "tự cắt" in refusal(geojson(changed_tiles(w00004=[crossed_ring])))


def test_a_flat_or_tiny_ring_is_refused():
    (x, y) = TILES[BA_DINH][0][0]
    flat_ring = [[x, y], [x + 0.01, y], [x + 0.02, y], [x, y]]
    assert refusal(geojson(changed_tiles(w00004=[flat_ring])))
    lon, lat = float(WARDS[0].longitude), float(WARDS[0].latitude)
    assert "quá nhỏ" in refusal(geojson(changed_tiles(w00004=[square(lon, lat, 0.001)])))


def test_the_wrong_place_is_told_as_such():
    swapped_rings = {code: [[[y, x] for x, y in ring] for ring in rings] for code, rings in TILES.items()}
    assert "Tọa độ bị đảo" in refusal(geojson(swapped_rings))
    rings_in_metres = {code: [[[x * 5500, y * 110_000] for x, y in ring] for ring in rings] for code, rings in TILES.items()}
    assert "VN-2000" in refusal(geojson(rings_in_metres))
    far_code = max(WARDS, key=lambda ward: ward.longitude).code
    message = refusal(geojson(TILES | {BA_DINH: TILES[far_code], far_code: TILES[BA_DINH]}))
    assert "Sai vị trí" in message
    assert "Phường Ba Đình (00004) lệch" in message


@pytest.mark.parametrize("number", ["x", None, True, 1e300, [1], 10**400])
def test_a_place_that_is_no_number_is_refused(number):
    ring = [[number, 21.0], *TILES[BA_DINH][0][1:-1], [number, 21.0]]
    assert "không phải là số" in refusal(geojson(changed_tiles(w00004=[ring])))


@pytest.mark.parametrize("arcs", [[[126]], [[-127]], [["0"]], [[True]], [[0.5]], [[]], [], "x", [["x"]], [[0, 5]]])
def test_a_topology_that_speaks_of_other_lines_is_refused(arcs):
    content = json.loads(topojson(TILES))
    content["objects"]["wards"]["geometries"][0]["arcs"] = arcs
    assert refusal(encode(content))


@pytest.mark.parametrize("transform", [{}, {"scale": [0], "translate": [1, 1]}, {"scale": ["a", 1], "translate": [1, 1]}, 7])
def test_an_odd_transform_is_refused(transform):
    assert refusal(encode(json.loads(topojson(TILES)) | {"transform": transform}))


def test_one_line_that_is_spoken_of_without_end_is_no_bomb():
    content = json.loads(topojson(TILES))
    content["arcs"][0] = [[0, 0]] * 50_000
    content["objects"]["wards"]["geometries"][0]["arcs"] = [[0] * 10_000]
    assert "điểm" in refusal(encode(content))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "code", "arcs", "objects", "geometries"]),
            inner,
        )
    ),
    max_leaves=25,
)


@given(JSON_VALUES, st.sampled_from(["FeatureCollection", "Topology"]))
def test_any_content_is_read_or_refused(content, kind):
    document = (
        content | {"type": kind}
        if isinstance(content, dict)
        else {"type": kind, "features": content, "arcs": [], "objects": content}
    )
    try:
        read_features(encode(document))
    except BoundaryError as error:
        assert error.message.endswith(".")


def test_a_path_starts_absolutely_and_goes_on_in_steps():
    shape = Shape("00004", (((10, 20), (15, 20), (12, 18)),), (12, 19), 1)
    assert shape.path == "M10 20l5 0-3-2z"
    assert replace(shape, rings=shape.rings * 2).path == "M10 20l5 0-3-2z" * 2


def test_a_real_file_puts_every_ward_in_its_place():
    """``BOUNDARIES_SAMPLE`` names a file of real boundaries, which are data that the city owns and not part of the project."""
    path = os.environ.get("BOUNDARIES_SAMPLE")
    if not path:
        pytest.skip("NO SAMPLE: set BOUNDARIES_SAMPLE to a GeoJSON or TopoJSON file to try real boundaries.")
    boundaries = draw_boundaries(Path(path).read_bytes(), WARDS)
    assert len(boundaries.shapes) == 126
    segment_counts = Counter(segment for shape in boundaries.shapes for segment in segments(shape))
    assert sum(count > 2 for count in segment_counts.values()) == 0
