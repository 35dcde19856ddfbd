"""Tables on a PDF's page that ruling lines draw. What may be a frame, a chart or a box stays text."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.readers.layout import Run, in_logical_order, segments
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
APART = 0.55
"""A gap of so many times the size of the type may divide the figures of two columns; words stand closer."""

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
        and all(b.left - a.right > APART * a.size for a, b in pairwise(sorted(line, key=lambda word: word.left)))
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
