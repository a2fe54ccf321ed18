"""Functions of places: points are `lat lon [alt [accuracy]]`, lines and shapes are points joined by `;`."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Any

from fieldapp.engine.xpath.code import Type, text_of
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.functions.function import Function, asking
from fieldapp.engine.xpath.values import NAN

Point = tuple[float, float]
RADIUS_M = 6_378_100.0
"""Equatorial radius that both reference engines use."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def _points(context: EvalContext, values: tuple[Any, ...]) -> list[Point] | None:
    """The points of a shape text or of several points; None if anything is no place on earth."""
    texts: list[str] = []
    for value in values:
        if type(value) is list:
            texts.extend(text for node in value if node.relevant and (text := node.text()))
        else:
            texts.append(text_of(value, context))
    pieces = [piece for text in texts for piece in text.strip(" \t\r\n;").split(";")]
    points = [_point(piece) for piece in pieces]
    return None if any(point is None for point in points) else [point for point in points if point is not None]


def _point(text: str) -> Point | None:
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(_DECIMAL.fullmatch(part) for part in parts):
        return None
    latitude, longitude = float(parts[0]), float(parts[1])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _area(context: EvalContext, *values: Any) -> float:
    """Square metres; 0 for fewer than three points and for what is no shape (both reference engines)."""
    points = _points(context, values)
    if points is None or len(points) < 3:
        return 0.0
    ring = points if points[0] == points[-1] else [*points, points[0]]
    total = 0.0
    for (lat1, lon1), (lat2, lon2) in pairwise(ring):
        total += math.radians(lon2 - lon1) * (2 + math.sin(math.radians(lat1)) + math.sin(math.radians(lat2)))
    return abs(total * RADIUS_M * RADIUS_M / 2)


def _distance(context: EvalContext, *values: Any) -> float:
    """Metres along the points; not-a-number (blank) for what is no line."""
    points = _points(context, values)
    if points is None:
        return NAN
    return math.fsum(_between(one, other) for one, other in pairwise(points))


def _between(one: Point, other: Point) -> float:
    lat1, lat2 = math.radians(one[0]), math.radians(other[0])
    turn = math.radians(one[1] - other[1])
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(turn)
    return math.acos(max(-1.0, min(1.0, cosine))) * RADIUS_M


def _geofence(context: EvalContext, point: str, shape: str) -> bool:
    """Whether the point lies in the shape (even-odd rule, its edge included); a shape that is not closed holds nothing."""
    place = _point(point)
    ring = _points(context, (shape,))
    if place is None or ring is None or len(ring) < 4 or ring[0] != ring[-1]:
        return False
    inside = False
    latitude, longitude = place
    for one, other in pairwise(ring):
        if _turn(one, other, place) == 0 and _spans(one, other, place):
            return True
        if (one[0] > latitude) != (other[0] > latitude):
            crossing = one[1] + (latitude - one[0]) * (other[1] - one[1]) / (other[0] - one[0])
            inside ^= longitude < crossing
    return inside


def _intersects(context: EvalContext, line: str) -> bool:
    """Whether the line or shape crosses itself."""
    points = _points(context, (line,)) if line else None
    if points is None or len(points) < 4:
        return False
    edges = [(one, other) for one, other in pairwise(points) if one != other]
    closed = points[0] == points[-1]
    for first, edge in enumerate(edges):
        for second in range(first + 2, len(edges)):
            if closed and first == 0 and second == len(edges) - 1:
                continue
            if _cross(edge, edges[second]):
                return True
    return False


def _cross(edge: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = edge, other
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    touching = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(turn == 0 and _spans(start, end, point) for turn, start, end, point in touching)


def _turn(a: Point, b: Point, c: Point) -> int:
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _spans(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


GEO: dict[str, Function] = {
    "area": asking("w", Type.NUMBER, _area, least=1, most=None),
    "distance": asking("w", Type.NUMBER, _distance, least=1, most=None),
    "geofence": asking("tt", Type.BOOLEAN, _geofence),
    "intersects": asking("t", Type.BOOLEAN, _intersects),
}
