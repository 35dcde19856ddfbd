"""Tables on a PDF's page: those that ruling lines draw, and those that are only aligned.

Where it is doubtful whether something is a table it is none: the words stay text in any case.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.readers.layout import Run, in_logical_order, is_mark, is_right_to_left, merged, segments
from index.readers.pdf_graphics import Line
from index.readers.tables import is_number

_NEAR = 3.0
"""Lines that are no farther apart than this, in points, meet."""
_COVERED = 0.5
"""A line along so much of a cell's edge is its border."""
_MOST_CROSSINGS = 400_000
_MOST_CELLS = 20_000
_LAYOUT_WORDS = 60
"""A cell with more words than this, in a grid of few rows, is a column of a page rather than a cell."""
_CELL_WORDS = 9
_APART = 0.55
"""A gap of so many times the size of the type may divide the figures of two columns; words stand closer."""
_MOST_HEAD_LINES = 4
_FARTHEST = 3.0
"""Rows of a table without lines are no farther apart than so many times the size of the type."""

Cell = tuple[str, ...]
"""The lines of a cell's text."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, a merged cell repeated in every cell that it covers.

    Attributes:
        rows: from top to bottom.
        columns: the x at which each column begins, and the x at which the last one ends.
        regions: for a grid that lays out a page: the words of its cells, in the order in which they are read.
    """

    rows: tuple[tuple[Cell, ...], ...]
    columns: tuple[float, ...]
    regions: tuple[tuple[Run, ...], ...] = ()


@dataclass(slots=True)
class _Grid:
    """The lines that meet: where they stand, and from where to where they go."""

    across: dict[float, list[tuple[float, float]]]
    down: dict[float, list[tuple[float, float]]]


def ruled_tables(words: Sequence[Run], lines: Sequence[Line]) -> list[Run]:
    """Return the words of a page with each table that lines draw as one run that stands for its :class:`Table`."""
    left = list(words)
    for grid in _grids(lines):
        xs, ys = _with_open_sides(grid)
        if min(len(xs), len(ys)) < 2 or (len(xs) - 1) * (len(ys) - 1) > _MOST_CELLS:
            continue
        inside = [word for word in left if _is_inside(word, xs, ys)]
        table = _ruled(inside, grid, xs, ys) if inside else None
        if table is None:
            continue
        taken = set(map(id, inside))
        left = [word for word in left if id(word) not in taken]
        size = median(word.size for word in inside)
        left.append(Run("", xs[0], ys[0], xs[-1], ys[-1], size, min(word.number for word in inside), table))
    return left


def _is_inside(word: Run, xs: Sequence[float], ys: Sequence[float]) -> bool:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    return xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1]


