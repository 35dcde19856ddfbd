"""Tables of a Word file: which cell stands where, and how many of the first rows name the columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.readers.numbering import W
from index.readers.word_styles import Styles, is_on, value_of

MAX_COLUMNS = 500
_FIRST_ROW = 0x0020
_LEFT_OUT = frozenset({f"{W}del", f"{W}moveFrom"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows of cells (elements); a merged cell stands wherever it reaches, None where there is none.

    ``header_rows`` is how many of the first rows name the columns, None where the file does not say.
    """

    rows: list[list[Any]]
    header_rows: int | None = None

    @property
    def cells(self) -> list[Any]:
        """Each cell once, in reading order."""
        return list(dict.fromkeys(cell for row in self.rows for cell in row if cell is not None))

    @property
    def is_layout(self) -> bool:
        """Whether the table only arranges what stands in it: one column, or one row of cells that are like pages."""
        widest = max((len(set(row) - {None}) for row in self.rows), default=0)
        if widest <= 1:
            return True
        return len(self.rows) == 1 and any(_is_like_a_page(cell) for cell in self.cells)


def table_of(element: Any, styles: Styles) -> Table:
    """Return the cells of ``w:tbl``; rows and cells that a tracked change deletes are left out."""
    rows: list[list[Any]] = []
    marked: list[bool] = []
    for row in _rows(element):
        properties = row.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            continue
        rows.append(_cells(row, rows[-1] if rows else []))
        marked.append(properties is not None and is_on(properties.find(f"{W}tblHeader")))
    return Table(rows, _header_rows(element, marked, styles))


def _rows(element: Any) -> Iterator[Any]:
    """Yield the rows; content controls and the like may stand around them."""
    for child in element.iterchildren("{*}*"):
        if child.tag == f"{W}tr":
            yield child
        elif child.tag not in _LEFT_OUT and not child.tag.endswith(("Pr", f"{W}tblGrid")):
            yield from _rows(child)


def _row_cells(row: Any) -> Iterator[Any]:
    for child in row.iterchildren("{*}*"):
        if child.tag == f"{W}tc":
            if child.find(f"{W}tcPr/{W}cellDel") is None:
                yield child
        elif child.tag not in _LEFT_OUT and not child.tag.endswith("Pr"):
            yield from _row_cells(child)


def _cells(row: Any, above: list[Any]) -> list[Any]:
    cells: list[Any] = [None] * _span(row, "trPr", "gridBefore", least=0)
    for cell in _row_cells(row):
        span = _span(cell, "tcPr", "gridSpan", least=1)
        shown = cell
        if _continues(cell, "vMerge") and len(cells) < len(above) and above[len(cells)] is not None:
            shown = above[len(cells)]
        elif _continues(cell, "hMerge") and cells and cells[-1] is not None:
            shown = cells[-1]
        cells += [shown] * span
        if len(cells) > MAX_COLUMNS:
            break
    return cells + [None] * _span(row, "trPr", "gridAfter", least=0)


def _span(element: Any, properties: str, name: str, *, least: int) -> int:
    stated = value_of(element, properties, name)
    return min(max(int(stated), least), MAX_COLUMNS) if stated.isdigit() and len(stated) < 6 else least


def _continues(cell: Any, name: str) -> bool:
    """Tell whether a cell is part of the one above or before it. (Without a value the mark says so.)"""
    merged = cell.find(f"{W}tcPr/{W}{name}")
    return merged is not None and merged.get(f"{W}val", "continue") == "continue"


def _header_rows(element: Any, marked: list[bool], styles: Styles) -> int | None:
    """Return how many rows are marked to be repeated on each page, or whether the style shows the first otherwise."""
    count = next((i for i, is_marked in enumerate(marked) if not is_marked), 0)
    if count:
        return count
    look = element.find(f"{W}tblPr/{W}tblLook")
    if look is None:
        return None
    stated = look.get(f"{W}firstRow")
    if stated is None:
        flags = look.get(f"{W}val", "0")
        has_look = bool(int(flags, 16) & _FIRST_ROW) if flags.isalnum() and flags.isascii() else False
    else:
        has_look = stated in ("1", "true", "on")
    style = value_of(element, "tblPr", "tblStyle")
    return 1 if has_look and style and styles.marks_first_row(style) else None


def _is_like_a_page(cell: Any) -> bool:
    paragraphs = sum(1 for paragraph in cell.iterchildren(f"{W}p") if next(paragraph.iter(f"{W}t"), None) is not None)
    return paragraphs > 3 or next(cell.iterchildren(f"{W}tbl"), None) is not None
