"""Rows of tables as sentences that stand by themselves: each cell with the name of its column."""

from __future__ import annotations

from collections.abc import Sequence

from index.readers.base import TextBuilder
from index.text import one_line

MAX_ROWS = 200_000
"""Rows of one file that are read."""


def append_rows(rows: Sequence[Sequence[object]], builder: TextBuilder, *, name: str = "", first_row: int = 1) -> None:
    """Append a table, a paragraph a row, each with the place ``name, row n``.

    The first row names the columns where it looks like it: all of it text, none of it twice, and more rows below.

    Args:
        rows: from top to bottom; cells of any type, empty ones None or "".
        builder: what is appended to.
        name: of the sheet, if there is one.
        first_row: the number of ``rows[0]``, as a person counts.
    """
    texts = [[cell_text(cell) for cell in row] for row in rows]
    filled = [(number, row) for number, row in enumerate(texts, start=first_row) if any(row)]
    header = _header(filled, rows, first_row)
    for number, row in filled[1:] if header else filled:
        builder.place(", ".join(filter(None, (name, f"row {number}"))))
        builder.block(_row_text(row, header))


def cell_text(value: object) -> str:
    """Return a cell as it is read: whole numbers without a decimal point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = one_line(str(value))
    return text.removesuffix(" 00:00:00")


def _header(
    filled: Sequence[tuple[int, Sequence[str]]], rows: Sequence[Sequence[object]], first_row: int
) -> Sequence[str] | None:
    if len(filled) < 2:
        return None
    number, names = filled[0]
    cells = [cell for cell in rows[number - first_row] if cell_text(cell)]
    is_text = all(isinstance(cell, str) and not _is_number(cell) for cell in cells)
    shown = [name for name in names if name]
    return names if is_text and len(shown) > 1 and len(set(shown)) == len(shown) else None


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ".").strip("%€$£ "))
    except ValueError:
        return False
    return True


def _row_text(row: Sequence[str], header: Sequence[str] | None) -> str:
    if header is None:
        return " | ".join(cell for cell in row if cell)
    named = [f"{name}: {cell}" if name else cell for name, cell in zip(header, row, strict=False) if cell]
    return "; ".join([*named, *(cell for cell in row[len(header) :] if cell)])
