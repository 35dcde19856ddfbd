"""What lies on the sheets of an .xls file beside the cells, which xlrd leaves out: text boxes, headers, charts.

The file is a stream of records: two bytes of kind, two of length, then the content. A sheet goes from a record of its
beginning to one of its end, with whole charts in between.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.readers.sheetparts import page_text
from index.text import one_line

_BEGIN, _END, _BOUND_SHEET = 0x809, 0x0A, 0x85
_HEADER, _FOOTER, _OBJECT, _TEXT, _CONTINUE = 0x14, 0x15, 0x5D, 0x1B6, 0x3C
_CHART, _PICTURE, _NOTE = 5, 8, 25
"""Kinds of objects."""


@dataclass(slots=True)
class Drawn:
    """What lies on a sheet, and what is printed above and below each page of it."""

    texts: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    charts: int = 0
    pictures: int = 0


def drawn_on_sheets(data: bytes) -> list[Drawn]:
    """Return what lies on each sheet, in the order of their tabs; nothing where the file cannot be read."""
    try:
        import olefile

        with olefile.OleFileIO(io.BytesIO(data)) as container:
            stream = container.openstream("Workbook").read() if container.exists("Workbook") else b""
    except Exception:  # whatever goes wrong costs these only: the cells are read by a library
        return []
    starts: list[int] = []
    found: dict[int, Drawn] = {}
    depth, start, kind_of_object, wanted = 0, 0, 0, 0
    for position, kind, content in _records(stream):
        if kind == _BEGIN:
            depth += 1
            start = position if depth == 1 else start
        elif kind == _END:
            depth -= 1
        elif kind == _BOUND_SHEET and len(content) >= 4:
            starts.append(int.from_bytes(content[:4], "little"))
        if depth != 1:
            continue
        drawn = found.setdefault(start, Drawn())
        if kind in (_HEADER, _FOOTER) and len(content) > 3:
            text = _characters(content[2:], int.from_bytes(content[:2], "little"))
            drawn.printed.append(page_text("Header" if kind == _HEADER else "Footer", text))
        elif kind == _OBJECT and len(content) >= 6:
            kind_of_object = int.from_bytes(content[4:6], "little")
            drawn.charts += kind_of_object == _CHART
            drawn.pictures += kind_of_object == _PICTURE
        elif kind == _TEXT and len(content) >= 12 and kind_of_object != _NOTE:
            wanted = int.from_bytes(content[10:12], "little")
        elif kind == _CONTINUE and wanted and len(content) > 1:
            drawn.texts.append(one_line(_characters(content, wanted)))
            wanted = 0
        elif kind != _CONTINUE:
            wanted = 0
    return [found.get(start, Drawn()) for start in starts]


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (position, kind, content) of each record."""
    position = 0
    while position + 4 <= len(stream):
        kind = int.from_bytes(stream[position : position + 2], "little")
        length = int.from_bytes(stream[position + 2 : position + 4], "little")
        yield position, kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _characters(content: bytes, count: int) -> str:
    """Return a text: a byte that says whether its characters take two bytes each, then these."""
    if content[0] & 1:
        return content[1 : 1 + 2 * count].decode("utf-16-le", "replace")
    return content[1 : 1 + count].decode("latin-1")
