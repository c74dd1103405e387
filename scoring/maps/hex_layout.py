"""The map of hexagons as shapes: tiles, outlines of former districts, and a hint of the Red River. Pure.

Coordinates: a tile is 1 wide, odd rows are shifted right by a half, rows count from the north; y grows downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from inventory.wards.wards import Ward
from portal.territory import TERRITORY

Point = tuple[float, float]
RADIUS = 1 / sqrt(3)
ROW_HEIGHT = sqrt(3) / 2
# Corners clockwise from the top, as (x, y) from the centre, y down.
CORNERS: tuple[Point, ...] = (
    (0.0, -RADIUS),
    (0.5, -RADIUS / 2),
    (0.5, RADIUS / 2),
    (0.0, RADIUS),
    (-0.5, RADIUS / 2),
    (-0.5, -RADIUS / 2),
)


@dataclass(frozen=True)
class Tile:
    """One ward's hexagon: its centre, its corners, its name in short lines."""

    ward: Ward
    centre: Point
    corners: tuple[Point, ...]
    lines: tuple[str, ...]

    @property
    def path(self) -> str:
        """The hexagon as the attribute of an SVG path: one start, and steps that are alike for every tile."""
        return f"M{self.corners[0][0]} {self.corners[0][1]}l.5 .289v.577l-.5 .289-.5-.289v-.577z"


@dataclass(frozen=True)
class HexMap:
    """Tiles, the edges between former districts, the softened course of the river, and the size in tile widths."""

    tiles: tuple[Tile, ...]
    outlines: tuple[tuple[Point, Point], ...]
    river: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def lay_out(wards: Sequence[Ward]) -> HexMap:
    """The map of these wards, with a margin of half a tile."""
    top = min(ward.tile_row for ward in wards)
    left = min(ward.tile_column + (ward.tile_row % 2) / 2 for ward in wards)
    tiles = tuple(_tile(ward, left, top) for ward in wards)
    outlines, banks = _edges(tiles)
    river = tuple(_smooth(chain) for chain in _join_edges(banks))
    width = max(tile.centre[0] for tile in tiles) + 1
    height = max(tile.centre[1] for tile in tiles) + 1
    return HexMap(tiles, outlines, river, round(width, 3), round(height, 3))


def break_name(name: str) -> tuple[str, ...]:
    """Lines of at most two words, so that a name fits into its tile."""
    words = name.replace(" - ", " ").split()
    half = max(1, len(words) // 2) if len(words) < 4 else 2
    return (
        tuple(" ".join(words[start : start + half]) for start in range(0, len(words), half))
        if len(words) != 3
        else (words[0], " ".join(words[1:]))
    )


def _tile(ward: Ward, left: float, top: int) -> Tile:
    x = ward.tile_column + (ward.tile_row % 2) / 2 - left + 1
    y = (ward.tile_row - top) * ROW_HEIGHT + 1
    corners = tuple((round(x + dx, 3), round(y + dy, 3)) for dx, dy in CORNERS)
    return Tile(ward, (round(x, 3), round(y, 3)), corners, break_name(ward.name))


def _edges(tiles: Sequence[Tile]) -> tuple[tuple[tuple[Point, Point], ...], tuple[tuple[Point, Point], ...]]:
    wards_by_edge: dict[frozenset[Point], list[Ward]] = {}
    ends_by_edge: dict[frozenset[Point], tuple[Point, Point]] = {}
    for tile in tiles:
        for index, start in enumerate(tile.corners):
            end = tile.corners[(index + 1) % 6]
            edge = frozenset((_rounded(start), _rounded(end)))
            wards_by_edge.setdefault(edge, []).append(tile.ward)
            ends_by_edge.setdefault(edge, (start, end))
    outlines = tuple(
        ends_by_edge[edge]
        for edge, wards in wards_by_edge.items()
        if len({ward.former_district for ward in wards}) != 1 or len(wards) == 1
    )
    banks = tuple(
        ends_by_edge[edge]
        for edge, wards in wards_by_edge.items()
        if len({ward.former_district in TERRITORY.left_bank for ward in wards}) == 2
    )
    return outlines, banks


def _join_edges(edges: Sequence[tuple[Point, Point]]) -> list[list[Point]]:
    """Edges joined into the longest possible lines."""
    remaining = list(edges)
    chains = []
    while remaining:
        chain = list(remaining.pop())
        grows = True
        while grows:
            grows = False
            for edge in remaining:
                for near, far in (edge, edge[::-1]):
                    if _rounded(near) == _rounded(chain[-1]):
                        chain.append(far)
                    elif _rounded(near) == _rounded(chain[0]):
                        chain.insert(0, far)
                    else:
                        continue
                    grows = True
                    break
                if grows:
                    remaining.remove(edge)
                    break
        chains.append(chain)
    return chains


def _smooth(chain: Sequence[Point]) -> tuple[Point, ...]:
    """The line with its corners cut twice, so that the river bends instead of zigzagging."""
    points = list(chain)
    for _ in range(2):
        cut = [points[0]]
        for (x, y), (u, v) in pairwise(points):
            cut += [(0.75 * x + 0.25 * u, 0.75 * y + 0.25 * v), (0.25 * x + 0.75 * u, 0.25 * y + 0.75 * v)]
        points = [*cut, points[-1]]
    return tuple((round(x, 2), round(y, 2)) for x, y in points)


def _rounded(point: Point) -> Point:
    """A corner, rounded so that it equals that of the neighbouring tiles."""
    return round(point[0], 1), round(point[1], 1)
