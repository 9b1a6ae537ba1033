"""The border and the watermark as strokes in page units, for pixels and for paper alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin
from typing import Literal

from donors.certificates.layout import PAGE, QR_BOX

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; `tint` is its strength from 0 to 1, `closed` joins its ends, `filled` fills it."""

    points: tuple[Point, ...]
    width: float
    ink: Literal["red", "gold"]
    tint: float = 1.0
    closed: bool = False
    filled: bool = False


@lru_cache(maxsize=1)
def strokes() -> tuple[Stroke, ...]:
    """Return all strokes, the faint ones first."""
    return (*_watermark(), *_border(), *_corners(), *_title_wings(), *_rules())


def _watermark() -> Iterator[Stroke]:
    """Draw the guilloche rings behind the text: waves shifted against each other until they weave."""
    centre_x, centre_y = PAGE[0] / 2, 580.0
    for base, swing, waves, count in ((275, 45, 24, 4), (185, 40, 16, 4), (105, 34, 10, 4)):
        for shift in range(count):
            points = []
            for step in range(481):
                angle = step * pi / 240
                radius = base + swing * cos(waves * angle + 2 * pi * shift / count)
                points.append((centre_x + radius * 1.2 * cos(angle), centre_y + radius * sin(angle)))
            yield Stroke(tuple(points), 1.3, "gold", tint=0.17, closed=True)


def _border() -> Iterator[Stroke]:
    yield _frame(26, 10, "red")
    yield _frame(38, 2, "gold")
    yield _frame(76, 2, "gold")
    yield _notched(92, 34, 3, "gold")
    yield _notched(100, 34, 1, "red")
    yield from _fret_band()


def _frame(inset: float, width: float, ink: Literal["red", "gold"]) -> Stroke:
    right, bottom = PAGE[0] - inset, PAGE[1] - inset
    return Stroke(((inset, inset), (right, inset), (right, bottom), (inset, bottom)), width, ink, closed=True)


def _notched(inset: float, notch: float, width: float, ink: Literal["red", "gold"]) -> Stroke:
    """Draw a frame whose corners step inwards (委角)."""
    points: list[Point] = []
    right, bottom = PAGE[0] - inset, PAGE[1] - inset
    for x, y, dx, dy in (
        (inset, inset, 1, 1),
        (right, inset, -1, 1),
        (right, bottom, -1, -1),
        (inset, bottom, 1, -1),
    ):
        corner = [(x, y + dy * notch), (x + dx * notch, y + dy * notch), (x + dx * notch, y)]
        points += corner if dx == dy else corner[::-1]
    return Stroke(tuple(points), width, ink, closed=True)


_SPIRAL = ((0, 6), (0, 0), (6, 0), (6, 6), (2, 6), (2, 2.5), (4, 2.5), (4, 4))
_PITCH = 34
"""Whole units from spiral to spiral: equal pixels, which deflate well."""


def _fret_band() -> Iterator[Stroke]:
    """Draw the running fret (回纹) between the two gold frames, mirrored about the middle of each side."""
    low = 57
    for length, across, count in ((PAGE[0], PAGE[1], 42), (PAGE[1], PAGE[0], 28)):
        for number in range(count):
            middle = (length - _PITCH * (count - 1)) // 2 + _PITCH * number
            mirror = 1 if number < count / 2 else -1
            for line, flip in ((low, 1), (across - low, -1)):
                points = [(middle + mirror * 4 * (u - 3), line + flip * 4 * (v - 3)) for u, v in _SPIRAL]
                swap = length == PAGE[1]
                yield Stroke(tuple((y, x) if swap else (x, y) for x, y in points), 2, "gold")


def _corners() -> Iterator[Stroke]:
    """Draw a square flower with a red heart in each corner of the band."""
    for x in (57.0, PAGE[0] - 57.0):
        for y in (57.0, PAGE[1] - 57.0):
            yield _lozenge(x, y, 13, "red")
            for side in (13.0, 18.0):
                square = (
                    (x - side, y - side),
                    (x + side, y - side),
                    (x + side, y + side),
                    (x - side, y + side),
                )
                yield Stroke(square, 2, "gold", closed=True)
    for x in (109.0, PAGE[0] - 109.0):
        for y in (109.0, PAGE[1] - 109.0):
            yield _lozenge(x, y, 8, "gold")


def _title_wings() -> Iterator[Stroke]:
    for side in (-1, 1):
        start, end = PAGE[0] / 2 + side * 400, PAGE[0] / 2 + side * 560
        yield Stroke(((start, 158), (end, 158)), 2, "gold")
        yield Stroke(((start, 164), (end - side * 30, 164)), 1, "gold")
        yield _lozenge(start - side * 2, 161, 9, "red")
        yield _lozenge(end, 158, 6, "gold")


def _rules() -> Iterator[Stroke]:
    for y, width in ((404, 2), (454, 1), (504, 1), (746, 2)):
        yield Stroke(((170, y), (1430, y)), width, "gold", tint=0.9 if width == 2 else 0.55)
    left, top, right, bottom = QR_BOX
    for x, dx in ((left, 1), (right, -1)):
        for y, dy in ((top, 1), (bottom, -1)):
            yield Stroke(((x + dx * 20, y), (x, y), (x, y + dy * 20)), 2, "red")


def _lozenge(x: float, y: float, radius: float, ink: Literal["red", "gold"]) -> Stroke:
    return Stroke(
        ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius)), 0, ink, closed=True, filled=True
    )
