"""The map of real boundaries as shapes: wards with their names, outlines of former districts, the inner city. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.boundaries.boundaries import Boundaries, Shape
from inventory.wards.wards import Ward
from scoring.maps.hex_layout import break_name

Point = tuple[int, int]
# The height of letters in units of the plane when the whole city fits the frame, and the width of a letter as a share of it.
LETTER_HEIGHT = 62
LETTER_ASPECT = 0.56
LEVELS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Area:
    """One ward: its path, the centre of its name, the lines of the name, and how far to zoom in before the name fits."""

    ward: Ward
    path: str
    label: Point
    lines: tuple[str, ...]
    level: int


@dataclass(frozen=True)
class LandMap:
    """Areas, the outlines of former districts as one path, the size of the plane, and the box of the inner city."""

    areas: tuple[Area, ...]
    outlines: str
    width: int
    height: int
    inner: tuple[int, int, int, int]
    inner_codes: frozenset[str]


def lay_out_land(boundaries: Boundaries, wards: Iterable[Ward]) -> LandMap:
    """The map of these boundaries, in the order of the wards."""
    shapes = {shape.ward_code: shape for shape in boundaries.shapes}
    by_code = {ward.code: ward for ward in wards}
    return LandMap(
        areas=tuple(_area(ward, shapes[code]) for code, ward in by_code.items()),
        outlines=_district_borders(boundaries.shapes, by_code),
        width=boundaries.width,
        height=boundaries.height,
        inner=boundaries.inner,
        inner_codes=frozenset(shape.ward_code for shape in boundaries.shapes if _intersects(shape.box, boundaries.inner)),
    )


def _area(ward: Ward, shape: Shape) -> Area:
    lines = break_name(ward.name)
    width = max(map(len, lines)) * LETTER_HEIGHT * LETTER_ASPECT
    level_needed = max(width, len(lines) * LETTER_HEIGHT) / max(1, 2 * shape.room)
    return Area(ward, shape.path, shape.label, lines, next((level for level in LEVELS if level_needed <= level), 16))


def _intersects(box: tuple[int, int, int, int], inner: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = box
    x, y, width, height = inner
    return left < x + width and right > x and top < y + height and bottom > y


def _district_borders(shapes: Iterable[Shape], wards: Mapping[str, Ward]) -> str:
    """The borders between former districts and around the city, as one path."""
    wards_by_segment: dict[tuple[Point, Point], set[str]] = {}
    for shape in shapes:
        for ring in shape.rings:
            for index, point in enumerate(ring):
                segment = (ring[index - 1], point)
                wards_by_segment.setdefault((min(segment), max(segment)), set()).add(shape.ward_code)
    borders = [
        segment
        for segment, codes in wards_by_segment.items()
        if len(codes) == 1 or len({wards[c].former_district for c in codes}) > 1
    ]
    return "".join(_path(line) for line in _join_segments(borders))


def _join_segments(segments: Iterable[tuple[Point, Point]]) -> Iterable[list[Point]]:
    """Segments joined into lines; each segment is used once."""
    neighbours: dict[Point, list[Point]] = {}
    for a, b in segments:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    # Lines begin where more or fewer than two segments meet; the rest are closed rings.
    for start in sorted(neighbours, key=lambda point: len(neighbours[point]) == 2):
        while neighbours[start]:
            line = [start]
            while neighbours[line[-1]]:
                next_point = neighbours[line[-1]].pop()
                neighbours[next_point].remove(line[-1])
                line.append(next_point)
            yield line


def _path(line: list[Point]) -> str:
    (x, y), *others = line
    steps = []
    for u, v in others:
        steps.append(f"{u - x} {v - y}")
        x, y = u, v
    return f"M{line[0][0]} {line[0][1]}l{' '.join(steps)}"
