"""Which rows of a table name its columns, told from the content: names stand over values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

Cells = Sequence[str]

_MOST_HEADER_ROWS = 4
_SAMPLE = 400
"""Rows from which the kinds of the columns are told."""
_NAME_WORDS = 25
_NAME_LENGTH = 200
_FEW = 8
"""Rows of labels and values; more of them are a list."""
_MANY_AGAIN = 2
"""How often names may not stand as values below themselves; one may be both, such as a "Basic" plan."""
_VALUES = 0.6
"""From this share of values on, a column is one of values."""

_ATTACHED_UNIT = r"(?:[kmcµ]?[gmlWVAs]|kWh|MWh|k?Hz|[kMGT]B|h|min|px|pt|[xX])"
_UNIT = rf"(?:\s?[%‰°€$£¥₹₺₽]|\s?°[CFK]|\s[^\W\d_][\w/²³·.]{{0,5}}|{_ATTACHED_UNIT})"
_NUMBER = re.compile(
    rf"[-+−–(~<>≤≥±]{{0,2}}\s?(?:[A-Z]{{1,3}}\s|[A-Z]{{2,3}}|[A-Z]{{0,3}}[$€£¥₹₺₽%]\s?)?[-+−–]?[.,]?\d[\d\s.,'’]*"
    rf"(?:[eE][-+]?\d+)?{_UNIT}?\)?[*†‡]?"
)
_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zé]*\.?"
_DATE = re.compile(
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d\d)?|\d{{1,2}}\.?[ -]{_MONTH}"
    rf"(?:[ -]\d{{2,4}})?|{_MONTH} \d{{1,2}},? \d{{4}})(?:[ T]\d{{1,2}}:\d\d(?::\d\d)?(?:\.\d+)?(?: ?[ap]m)?)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"-?\d{1,4}:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?[ap]\.?m\.?)?", re.IGNORECASE)
_PERIOD = re.compile(
    rf"(?:FY ?|CY ?|Q[1-4][ -/]?)?(?:19|20)\d\d(?:[/–-]\d{{2,4}})?(?:[ -]?[QH][1-4])?|\d{{1,2}}/(?:19|20)\d\d"
    rf"|{_MONTH}[ -]?(?:\d{{2}}|\d{{4}})",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\S+@\S+\.\w+|(?:https?://|www\.)\S+|[+(]?\d[\d\s()./x+-]{6,}|#(?:DIV/0!|N/A|REF!|NAME\?|VALUE!|NUM!)"
)
_NOTHING = re.compile(r"[-–—./?*xX]|n/?a|n\.a\.|none|nil|null|nan|tbd|tba|unknown", re.IGNORECASE)
_TRUTH = re.compile(r"true|false|yes|no|ja|nein|✓|✔|✗|✘", re.IGNORECASE)
_BARE_UNIT = re.compile(
    r"[(\[].{1,20}[)\]]|[%‰°€$£¥₹₺#]|°[CFK]|[^\W\d_][\w²³·./%€$-]{0,7}|[^\W\d_]+ ?/ ?\w+|in [\w€$£%.]+"
)


def is_number(text: str) -> bool:
    """Tell whether a cell holds a number, with a sign, a unit or a currency at most."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_value(text: str) -> bool:
    """Tell whether a cell holds a number, a date or a time."""
    return any(pattern.fullmatch(text) for pattern in (_NUMBER, _DATE, _TIME))


def header_rows(rows: Sequence[Cells]) -> int:
    """Return how many of the first rows name the columns; 0 where none does.

    Args:
        rows: without titles and empty rows, all of one length.
    """
    rows = rows[:_SAMPLE]
    if len(rows) < 2 or not _heads(rows):
        return 0
    count = 1
    while count < min(_MOST_HEADER_ROWS, len(rows) - 1) and _goes_on(rows, count):
        count += 1
    return count if _differ(rows, count) else 0


def column_names(rows: Sequence[Cells]) -> list[str]:
    """Return one name a column, outermost first: ``Revenue 2023`` where ``2023`` stands below ``Revenue``."""
    levels = [_spread(row, rows[i + 1]) if i + 1 < len(rows) else list(row) for i, row in enumerate(rows)]
    names = []
    has_units = len(rows) > 1 and _names_units(rows[-2], rows[-1])
    for column in zip(*levels, strict=True):
        parts = list(dict.fromkeys(part.removesuffix(":").strip().replace(": ", " ") for part in column if part))
        if has_units and len(parts) > 1 and column[-1]:
            unit = parts.pop()
            parts.append(unit if unit[0] in "([" else f"({unit})")
        names.append(" ".join(parts))
    return names


def is_labelled(rows: Sequence[Cells]) -> bool:
    """Tell whether a table of two columns has labels and values rather than names of columns and rows."""
    if not rows or len(rows[0]) != 2:
        return False
    labels = [row[0] for row in rows]
    if not all(labels) or len(set(labels)) < len(labels) or any(map(is_value, labels)):
        return False
    if sum(label.endswith(":") for label in labels) > len(labels) / 2:
        return True
    head, values = rows[0][1], [row[1] for row in rows[1:] if row[1]]
    if not head or len(head.split()) > 4 or len(head) > 40 or _DATA.fullmatch(head):
        return True
    if is_value(head) or any(map(str.isdigit, head)):
        return not _PERIOD.fullmatch(head) or not all(is_number(value) for value in values)
    share = sum(map(is_value, values)) / max(1, len(values))
    return 0 < share < (1 if len(values) < _FEW else _VALUES)


