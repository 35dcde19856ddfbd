"""One page of a PDF: its blocks in the order in which they are read, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from index.readers.layout import Run, as_line, paragraphs, reading_order, segments
from index.readers.pdf_aligned import aligned_tables
from index.readers.pdf_forms import read_annotations, with_fields
from index.readers.pdf_glyphs import Group, read_groups, turning
from index.readers.pdf_graphics import Graphics, Line, read_graphics
from index.readers.pdf_tables import Table, ruled_tables

_FEW_WORDS = 12
"""A page with fewer words than this and a picture all over it has been scanned."""
_PAGE_FILLING = 0.5
_LARGE_PICTURE = 0.04
"""Share of the page from which on a picture may hold something; and so many pixels."""
_PICTURE_PIXELS = 64
_OUTLINES = 150
"""Lines and areas that a page without any text has if its letters are drawn."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``lines``) or a ``table``. ``top`` and ``bottom`` are shares of the page's height, from below."""

    lines: tuple[str, ...]
    size: float
    top: float = 0.5
    bottom: float = 0.5
    table: Table | None = None


@dataclass(slots=True)
class Page:
    """What a page holds. ``unread`` are (what, count, remedy)."""

    blocks: list[Block] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def is_scanned(self) -> bool:
        """Whether its text is a picture."""
        return any(what == "scanned_page" for what, _, _ in self.unread)


def read_page(page: Any, form: Any) -> Page:
    """Read a page of pypdfium2; ``form`` is the document's form environment, or None."""
    graphics = read_graphics(page)
    annotations = read_annotations(page, form)
    groups = read_groups(page, graphics.has_picture, graphics.is_dark)
    rotation = page.get_rotation()
    if (annotations.fields or annotations.texts) and not any(group.degrees == rotation for group in groups):
        groups.insert(0, Group(rotation, [], turning(rotation)))
    found = Page(comments=annotations.comments)
    if annotations.files:
        found.unread.append(("attachment", annotations.files, "add_separately"))
    box = page.get_bbox()
    for group in groups:
        words = group.words
        if group.degrees == rotation:

            def upright(run: Run, turned: Callable[[float, float], tuple[float, float]] = group.turned) -> Run:
                return _turned(run, turned)

            words = with_fields([*words, *map(upright, annotations.texts)], annotations.fields, upright)
        found.blocks += read_words(words, _turned_lines(graphics.lines, group), _vertical(box, group))
    _note_pictures(found, graphics, box)
    return found


def read_words(
    words: Sequence[Run], lines: Sequence[Line] = (), vertical: tuple[float, float] = (0.0, 1.0)
) -> list[Block]:
    """Return the blocks that words make, in the order in which they are read.

    Args:
        words: upright.
        lines: ruling lines, in the same coordinates.
        vertical: y of the page's lower edge, and of its upper one.
    """
    columns = []
    rules = [(line.y0, line.x0, line.x1) for line in lines if line.y0 == line.y1]
    for region in reading_order(segments(ruled_tables(words, lines)), rules):
        columns += [[as_line(row) for row in column] for column in aligned_tables(region, lines)]
    blocks: list[Block] = []
    low, high = vertical
    height = (high - low) or 1.0
    for paragraph in paragraphs(columns):
        table = paragraph[0].stands_for
        if isinstance(table, Table) and table.regions:
            for region_words in table.regions:
                blocks += read_words(region_words, (), vertical)
            continue
        top = (max(run.top for run in paragraph) - low) / height
        bottom = (min(run.bottom for run in paragraph) - low) / height
        size = median(run.size for run in paragraph)
        if isinstance(table, Table):
            blocks.append(Block((), size, top, bottom, table))
        else:
            blocks.append(Block(tuple(run.text for run in paragraph), size, top, bottom))
    return blocks


def _turned(run: Run, turned: Callable[[float, float], tuple[float, float]]) -> Run:
    (x0, y0), (x1, y1) = turned(run.left, run.bottom), turned(run.right, run.top)
    return replace(run, left=min(x0, x1), right=max(x0, x1), bottom=min(y0, y1), top=max(y0, y1))


def _turned_lines(lines: Sequence[Line], group: Group) -> list[Line]:
    if group.degrees % 90:
        return []
    if group.degrees == 0:
        return list(lines)
    found = []
    for line in lines:
        (x0, y0), (x1, y1) = group.turned(line.x0, line.y0), group.turned(line.x1, line.y1)
        found.append(Line(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return found


def _vertical(box: tuple[float, float, float, float], group: Group) -> tuple[float, float]:
    left, bottom, right, top = box
    ys = [group.turned(x, y)[1] for x in (left, right) for y in (bottom, top)]
    return min(ys), max(ys)


def _note_pictures(page: Page, graphics: Graphics, box: tuple[float, float, float, float]) -> None:
    left, bottom, right, top = box
    area = max((right - left) * (top - bottom), 1.0)
    words = sum(len(line.split()) for block in page.blocks for line in block.lines)
    words += sum(len(block.table.rows) for block in page.blocks if block.table)
    shares = []
    for (x0, y0, x1, y1), pixels in graphics.pictures:
        width, height = min(x1, right) - max(x0, left), min(y1, top) - max(y0, bottom)
        if width > 0 and height > 0:
            shares.append((width * height / area, min(pixels)))
    covered = sum(share for share, _ in shares)
    is_drawn = not words and len(graphics.lines) + len(graphics.dark) > _OUTLINES
    if (words < _FEW_WORDS and covered >= _PAGE_FILLING) or is_drawn:
        page.unread.append(("scanned_page", 1, "ocr"))
        return
    large = sum(_LARGE_PICTURE <= share < 0.9 and pixels >= _PICTURE_PIXELS for share, pixels in shares)
    if large:
        page.unread.append(("picture", large, "ocr"))
