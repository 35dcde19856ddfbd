"""Tables of OpenDocument files, and charts, which keep their values in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from index.readers.opendocument_styles import attribute, local, whole
from index.text import one_line

_WIDEST = 1024
_REPEATED_ROWS = 1000
_MAX_CELLS = 2_000_000


def table_rows(table: Any, cell_text: Callable[[Any], str]) -> tuple[list[list[object]], int]:
    """Return the rows of a table, merged cells repeated, and how many of them are marked as its header.

    Args:
        table: a ``table:table``.
        cell_text: gives the text of a cell.
    """
    rows: list[list[object]] = []
    header_rows = cells = 0
    below: dict[int, tuple[int, str]] = {}
    for row, is_header in _rows(table):
        texts, below = _row(row, cell_text, below)
        times = whole(attribute(row, "number-rows-repeated"), 1, _REPEATED_ROWS) or 1
        times = times if any(texts) else 1
        cells += times * max(1, len(texts))
        if cells > _MAX_CELLS:
            raise ValueError("too many cells")
        rows += [list(texts) for _ in range(times)]
        header_rows += times if is_header and any(texts) else 0
    return rows, header_rows


def _rows(table: Any, is_header: bool = False) -> Iterator[tuple[Any, bool]]:
    for node in table.iterchildren("{*}*"):
        kind = local(node)
        if kind == "table-row":
            yield node, is_header
        elif kind in ("table-rows", "table-row-group", "table-header-rows"):
            yield from _rows(node, is_header or kind == "table-header-rows")


def _row(
    row: Any, cell_text: Callable[[Any], str], above: dict[int, tuple[int, str]]
) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """Return the texts of a row, and of each column that a cell spans on below: for how many rows, and its text."""
    texts: list[str] = []
    below: dict[int, tuple[int, str]] = {}
    beside, wide = "", 0
    for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
        times = whole(attribute(cell, "number-columns-repeated"), 1, _WIDEST) or 1
        if local(cell) == "table-cell":
            text = cell_text(cell)
            wide = whole(attribute(cell, "number-columns-spanned"), 1, _WIDEST)
            tall, beside = whole(attribute(cell, "number-rows-spanned"), 1), text
        for _ in range(min(times, _WIDEST - len(texts))):
            column = len(texts)
            if local(cell) == "table-cell":
                shown, left = text, tall
            elif wide > 1:
                wide -= 1
                shown, left = beside, tall
            else:
                left, shown = above.get(column, (1, ""))
            if left > 1:
                below[column] = (left - 1, shown)
            texts.append(shown)
    return texts, below


def chart_rows(chart: Any) -> tuple[str, list[list[object]]]:
    """Return the title of a chart and its values: a header row, then a row for each category.

    Args:
        chart: a ``chart:chart``.
    """
    title = _text(chart.find("{*}title"))
    axes = {attribute(axis, "dimension"): _text(axis.find("{*}title")) for axis in chart.iter("{*}axis")}
    table = next(chart.iterchildren("{*}table"), None)
    if table is None:
        return title, []
    is_percentage = _is_percentage(chart)
    rows, _ = table_rows(table, lambda cell: _value(cell, is_percentage))
    if rows and not rows[0][0]:
        rows[0][0] = axes.get("x") or "Category"
    unit = axes.get("y", "")
    if rows and unit:
        rows[0][1:] = [f"{name} ({unit})" if name and unit not in str(name) else name for name in rows[0][1:]]
    return title, rows if any(any(row[1:]) for row in rows[1:]) else []


def _is_percentage(chart: Any) -> bool:
    """Tell whether the value axis counts in per cent: the values themselves are stored as fractions."""
    root = chart.getroottree().getroot()
    percentages = {attribute(style, "name") for style in root.iter("{*}percentage-style")}
    styles = {attribute(style, "name"): attribute(style, "data-style-name") for style in root.iter("{*}style")}
    axes = [axis for axis in chart.iter("{*}axis") if attribute(axis, "dimension") == "y"]
    return len(axes) == 1 and styles.get(attribute(axes[0], "style-name")) in percentages


def _value(cell: Any, is_percentage: bool) -> str:
    text = _text(cell)
    if attribute(cell, "value-type") != "float":
        return text
    try:
        number = float(attribute(cell, "value") or text)
    except ValueError:
        return text
    if not isfinite(number):
        return ""
    return f"{number * 100:.4g}%" if is_percentage else f"{number:.15g}"


def _text(node: Any) -> str:
    return one_line(" ".join("".join(p.itertext()) for p in node.iter("{*}p"))) if node is not None else ""
