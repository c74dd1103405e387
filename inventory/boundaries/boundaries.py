"""Boundaries of the units on a plane, as a file gave them. They are drawn, never measured: area stays ``area_km2``. Pure."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

# A unit of the plane: at the size of a screen it cannot be seen.
UNIT_METRES = 20

Ring = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Shape:
    """One unit in whole units of the plane, y down: outer rings and holes alike (even-odd), and the widest place in it.

    ``room`` is the radius of the largest circle around ``label`` that stays inside.
    """

    ward_code: str
    rings: tuple[Ring, ...]
    label: tuple[int, int]
    room: int

    @property
    def path(self) -> str:
        """The rings as the attribute of an SVG path: absolute starts, relative steps."""
        return "".join(_ring_path(ring) for ring in self.rings)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        xs, ys = zip(*(point for ring in self.rings for point in ring), strict=True)
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True)
class Boundaries:
    """All units on one plane of ``width`` by ``height``; ``inner`` is the box of the inner city (left, top, width, height).

    ``warnings`` are sentences about what was taken all the same; ``points`` counts those of the file and those that were kept.
    """

    shapes: tuple[Shape, ...]
    width: int
    height: int
    inner: tuple[int, int, int, int]
    warnings: tuple[str, ...]
    points: tuple[int, int]


def _ring_path(ring: Ring) -> str:
    return f"M{ring[0][0]} {ring[0][1]}l{''.join(_steps(ring)).lstrip()}z"


def _steps(ring: Ring) -> Iterator[str]:
    """Steps from point to point; a minus parts two numbers as well as a space does."""
    for (x, y), (u, v) in itertools.pairwise(ring):
        for step in (u - x, v - y):
            yield f"{step}" if step < 0 else f" {step}"
