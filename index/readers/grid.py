"""A sheet of cells as text: the tables on it, told apart by blank rows and columns, and what else belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from index.readers.base import TextBuilder
from index.readers.heads import could_head, header_rows, is_value
from index.readers.tables import append_table

Rows = dict[int, dict[int, str]]
"""Texts of cells by row and column, both counted from 1; empty cells are left out."""

_MOST_REPEATED = 500_000
"""Cells of a sheet that are filled with the value of a merged cell."""
_MOST_CELLS = 5_000_000
"""A table with more places for cells than this, most of them empty, is written cell by cell."""
_MOST_GAPS = 50
"""With more blank columns than this, a sheet is sparse rather than several tables side by side."""
_SAMPLE = 50
_MOSTLY = 0.6
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table that the file itself knows; ``header_rows`` of its rows name the columns."""

    area: Area
    header_rows: int | None
    name: str = ""


@dataclass(slots=True)
class Sheet:
    """A sheet.

    Attributes:
        name: as on its tab.
        rows: the texts of its cells.
        merged: the areas of merged cells.
        tables: those that the file itself knows.
        notes: texts that belong to rows, such as comments, by the row's number.
        is_hidden: whether the program does not show the sheet.
        hidden_rows: numbers of rows that the program does not show.
        hidden_columns: numbers of columns that it does not show.
        bold_rows: numbers of rows in which all texts are bold, as those often are that name columns.
    """

    name: str
    rows: Rows = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    tables: list[NamedTable] = field(default_factory=list)
    notes: dict[int, list[str]] = field(default_factory=dict)
    is_hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    bold_rows: set[int] = field(default_factory=set)

    @property
    def label(self) -> str:
        """How places on it are called."""
        return f"Sheet {self.name} (hidden)" if self.is_hidden else f"Sheet {self.name}"


def append_sheet(sheet: Sheet, builder: TextBuilder) -> None:
    """Append the name of a sheet as a heading, its tables, the notes on its cells, and what of it is not shown."""
    builder.place(sheet.label, kind="sheet")
    if sheet.rows or sheet.notes:
        builder.block(sheet.name, level=2)
    _repeat_merged(sheet)
    append_grid(sheet.rows, builder, tables=sheet.tables, notes=sheet.notes, bold_rows=sheet.bold_rows)
    loose = [text for row, texts in sorted(sheet.notes.items()) if row not in sheet.rows for text in texts]
    for text in loose:
        builder.block(text)
    hidden = [
        *([_ranges("row", sheet.hidden_rows, str)] if sheet.hidden_rows else []),
        *([_ranges("column", sheet.hidden_columns, column_name)] if sheet.hidden_columns else []),
    ]
    if hidden:
        builder.part("hidden cells", "note")
        builder.block(f"Hidden in the program: {' and '.join(hidden)}.")
        builder.end_part()


def append_grid(
    rows: Rows,
    builder: TextBuilder,
    *,
    tables: Sequence[NamedTable] = (),
    notes: Mapping[int, Sequence[str]] | None = None,
    bold_rows: Set[int] = frozenset(),
    has_columns: bool = True,
) -> None:
    """Append the tables among cells, from top to bottom.

    Args:
        rows: the texts of the cells.
        builder: what is appended to.
        tables: those whose area is known.
        notes: texts that belong to rows.
        bold_rows: numbers of rows in which all texts are bold.
        has_columns: whether blank columns may tell tables apart.
    """
    regions, rest = _known(rows, tables)
    regions += [_Region(part, None) for part in _parts(rest, has_columns=has_columns)]
    regions.sort(key=lambda region: (min(region.rows), min(min(row) for row in region.rows.values())))
    notes = dict(notes or {})
    above: _Region | None = None
    for region in regions:
        here = {number: notes.pop(number) for number in region.rows if number in notes} if notes else {}
        lead: list[list[str]] = []
        if region.header_rows is None:
            is_marked = _has_bold_head(region, bold_rows)
            if above is not None and not is_marked and _continues(region, above):
                lead = above.heads
                region = _Region(region.rows, len(lead), above.columns)
            elif (count := header_rows(region.sample)) > 0 or is_marked:
                region.header_rows = None if count else 1
                above = _Region(region.rows, None, heads=region.sample[: count or 1])
        _append_region(region, lead, builder, here)


