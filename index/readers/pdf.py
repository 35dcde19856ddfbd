"""PDF by pdfium: page by page, in reading order, tables as rows, filled forms with their labels.

pdfium gives characters with their boxes in the order in which the file draws them; :mod:`index.readers.pdf_page` makes
blocks of them. Here the pages are put together: headings, running heads, tables that go on on the next page.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

from index.errors import UnreadableDocument
from index.readers import ocr
from index.readers.base import Extracted, TextBuilder
from index.readers.heads import header_rows
from index.readers.hyphens import Words, join_lines
from index.readers.pdf_forms import attached_files
from index.readers.pdf_page import Block, Page, read_page, read_words
from index.readers.pdf_tables import Table
from index.readers.tables import append_table
from index.text import one_line

MAX_PAGES = 5_000
_SECONDS = 90.0
"""Processor time after which no further page is read: a child that takes longer is ended, and nothing of it is left."""
_HEADING_RATIO = 1.15
"""How much larger than the text a heading is."""
_HEADING_CHARACTERS = 120
_FEWEST_PAGES = 3
"""A line at the same edge of so many pages is a running head or foot; it is kept once."""
_EDGE = 0.12
"""Share of the page's height, from above and below, in which heads and feet stand."""
_NO_TITLE = re.compile(
    r"(?:Microsoft (?:Word|PowerPoint|Excel|Office)\b.*|PowerPoint Presentation|Presentation\d*|Slide \d+|untitled.*"
    r"|(?:unnamed|no|new) document.*|Document\s?\d*|title|\(anonymous\)|\(unspecified\)"
    r"|.*\.(?:docx?|pptx?|xlsx?|od[tsp]|indd|qxd|pdf|tex|dvi|rtf|pages))",
    re.IGNORECASE,
)
"""Titles that programs state where nobody has given one."""


def read_pdf(data: bytes, name: str) -> Extracted:
    """Read a PDF; each page is a place, larger lines are headings, running heads and feet are kept once.

    Raises:
        UnreadableDocument: it is damaged, needs a password, or has no text and no picture of text could be read.
    """
    document = _opened(data, name)
    try:
        pages, late = _pages(document)
        stated = _stated(document)
        outline = _outline(document)
        files = _attached(document)
    finally:
        document.close()
    if not any(page.blocks or page.comments for page in pages):
        raise UnreadableDocument(f"{name}: {_why_empty(pages)}")
    title = one_line(stated.get("Title", ""))
    builder = _compose(pages, outline)
    if late:
        builder.unread(
            "too_long", f"pages {len(pages) + 1} to {len(pages) + late}" if late > 1 else f"page {len(pages) + 1}", late
        )
    for file in files:
        builder.unread("attachment", file, remedy="add_separately")
    return builder.extracted(title="" if _NO_TITLE.fullmatch(title) else title, date=_date(stated))


def _opened(data: bytes, name: str) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument(f"{name}: needs a password; save it without one") from None
        raise UnreadableDocument(f"{name}: is damaged or no PDF ({one_line(str(error))}); save it again") from None


def _why_empty(pages: list[Page]) -> str:
    if any(("damaged_part", 1, "save_again") in page.unread for page in pages):
        return "its pages are damaged; save it again"
    if not any(page.is_scanned for page in pages):
        return "has no text and no pictures of text; add a file with text in it"
    if ocr.is_installed():
        return "has no text layer (a scan?), and no text was recognized in its pictures; scan it again"
    return "has no text layer (a scan?); install pincite[ocr] to read it, or run ocrmypdf over it"


def _pages(document: Any) -> tuple[list[Page], int]:
    """Return the pages that could be read in time, and how many more there are."""
    form = _form(document)
    total = len(document)
    pages: list[Page] = []
    deadline = time.process_time() + _SECONDS
    for number in range(min(total, MAX_PAGES)):
        if time.process_time() > deadline:
            break
        page = _one(document, number, form)
        if page.is_scanned and ocr.is_ready():
            deadline += ocr.SECONDS_A_PAGE
            page = _recognized(document, number, page)
        pages.append(page)
    ocr.wanted(sum(page.is_scanned for page in pages))
    return pages, total - len(pages)


