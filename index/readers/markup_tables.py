"""Tables of HTML as a grid of cells, and which of them are only there to lay out a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from index.readers.tables import MAX_ROWS

_MAX_COLUMNS = 1_000
_MAX_CELLS = 2_000_000
_PROSE = 400
"""Characters in a cell of several blocks, from which on a table without headers lays out text."""
_SECTIONS = ("thead", "tbody", "tfoot")
_PROSE_BLOCKS = frozenset("p div ul ol h1 h2 h3 h4 h5 h6 form article section".split())


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row in which merged cells stand in every place that they cover; ``is_header`` if all of them are headers."""

    texts: tuple[str, ...]
    is_header: bool
    has_label: bool

    @property
    def is_title(self) -> bool:
        """Whether one text fills the whole row."""
        return len(set(filter(None, self.texts))) == 1 and len(self.texts) > 1


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows below one header; ``first_row`` counts as a person does."""

    rows: Sequence[GridRow]
    header_rows: int | None
    first_row: int


def captions(table: LexborNode) -> list[LexborNode]:
    """Return the captions of a table."""
    return [child for child in table.iter() if child.tag == "caption"]


def is_layout(table: LexborNode) -> bool:
    """Tell whether a table only puts things beside each other: no headers, but tables, one cell a row, or prose."""
    if table.attributes.get("role") in ("presentation", "none"):
        return True
    rows = [cells for _, _, cells in _rows(table)]
    if any(cell.tag == "th" for cells in rows for cell in cells):
        return False
    if captions(table):
        return False
    if max(map(len, rows), default=0) <= 1:
        return True
    return any(_holds_page(cell) for cells in rows for cell in cells)


def _holds_page(cell: LexborNode) -> bool:
    """Tell whether a cell holds a table, or several blocks of prose."""
    length = blocks = 0
    for node in _descendants(cell):
        if node.tag in ("table", "h1", "h2"):
            return True
        if node.tag == "-text":
            length += len((node.text_content or "").strip())
        blocks += node.tag in _PROSE_BLOCKS
        if blocks > 1 and length > _PROSE:
            return True
    return False


def text_is_longer(node: LexborNode, limit: int) -> bool:
    """Tell whether an element holds more than ``limit`` characters, or elements."""
    length = 0
    for number, inner in enumerate(_descendants(node)):
        if inner.tag == "-text":
            length += len((inner.text_content or "").strip())
        if length > limit or number > limit:
            return True
    return False


def _descendants(node: LexborNode) -> Iterator[LexborNode]:
    """Go through the tree in document order without recursion."""
    stack = list(node.iter(include_text=True))[::-1]
    while stack:
        inner = stack.pop()
        yield inner
        if inner.tag not in ("script", "style", "-text"):
            stack.extend(list(inner.iter(include_text=True))[::-1])


def _rows(table: LexborNode) -> list[tuple[str, LexborNode, list[LexborNode]]]:
    """Return (section, row, cells) of a table itself, in the order in which rows are shown."""
    found: dict[str, list[tuple[str, LexborNode, list[LexborNode]]]] = {section: [] for section in _SECTIONS}
    for child in table.iter():
        section = child.tag if child.tag in _SECTIONS else "tbody"
        for row in child.iter() if child.tag in _SECTIONS else [child]:
            if row.tag == "tr":
                found[section].append((section, row, [cell for cell in row.iter() if cell.tag in ("td", "th")]))
    return [row for section in _SECTIONS for row in found[section]][:MAX_ROWS]


def grid(table: LexborNode, cell_text: Callable[[LexborNode], str]) -> list[GridRow]:
    """Return the rows of a table with spans filled in."""
    rows = _rows(table)
    # some write a span of 100 for "all columns": rows of one cell do not say how many there are
    width = max((sum(_span(cell, "colspan") for cell in cells) for _, _, cells in rows if len(cells) > 1), default=1)
    width = min(max(width, 1), _MAX_COLUMNS, max(1, _MAX_CELLS // max(1, len(rows))))
    below: dict[int, tuple[int, str, bool]] = {}
    shown = []
    for i, (section, _, cells) in enumerate(rows):
        texts, heads = [""] * width, [False] * width
        is_filled = [False] * width
        for column, (left, text, is_head) in list(below.items()):
            texts[column], heads[column], is_filled[column] = text, is_head, True
            below[column] = (left - 1, text, is_head)
            if left <= 1:
                del below[column]
        column = 0
        for cell in cells:
            while column < width and is_filled[column]:
                column += 1
            if column >= width:
                break
            text = cell_text(cell)
            is_head = cell.tag == "th" or section == "thead"
            down = _span(cell, "rowspan", len(rows) - i)
            for covered in range(column, min(width, column + _span(cell, "colspan"))):
                if is_filled[covered]:
                    break
                texts[covered], heads[covered], is_filled[covered] = text, is_head, True
                if down > 1:
                    below[covered] = (down - 1, text, is_head)
            column += 1
        all_heads = sum(is_filled) == width and all(heads)
        shown.append(GridRow(tuple(texts), all_heads, heads[0] and not all(heads)))
    return shown


def _span(cell: LexborNode, attribute: str, rest: int = 1) -> int:
    stated = re.match(r"\s*(\d{1,6})", cell.attributes.get(attribute) or "")
    span = int(stated[1]) if stated else 1
    if attribute == "rowspan":
        return max(1, min(span, rest)) if span else rest  # 0 is "to the end"
    return max(1, min(span, _MAX_COLUMNS))


def segments(rows: Sequence[GridRow]) -> Iterator[Segment]:
    """Divide a table where a new header begins."""
    starts = []
    before, has_data = None, False
    for i, row in enumerate(rows):
        if any(row.texts):
            if has_data and _names_columns(row) and before is not None and not _names_columns(before):
                starts.append(i)
            before, has_data = row, has_data or not row.is_header
    for start, end in zip([0, *starts], [*starts, len(rows)], strict=True):
        part = rows[start:end]
        yield Segment(part, _header_rows(part), start + 1)


def _names_columns(row: GridRow) -> bool:
    return row.is_header and not row.is_title


def _header_rows(rows: Sequence[GridRow]) -> int | None:
    """Return how many rows name columns, titles left out; None where the markup does not say."""
    count = 0
    for row in rows:
        if not any(row.texts) or (row.is_title and not count):
            continue
        if not row.is_header:
            break
        count += 1
    if count:
        return count
    return 0 if any(row.has_label for row in rows) and len(rows[0].texts) == 2 else None
