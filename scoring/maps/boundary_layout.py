"""The map of real boundaries as shapes: wards with their names, outlines of former districts, the inner city. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.boundaries.boundaries import Boundaries, Shape
from inventory.wards.wards import Ward
from scoring.maps.hex_layout import break_name

Point = tuple[int, int]
# The height of letters in units of the plane when the whole city fits the frame, and how wide a letter is of its height.
LETTER = 62
LETTER_SHARE = 0.56
LEVELS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Area:
    """One ward: its path, the middle of its name, the lines of the name, and how far to zoom in before the name fits."""

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
        outlines=_outline(boundaries.shapes, by_code),
        width=boundaries.width,
        height=boundaries.height,
        inner=boundaries.inner,
        inner_codes=frozenset(shape.ward_code for shape in boundaries.shapes if _meets(shape.box, boundaries.inner)),
    )


def _area(ward: Ward, shape: Shape) -> Area:
    lines = break_name(ward.name)
    width = max(map(len, lines)) * LETTER * LETTER_SHARE
    need = max(width, len(lines) * LETTER) / max(1, 2 * shape.room)
    return Area(ward, shape.path, shape.label, lines, next((level for level in LEVELS if need <= level), 16))


def _meets(box: tuple[int, int, int, int], inner: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = box
    x, y, width, height = inner
    return left < x + width and right > x and top < y + height and bottom > y


def _outline(shapes: Iterable[Shape], wards: Mapping[str, Ward]) -> str:
    """The borders that lie between two former districts or at the rim, as one path."""
    owners: dict[tuple[Point, Point], set[str]] = {}
    for shape in shapes:
        for ring in shape.rings:
            for place, point in enumerate(ring):
                ends = (ring[place - 1], point)
                owners.setdefault((min(ends), max(ends)), set()).add(shape.ward_code)
    between = [
        segment for segment, codes in owners.items() if len(codes) == 1 or len({wards[c].former_district for c in codes}) > 1
    ]
    return "".join(_draw(line) for line in _string(between))


def _string(segments: Iterable[tuple[Point, Point]]) -> Iterable[list[Point]]:
    """Segments strung into lines, each walked once."""
    ways: dict[Point, list[Point]] = {}
    for a, b in segments:
        ways.setdefault(a, []).append(b)
        ways.setdefault(b, []).append(a)
    # Lines begin where more or fewer than two segments meet; what is left over are closed rings.
    for start in sorted(ways, key=lambda point: len(ways[point]) == 2):
        while ways[start]:
            line = [start]
            while ways[line[-1]]:
                following = ways[line[-1]].pop()
                ways[following].remove(line[-1])
                line.append(following)
            yield line


def _draw(line: list[Point]) -> str:
    (x, y), *others = line
    steps = []
    for u, v in others:
        steps.append(f"{u - x} {v - y}")
        x, y = u, v
    return f"M{line[0][0]} {line[0][1]}l{' '.join(steps)}"
