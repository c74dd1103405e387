"""Made-up boundaries for tests: a square around the point of each ward, as GeoJSON and as TopoJSON, and a grid with shared lines."""

import itertools
import json
from math import cos, radians, sqrt

import shapely

from inventory.wards.wards import load_wards

WARDS = load_wards()
SHRINK = cos(radians(21))


def squares():
    """A square of the ward's own area around its point; squares overlap where wards are small, as careless data does."""
    return {ward.code: [square(float(ward.longitude), float(ward.latitude), float(ward.area_km2))] for ward in WARDS}


def square(lon, lat, area_km2):
    half = sqrt(area_km2) / 2 / 111.195
    steps = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [[round(lon + x * half / SHRINK, 6), round(lat + y * half, 6)] for x, y in steps]


def tiles():
    """The areas nearest to each ward's point, cut out of the box of the city: borders are shared to the last point."""
    points = shapely.MultiPoint([(float(ward.longitude), float(ward.latitude)) for ward in WARDS])
    frame = shapely.box(105.28, 20.56, 106.02, 21.39)
    cells = [cell.intersection(frame) for cell in shapely.voronoi_polygons(points, extend_to=frame).geoms]
    rings = {}
    for ward in WARDS:
        cell = next(c for c in cells if c.contains(shapely.Point(float(ward.longitude), float(ward.latitude))))
        rings[ward.code] = [[list(point) for point in shapely.segmentize(cell, 0.004).exterior.coords]]
    return rings


def geojson(rings):
    return encode({"type": "FeatureCollection", "features": [feature(code, ward_rings) for code, ward_rings in rings.items()]})


def feature(code, rings):
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": rings}}


def topojson(rings):
    """Each ring as one arc of steps in whole units of a transform, half of them walked backwards."""
    arcs, geometries, unit = [], [], 0.00001
    for number, (code, (ring,)) in enumerate(rings.items()):
        is_reversed = number % 2
        points = [[round((x - 105) / unit), round((y - 20) / unit)] for x, y in (ring[::-1] if is_reversed else ring)]
        arcs.append([points[0], *([x - u, y - v] for (u, v), (x, y) in itertools.pairwise(points))])
        geometries.append({"type": "Polygon", "properties": {"code": code}, "arcs": [[~number if is_reversed else number]]})
    objects = {"wards": {"type": "GeometryCollection", "geometries": geometries}}
    transform = {"scale": [unit, unit], "translate": [105, 20]}
    return encode({"type": "Topology", "transform": transform, "arcs": arcs, "objects": objects})


def encode(content):
    return json.dumps(content).encode()
