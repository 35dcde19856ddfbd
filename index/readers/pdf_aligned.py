"""Tables without lines on a PDF's page, told from how their cells are aligned."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median

from index.readers.layout import Run, in_logical_order, is_mark, is_right_to_left, merged
from index.readers.pdf_graphics import Line
from index.readers.pdf_tables import APART, Table
from index.readers.tables import is_number

_CELL_WORDS = 9
_MOST_HEAD_LINES = 4
_FARTHEST = 3.0
"""Rows are no farther apart than so many times the size of the type."""


def aligned_tables(rows: Sequence[list[Run]], lines: Sequence[Line] = ()) -> list[list[list[Run]]]:
    """Return a column's lines with each table among them, told from its alignment, as one run that stands for it.

    What stands side by side without being a table (addresses, say) becomes columns of its own: so columns are returned.

    Args:
        rows: lines from top to bottom, each of segments from left to right.
        lines: ruling lines of the page; a table between horizontal ones needs less evidence.
    """
    columns: list[list[list[Run]]] = [[]]
    edges = (min((row[0].left for row in rows), default=0.0), max((row[-1].right for row in rows), default=0.0))
    rows = _level_with_neighbours(list(rows))
    apart = [_apart(row) for row in rows]
    start = 0
    while start < len(rows):
        end = max(_extent(apart, start), start + 1)
        table = _aligned(apart[start:end], lines) if end - start >= 2 else None
        if table is not None:
            columns[-1].append([table])
        elif beside := _side_by_side(rows[start:end]):
            columns += [*beside, []]
        else:
            columns[-1] += [_as_prose(row, edges) for row in rows[start:end]]
        start = end
    return columns


def _apart(row: list[Run]) -> list[Run]:
    """Return a line of figures in smaller pieces: they may stand closer than the columns of other tables."""
    pieces = [piece for run in row for piece in _pieces(run)]
    is_figures = len(pieces) >= 3 and sum(_is_value(piece.text) for piece in pieces) >= 0.5 * len(pieces)
    return pieces if is_figures else row


def _level_with_neighbours(rows: list[list[Run]]) -> list[list[Run]]:
    """Return lines, those in pieces whose pieces begin where those of the line above or below do."""
    found = list(rows)
    for order in (range(1, len(rows)), reversed(range(len(rows) - 1))):
        step = -1 if isinstance(order, range) else 1
        for i in order:
            row, other = found[i], found[i + step]
            pieces = _pieces(row[0]) if len(row) == 1 else []
            if len(pieces) == len(other) > 1 and all(
                abs(a.left - b.left) < 0.2 * a.size for a, b in zip(pieces, other, strict=True)
            ):
                found[i] = pieces
    return found


def _pieces(run: Run) -> list[Run]:
    """Return what of a segment stands apart from each other, though not far."""
    words = sorted(run.words, key=lambda word: word.left)
    if run.stands_for or len(words) < 2 or any(is_right_to_left(word.text) for word in words):
        return [run]
    found = [[words[0]]]
    for last, word in pairwise(words):
        if word.left - last.right > APART * word.size and not is_mark(last.text):
            found.append([word])
        else:
            found[-1].append(word)
    return [merged(piece, " ".join(word.text for word in piece)) for piece in found] if len(found) > 1 else [run]


def _extent(rows: Sequence[list[Run]], start: int) -> int:
    """Return where the lines end that could belong to one table with the line at ``start``."""
    if len(rows[start]) < 2:
        return start + 1
    end = last = start + 1
    left, right = rows[start][0].left, rows[start][-1].right
    while end < len(rows) and end - last < 3:
        row, above = rows[end], rows[end - 1]
        if any(run.stands_for for run in row) or above[0].bottom - row[0].top > _FARTHEST * row[0].size:
            break
        if len(row) > 1:
            last = end + 1
        elif row[0].right - row[0].left > 0.6 * (right - left) or row[0].left > right:
            break
        left, right = min(left, row[0].left), max(right, row[-1].right)
        end += 1
    return last


def _aligned(rows: Sequence[list[Run]], lines: Sequence[Line]) -> Run | None:
    counts = Counter(len(row) for row in rows if len(row) > 1)
    most = max(counts, key=lambda count: (counts[count], count))
    columns = _columns([row for row in rows if len(row) >= max(2, most)])
    rows = [[piece for run in row for piece in _one_a_column(run, columns)] for row in rows]
    full = [row for row in rows if len(row) > 1]
    if len(columns) < 2 or not _is_table(rows, full, columns, lines):
        return None
    cells = _rows_of_cells(rows, columns)
    if len(cells) < 2:
        return None
    everything = [run for row in rows for run in row]
    starts = (*(left for left, _ in columns), columns[-1][1])
    return Run(
        "",
        min(run.left for run in everything),
        min(run.bottom for run in everything),
        max(run.right for run in everything),
        max(run.top for run in everything),
        median(run.size for run in everything),
        min(run.number for run in everything),
        Table(tuple(tuple(tuple(cell) for cell in row) for row in cells), starts),
    )


def _one_a_column(run: Run, columns: Sequence[tuple[float, float]]) -> list[Run]:
    """Return a text that stands over several columns as those of each, if it is in fact several."""
    if len(_of_column(run, columns)) < 2:
        return [run]
    pieces = _pieces(run)
    places = [_of_column(piece, columns) for piece in pieces]
    if len(pieces) < 2:  # names of columns may stand as close as words do
        pieces, places = list(run.words), [_of_column(word, columns) for word in run.words]
        if len(pieces) != len(_of_column(run, columns)):
            return [run]
    is_one_each = all(len(place) == 1 for place in places) and len({place[0] for place in places}) == len(pieces)
    return pieces if is_one_each else [run]


def _columns(rows: Sequence[list[Run]]) -> list[tuple[float, float]]:
    """Return from where to where the columns go: what overlaps is one column."""
    spans: list[list[float]] = []
    for left, right in sorted((run.left, run.right) for row in rows for run in row):
        if spans and left < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], right)
        else:
            spans.append([left, right])
    return [(left, right) for left, right in spans]


def _is_table(
    rows: Sequence[list[Run]], full: Sequence[list[Run]], columns: Sequence[tuple[float, float]], lines: Sequence[Line]
) -> bool:
    size = median(run.size for row in full for run in row)
    words = [len(run.text.split()) for row in full for run in row]
    if median(words) > _CELL_WORDS or sum(count > 2 * _CELL_WORDS for count in words) > 0.2 * len(words):
        return False
    by_column = [[run for row in full for run in row if _of_column(run, columns) == [i]] for i in range(len(columns))]
    filled = [len(column) >= max(2, 0.4 * len(full)) for column in by_column]
    aligned = [_is_level(column, size) for column in by_column]
    if sum(a and f for a, f in zip(aligned, filled, strict=True)) < 0.75 * len(columns):
        return False
    is_ruled = _between_rules(rows, lines)
    if len(columns) >= 3:
        numbers = sum(_is_value(run.text) for column in by_column[1:] for run in column)
        cells = sum(map(len, by_column[1:]))
        return len(full) >= (2 if is_ruled else 3) and (is_ruled or len(full) >= 4 or numbers >= 0.3 * cells)
    labels, values = [run.text for run in by_column[0]], [run.text for run in by_column[1]]
    if len(full) < (2 if is_ruled else 3) or not labels or not values:
        return False
    if is_ruled or sum(text.endswith(":") for text in labels) >= 0.6 * len(labels):
        return True
    return sum(map(_is_value, values)) >= 0.6 * len(values) and not _are_page_numbers(values)


def _is_value(text: str) -> bool:
    return is_number(text) or re.match(r"[-+−(<>~≈±]?\W{0,3}\d", text) is not None or text in ("-", "–", "—", "n/a")


def _are_page_numbers(values: Sequence[str]) -> bool:
    numbers = [int(value) for value in values if re.fullmatch(r"\d{1,4}", value)]
    return len(numbers) == len(values) > 3 and all(a <= b for a, b in pairwise(numbers)) and numbers[0] < 100


def _is_level(column: Sequence[Run], size: float) -> bool:
    """Tell whether what stands in a column is aligned on its left, its right or its middle."""
    if len(column) < 2:
        return True
    for edges in (
        [run.left for run in column],
        [run.right for run in column],
        [(run.left + run.right) / 2 for run in column],
    ):
        usual = median(edges)
        if sum(abs(edge - usual) <= 0.6 * size for edge in edges) >= 0.65 * len(column):
            return True
    return False


def _between_rules(rows: Sequence[list[Run]], lines: Sequence[Line]) -> bool:
    """Tell whether horizontal lines stand above, in or below some lines of text, across most of their width."""
    left, right = min(row[0].left for row in rows), max(row[-1].right for row in rows)
    top, bottom = max(row[0].top for row in rows), min(row[0].bottom for row in rows)
    reach = 1.2 * rows[0][0].size
    across: dict[int, float] = defaultdict(float)
    for line in lines:
        if line.y1 == line.y0 and bottom - reach <= line.y0 <= top + reach:
            across[round(line.y0)] += max(0.0, min(line.x1, right) - max(line.x0, left))
    return sum(width >= 0.7 * (right - left) for width in across.values()) >= 2


def _of_column(run: Run, columns: Sequence[tuple[float, float]]) -> list[int]:
    """Return the columns that a run overlaps, or the nearest."""
    found = [i for i, (left, right) in enumerate(columns) if min(run.right, right) - max(run.left, left) > 1.0]
    if found:
        return found
    middle = (run.left + run.right) / 2
    return [min(range(len(columns)), key=lambda i: abs(middle - sum(columns[i]) / 2))]


def _rows_of_cells(rows: Sequence[list[Run]], columns: Sequence[tuple[float, float]]) -> list[list[list[str]]]:
    """Return the cells of each row; a line that only goes on with the cells above is no row of its own."""
    pitches = [above[0].bottom - row[0].bottom for above, row in pairwise(rows)]
    usual = median(pitches)
    found: list[list[list[str]]] = []
    in_head, above_spans = True, False
    for i, row in enumerate(rows):
        cells: list[list[str]] = [[] for _ in columns]
        for run in row:
            for column in _of_column(run, columns):
                cells[column].append(run.text)
        cells = [[" ".join(cell)] if cell else [] for cell in cells]
        spans = len([cell for cell in cells if cell]) > len(row)
        in_head = in_head and i < _MOST_HEAD_LINES and not any(_is_value(cell[0]) for cell in cells if cell)
        goes_on = found and (
            _goes_on(found[-1], cells, pitches[i - 1], usual, row[0].size)
            or (in_head and not spans and not above_spans and _heads_on(found[-1], cells, pitches[i - 1], row[0].size))
        )
        if goes_on:
            found[-1] = [[*above, *cell] for above, cell in zip(found[-1], cells, strict=True)]
        else:
            found.append(cells)
        above_spans = spans
    return found


def _heads_on(above: list[list[str]], cells: list[list[str]], pitch: float, size: float) -> bool:
    """Tell whether a line goes on with the names of columns that the line above began, for some columns at least."""
    return pitch < 1.5 * size and not (all(above) and all(cells))


def _goes_on(above: list[list[str]], cells: list[list[str]], pitch: float, usual: float, size: float) -> bool:
    if any(cell and not over for over, cell in zip(above, cells, strict=True)):
        return False
    filled = [cell[0] for cell in cells if cell]
    if pitch < 0.8 * usual and pitch < 1.5 * size:
        return True
    is_partial = not cells[0] and len(filled) <= len(cells) / 2
    return is_partial and pitch < 1.5 * size and not any(map(_is_value, filled))


def _as_prose(row: list[Run], edges: tuple[float, float]) -> list[Run]:
    """Return a line that fills its column as one text: its gaps are those of justified lines, or of figures in text."""
    size = row[0].size
    fills = row[0].left - edges[0] < 4 * size and edges[1] - row[-1].right < size
    is_close = all(b.left - a.right < 2.5 * size for a, b in pairwise(row))
    is_numbered = (
        len(row) == 2
        and re.fullmatch(r"[A-Z]|\d{1,3}", row[0].text) is not None
        and row[1].text[:1].isalpha()
        and row[1].left - row[0].right < 5 * size
    )
    if len(row) < 2 or any(run.stands_for for run in row) or not (is_numbered or (fills and is_close)):
        return row
    return [merged(row, " ".join(run.text for run in in_logical_order(row)))]


def _side_by_side(rows: Sequence[list[Run]]) -> list[list[list[Run]]] | None:
    """Return the blocks that stand beside each other (addresses, say), or None."""
    if len(rows) < 3 or len(rows[0]) < 2 or any(run.stands_for for row in rows for run in row):
        return None
    alike = sum(len(row) > 1 and len({run.text.split()[0] for run in row}) == 1 for row in rows)
    shapes = [{_shape(run.text) for run in row} for row in rows if len(row) > 1]
    have_one_shape = all(len(shape) == 1 for shape in shapes) and sum("0" in str(shape) for shape in shapes) > 1
    is_titled = all(run.text.endswith(":") for run in rows[0])
    if not is_titled and not have_one_shape and alike < max(2, len(rows) / 3):
        return None
    columns = _columns([row for row in rows if len(row) == len(rows[0])])
    if len(columns) != len(rows[0]) or any(len(_of_column(run, columns)) > 1 for row in rows for run in row):
        return None
    return [[[run] for row in rows for run in row if _of_column(run, columns) == [i]] for i in range(len(columns))]


def _shape(text: str) -> str:
    """Return the order of words and figures in a text: ``a0`` for a street with its number."""
    kinds = ["0" if any(map(str.isdigit, word)) else "a" for word in text.split()]
    return "".join(kind for kind, _ in groupby(kinds))
