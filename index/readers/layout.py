"""The order in which a page is read: words to lines, columns, paragraphs. Coordinates are points, y grows upwards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

_SMALLEST_COLUMN = 4
"""Lines that each side of a gutter has at least."""
_FILLED = 0.6
"""Share of a column's width that its lines fill at the median; cells of a table fill less of theirs."""
_LINE_PITCH = 1.3
"""Lines farther apart than this many times the usual distance belong to different paragraphs."""
_WIDE = 1.2
"""A gap of so many times the size of the type divides what is drawn in one go; justified lines have narrower ones."""
_WIDE_ELSEWHERE = 0.6
"""The same for what is drawn at different times."""
BULLET = re.compile(r"[•◦‣⁃∙·▪○●■□▢☐☑☒✓✔➢➤–—*-]|o")
NUMBERED = re.compile(
    r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxlIVXL]{1,5})[.)]|\(\d{1,3}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?|§+ ?\d+[a-z]?\.?)"
)
"""What numbers an item or a clause."""
_ENDS = (".", "!", "?", ":", ";", "”", '"', "。", "؟", "।")
_NARROW = 15
_SMALL_TYPE = 14
"""In a column of so few times the size of the type, of no more than so many points, stand addresses, no prose."""
_MOST_COMPARED = 1_000
Rule = tuple[float, float, float]
"""A horizontal line: its y, and from where to where it goes."""
_LEADS_ON = frozenset(
    "a an the of for and or to in on at by with from as de la le les du des et en un une da do dos e der die das den "
    "dem von für und im am zu zum zur mit ein eine del el los las y van het een voor".split()
)
"""A line of a title that ends with one of these goes on in the next."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text on one line: a word, or several.

    Attributes:
        text: without line breaks.
        left: edge of its box; so are ``bottom``, ``right`` and ``top``.
        size: of the type, in points.
        number: place in the order in which the file draws.
        stands_for: what else stands here, such as a table; its text is empty then.
        words: that it was put together from, if it was.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    number: int = 0
    stands_for: object = None
    words: tuple[Run, ...] = ()


def merged(runs: Sequence[Run], text: str) -> Run:
    """Return one run in the place of several."""
    return Run(
        text=text,
        left=min(run.left for run in runs),
        bottom=min(run.bottom for run in runs),
        right=max(run.right for run in runs),
        top=max(run.top for run in runs),
        size=median(run.size for run in runs),
        number=min(run.number for run in runs),
        stands_for=next((run.stands_for for run in runs if run.stands_for is not None), None),
        words=tuple(word for run in runs for word in (run.words or (run,))),
    )


def segments(words: Sequence[Run]) -> list[Run]:
    """Put words together to what stands on one line without a wide gap."""
    pieces: list[list[Run]] = []
    standing = [word for word in words if word.stands_for]
    for word in (word for word in words if not word.stands_for):
        if pieces and _goes_on_in_line(pieces[-1][-1], word):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    found = [_segment(word) for line in lines([merged(piece, "") for piece in pieces], pieces) for word in line]
    return found + standing


def _goes_on_in_line(last: Run, word: Run) -> bool:
    if not _same_line(last, word):
        return False
    gap = max(word.left - last.right, last.left - word.right)
    return gap <= _WIDE * max(last.size, word.size) and (
        word.left >= last.left or is_right_to_left(last.text + word.text)
    )


def lines(boxes: Sequence[Run], pieces: Sequence[Sequence[Run]]) -> list[list[list[Run]]]:
    """Return the lines of a page, each a list of segments from left to right, each a list of words."""
    order = sorted(range(len(boxes)), key=lambda i: (-(boxes[i].top + boxes[i].bottom), boxes[i].left))
    found: list[list[int]] = []
    for i in order:
        line = next((line for line in reversed(found[-3:]) if _same_line(boxes[line[0]], boxes[i])), None)
        if line is None:
            found.append([i])
        else:
            line.append(i)
    result: list[list[list[Run]]] = []
    for line in found:
        joined: list[list[Run]] = []
        right = float("-inf")
        for i in sorted(line, key=lambda i: boxes[i].left):
            size = boxes[i].size
            if joined and -_WIDE * size < boxes[i].left - right < _WIDE_ELSEWHERE * size:
                joined[-1] += pieces[i]
            else:
                joined.append(list(pieces[i]))
            right = max(boxes[i].right, right if joined and len(joined[-1]) > len(pieces[i]) else float("-inf"))
        result.append(joined)
    return result


def _segment(words: Sequence[Run]) -> Run:
    ordered = in_logical_order(sorted(words, key=lambda word: word.left)) if len(words) > 1 else list(words)
    text = ordered[0].text
    for last, word in pairwise(ordered):
        gap = max(word.left - last.right, last.left - word.right)
        is_split = abs(word.number - last.number) > 1 and gap < 0.1 * word.size  # one word, drawn in two goes
        text += word.text if is_split else f" {word.text}"
    return merged(ordered, text)


def in_logical_order(words: Sequence[Run]) -> list[Run]:
    """Return the words of a line, given from left to right, in the order in which they are read."""
    if not any(is_right_to_left(word.text) for word in words):
        return list(words)
    if sum(is_right_to_left(word.text) for word in words) * 2 >= sum(map(_has_letters, (word.text for word in words))):
        backward = [list(group) for _, group in groupby(reversed(words), lambda word: _is_left_to_right(word.text))]
        return [word for group in backward for word in (reversed(group) if _is_left_to_right(group[0].text) else group)]
    forward = [list(group) for _, group in groupby(words, lambda word: is_right_to_left(word.text))]
    return [word for group in forward for word in (reversed(group) if is_right_to_left(group[0].text) else group)]


def is_right_to_left(text: str) -> bool:
    """Tell whether text is written from right to left: its letters are those of such a script."""
    if text.isascii():
        return False
    kinds = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in ("R", "AL") for kind in kinds) > sum(kind == "L" for kind in kinds)


def _is_left_to_right(text: str) -> bool:
    return not is_right_to_left(text) and any(character.isalnum() for character in text)


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def reading_order(runs: Sequence[Run], rules: Sequence[Rule] = ()) -> list[list[list[Run]]]:
    """Return the columns of a page in the order in which they are read: lines from top to bottom, each of segments.

    Where a gutter divides the runs, what spans it (a title, a wide figure's caption, a table between rules) divides the
    page into bands, and each band is read column by column.

    Args:
        runs: segments of lines.
        rules: horizontal lines on the page, as (y, from, to).
    """
    gutter = _gutter(runs)
    if gutter is None:
        return [_rows(runs)] if runs else []
    zones = _zones(runs, gutter, rules)

    def spans(run: Run) -> bool:
        return run.left < gutter < run.right or any(low <= (run.bottom + run.top) / 2 <= high for low, high in zones)

    ordered: list[list[list[Run]]] = []
    for is_wide, group in groupby(sorted(runs, key=lambda run: -run.top), spans):
        band = list(group)
        ordered += [_rows(band)] if is_wide else _columns(band, gutter, rules)
    return ordered


def _columns(band: Sequence[Run], gutter: float, rules: Sequence[Rule]) -> list[list[list[Run]]]:
    left = [run for run in band if run.right <= gutter]
    right = [run for run in band if run.left >= gutter]
    if len(left) < 2 or len(right) < 2:
        return [_rows(band)] if band else []
    return [*reading_order(left, rules), *reading_order(right, rules)]


def _zones(runs: Sequence[Run], gutter: float, rules: Sequence[Rule]) -> list[tuple[float, float]]:
    """Return from where to where, upwards, a table between rules spans a gutter."""
    first, last = min(run.left for run in runs) - 20, max(run.right for run in runs) + 20
    across = sorted({y for y, start, end in rules if first < start < gutter - 20 and gutter + 20 < end < last})
    left = [run.right - run.left for run in runs if run.right <= gutter]
    right = [run.right - run.left for run in runs if run.left >= gutter]
    zones = []
    heads = []
    for low, high in pairwise(across):
        inside = [run for run in runs if low < (run.bottom + run.top) / 2 < high]
        full = sum(run.right - run.left >= 0.85 * max(left if run.right <= gutter else right) for run in inside)
        if inside and full < 0.4 * len(inside) and len(inside) < 0.6 * len(runs):
            zones.append((low, high))
        elif inside and high - low < 4 * inside[0].size:
            heads.append((low, high))
    zones += [head for head in heads if any(head[0] == high for _, high in zones)]
    widths = (_FILLED * max(left, default=0.0), _FILLED * max(right, default=0.0))
    return zones + _level_zones(runs, gutter, widths)


def _level_zones(runs: Sequence[Run], gutter: float, widths: tuple[float, float]) -> list[tuple[float, float]]:
    """Return from where to where several short texts stand level on both sides of a gutter, line for line."""
    zones = []

    def is_cells(row: Sequence[Run]) -> bool:
        is_short = all(run.right - run.left < widths[run.left > gutter] for run in row)
        return is_short and row[0].right < gutter < row[-1].left and not any(run.stands_for for run in row)

    for cells, group in groupby(_rows(runs), is_cells):
        rows = list(group)
        if cells and len(rows) >= 3 and sum(len(row) > 2 for row in rows) > len(rows) / 2:
            zones.append((min(run.bottom for run in rows[-1]), max(run.top for run in rows[0])))
    return zones


def _gutter(runs: Sequence[Run]) -> float | None:
    """Return the x of a gap between two columns of prose, or None."""
    if len(runs) < 2 * _SMALLEST_COLUMN:
        return None
    edges = sorted({round(run.right, 1) for run in runs})
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
        if (best is not None and crossing >= best[0]) or not _overlap(left, right):
            continue
        if (_is_prose(left) and _is_prose(right)) or (not crossing and _are_independent(left, right)):
            best = (crossing, x)
    return best[1] if best else None


def _are_independent(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Tell whether two columns, though not of prose, stand beside each other by chance: their lines are not level."""
    if any(run.stands_for for run in (*left, *right)) or len(left) + len(right) > _MOST_COMPARED:
        return False
    fewer, more = sorted((left, right), key=len)
    top, bottom = max(run.top for run in more), min(run.bottom for run in more)
    beside = [run for run in fewer if bottom < (run.top + run.bottom) / 2 < top]
    level = sum(any(abs(run.bottom - other.bottom) < 0.2 * run.size for other in more) for run in beside)
    return len(beside) >= _SMALLEST_COLUMN and level <= 0.35 * len(beside)


def _is_prose(runs: Sequence[Run]) -> bool:
    """Tell whether most of a column's text stands in lines that fill its width; a small table in it does not count."""
    width = max(run.right for run in runs) - min(run.left for run in runs)
    if width <= 8 * median(run.size for run in runs):
        return False
    widths = [run.right - run.left for run in runs]
    filled = [each for each in widths if each >= _FILLED * width]
    return len(filled) >= _SMALLEST_COLUMN and sum(filled) >= _FILLED * sum(widths)


def _overlap(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Tell whether two columns stand beside each other rather than one below the other."""
    top = min(max(run.top for run in left), max(run.top for run in right))
    bottom = max(min(run.bottom for run in left), min(run.bottom for run in right))
    return top - bottom > 2 * median(run.size for run in left)


def _rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Order the lines of a column from top to bottom; what numbers or marks an item joins the item."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (-(run.top + run.bottom), run.left)):
        if rows and not run.stands_for and not rows[-1][0].stands_for and _same_line(rows[-1][0], run):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_with_marks(sorted(row, key=lambda run: run.left)) for row in rows]


def _with_marks(row: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in row:
        last = joined[-1] if joined else None
        if last is not None and is_mark(last.text) and run.left - last.right < 5 * run.size and len(joined) == 1:
            joined[-1] = merged([last, run], f"{last.text} {run.text}")
        else:
            joined.append(run)
    return joined


def is_mark(text: str) -> bool:
    """Tell whether text is nothing but a bullet or the number of an item."""
    return (BULLET.fullmatch(text) or NUMBERED.fullmatch(text)) is not None


def _same_line(a: Run, b: Run) -> bool:
    shared = min(a.top, b.top) - max(a.bottom, b.bottom)
    return shared > 0.5 * min(a.top - a.bottom, b.top - b.bottom)


def as_line(row: Sequence[Run]) -> Run:
    """Return what stands side by side as one line."""
    if len(row) == 1:
        return row[0]
    ordered = in_logical_order(row)
    return merged(ordered, " | ".join(run.text for run in ordered))


def paragraphs(columns: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """Cut columns of lines into paragraphs: at wider gaps, at another size of type, and where a line was ended."""
    found: list[list[Run]] = []
    for column in filter(None, columns):
        usual = _line_distances(column)
        edges = _edges(column)
        for i, line in enumerate(column):
            above = column[i - 1] if i else None
            goes_on = (
                not _starts_paragraph(above, line, usual.get(round(line.size), 0.0), edges)
                if above
                else _goes_on(found, line)
            )
            if goes_on:
                found[-1].append(line)
            else:
                found.append([line])
    return found


def _edges(column: Sequence[Run]) -> tuple[float, float]:
    """Return from where to where the lines of a column go; of many lines, a few (a running head, say) go farther."""
    beyond = len(column) // 12
    lefts, rights = sorted(line.left for line in column), sorted(line.right for line in column)
    return lefts[beyond], rights[-1 - beyond]


def _line_distances(column: Sequence[Run]) -> dict[int, float]:
    """Return, for each size of type, the distance of lines within a paragraph; that between paragraphs is wider."""
    pitches: dict[int, list[float]] = {}
    for above, line in pairwise(column):
        pitch = above.bottom - line.bottom
        if not above.stands_for and not line.stands_for and 0.6 * line.size < pitch < 3 * line.size:
            pitches.setdefault(round(line.size), []).append(pitch)
    return {size: sorted(found)[len(found) // 4] for size, found in pitches.items()}


def _starts_paragraph(above: Run, line: Run, usual: float, edges: tuple[float, float]) -> bool:
    pitch = above.bottom - line.bottom
    if above.stands_for or line.stands_for or " | " in line.text or " | " in above.text:
        return True
    if pitch > min(_LINE_PITCH * max(usual, 0.95 * line.size), 2.3 * line.size) or pitch < -0.5 * line.size:
        return True
    if abs(above.size - line.size) > 0.1 * max(above.size, line.size) and len(line.text) > 3 and len(above.text) > 3:
        return True
    is_item = is_mark(above.text.partition(" ")[0])  # its further lines are indented
    if line.left - above.left > 0.8 * line.size and above.text.endswith(_ENDS) and not is_item:
        return True
    return _starts_item(above, line) or _was_ended(above, line, edges)


def _starts_item(above: Run, line: Run) -> bool:
    first, _, rest = line.text.partition(" ")
    if not rest:
        return False
    if BULLET.fullmatch(first):
        return True
    return NUMBERED.fullmatch(first) is not None and (above.text.endswith((*_ENDS, ",")) or line.left <= above.left)


def _was_ended(above: Run, line: Run, edges: tuple[float, float]) -> bool:
    """Tell whether a line was ended on purpose: the next one's first word would have had room in it."""
    words = line.text.split()
    if not words or line.text[0].islower() or above.text.endswith((",", "-", "–", "&", "/", "\x02")):
        return False
    if above.text.split()[-1].lower() in _LEADS_ON:
        return False
    if edges[1] - edges[0] < _NARROW * line.size and line.size <= _SMALL_TYPE:
        return True
    room = above.left - edges[0] if is_right_to_left(above.text) else edges[1] - above.right
    needed = (len(words[0]) + 1) / max(len(line.text), 1) * (line.right - line.left)
    return room > needed + 1.5 * line.size


def _goes_on(found: Sequence[Sequence[Run]], line: Run) -> bool:
    """Tell whether the first line of a column goes on with the last paragraph of the column before."""
    if not found or line.stands_for or found[-1][-1].stands_for:
        return False
    last = found[-1][-1]
    return (
        abs(last.size - line.size) <= 0.1 * line.size
        and line.text[:1].islower()
        and not last.text.endswith((".", "!", "?", ":"))
    )