def restarts(rows: Sequence[Cells], start: int) -> list[int]:
    """Return the rows from ``start`` on that name the columns anew: text over the columns of values, amid the table."""
    columns = _value_columns(rows[start : start + _SAMPLE])
    if len(columns) < 2:
        return []
    return [
        i
        for i, row in enumerate(rows[start + 1 : -1], start=start + 1)
        if all(row[j] and _is_name(row[j]) for j in columns)
        and all(not cell or _is_name(cell) for cell in row)
        and any(is_value(rows[i + 1][j]) for j in columns)
    ]


def could_head(row: Cells) -> bool:
    """Tell whether all that a row holds could be names of columns: no values, but a series of periods may be."""
    filled = [cell for cell in row if cell]
    values = [cell for cell in filled if not _is_name(cell)]
    if len({cell.lower() for cell in values if _TRUTH.fullmatch(cell)}) == len(values) > 1:
        values = []  # the answers to choose from
    if {"x", "y"} <= {cell.lower() for cell in filled}:
        values = [cell for cell in values if cell.lower() != "x"]
    if len(filled) < 2 and len(row) > 1:
        return False
    if has_labels_inside(filled):
        return False
    return not values or (len(values) > 1 and _is_series(values) and (not row[0] or _is_name(row[0])))


def has_labels_inside(filled: Sequence[str]) -> bool:
    """Tell whether a row holds labels, marked by colons, each before its value."""
    marks = [cell.endswith(":") for cell, _ in groupby(filled)]
    return (
        len(marks) > 1 and marks[0] and any(not mark for mark in marks) and not any(a and b for a, b in pairwise(marks))
    )


def _heads(rows: Sequence[Cells]) -> bool:
    """Tell whether the first row names the columns."""
    first, below = rows[0], rows[1:]
    if len(first) == 1:
        return _is_name(first[0]) and not _is_period(first[0]) and 0 in _value_columns(below)
    if is_labelled(rows):
        return False
    if not could_head(first) and not (len(first) == 2 and not first[0] and _is_name(first[1])):
        return False
    for j, cell in enumerate(first):
        if cell and _is_period(cell) and _share(below, j, _is_period) > _VALUES:
            return False  # the first of many years, not a head
    return True


def _differ(rows: Sequence[Cells], count: int) -> bool:
    """Tell whether header rows differ from what is below them: they stand over values, or are not said again."""
    heads, below = rows[:count], rows[count:]
    if any(row[j] for j in _value_columns(below) for row in heads):
        return True
    names = [name for name in column_names(heads) if name]
    if len(set(names)) < len(names):
        return False
    said_again = sum(
        bool(cell) and row[j] == cell and row not in heads
        for head in heads
        for j, cell in enumerate(head)
        for row in below
    )
    return said_again < _MANY_AGAIN


def _goes_on(rows: Sequence[Cells], count: int) -> bool:
    """Tell whether the row after ``count`` header rows is one, too: it tells groups apart or names units."""
    above, row, below = rows[count - 1], rows[count], rows[count + 1 :]
    over = [j for j in _value_columns(below) if row[j]]
    if over and all(not cell or j in over for j, cell in enumerate(row)) and _names_units(above, row):
        return True
    if not could_head(row):
        return False
    if above[0] and row[0] and row[0] != above[0]:
        return False
    if any(a and a == b and row[j] and row[j] != row[j + 1] for j, (a, b) in enumerate(pairwise(above))):
        return bool(over) or any(a and a == b for a, b in zip(above, row, strict=True)) or not row[0]
    return any(not above[j] and j in over for j in range(1, len(row)))


def _names_units(above: Cells, row: Cells) -> bool:
    """Tell whether each text of a row is the unit of the column that the row above names."""
    if any(a and a == b for a, b in pairwise(above)):
        return False
    return all(_is_unit(cell) and name for name, cell in zip(above, row, strict=True) if cell)


def _spread(row: Cells, below: Cells) -> list[str]:
    """Return a row of groups in which each name stands over all its columns: those that have a name of their own."""
    spread = list(row)
    for j in range(1, len(spread)):
        if not spread[j] and below[j] and spread[j - 1] and below[j - 1]:
            spread[j] = spread[j - 1]
    return spread


def _value_columns(rows: Sequence[Cells]) -> list[int]:
    """Return the columns that hold values, mostly."""
    width = len(rows[0]) if rows else 0
    return [j for j in range(width) if _share(rows, j, is_value) >= _VALUES]


def _share(rows: Sequence[Cells], column: int, test: object) -> float:
    cells = [row[column] for row in rows if row[column] and not _NOTHING.fullmatch(row[column])]
    return sum(map(test, cells)) / len(cells) if cells and callable(test) else 0.0


def _is_name(cell: str) -> bool:
    if _PERIOD.fullmatch(cell):
        return True
    if len(cell) > _NAME_LENGTH or len(cell.split()) > _NAME_WORDS or not any(map(str.isalnum, cell)):
        return cell in "#%№€$"
    return not (is_value(cell) or _DATA.fullmatch(cell) or _NOTHING.fullmatch(cell) or _TRUTH.fullmatch(cell))


def _is_period(cell: str) -> bool:
    return _PERIOD.fullmatch(cell) is not None


def _is_series(values: Sequence[str]) -> bool:
    """Tell whether values could be heads: dates or times that differ, or numbers that follow on each other."""
    if len(set(values)) < len(values):
        return False
    if all(_DATE.fullmatch(value) or _TIME.fullmatch(value) for value in values):
        return True
    if not all(value.isdecimal() and len(value) < 5 for value in values) or len(values) < 3:
        return False
    steps = {int(b) - int(a) for a, b in pairwise(values)}
    return len(steps) == 1 and steps != {0}


def _is_unit(cell: str) -> bool:
    return _BARE_UNIT.fullmatch(cell) is not None and not _PERIOD.fullmatch(cell)
