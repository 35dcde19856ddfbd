"""What is drawn on a PDF's page beside text: ruling lines, filled areas, pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 6
"""Drawings inside drawings: no deeper."""
_MOST_OBJECTS = 30_000
_MOST_LINES = 6_000
"""A page with more lines than this shows a map or a plan, no tables."""
_MOST_AREAS = 2_000
_THIN = 3.5
"""A filled area no wider than this is a line."""
_SHORTEST = 4.0
_PAINTED = 250
"""A fill with a channel below this can be told from white paper."""

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A ruling line from left to right or from bottom to top."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Graphics:
    """What is drawn on a page. ``pictures`` have their boxes and their sizes in pixels."""

    lines: list[Line] = field(default_factory=list)
    dark: list[Box] = field(default_factory=list)
    pictures: list[tuple[Box, tuple[int, int]]] = field(default_factory=list)

    def is_dark(self, x: float, y: float) -> bool:
        """Tell whether something is painted at a point."""
        if len(self.dark) > _MOST_AREAS:
            return True
        return any(_holds(box, x, y) for box in self.dark) or self.has_picture(x, y)

    def has_picture(self, x: float, y: float) -> bool:
        """Tell whether a picture covers a point."""
        return any(_holds(box, x, y) for box, _ in self.pictures)


def read_graphics(page: Any) -> Graphics:
    """Return what is drawn on a page of pypdfium2, in the page's own coordinates."""
    import pypdfium2.raw as raw

    found = Graphics()
    for count, (item, matrix) in enumerate(_objects(raw, page.raw, _IDENTITY, None, 0)):
        if count > _MOST_OBJECTS:
            break
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            width, height = ctypes.c_uint(), ctypes.c_uint()
            raw.FPDFImageObj_GetImagePixelSize(item, width, height)
            found.pictures.append((_bounds(raw, item, matrix), (width.value, height.value)))
        elif kind == raw.FPDF_PAGEOBJ_SHADING:
            found.dark.append(_bounds(raw, item, matrix))
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            _add_path(raw, item, matrix, found)
    if len(found.lines) > _MOST_LINES:
        found.lines.clear()
    return found


def _objects(raw: Any, holder: Any, matrix: Matrix, form: Any, depth: int) -> Iterator[tuple[Any, Matrix]]:
    count = raw.FPDFPage_CountObjects(holder) if form is None else raw.FPDFFormObj_CountObjects(form)
    for i in range(count):
        item = raw.FPDFPage_GetObject(holder, i) if form is None else raw.FPDFFormObj_GetObject(form, i)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM:
            if depth < _DEEPEST:
                yield from _objects(raw, holder, _combined(_matrix(raw, item), matrix), item, depth + 1)
        else:
            yield item, matrix


def _matrix(raw: Any, item: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, matrix):
        return _IDENTITY
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _combined(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(raw: Any, item: Any, matrix: Matrix) -> Box:
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    corners = [_apply(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _add_path(raw: Any, item: Any, matrix: Matrix, found: Graphics) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    colours = [ctypes.c_uint() for _ in range(4)]
    has_colour = raw.FPDFPageObj_GetFillColor(item, *colours)
    red, green, blue, alpha = (colour.value for colour in colours) if has_colour else (0, 0, 0, 255)
    box = _bounds(raw, item, matrix)
    is_painted = bool(fill.value) and alpha > 0
    is_dark = is_painted and min(red, green, blue) < _PAINTED
    if is_dark:
        found.dark.append(box)
    if not stroke.value and not is_painted:
        return
    if len(found.lines) > _MOST_LINES:
        return
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) <= _THIN:
        found.lines += _straight(box[0], box[1], box[2], box[3])
        return
    if not stroke.value and not is_dark:  # a white ground
        return
    for start, end in _segments(raw, item, _combined(_matrix(raw, item), matrix)):
        found.lines += _straight(*start, *end)


def _straight(x0: float, y0: float, x1: float, y1: float) -> list[Line]:
    """Return a line as a ruling line, or nothing where it is a slanting one or a dot."""
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    width, height = x1 - x0, y1 - y0
    if height <= _THIN and width >= max(_SHORTEST, 2 * height):
        return [Line(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)]
    if width <= _THIN and height >= max(_SHORTEST, 2 * width):
        return [Line((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)]
    return []


def _segments(raw: Any, item: Any, matrix: Matrix) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the straight segments of a path, closing ones included."""
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = (0.0, 0.0)
    for i in range(min(raw.FPDFPath_CountSegments(item), _MOST_LINES)):
        segment = raw.FPDFPath_GetPathSegment(item, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = _apply(matrix, x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield last, first
            last = first


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
