"""Tables as text: a line a row in which every value carries the name of its column, ``Header: value | Header: value``.

A row has to mean something by itself: it is found, read and cited without the rows around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import compress

from index.readers.base import TextBuilder
from index.readers.heads import column_names, could_head, has_labels_inside, is_labelled, is_number, is_value, restarts
from index.readers.heads import header_rows as told_header_rows
from index.text import one_line

__all__ = ["EMPTY", "MAX_ROWS", "append_table", "cell_text", "is_number"]

MAX_ROWS = 200_000
"""Rows of one file that are read."""
EMPTY = "(empty)"
_MANY_EMPTY = 12
"""A row with more empty cells than this is written without them."""
_LONG = 1_000
"""A row of more characters becomes several lines, each with the label of the row."""
_LABEL = 80
_PREAMBLE = 20
"""Rows above a table that may be lines of a preamble."""
_TOTALS = (
    "total", "subtotal", "sub-total", "grand total", "sum", "gesamt", "summe", "insgesamt", "zwischensumme", "totaal",
    "totale", "somme", "suma", "toplam", "genel toplam", "ara toplam", "итого", "всего", "合计", "总计", "celkem",
    "razem",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that holds something; ``number`` is counted as a person counts."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    @property
    def is_alone(self) -> bool:
        """Whether one text stands alone in it, in one cell or in cells merged over the whole row."""
        filled = self.filled
        return len(self.cells) > 1 and (len(filled) == 1 or (self.is_banner and not is_value(filled[0])))

    @property
    def is_title(self) -> bool:
        """Whether one text stands alone in it, be it in one cell or in cells that were merged."""
        filled = self.filled
        return len(self.cells) > 1 and len(set(filled)) == 1 and (len(filled) == 1 or not is_value(filled[0]))

    @property
    def is_banner(self) -> bool:
        """Whether one text stands in cells merged over the whole row."""
        return len(self.cells) > 2 and len(set(self.cells)) == 1


@dataclass(frozen=True, slots=True)
class _Style:
    """How the rows of a table are written; ``names`` of its columns are None where it has none."""

    name: str
    names: Sequence[str] | None
    is_labelled: bool


def append_table(
    rows: Sequence[Sequence[object]],
    builder: TextBuilder,
    *,
    name: str = "",
    header_rows: int | None = None,
    first_row: int = 1,
    notes: Mapping[int, Sequence[str]] | None = None,
) -> None:
    """Append a table, a line a row, each with its place: ``name, row n`` within the place that was named last.

    Titles above the header and notes below the rows become paragraphs; a header that is repeated is left out. Several
    header rows make one name a column, and units in a row of their own go with the names. A table of two columns
    without a header is one of labels and values. A text that was merged over a whole row goes with the rows below it.

    Args:
        rows: from top to bottom; cells of any type, empty ones None or "". A merged cell has its value in every cell
            that it covers.
        builder: what is appended to.
        name: such as ``table 2``; "" where the place that was named last says enough.
        header_rows: how many of the first rows that hold something (titles left out) name the columns, if the format
            says so; told from the content otherwise.
        first_row: the number of ``rows[0]``, as a person counts.
        notes: texts that belong to a row, by its number, such as comments on its cells.
    """
    notes = notes or {}
    table = _without_empty(rows, first_row)
    if header_rows is None:
        start = 0
        for end in [*_ends(table), len(table)]:
            _append(table[start:end], builder, name, None, notes)
            start = end
    else:
        _append(table, builder, name, header_rows, notes)
    builder.end_part()


def cell_text(value: object) -> str:
    """Return a cell as it is read: whole numbers without a decimal point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, timedelta):
        return duration_text(value.total_seconds())
    text = one_line(str(value))
    return text.replace(" | ", " / ") if " | " in text else text


