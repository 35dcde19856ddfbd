"""The reading order of runs of text on a page: columns, lines, paragraphs. Coordinates are points, y grows upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

_SMALLEST_COLUMN = 4
"""Lines that each side of a gutter has at least."""
_FILLED = 0.6
"""Share of a column's width that its lines fill at the median; cells of a table fill less of theirs."""
_LINE_PITCH = 1.35
"""Lines farther apart than this many times the usual distance belong to different paragraphs."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text on one line. ``size`` is the font's, in points."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


def reading_order(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the columns of a page in the order in which they are read, each a list of lines from top to bottom.

    Where a gutter divides the runs, what spans it (a title, a wide figure's caption) divides the page into bands, and
    each band is read column by column.
    """
    gutter = _gutter(runs)
    if gutter is None:
        return [_lines(runs)] if runs else []
    ordered: list[list[Run]] = []
    for spans, group in groupby(sorted(runs, key=lambda run: -run.top), lambda run: run.left < gutter < run.right):
        band = list(group)
        ordered += [_lines(band)] if spans else _columns(band, gutter)
    return ordered


def _columns(band: Sequence[Run], gutter: float) -> list[list[Run]]:
    left = [run for run in band if run.right <= gutter]
    right = [run for run in band if run.left >= gutter]
    if len(left) < 2 or len(right) < 2:
        return [_lines(band)] if band else []
    return [*reading_order(left), *reading_order(right)]


def _gutter(runs: Sequence[Run]) -> float | None:
    """Return the x of a gap between two columns of prose, or None."""
    if len(runs) < 2 * _SMALLEST_COLUMN:
        return None
    edges = sorted({run.right for run in runs})
    best: tuple[int, float] | None = None
    for edge in edges:
        following = [run.left for run in runs if run.left > edge]
        if not following:
            continue
        x = (edge + min(following)) / 2
        crossing = sum(run.left < x < run.right for run in runs)
        left = [run for run in runs if run.right <= x]
        right = [run for run in runs if run.left >= x]
        if min(len(left), len(right)) < _SMALLEST_COLUMN or crossing > 0.3 * len(runs):
            continue
        if (best is None or crossing < best[0]) and _is_prose(left) and _is_prose(right) and _overlap(left, right):
            best = (crossing, x)
    return best[1] if best else None


def _is_prose(runs: Sequence[Run]) -> bool:
    width = max(run.right for run in runs) - min(run.left for run in runs)
    return median(run.right - run.left for run in runs) >= _FILLED * width and width > 8 * median(r.size for r in runs)


def _overlap(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Tell whether two columns stand beside each other rather than one below the other."""
    top = min(max(run.top for run in left), max(run.top for run in right))
    bottom = max(min(run.bottom for run in left), min(run.bottom for run in right))
    return top - bottom > 2 * median(run.size for run in left)


def _lines(runs: Sequence[Run]) -> list[Run]:
    """Put together what stands on one line (cells of a table, say), and order the lines from top to bottom."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (-(run.top + run.bottom), run.left)):
        if lines and _same_line(lines[-1][0], run):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [_merged(sorted(line, key=lambda run: run.left)) for line in lines]


def _same_line(a: Run, b: Run) -> bool:
    shared = min(a.top, b.top) - max(a.bottom, b.bottom)
    return shared > 0.5 * min(a.top - a.bottom, b.top - b.bottom)


def _merged(line: Sequence[Run]) -> Run:
    if len(line) == 1:
        return line[0]
    return Run(
        text=" | ".join(run.text for run in line),
        left=line[0].left,
        bottom=min(run.bottom for run in line),
        right=max(run.right for run in line),
        top=max(run.top for run in line),
        size=median(run.size for run in line),
    )


def paragraphs(columns: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """Cut columns into paragraphs: at wider gaps, at another size of type, and around rows of cells."""
    found: list[list[Run]] = []
    for lines in columns:
        pitches = [above.bottom - below.bottom for above, below in pairwise(lines)]
        usual = median(pitch for pitch in pitches) if pitches else 0.0
        for i, line in enumerate(lines):
            goes_on = not _starts_paragraph(lines[i - 1], line, usual) if i else _goes_on(found, line)
            if goes_on:
                found[-1].append(line)
            else:
                found.append([line])
    return found


def _starts_paragraph(above: Run, line: Run, usual: float) -> bool:
    pitch = above.bottom - line.bottom
    return (
        pitch > _LINE_PITCH * max(min(usual, 1.6 * line.size), line.size)
        or abs(above.size - line.size) > 0.1 * max(above.size, line.size)
        or " | " in line.text
        or " | " in above.text
        or (line.left - above.left > 0.8 * line.size and above.text.endswith((".", "!", "?", ":", "”", '"')))
        or line.text[:2] in ("• ", "- ", "– ", "* ")
    )


def _goes_on(found: Sequence[Sequence[Run]], line: Run) -> bool:
    """Tell whether the first line of a column goes on with the last paragraph of the column before."""
    if not found:
        return False
    last = found[-1][-1]
    return (
        abs(last.size - line.size) <= 0.1 * line.size
        and line.text[:1].islower()
        and not last.text.endswith((".", "!", "?", ":"))
    )