def column_name(number: int) -> str:
    """Return the letters of a column, counted from 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _Region:
    """Cells that make one table. ``header_rows`` is None where the file does not say how many there are."""

    def __init__(
        self,
        rows: Rows,
        header_rows: int | None,
        columns: Sequence[int] = (),
        heads: Sequence[list[str]] = (),
    ) -> None:
        self.rows = rows
        self.header_rows = header_rows
        self.columns = list(columns) or sorted(set().union(*rows.values()))
        self.heads = list(heads)

    @property
    def sample(self) -> list[list[str]]:
        """The first rows, without those in which one text stands alone above the names of the columns."""
        found: list[list[str]] = []
        for cells in self.rows.values():
            if found or len(set(cells.values())) > 1 or len(self.columns) == 1:
                found.append(self.cells(cells))
            if len(found) == _SAMPLE:
                break
        return found

    def cells(self, row: Mapping[int, str]) -> list[str]:
        return [row.get(column, "") for column in self.columns]


def _has_bold_head(region: _Region, bold_rows: Set[int]) -> bool:
    """Tell whether the first row that is no title is bold, and the one below is not."""
    numbers = [number for number, row in region.rows.items() if len(set(row.values())) > 1]
    if len(numbers) < 2 or len(region.columns) < 2:
        return False
    return numbers[0] in bold_rows and numbers[1] not in bold_rows and could_head(region.cells(region.rows[numbers[0]]))


def _append_region(
    region: _Region, lead: Sequence[list[str]], builder: TextBuilder, notes: Mapping[int, Sequence[str]]
) -> None:
    numbers = list(region.rows)
    if len(numbers) * len(region.columns) > _MOST_CELLS:
        filled = sum(map(len, region.rows.values()))
        if filled < len(numbers) * len(region.columns) // 8:
            _append_sparse(region.rows, builder)
            return
    rows = [*lead]
    for before, number in pairwise([numbers[0] - 1, *numbers]):
        rows += [[] for _ in range(before + 1, number)]
        rows.append(region.cells(region.rows[number]))
    append_table(rows, builder, header_rows=region.header_rows, first_row=numbers[0] - len(lead), notes=notes)


def _append_sparse(rows: Rows, builder: TextBuilder) -> None:
    for number, row in rows.items():
        builder.part(f"row {number}", "row")
        builder.block(
            " | ".join(f"{column_name(column)}{number}: {row[column]}" for column in sorted(row)), between="\n"
        )
    builder.end_part()


def _repeat_merged(sheet: Sheet) -> None:
    """Give every cell that a merged one covers its value, as far as the sheet is used."""
    rows = sheet.rows
    if not rows:
        return
    last_row = max(rows)
    last_column = max(max(row, default=1) for row in rows.values())
    left = _MOST_REPEATED
    for area in sheet.merged:
        text = rows.get(area.top, {}).get(area.left, "")
        bottom, right = min(area.bottom, last_row), min(area.right, last_column)
        if not text or bottom < area.top:
            continue
        left -= (bottom - area.top + 1) * max(1, right - area.left + 1)
        if left < 0:
            return
        for number in range(area.top, bottom + 1):
            if number not in rows and len(text) > 0 and area.right > area.left:
                continue  # a block that is merged over blank rows says nothing more there
            row = rows.setdefault(number, {})
            for column in range(area.left, right + 1):
                row.setdefault(column, text)
    sheet.rows = dict(sorted(rows.items()))


def _known(rows: Rows, tables: Sequence[NamedTable]) -> tuple[list[_Region], Rows]:
    """Return the tables whose area is known, and the other cells."""
    regions, rest = [], rows
    for table in tables:
        area = table.area
        inside: Rows = {}
        outside: Rows = {}
        for number, row in rest.items():
            if not area.top <= number <= area.bottom:
                outside[number] = row
                continue
            mine = {column: text for column, text in row.items() if area.left <= column <= area.right}
            if mine:
                inside[number] = mine
            if len(mine) < len(row):
                outside[number] = {column: text for column, text in row.items() if column not in mine}
        if inside:
            regions.append(_Region(inside, table.header_rows if len(inside) > 1 else None))
            rest = outside
    return regions, rest


def _parts(rows: Rows, *, has_columns: bool, depth: int = 0) -> Iterator[Rows]:
    """Yield the tables among cells."""
    for band in _bands(rows):
        sides = _sides(band) if has_columns and depth < 8 else [band]
        if len(sides) == 1:
            yield from sides
        else:
            for side in sides:
                yield from _parts(side, has_columns=True, depth=depth + 1)


def _bands(rows: Rows) -> Iterator[Rows]:
    """Yield the rows between blank rows."""
    band: Rows = {}
    last = 0
    for number in sorted(rows):
        if not rows[number]:
            continue
        if band and number > last + 1:
            yield band
            band = {}
        band[number] = rows[number]
        last = number
    if band:
        yield band


def _sides(band: Rows) -> list[Rows]:
    """Return the tables that stand side by side in a band, and the titles above them."""
    titles: Rows = {}
    body = dict(band)
    while len(body) > 1 and len(set(body[min(body)].values())) == 1:
        number = min(body)
        titles[number] = body.pop(number)
    columns = sorted(set().union(*body.values()))
    gaps = [(a, b) for a, b in pairwise(columns) if b > a + 1]
    sides: list[Rows] = []
    if len(gaps) > _MOST_GAPS:
        return [band]
    rest = body
    for a, b in gaps:
        left = _columns(rest, columns[0], a)
        following = next((end for end, _ in gaps if end >= b), columns[-1])
        if left and _are_apart(left, _columns(body, b, following), b - a - 1):
            sides.append(left)
            rest = _columns(rest, b, columns[-1])
    if not sides:
        return [band]
    return [*([titles] if titles else []), *sides, *([rest] if rest else [])]


def _columns(rows: Rows, first: int, last: int) -> Rows:
    found = {
        number: {column: text for column, text in row.items() if first <= column <= last}
        for number, row in rows.items()
    }
    return {number: row for number, row in found.items() if row}


def _are_apart(left: Rows, right: Rows, gap: int) -> bool:
    """Tell whether cells on both sides of blank columns are tables of their own, and no parts of one."""
    if not left or not right:
        return False
    widths = [len(set().union(*side.values())) for side in (left, right)]
    if min(sum(map(len, side.values())) for side in (left, right)) == 1 and max(map(len, (left, right))) > 1:
        return True  # a note beside a table
    if min(widths) == 1:
        return gap > 1 and min(left) != min(right)
    heads = [set(side[min(side)].values()) for side in (left, right)]
    if gap > 1 or min(left) != min(right) or heads[0] & heads[1]:
        return True
    first = min(min(row) for row in right.values())
    labels = [row[first] for row in list(right.values())[1:] if first in row]
    return max(left) != max(right) and sum(map(is_value, labels)) < len(labels) * _MOSTLY


def _continues(region: _Region, above: _Region) -> bool:
    """Tell whether rows after a blank one go on with the table above: its columns, and values where it has values."""
    columns = set(region.columns)
    if len(columns) < 2 or not columns <= set(above.columns) or 2 * len(columns) < len(above.columns):
        return False
    sample = [[row.get(column, "") for column in above.columns] for row in list(region.rows.values())[:_SAMPLE]]
    if any(cell.endswith(":") for cell in sample[0]) or sample[0] in above.heads:
        return False
    body = [above.cells(row) for row in list(above.rows.values())[len(above.heads) : _SAMPLE]]
    kinds = [[_share(rows, j) for j in range(len(above.columns))] for rows in (body, sample)]
    numeric = [j for j, share in enumerate(kinds[0]) if share is not None and share >= _MOSTLY]
    if any(mine is not None and (mine >= _MOSTLY) != (j in numeric) for j, mine in enumerate(kinds[1])):
        return False
    if numeric:
        return any(sample[0][j] for j in numeric) and not could_head(sample[0])
    return len(columns) == len(above.columns)


def _share(rows: Sequence[Sequence[str]], column: int) -> float | None:
    cells = [row[column] for row in rows if row[column]]
    return sum(map(is_value, cells)) / len(cells) if cells else None


def _ranges(what: str, numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """Return numbers as ranges: ``rows 2, 5 to 9``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    texts = [name(a) if a == b else f"{name(a)} to {name(b)}" for a, b in runs[:_LISTED]]
    more = sum(b - a + 1 for a, b in runs[_LISTED:])
    one = len(set(numbers)) == 1
    return f"{what if one else f'{what}s'} {', '.join(texts)}" + (f" and {more} more" if more else "")