def number_text(value: float) -> str:
    """Return a number without a format as a person would write it, without the noise of binary fractions."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    digits = text.partition("e")[0].replace(".", "").lstrip("-0")
    return f"{value:.10g}" if len(digits) > 12 else text


def duration_text(seconds: float) -> str:
    """Return a duration as hours, minutes and seconds: ``26:03:00``."""
    whole = round(abs(seconds))
    return f"{'-' if seconds < 0 else ''}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


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


def _ends(table: Sequence[_Row]) -> list[int]:
    """Return where tables end that are followed by another without an empty row between: it has names of its own."""
    ends: list[int] = []
    for start in restarts([row.cells for row in table], 0):
        if ends and start == ends[-1] + 1:
            continue
        heads = [row.cells for row in table[: start - 1]]
        while start > 1 and table[start - 1].is_alone:
            start -= 1
        if start > 1 and table[start].cells not in heads and any(not could_head(row) for row in heads[:start]):
            ends.append(start)
    return ends


def _append(
    table: list[_Row], builder: TextBuilder, name: str, header: int | None, notes: Mapping[int, Sequence[str]]
) -> None:
    table = list(table)
    _append_preamble(table, builder, notes)
    used = [any(column) for column in zip(*(row.cells for row in table), strict=True)]
    if not all(used):
        table = [_Row(row.number, tuple(compress(row.cells, used))) for row in table]
    cells = [row.cells for row in table]
    count = told_header_rows(cells) if header is None else max(0, min(header, len(table) - 1))
    names = column_names(cells[:count]) if count else None
    style = _Style(name, names, names is None and is_labelled(cells))
    heads = set(cells[:count])
    for row in table[:count]:
        _append_notes(row.number, builder, notes)
    section, unseen = "", set(filter(None, names or ()))
    for i, row in enumerate(table[count:], start=count):
        if row.cells in heads:
            continue
        builder.part(", ".join(filter(None, (name, f"row {row.number}"))), "row")
        if row.is_alone and (names is None or (row.cells[0] and not is_value(row.cells[0]))):
            builder.block(row.filled[0], between="\n")
            section = row.filled[0].removesuffix(":") if _is_section(table, i, style) else ""
        else:
            for line in _lines(row.cells, style, section):
                builder.block(line, between="\n")
            unseen -= _names_shown(row.cells, style) if unseen else set()
            if _is_total(row.filled[0]):
                section = ""
        _append_notes(row.number, builder, notes)
    if unseen:
        builder.part(", ".join(filter(None, (name, f"row {table[0].number}"))), "row")
        empty = ", ".join(name for name in dict.fromkeys(names or ()) if name in unseen)
        builder.block(f"Columns without values: {empty}", between="\n")


def _append_preamble(table: list[_Row], builder: TextBuilder, notes: Mapping[int, Sequence[str]]) -> None:
    """Write what stands above the names of the columns as paragraphs, and take it off the table."""
    while len(table) > 1 and table[0].is_title and not _is_group(table):
        title = table.pop(0)
        builder.block(title.filled[0])
        _append_notes(title.number, builder, notes)
    for row in [table.pop(0) for _ in range(_preamble(table))]:
        label, value = row.filled[0], row.filled[1:]
        builder.block(f"{label.removesuffix(':')}: {value[0]}" if value else label)
        _append_notes(row.number, builder, notes)


def _is_group(table: Sequence[_Row]) -> bool:
    """Tell whether the only text of the first row is the name of a group of columns, or the only column's name."""
    first, second = table[0].cells, table[1].cells
    return not first[0] and (len(first) == 2 or (not second[0] and could_head(second)))


def _preamble(table: Sequence[_Row]) -> int:
    """Return how many of the first rows are lines of a preamble: a text, or a label and a value, over a wider table."""
    if not table or len(table[0].cells) < 3:
        return 0
    for i, row in enumerate(table[:_PREAMBLE]):
        filled = len(row.filled)
        if filled > 2 or not row.cells[0] or (filled == 2 and not row.cells[1]):
            rest = [following.cells for following in table[i:]]
            return i if i and filled > 2 and told_header_rows(rest) else 0
    return 0


def _is_section(table: Sequence[_Row], i: int, style: _Style) -> bool:
    """Tell whether a row with one text says what the rows below it are about."""
    text = table[i].filled[0]
    if style.names is None or not could_head((text, text)) or i + 1 == len(table) or len(text) > _LABEL:
        return False
    if table[i].is_banner or (text.endswith(":") and table[i].cells[0]):
        return True
    total = {f"{word} {text}".lower() for word in _TOTALS}
    return bool(table[i].cells[0]) and any(row.cells[0].lower() in total for row in table[i + 1 :])


def _is_total(label: str) -> bool:
    return label.lower().startswith(_TOTALS)


def _lines(cells: Sequence[str], style: _Style, section: str) -> list[str]:
    """Return a row as one line, or as several where it is long."""
    parts = _parts(cells, style)
    if section:
        parts.insert(0, section)
    if sum(map(len, parts)) <= _LONG:
        return [" | ".join(parts)]
    lines, current = [], [parts[0]]
    for part in parts[1:]:
        if len(current) > 1 and sum(map(len, current)) + len(part) > _LONG:
            lines.append(" | ".join(current))
            current = [parts[0]] if len(parts[0]) <= _LABEL else []
        current.append(part)
    return [*lines, " | ".join(current)]


def _parts(cells: Sequence[str], style: _Style) -> list[str]:
    if style.is_labelled:
        return [f"{cells[0].removesuffix(':')}: {cells[1] or EMPTY}"]
    if style.names is None:
        return _labelled_parts([cell for cell in cells if cell])
    are_shown = _are_empty_shown(cells, style.names)
    pairs = [
        (name, cell or EMPTY) for name, cell in zip(style.names, cells, strict=True) if cell or (name and are_shown)
    ]
    before = [("", ""), *pairs]  # what merged cells hold is said once
    once = [pair for pair, last in zip(pairs, before, strict=False) if pair != last and (pair[0] or pair[1] != last[1])]
    return [f"{name}: {cell}" if name else cell for name, cell in once]


def _are_empty_shown(cells: Sequence[str], names: Sequence[str]) -> bool:
    return sum(not cell for name, cell in zip(names, cells, strict=True) if name) <= _MANY_EMPTY


def _names_shown(cells: Sequence[str], style: _Style) -> set[str]:
    """Return the names of the columns that are written in a row."""
    names = style.names or ()
    are_empty_shown = _are_empty_shown(cells, names)
    return {name for name, cell in zip(names, cells, strict=True) if cell or are_empty_shown}


def _labelled_parts(filled: Sequence[str]) -> list[str]:
    """Return the cells of a row, each label that ends with a colon together with what follows it."""
    parts: list[str] = []
    has_labels = has_labels_inside(filled)
    for cell in filled:
        if has_labels and parts and parts[-1].endswith(":") and not cell.endswith(":"):
            parts[-1] += f" {cell}"
        elif not parts or cell != parts[-1] or is_value(cell):  # a text in merged cells is said once
            parts.append(cell)
    return parts


def _append_notes(number: int, builder: TextBuilder, notes: Mapping[int, Sequence[str]]) -> None:
    for text in notes.get(number, ()):
        builder.block(text, between="\n")
