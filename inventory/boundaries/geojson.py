"""A file of boundaries as rings by ward code: a GeoJSON FeatureCollection or a TopoJSON topology (RFC 7946 and its sister). Pure.

Nothing of the file is trusted: its size, its depth, its numbers and how often it refers to the same line are all bounded.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from portal.errors import WardReadinessError
from portal.territory import TERRITORY

Point = tuple[float, float]
# A polygon is its outer ring and its holes; a unit has one polygon or, with islands, several.
Polygon = tuple[tuple[Point, ...], ...]

MAX_BYTES = 12 * 1024 * 1024
MAX_POINTS = 400_000
MAX_SHAPES = 1_000
MAX_DEPTH = 20


class BoundaryError(WardReadinessError):
    """The file is refused as a whole; the message says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Feature:
    """One object of the file: its number in it from 1, its code as written, its polygons in degrees (longitude, latitude)."""

    number: int
    code: str
    polygons: tuple[Polygon, ...]


def read_features(data: bytes) -> tuple[Feature, ...]:
    """The objects of the file, in its order. Raises BoundaryError."""
    content = _parse(data)
    kind = content.get("type")
    if kind == "FeatureCollection":
        rows = content.get("features")
        if not isinstance(rows, list):
            raise BoundaryError("Tệp GeoJSON thiếu danh sách “features”. Xuất lại từ phần mềm bản đồ rồi nạp lại.")
        return _read_all(rows, _PositionReader())
    if kind == "Topology":
        return _read_all(list(_geometries(content)), _ArcReader(content))
    raise BoundaryError(
        "Tệp không phải GeoJSON dạng FeatureCollection, cũng không phải TopoJSON dạng Topology. "
        "Trong phần mềm bản đồ hãy chọn xuất GeoJSON hệ tọa độ WGS 84 (EPSG:4326)."
    )


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise BoundaryError(f"Tệp lớn hơn {MAX_BYTES // 1024**2} MB. Giảm bớt số điểm trong phần mềm bản đồ rồi nạp lại.")
    if not data.strip():
        raise BoundaryError("Chưa có tệp, hoặc tệp rỗng. Chọn tệp .geojson hoặc .topojson rồi nạp lại.")
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
        _check_depth(content)
    except UnicodeDecodeError:
        raise BoundaryError("Tệp không phải văn bản UTF-8. Lưu lại bằng UTF-8 rồi nạp lại.") from None
    except RecursionError:
        raise BoundaryError("Tệp lồng nhau quá sâu nên không phải tệp bản đồ. Xuất lại từ phần mềm bản đồ.") from None
    except ValueError as error:
        location = f" ở dòng {error.lineno}, cột {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BoundaryError(f"Tệp không đúng định dạng JSON{location}. Xuất lại từ phần mềm bản đồ rồi nạp lại.") from None
    if not isinstance(content, dict):
        raise BoundaryError("Tệp JSON này không phải tệp bản đồ. Xuất lại dạng GeoJSON hoặc TopoJSON.")
    return content


def _refuse_constant(constant: str) -> float:
    raise ValueError(constant)


def _check_depth(content: object) -> None:
    """Raise RecursionError where the content nests deeper than any map does."""
    level: list[object] = [content]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise RecursionError


def _children(parent: object) -> Iterator[object]:
    children = parent.values() if isinstance(parent, dict) else parent if isinstance(parent, list) else ()
    return (child for child in children if isinstance(child, dict | list))


def _geometries(content: dict[str, Any]) -> Iterator[object]:
    """The geometries of a topology; one that is a collection is opened."""
    objects = content.get("objects")
    for geometry in objects.values() if isinstance(objects, dict) else ():
        members = geometry.get("geometries") if isinstance(geometry, dict) else None
        if isinstance(members, list):
            yield from members
        else:
            yield geometry


class _PositionReader:
    """How GeoJSON writes rings: point by point. Counts them."""

    def __init__(self) -> None:
        self.remaining = MAX_POINTS

    def get_geometry(self, row: dict[str, Any]) -> tuple[object, object]:
        geometry_object = row.get("geometry")
        geometry_object = geometry_object if isinstance(geometry_object, dict) else {}
        return geometry_object.get("type"), geometry_object.get("coordinates")

    def read_ring(self, coordinates: object, subject: str) -> tuple[Point, ...]:
        if not isinstance(coordinates, list):
            raise BoundaryError(f"{subject}: thiếu tọa độ. Vẽ lại hoặc xuất lại đơn vị này.")
        self.count_points(len(coordinates))
        return tuple(_read_point(position, subject) for position in coordinates)

    def count_points(self, points: int) -> None:
        self.remaining -= points
        if self.remaining < 0:
            raise BoundaryError(f"Tệp có hơn {MAX_POINTS} điểm. Giảm bớt số điểm (đơn giản hóa) trong phần mềm bản đồ rồi nạp lại.")