def _grids(lines: Sequence[Line]) -> list[_Grid]:
    """Return the groups of lines that meet, the largest first."""
    across = _straightened([(line.y0, line.x0, line.x1) for line in lines if line.x1 - line.x0 > line.y1 - line.y0])
    down = _straightened([(line.x0, line.y0, line.y1) for line in lines if line.x1 - line.x0 <= line.y1 - line.y0])
    if len(across) * len(down) > _MOST_CROSSINGS:
        return []
    group = list(range(len(across) + len(down)))

    def leader(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, (y, x0, x1) in enumerate(across):
        for j, (x, y0, y1) in enumerate(down, start=len(across)):
            if x0 - _NEAR <= x <= x1 + _NEAR and y0 - _NEAR <= y <= y1 + _NEAR:
                group[leader(i)] = leader(j)
    grids: dict[int, _Grid] = defaultdict(lambda: _Grid(defaultdict(list), defaultdict(list)))
    for i, (y, x0, x1) in enumerate(across):
        grids[leader(i)].across[y].append((x0, x1))
    for j, (x, y0, y1) in enumerate(down, start=len(across)):
        grids[leader(j)].down[x].append((y0, y1))
    return sorted((grid for grid in grids.values() if grid.across and grid.down), key=lambda grid: -_area(grid))


def _area(grid: _Grid) -> float:
    spans = [span for spans in grid.across.values() for span in spans]
    heights = [span for spans in grid.down.values() for span in spans]
    width = max(end for _, end in spans) - min(start for start, _ in spans)
    return width * (max(end for _, end in heights) - min(start for start, _ in heights))


def _straightened(lines: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Return (where, from, to) with lines in one place as one, and at one coordinate what is nearly at one."""
    lines.sort()
    clusters: list[list[tuple[float, float, float]]] = []
    for line in lines:
        if clusters and line[0] - clusters[-1][0][0] <= _NEAR:
            clusters[-1].append(line)
        else:
            clusters.append([line])
    found: list[tuple[float, float, float]] = []
    for cluster in clusters:
        place = median(line[0] for line in cluster)
        spans: list[list[float]] = []
        for _, start, end in sorted(cluster, key=lambda line: line[1]):
            if spans and start <= spans[-1][1] + _NEAR:
                spans[-1][1] = max(spans[-1][1], end)
            else:
                spans.append([start, end])
        found += [(place, start, end) for start, end in spans]
    return found


def _with_open_sides(grid: _Grid) -> tuple[list[float], list[float]]:
    """Return the coordinates of a grid's lines; where a side has none, the ends of the lines stand for it."""
    xs, ys = sorted(grid.down), sorted(grid.across)
    spans = [span for spans in grid.across.values() for span in spans]
    heights = [span for spans in grid.down.values() for span in spans]
    for places, ends in ((xs, spans), (ys, heights)):
        first, last = min(start for start, _ in ends), max(end for _, end in ends)
        if places[0] - first > 2 * _NEAR:
            places.insert(0, first)
        if last - places[-1] > 2 * _NEAR:
            places.append(last)
    return xs, ys


def _is_covered(spans: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    covered = sum(max(0.0, min(end, stop) - max(start, begin)) for begin, stop in spans)
    return covered >= _COVERED * (end - start)


def _ruled(inside: Sequence[Run], grid: _Grid, xs: list[float], ys: list[float]) -> Table | None:
    """Return the table that a grid draws, or None where it is a frame, a chart, or a box around something."""
    columns, rows = len(xs) - 1, len(ys) - 1
    region = _regions(grid, xs, ys)
    held: dict[int, list[Run]] = defaultdict(list)
    for word in inside:
        column = min(bisect_right(xs, (word.left + word.right) / 2) - 1, columns - 1)
        row = min(bisect_right(ys, (word.bottom + word.top) / 2) - 1, rows - 1)
        held[region[row * columns + column]].append(word)
    used_columns = len({tuple(region[r * columns + c] for r in range(rows)) for c in range(columns)})
    used_rows = len({tuple(region[r * columns : (r + 1) * columns]) for r in range(rows)})
    if used_columns < 2 or len(held) < 2 or len(held) < 0.25 * len(set(region)):
        return None
    if sum(map(_holds_columns, held.values())) > 0.2 * len(held):
        return None  # the lines part groups of columns; what is aligned tells more
    longest = max(map(len, held.values()))
    if used_rows < 2 or (longest > _LAYOUT_WORDS and used_rows <= 3):
        if longest <= _LAYOUT_WORDS or not all(_is_rectangle(region, key, columns) for key in held):
            return None
        return Table((), tuple(xs), tuple(_in_order(held.values())))
    texts = {key: _cell(words) for key, words in held.items()}
    table: list[tuple[Cell, ...]] = []
    for row in reversed(range(rows)):
        keys = region[row * columns : (row + 1) * columns]
        table += _divided(keys, held) or [tuple(texts.get(key, ()) for key in keys)]
    if len(table) < 2:
        return None
    return Table(_without_repeats(table), tuple(xs))


def _holds_columns(words: Sequence[Run]) -> bool:
    """Tell whether a cell holds several figures side by side."""
    found: list[list[Run]] = []
    for word in words:
        if found and abs(found[-1][0].bottom - word.bottom) < 0.5 * word.size:
            found[-1].append(word)
        else:
            found.append([word])
    return any(
        len(line) >= 3
        and all(is_number(word.text) for word in line)
        and all(b.left - a.right > _APART * a.size for a, b in pairwise(sorted(line, key=lambda word: word.left)))
        for line in found
    )


def _in_order(regions: Iterable[list[Run]]) -> list[tuple[Run, ...]]:
    """Return the cells of a layout from top to bottom, and from left to right where they stand beside each other."""
    left = sorted(regions, key=lambda words: -max(word.top for word in words))
    found: list[tuple[Run, ...]] = []
    while left:
        bottom = min(word.bottom for word in left[0])
        below = [words for words in left[1:] if max(word.top for word in words) <= bottom + 2 * words[0].size]
        beside = [words for words in left if words not in below]
        found += map(tuple, sorted(beside, key=lambda words: min(word.left for word in words)))
        left = below
    return found


def _is_rectangle(region: Sequence[int], key: int, columns: int) -> bool:
    cells = [divmod(i, columns) for i, owner in enumerate(region) if owner == key]
    (top, bottom), (left, right) = ((min(places), max(places)) for places in zip(*cells, strict=True))
    return bool(len(cells) == (bottom - top + 1) * (right - left + 1))


def _without_repeats(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Return rows without columns that are the same as the one before: lines that only one other row has."""
    width = len(rows[0])
    kept = [c for c in range(width) if c == 0 or any(row[c] != row[c - 1] for row in rows)]
    return tuple(tuple(row[c] for c in kept) for row in rows)


def _regions(grid: _Grid, xs: list[float], ys: list[float]) -> list[int]:
    """Return for each cell of the grid (from the bottom, from the left) the cell that it is merged with."""
    columns, rows = len(xs) - 1, len(ys) - 1
    region = list(range(columns * rows))

    def leader(i: int) -> int:
        while region[i] != i:
            region[i] = region[region[i]]
            i = region[i]
        return i

    for row in range(rows):
        for column in range(columns):
            cell = row * columns + column
            if column + 1 < columns and not _is_covered(grid.down.get(xs[column + 1], ()), ys[row], ys[row + 1]):
                region[leader(cell)] = leader(cell + 1)
            if row + 1 < rows and not _is_covered(grid.across.get(ys[row + 1], ()), xs[column], xs[column + 1]):
                region[leader(cell)] = leader(cell + columns)
    return [leader(cell) for cell in range(columns * rows)]


def _divided(keys: Sequence[int], held: dict[int, list[Run]]) -> list[tuple[Cell, ...]] | None:
    """Return the rows of a cell row in which lines are rows: no line is drawn between them, but they are level.

    That is so where a table has lines below its head only. Levels that most columns share are needed, and short texts,
    many of them numbers: those do not go on in a further line, as other texts do.
    """
    by_column = [segments(held.get(key, ())) for key in keys]
    filled = [column for column in by_column if column]
    if len(filled) < 2 or len(set(keys)) < len(keys):
        return None
    levels = sorted({round(run.bottom) for run in max(filled, key=len)}, reverse=True)
    several = [column for column in filled if len({round(run.bottom) for run in column}) > 1]
    shared = sum(
        sum(any(abs(run.bottom - level) <= 2 for run in column) for level in levels) >= 0.7 * len(levels)
        for column in several
    )
    texts = [run.text for column in several for run in column]
    numbers = sum(map(is_number, texts))
    if len(levels) < 2 or shared < max(2, 0.6 * len(filled)) or median(len(text.split()) for text in texts) > 4:
        return None
    if numbers < (0.4 if len(levels) > 2 else 0.7) * len(texts) and len(levels) < 5:
        return None
    rows: list[list[list[str]]] = [[[] for _ in keys] for _ in levels]
    for number, column in enumerate(by_column):
        for run in column:
            nearest = min(range(len(levels)), key=lambda i: abs(levels[i] - run.bottom))
            for row in range(len(levels)) if column not in several else (nearest,):  # one text for all of them
                rows[row][number].append(run.text)
    return [tuple(tuple(cell) for cell in row) for row in rows]


def _cell(words: Sequence[Run]) -> Cell:
    """Return the lines of what stands in a cell."""
    found: list[list[Run]] = []
    for run in segments(words):
        if found and abs(found[-1][0].bottom - run.bottom) < 0.5 * min(run.size, found[-1][0].size):
            found[-1].append(run)
        else:
            found.append([run])
    return tuple(" ".join(run.text for run in in_logical_order(line)) for line in found)


def aligned_tables(rows: Sequence[list[Run]], lines: Sequence[Line] = ()) -> list[list[Run]]:
    """Return the lines of a column with each table among them, told from its alignment, as one run that stands for it.

    Args:
        rows: lines from top to bottom, each of segments from left to right.
        lines: ruling lines of the page; a table between horizontal ones needs less evidence.
    """
    result: list[list[Run]] = []
    edges = (min((row[0].left for row in rows), default=0.0), max((row[-1].right for row in rows), default=0.0))
    rows = [_apart(row) for row in rows]
    start = 0
    while start < len(rows):
        end = _extent(rows, start)
        table = _aligned(rows[start:end], lines) if end - start >= 2 else None
        if table is None:
            apart = _side_by_side(rows[start:end])
            result += apart or [_as_prose(row, edges) for row in rows[start : max(end, start + 1)]]
        else:
            result.append([table])
        start = max(end, start + 1)
    return result


def _apart(row: list[Run]) -> list[Run]:
    """Return a line of figures in smaller pieces: they may stand closer than the columns of other tables."""
    pieces = [piece for run in row for piece in _pieces(run)]
    is_figures = len(pieces) >= 3 and sum(_is_value(piece.text) for piece in pieces) >= 0.5 * len(pieces)
    return pieces if is_figures else row


def _pieces(run: Run) -> list[Run]:
    """Return what of a segment stands apart from each other, though not far."""
    words = sorted(run.words, key=lambda word: word.left)
    if run.stands_for or len(words) < 2 or any(is_right_to_left(word.text) for word in words):
        return [run]
    found = [[words[0]]]
    for last, word in pairwise(words):
        if word.left - last.right > _APART * word.size and not is_mark(last.text):
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


def _side_by_side(rows: Sequence[list[Run]]) -> list[list[Run]] | None:
    """Return two blocks that stand beside each other (addresses, say) one after the other, or None."""
    if len(rows) < 3 or len(rows[0]) < 2 or any(run.stands_for for row in rows for run in row):
        return None
    alike = sum(len(row) > 1 and len({run.text.split()[0] for run in row}) == 1 for row in rows)
    if not all(run.text.endswith(":") for run in rows[0]) and alike < max(2, len(rows) / 3):
        return None
    columns = _columns([row for row in rows if len(row) == len(rows[0])])
    if len(columns) != len(rows[0]) or any(len(_of_column(run, columns)) > 1 for row in rows for run in row):
        return None
    return [[run] for i in range(len(columns)) for row in rows for run in row if _of_column(run, columns) == [i]]