def _form(document: Any) -> Any:
    import pypdfium2

    try:
        document.init_forms()
        return document.formenv.raw if document.formenv else None
    except pypdfium2.PdfiumError:
        return None


def _one(document: Any, number: int, form: Any) -> Page:
    """Read a page; one that is broken does not take the others along."""
    try:
        page = document[number]
        try:
            return read_page(page, form)
        finally:
            page.close()
    except (MemoryError, RecursionError):
        raise
    except Exception:
        return Page(unread=[("damaged_part", 1, "save_again")])


def _recognized(document: Any, number: int, scanned: Page) -> Page:
    """Return a scanned page with its text recognized, or as it was."""
    page = document[number]
    try:
        blocks = read_words(ocr.recognize(ocr.page_picture(page)))
    except ocr.OutOfTime:
        scanned.unread = [("too_long", 1, "")]
        return scanned
    finally:
        page.close()
    if blocks:
        scanned.blocks, scanned.unread = blocks, []
    return scanned


def _stated(document: Any) -> dict[str, str]:
    try:
        return dict(document.get_metadata_dict())
    except Exception:  # of a damaged file: it costs the title and the date
        return {}


def _attached(document: Any) -> list[str]:
    try:
        return attached_files(document)
    except Exception:
        return []


def _outline(document: Any) -> dict[tuple[int, str], int]:
    """Return the levels of the bookmarks by page (from 0) and title."""
    found: dict[tuple[int, str], int] = {}
    try:
        for item in document.get_toc(max_depth=6):
            target = item.get_dest()
            page = target.get_index() if target else None
            if page is not None and len(found) < 10_000:
                found.setdefault((page, _plain(item.get_title())), min(item.level + 1, 6))
    except Exception:
        return found
    return found


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"^[\d.\s]+(?=\D)", "", text)).strip().casefold()


