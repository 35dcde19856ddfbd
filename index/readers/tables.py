"""Tables as text: one line a row in which every value carries the name of its column, ``Header: value | Header: value``.

A row has to mean something by itself: it is found, read and cited without the rows around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.readers.base import TextBuilder
from index.text import one_line

MAX_ROWS = 200_000
"""Rows of one file that are read."""
EMPTY = "(empty)"
_MANY_EMPTY = 12
"""A row with more empty cells than this is written without them."""
_HEADER_ROWS = 3
_LABEL_WORDS = 12
_YEAR = re.compile(r"(?:FY ?|CY ?)?(?:19|20)\d\d(?:[/–-]\d{2,4})?")
_NUMBER = re.compile(r"[-+−(]?[^\w\s]?\s?\d[\d\s.,'’]*\s?(?:%|[^\w\s]|\b[A-Za-z]{1,3})?\)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that holds something; ``number`` is counted as a person counts."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    @property
    def is_title(self) -> bool:
        """Whether one text stands alone in it, be it in one cell or in cells that were merged."""
        return len(set(self.filled)) == 1 and len(self.cells) > 1


def append_table(
    rows: Sequence[Sequence[object]],
    builder: TextBuilder,
    *,
    name: str = "",
    header_rows: int | None = None,
    first_row: int = 1,
) -> None:
    """Append a table, a line a row, each with its place: ``name, row n`` within the place that was named last.

    Titles above the header and notes below the rows become paragraphs; a header that is repeated is left out. Several
    header rows make one name a column. A table of two columns without a header is one of labels and values.

    Args:
        rows: from top to bottom; cells of any type, empty ones None or "". A merged cell has its value in every cell
            that it covers.
        builder: what is appended to.
        name: such as ``Sheet Prices`` or ``table 2``.
        header_rows: how many of the first rows that hold something (titles left out) name the columns, if the format
            says so; told from the content otherwise.
        first_row: the number of ``rows[0]``, as a person counts.
    """
    table = _without_empty(rows, first_row)
    while table and table[0].is_title and len(table) > 1:
        builder.block(table.pop(0).filled[0])
    count = _header_rows(table) if header_rows is None else min(header_rows, len(table) - 1)
    names = _column_names([row.cells for row in table[:count]]) if count > 0 else None
    is_labelled = names is None and _is_labelled(table)
    heads = {row.cells for row in table[:count]}
    for row in table[max(count, 0) :]:
        if row.cells in heads:
            continue
        text = row.filled[0] if row.is_title else _row_text(row.cells, names, is_labelled)
        builder.part(", ".join(filter(None, (name, f"row {row.number}"))), "row")
        builder.block(text, between="\n")
    builder.end_part()


def cell_text(value: object) -> str:
    """Return a cell as it is read: whole numbers without a decimal point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = one_line(str(value)).replace(" | ", " / ")
    return text.removesuffix(" 00:00:00")


def _without_empty(rows: Sequence[Sequence[object]], first_row: int) -> list[_Row]:
    """Return the rows that hold something, without columns that hold nothing, all of one length."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    width = max(map(len, texts), default=0)
    used = [i for i in range(width) if any(i < len(row) and row[i] for row in texts)]
    return [
        _Row(number, tuple(row[i] if i < len(row) else "" for i in used))
        for number, row in enumerate(texts, start=first_row)
        if any(row)
    ]


def _header_rows(table: Sequence[_Row]) -> int:
    """Return how many of the first rows name the columns."""
    if len(table) < 2 or len(table[0].cells) < 2:
        return 0
    if not _could_head(table[0]) or _is_labelled(table):
        return 0
    count = 1
    while count < min(_HEADER_ROWS, len(table) - 1) and _is_grouped(table[count - 1]) and _could_head(table[count]):
        count += 1
    names = _column_names([row.cells for row in table[:count]])
    return count if len({name for name in names if name}) == sum(map(bool, names)) else 0


def _could_head(row: _Row) -> bool:
    """Tell whether all that a row holds could be names of columns: no values, but years may be."""
    filled = row.filled
    return len(filled) > 1 and all(
        (_YEAR.fullmatch(cell) or not is_number(cell)) and len(cell.split()) <= _LABEL_WORDS for cell in filled
    )


def _is_grouped(row: _Row) -> bool:
    """Tell whether a row names groups of columns: one name stands over several of them."""
    return any(len(list(group)) > 1 for name, group in groupby(row.cells[1:] if not row.cells[0] else row.cells) if name)


def _column_names(heads: Sequence[Sequence[str]]) -> list[str]:
    """Return one name a column, outermost first: ``Revenue 2023`` below ``Revenue``."""
    return [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*heads, strict=True)]


def _is_labelled(table: Sequence[_Row]) -> bool:
    """Tell whether a table of two columns has labels and values rather than a header."""
    if not table or len(table[0].cells) != 2:
        return False
    labels = [row.cells[0] for row in table]
    if not all(labels) or len(set(labels)) < len(labels) or any(map(is_number, labels)):
        return False
    if sum(label.endswith(":") for label in labels) > len(labels) / 2:
        return True
    head, values = table[0].cells[1], [row.cells[1] for row in table[1:]]
    if not head or len(head.split()) > 4 or (any(map(str.isdigit, head)) and not _YEAR.fullmatch(head)):
        return True
    kinds = {"number" if is_number(value) else "text" for value in values if value}
    return len(kinds) > 1


def is_number(text: str) -> bool:
    """Tell whether a cell holds a number, with a sign, a unit or a currency at most."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _row_text(cells: Sequence[str], names: Sequence[str] | None, is_labelled: bool) -> str:
    if is_labelled:
        return f"{cells[0].removesuffix(':')}: {cells[1] or EMPTY}"
    if names is None:
        return " | ".join(filter(None, cells))
    are_shown = sum(not cell for cell in cells) <= _MANY_EMPTY
    pairs = [(name, cell or (EMPTY if are_shown and name else "")) for name, cell in zip(names, cells, strict=True)]
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