class _ArcReader(_PositionReader):
    """How TopoJSON writes rings: by the numbers of shared lines, backwards where negative."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()
        arcs = content.get("arcs")
        if not isinstance(arcs, list):
            raise BoundaryError("Tệp TopoJSON thiếu danh sách “arcs”. Xuất lại từ phần mềm bản đồ rồi nạp lại.")
        self.arcs = [self._read_line(arc, content.get("transform"), number) for number, arc in enumerate(arcs)]
        self.remaining = MAX_POINTS

    def get_geometry(self, row: dict[str, Any]) -> tuple[object, object]:
        return row.get("type"), row.get("arcs")

    def read_ring(self, numbers: object, subject: str) -> tuple[Point, ...]:
        if not isinstance(numbers, list):
            raise BoundaryError(f"{subject}: thiếu đường ranh giới. Xuất lại đơn vị này.")
        points: list[Point] = []
        for number in numbers:
            line = self._get_line(number, subject)
            self.count_points(len(line))
            if points and line and points[-1] != line[0]:
                raise BoundaryError(f"{subject}: các đoạn ranh giới không nối liền nhau. Xuất lại đơn vị này.")
            points += line[1:] if points else line
        return tuple(points)

    def _get_line(self, number: object, subject: str) -> tuple[Point, ...]:
        if isinstance(number, int) and not isinstance(number, bool) and -len(self.arcs) <= number < len(self.arcs):
            return self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
        raise BoundaryError(f"{subject}: nhắc tới đoạn ranh giới không có trong tệp. Xuất lại tệp.")

    def _read_line(self, arc: object, transform: object, number: int) -> tuple[Point, ...]:
        subject = f"Đoạn ranh giới số {number} của tệp TopoJSON"
        points = super().read_ring(arc, subject)
        if transform is None:
            return points
        parts = transform if isinstance(transform, dict) else {}
        (kx, ky), (dx, dy) = (
            _read_point(parts.get("scale"), "“scale” của tệp"),
            _read_point(parts.get("translate"), "“translate” của tệp"),
        )
        steps = accumulate(points, lambda at, step: (at[0] + step[0], at[1] + step[1]))
        return tuple((x * kx + dx, y * ky + dy) for x, y in steps)


def _read_all(rows: list[object], reader: _PositionReader) -> tuple[Feature, ...]:
    if len(rows) > MAX_SHAPES:
        raise BoundaryError(
            f"Tệp có {len(rows)} đối tượng, cần đúng {TERRITORY.units}. Chỉ giữ lớp xã, phường của {TERRITORY.name} rồi nạp lại."
        )
    return tuple(_read_feature(number, row, reader) for number, row in enumerate(rows, 1))


def _read_feature(number: int, row: object, reader: _PositionReader) -> Feature:
    row = row if isinstance(row, dict) else {}
    properties = row.get("properties")
    code = properties.get("code") if isinstance(properties, dict) else None
    if not isinstance(code, str) or not code.strip():
        raise BoundaryError(
            f"Đối tượng thứ {number} của tệp không có thuộc tính “code” dạng chữ. "
            "Thêm thuộc tính code là mã năm chữ số của xã, phường (giữ số 0 ở đầu) rồi nạp lại."
        )
    code = code.strip()
    subject = f"Đối tượng thứ {number} (mã {code[:20]})"
    kind, coordinates = reader.get_geometry(row)
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list) or not coordinates:
        raise BoundaryError(f"{subject} không phải vùng (Polygon hoặc MultiPolygon). Chỉ giữ lớp vùng xã, phường rồi nạp lại.")
    polygons = coordinates if kind == "MultiPolygon" else [coordinates]
    return Feature(number, code, tuple(_read_polygon(polygon, subject, reader) for polygon in polygons))


def _read_polygon(coordinates: object, subject: str, reader: _PositionReader) -> Polygon:
    if not isinstance(coordinates, list) or not coordinates:
        raise BoundaryError(f"{subject} có vùng rỗng. Vẽ lại hoặc xuất lại đơn vị này.")
    rings = tuple(reader.read_ring(ring, subject) for ring in coordinates)
    for ring in rings:
        if len(ring) < 4:
            raise BoundaryError(f"{subject}: một vòng ranh giới chỉ có {len(ring)} điểm, cần ít nhất 4. Vẽ lại đơn vị này.")
        if ring[0] != ring[-1]:
            raise BoundaryError(f"{subject}: vòng ranh giới chưa khép kín (điểm cuối khác điểm đầu). Vẽ lại đơn vị này.")
    return rings


def _read_point(position: object, subject: str) -> Point:
    numbers = position[:2] if isinstance(position, list) else []
    if len(numbers) == 2 and all(isinstance(n, int | float) and not isinstance(n, bool) and _is_plausible(n) for n in numbers):
        return float(numbers[0]), float(numbers[1])
    raise BoundaryError(f"{subject}: có tọa độ không phải là số. Xuất lại tệp từ phần mềm bản đồ.")


def _is_plausible(number: float) -> bool:
    """Whether a number is finite and small enough to stand for a place, a step or a factor."""
    return abs(number) < 1e9 and math.isfinite(number)
