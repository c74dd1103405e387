"""From a file to boundaries: checked, simplified so that shared borders stay shared, laid on a plane. Pure.

Area is never taken from the shapes: pages quote ``area_km2`` of the ward, and draw the shapes.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import shapely

from inventory.boundaries.boundaries import UNIT_METRES, Boundaries, Ring, Shape
from inventory.boundaries.geojson import BoundaryError, Feature, Polygon, read_features
from inventory.wards.wards import Ward
from portal.territory import TERRITORY

# How much of a bend is left out: at the size of a screen it cannot be seen.
TOLERANCE_METRES = 100
# The inner city is where the phường lie close together: as near as this to the middle of them all.
INNER_METRES = 14_000
FAR_METRES = 2_000
AREA_SHARE = 0.1
SMALL_SHARE = 0.1
TOUCH_SHARE = 0.01
MIDDLE_LATITUDE = 21.0
METRES_PER_DEGREE = 111_195
_LONGITUDE_SCALE = math.cos(math.radians(MIDDLE_LATITUDE))
MAX_NAMED = 10


def draw_boundaries(data: bytes, wards: Sequence[Ward]) -> Boundaries:
    """The boundaries of a file. Raises BoundaryError where it does not hold each of the wards, once, whole, and in its place."""
    features = read_features(data)
    by_code = {ward.code: ward for ward in wards}
    _check_codes(features, by_code)
    _check_bounds(features)
    projected = [_project(feature, by_code[feature.code]) for feature in features]
    ordered_wards = [by_code[feature.code] for feature in features]
    _check_locations(projected, ordered_wards)
    simplified = _simplify(projected)
    return Boundaries(
        shapes=tuple(_to_shape(ward, shape) for ward, shape in zip(ordered_wards, simplified, strict=True)),
        width=math.ceil(shapely.total_bounds(simplified)[2]),
        height=math.ceil(shapely.total_bounds(simplified)[3]),
        inner=_inner_box(simplified, ordered_wards),
        warnings=(*_warn_of_areas(projected, ordered_wards), *_warn_of_borders(projected, ordered_wards)),
        points=(_count_points(projected), _count_points(simplified)),
    )


def _check_codes(features: Sequence[Feature], wards: dict[str, Ward]) -> None:
    counts = Counter(feature.code for feature in features)
    missing = [f"{ward.full_name} ({code})" for code, ward in wards.items() if code not in counts]
    codes_by_problem = {
        "mã lạ": [code[:20] for code in counts if code not in wards],
        "mã trùng": [code for code, count in counts.items() if count > 1 and code in wards],
        "thiếu": missing,
    }
    problems = [f"{problem} {len(codes)}: {_list_names(codes)}" for problem, codes in codes_by_problem.items() if codes]
    if problems:
        raise BoundaryError(
            f"Cần đúng {len(wards)} xã, phường, mỗi mã một lần. Tệp có {'; '.join(problems)}. Sửa thuộc tính “code” rồi nạp lại."
        )


def _check_bounds(features: Sequence[Feature]) -> None:
    points = np.array([point for feature in features for polygon in feature.polygons for ring in polygon for point in ring])
    if _is_inside(points):
        return
    if _is_inside(points[:, ::-1]):
        raise BoundaryError(
            "Tọa độ bị đảo: tệp ghi vĩ độ trước kinh độ. GeoJSON ghi kinh độ trước, ví dụ [105.85, 21.03]. Đổi lại rồi nạp lại."
        )
    west, south, east, north = TERRITORY.box
    outside = next(f for f in features if not _is_inside(np.array([point for p in f.polygons for ring in p for point in ring])))
    raise BoundaryError(
        f"Mã {outside.code} nằm ngoài {TERRITORY.name}: kinh độ phải từ {_format_degrees(west)} đến {_format_degrees(east)}, vĩ độ từ {_format_degrees(south)} đến "
        f"{_format_degrees(north)}. Xuất lại theo hệ tọa độ WGS 84 (EPSG:4326), không dùng VN-2000."
    )


def _is_inside(points: np.ndarray) -> bool:
    west, south, east, north = TERRITORY.box
    return bool(np.all((points >= (west, south)) & (points <= (east, north))))


def _project(feature: Feature, ward: Ward) -> shapely.Geometry:
    """The shape in metres. A ring may touch itself, as borders do once they are simplified, but it may not cross itself."""
    shape = shapely.MultiPolygon([_project_polygon(polygon) for polygon in feature.polygons])
    if shape.is_valid:
        return shape
    repaired = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if repaired.is_empty or abs(repaired.area - shape.area) > TOUCH_SHARE * repaired.area:
        match = re.search(r"\[(\S+) (\S+)\]", shapely.is_valid_reason(shape))
        lon, lat = _to_degrees(float(match[1]), float(match[2])) if match else (0.0, 0.0)
        raise BoundaryError(
            f"{ward.full_name} ({ward.code}): đường ranh giới tự cắt gần kinh độ {_format_degrees(lon, 4)}, vĩ độ {_format_degrees(lat, 4)}. "
            "Sửa đường này trong phần mềm bản đồ rồi nạp lại."
        )
    return repaired


def _project_polygon(polygon: Polygon) -> shapely.Polygon:
    shell, *holes = ([_to_metres(lon, lat) for lon, lat in ring] for ring in polygon)
    return shapely.Polygon(shell, holes)


def _check_locations(shapes: Sequence[shapely.Geometry], wards: Sequence[Ward]) -> None:
    far, small = [], []
    for shape, ward in zip(shapes, wards, strict=True):
        if shape.area / 1e6 < SMALL_SHARE * float(ward.area_km2):
            small.append(f"{ward.full_name} ({ward.code})")
        distance = shape.distance(shapely.Point(_centre(ward)))
        if distance > FAR_METRES:
            far.append(f"{ward.full_name} ({ward.code}) lệch {round(distance / 1000)} km")
    if far:
        raise BoundaryError(
            f"Sai vị trí: {_list_names(far)}. Có thể mã bị gán nhầm đơn vị; đối chiếu lại thuộc tính “code” rồi nạp lại."
        )
    if small:
        raise BoundaryError(
            f"Vùng vẽ quá nhỏ, chưa bằng một phần mười diện tích công bố: {_list_names(small)}. Vẽ lại rồi nạp lại."
        )


def _simplify(shapes: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """Each border once, so that neighbours keep it in common; then moved to the corner of the plane, in its units."""
    try:
        simplified = shapely.coverage_simplify(list(shapes), TOLERANCE_METRES)
    except shapely.errors.ShapelyError:
        raise BoundaryError("Ranh giới các đơn vị chồng chéo nhau nên không vẽ được. Kiểm tra lớp bản đồ rồi nạp lại.") from None
    left, top = shapely.total_bounds(simplified)[:2]
    return [shapely.transform(shape, lambda points: np.rint((points - (left, top)) / UNIT_METRES)) for shape in simplified]


def _to_shape(ward: Ward, shape: shapely.Geometry) -> Shape:
    rings = tuple(
        _rounded_ring(ring)
        for polygon in _polygons(shape)
        for ring in (polygon.exterior, *polygon.interiors)
        if len(_rounded_ring(ring)) > 2
    )
    widest = max(_polygons(shape), key=lambda polygon: polygon.area)
    circle = shapely.maximum_inscribed_circle(shapely.make_valid(widest, method="structure", keep_collapsed=False), 2)
    x, y = circle.coords[0]
    return Shape(ward.code, rings, (round(x), round(y)), int(circle.length))


def _rounded_ring(ring: shapely.LinearRing) -> Ring:
    """The ring without its last point, and without what fell together when it was rounded."""
    points = [(int(x), int(y)) for x, y in ring.coords[:-1]]
    return tuple(point for index, point in enumerate(points) if point != points[index - 1])


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return list(shapely.get_parts(shape))


def _inner_box(shapes: Sequence[shapely.Geometry], wards: Sequence[Ward]) -> tuple[int, int, int, int]:
    centres = [_centre(ward) for ward in wards]
    urban = np.array([centre for centre, ward in zip(centres, wards, strict=True) if ward.kind == "phuong"] or centres)
    middle = np.median(urban, axis=0)
    inner = [
        shape
        for shape, centre, ward in zip(shapes, centres, wards, strict=True)
        if ward.kind == "phuong" and math.dist(centre, middle) < INNER_METRES
    ]
    left, top, right, bottom = shapely.total_bounds(inner or list(shapes))
    return math.floor(left), math.floor(top), math.ceil(right - left), math.ceil(bottom - top)


def _warn_of_areas(shapes: Sequence[shapely.Geometry], wards: Sequence[Ward]) -> list[str]:
    deviations = []
    for shape, ward in zip(shapes, wards, strict=True):
        share = shape.area / 1e6 / float(ward.area_km2) - 1
        if abs(share) > AREA_SHARE:
            deviations.append(f"{ward.full_name} ({'+' if share > 0 else '−'}{round(abs(share) * 100)} %)")
    if not deviations:
        return []
    return [
        f"Diện tích hình vẽ lệch hơn {round(AREA_SHARE * 100)} % so với số liệu công bố: {_list_names(deviations)}. Trang vẫn ghi diện tích công bố."
    ]


def _warn_of_borders(shapes: Sequence[shapely.Geometry], wards: Sequence[Ward]) -> list[str]:
    """Borders that are not the same line on both sides: they overlap or leave a gap, and are simplified apart."""
    invalid_edges = shapely.coverage_invalid_edges(list(shapes))
    names = [ward.full_name for ward, edges in zip(wards, invalid_edges, strict=True) if not edges.is_empty]
    return [f"Ranh giới không khớp với đơn vị bên cạnh (chồng hoặc hở): {_list_names(names)}."] if names else []


def _count_points(shapes: Sequence[shapely.Geometry]) -> int:
    return int(sum(shapely.get_num_coordinates(shapes)))


def _centre(ward: Ward) -> tuple[float, float]:
    return _to_metres(float(ward.longitude), float(ward.latitude))


def _to_metres(lon: float, lat: float) -> tuple[float, float]:
    """An equirectangular plane, y down: within the city it is true to 0.3 %."""
    return lon * METRES_PER_DEGREE * _LONGITUDE_SCALE, -lat * METRES_PER_DEGREE


def _to_degrees(x: float, y: float) -> tuple[float, float]:
    return x / METRES_PER_DEGREE / _LONGITUDE_SCALE, -y / METRES_PER_DEGREE


def _format_degrees(value: float, decimals: int = 2) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def _list_names(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" và {len(names) - MAX_NAMED} nơi khác" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