def _compose(pages: list[Page], outline: dict[tuple[int, str], int]) -> TextBuilder:
    builder = TextBuilder()
    words = Words(line for page in pages for block in page.blocks for line in _all_lines(block))
    repeated = _repeated(pages)
    sizes = [block.size for page in pages for block in page.blocks for _ in range(1 + sum(map(len, block.lines)) // 40)]
    body = median(sizes) if sizes else 10.0
    levels = {size: min(level, 6) for level, size in enumerate(_heading_sizes(pages, body), start=1)}
    tables = _Tables(builder, words)
    for number, page in enumerate(pages):
        label = f"page {number + 1}"
        builder.place(label, number + 1, "page")
        for i, block in enumerate(page.blocks):
            if (number, i) in repeated:
                continue
            if block.table:
                tables.append(block.table)
                continue
            text = join_lines(block.lines, words)
            level = outline.get((number, _plain(text)))
            if level is None and _is_large(block, text, body):
                level = levels[round(block.size)]
            if text:
                tables.interrupted(level is not None or len(text) > 80)
            builder.block(text, level)
        for author, text in page.comments:
            builder.place(f"{label}, comment" + (f" by {author}" if author else ""), number + 1, "note")
            builder.block(text)
        for what, count, remedy in page.unread:
            builder.unread(what, label, count, remedy)
    return builder


class _Tables:
    """Appends tables; one that goes on on the next page has the header of its first part there, too."""

    def __init__(self, builder: TextBuilder, words: Words) -> None:
        self._builder = builder
        self._words = words
        self._count = 0
        self._rows = 0
        self._last: Table | None = None
        self._header: list[list[str]] = []

    def interrupted(self, is_text: bool) -> None:
        """Say that something stands below the last table; a note does not keep it from going on."""
        if is_text:
            self._last = None

    def append(self, table: Table) -> None:
        rows = [[join_lines(cell, self._words) for cell in row] for row in table.rows]
        if self._last and self._header and _is_alike(self._last, table):
            rows = rows[len(self._header) :] if rows[: len(self._header)] == self._header else rows
            self._write([*self._header, *rows], len(self._header), self._rows - len(self._header) + 1)
            self._rows += len(rows)
        else:
            self._count += 1
            self._write(rows, None, 1)
            self._rows = len(rows)
            self._header = _header(rows)
        self._last = table

    def _write(self, rows: list[list[str]], count: int | None, first: int) -> None:
        append_table(rows, self._builder, name=f"table {self._count}", header_rows=count, first_row=first)


def _header(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows that name the columns; titles above them are none."""
    filled = [row for row in rows if any(row)]
    while filled and len({cell for cell in filled[0] if cell}) == 1:
        filled.pop(0)
    return filled[: header_rows([tuple(row) for row in filled])]


def _is_alike(a: Table, b: Table) -> bool:
    """Tell whether two tables have the same columns."""
    return len(a.rows[0]) == len(b.rows[0]) and (
        len(a.columns) != len(b.columns)
        or all(abs(x - y) < 12 for x, y in zip(a.columns[:-1], b.columns[:-1], strict=True))
    )


def _all_lines(block: Block) -> Iterator[str]:
    yield from block.lines
    if block.table:
        for row in block.table.rows:
            for cell in row:
                yield from cell


def _is_large(block: Block, text: str, body: float) -> bool:
    return block.size > _HEADING_RATIO * body and len(text) <= _HEADING_CHARACTERS and any(map(str.isalpha, text))


def _heading_sizes(pages: list[Page], body: float) -> list[int]:
    blocks = [block for page in pages for block in page.blocks if not block.table]
    return sorted({round(b.size) for b in blocks if _is_large(b, " ".join(b.lines), body)}, reverse=True)


def _repeated(pages: list[Page]) -> set[tuple[int, int]]:
    """Return (page, block) of the running heads and feet that have stood on an earlier page.

    They stand at the same height and say the same; a number in them may count the pages.
    """
    found: dict[tuple[str, int], list[tuple[int, int, list[int]]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for i, block in enumerate(page.blocks):
            if block.table or not (block.top > 1 - _EDGE or block.bottom < _EDGE) or len(block.lines) > 2:
                continue
            text = " ".join(block.lines)
            height = round(50 * (block.top if block.top > 1 - _EDGE else block.bottom))
            numbers = [int(digits) for digits in re.findall(r"\d{1,9}", text)]
            found[re.sub(r"\d{1,9}", "#", text.casefold()), height].append((number, i, numbers))
    repeated: set[tuple[int, int]] = set()
    for (template, _), places in found.items():
        alike = _counting(places)
        if len(alike) >= _FEWEST_PAGES:
            is_number = not any(map(str.isalpha, template))
            repeated |= {(page, block) for page, block, _ in alike[0 if is_number else 1 :]}
    return repeated


def _counting(places: list[tuple[int, int, list[int]]]) -> list[tuple[int, int, list[int]]]:
    """Return those of the lines whose numbers are the same as in most of them, or count the pages as in most."""
    for slot in range(len(places[0][2])):
        same: dict[tuple[str, int], list[tuple[int, int, list[int]]]] = defaultdict(list)
        for place in places:
            same["is", place[2][slot]].append(place)
            same["counts", place[2][slot] - place[0]].append(place)
        places = max(same.values(), key=len)
    return places


def _date(stated: dict[str, str]) -> str | None:
    """Return the ISO date of a PDF's metadata (``D:20240131…``): of the last change, else of its making."""
    for key in ("ModDate", "CreationDate"):
        match = re.match(r"D?:?(\d{4})(\d{2})(\d{2})", stated.get(key, ""))
        if match and int(match[1]) >= 1990 and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31:
            return "-".join(match.groups())
    return None
