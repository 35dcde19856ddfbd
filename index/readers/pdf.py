"""PDF by pdfium: the text layer page by page, in reading order, lines joined to paragraphs.

pdfium gives characters with their boxes in the order in which the file draws them. They are put together to runs (what
stands on one line without a wide gap), the runs to columns, and the lines of a column to paragraphs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.layout import Run, paragraphs, reading_order
from index.text import one_line

MAX_PAGES = 5_000
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SOFT_HYPHENS = "\x02\ufffe\u00ad"
"""What pdfium writes for a hyphen that only divides a word at the end of a line."""
_HEADING_RATIO = 1.15
"""How much larger than the text a heading is."""
_HEADING_CHARACTERS = 120
_REPEATED_SHARE = 0.5
_FEWEST_PAGES = 3
"""A line at the edge of so many pages, and of this share of them, is a running head or foot."""


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    size: float
    is_edge: bool


def read_pdf(data: bytes, name: str) -> Extracted:
    """Read a PDF; each page is a place, larger lines are headings, running heads and feet are left out.

    Raises:
        UnreadableDocument: it is damaged, needs a password, or has no text layer.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument(f"{name}: needs a password; save it without one") from None
        raise UnreadableDocument(f"{name}: is damaged or no PDF ({one_line(str(error))}); save it again") from None
    try:
        pages = [_read_page(document, number) for number in range(min(len(document), MAX_PAGES))]
        stated = document.get_metadata_dict()
    finally:
        document.close()
    if not any(page for page in pages):
        raise UnreadableDocument(f"{name}: has no text layer (a scan?); run OCR over it, with ocrmypdf for example")
    return _compose(pages, one_line(stated.get("Title", "")), _date(stated))


def _read_page(document: Any, number: int) -> list[_Paragraph]:
    import pypdfium2

    try:
        page = document[number]
        runs = _runs(page)
        page.close()
    except pypdfium2.PdfiumError:  # one broken page does not take the others along
        return []
    blocks = paragraphs(reading_order(runs))
    return [
        _Paragraph(_joined([run.text for run in block]), median(run.size for run in block), i in (0, len(blocks) - 1))
        for i, block in enumerate(blocks)
    ]


def _runs(page: Any) -> list[Run]:
    """Return what stands on one line without a wide gap, in the order in which the file draws it."""
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    runs: list[Run] = []
    current: list[tuple[str, float, float, float, float, float]] = []
    try:
        for i in range(text_page.count_chars()):
            character = chr(raw.FPDFText_GetUnicode(text_page, i))
            if raw.FPDFText_IsGenerated(text_page, i) or character in "\r\n":
                if character == " " and current:
                    current.append((" ", *current[-1][1:]))
                continue
            box = text_page.get_charbox(i)
            left, bottom, right, top = box
            size = abs(raw.FPDFText_GetFontSize(text_page, i)) or max(top - bottom, 1.0)
            glyph = (_LIGATURES.get(character, character), left, bottom, right, top, size)
            if current and _breaks(current, glyph):
                runs.append(_run(current))
                current = []
            current.append(glyph)
    finally:
        text_page.close()
    if current:
        runs.append(_run(current))
    return [run for run in runs if run.text]


def _breaks(
    current: list[tuple[str, float, float, float, float, float]], glyph: tuple[str, float, float, float, float, float]
) -> bool:
    """Tell whether a character starts another run: on another line, or after a gap that no space makes."""
    _, left, bottom, _, top, size = glyph
    if glyph[0].isspace():
        return False
    solid = next((item for item in reversed(current) if not item[0].isspace()), current[-1])
    _, last_left, last_bottom, last_right, last_top, last_size = solid
    height = max(size, last_size, 1.0)
    other_line = min(top, last_top) < max(bottom, last_bottom) and abs(bottom - last_bottom) > 0.5 * height
    return other_line or left - last_right > 1.2 * height or left < last_left - 0.8 * height


def _run(glyphs: list[tuple[str, float, float, float, float, float]]) -> Run:
    text = "".join(glyph[0] for glyph in glyphs)
    solid = [glyph for glyph in glyphs if not glyph[0].isspace()] or glyphs
    return Run(
        text=" ".join(text.split(" ")).strip(),
        left=min(glyph[1] for glyph in solid),
        bottom=min(glyph[2] for glyph in solid),
        right=max(glyph[3] for glyph in solid),
        top=max(glyph[4] for glyph in solid),
        size=median(glyph[5] for glyph in solid),
    )


def _joined(lines: list[str]) -> str:
    """Join the lines of a paragraph; a word that was divided at the end of a line becomes whole."""
    text = ""
    for line in lines:
        if (text and text[-1] in _SOFT_HYPHENS) or (re.search(r"[^\W\d_]-$", text) and line[:1].islower()):
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return one_line(re.sub(f"[{_SOFT_HYPHENS}]", "", text))


def _compose(pages: list[list[_Paragraph]], title: str, date: str | None) -> Extracted:
    builder = TextBuilder()
    repeated = _repeated(pages)
    sizes = [paragraph.size for page in pages for paragraph in page for _ in range(1 + len(paragraph.text) // 40)]
    body = median(sizes)
    levels = {size: level for level, size in enumerate(_heading_sizes(pages, body), start=1)}
    for number, page in enumerate(pages, start=1):
        builder.place(f"page {number}", number)
        for paragraph in page:
            if paragraph.is_edge and _edge_key(paragraph.text) in repeated:
                continue
            is_heading = _is_large(paragraph, body)
            builder.block(paragraph.text, levels[round(paragraph.size)] if is_heading else None)
    return builder.extracted(title=title, date=date)


def _is_large(paragraph: _Paragraph, body: float) -> bool:
    return (
        paragraph.size > _HEADING_RATIO * body
        and len(paragraph.text) <= _HEADING_CHARACTERS
        and any(map(str.isalpha, paragraph.text))
    )


def _heading_sizes(pages: list[list[_Paragraph]], body: float) -> list[int]:
    large = (paragraph for page in pages for paragraph in page if _is_large(paragraph, body))
    return sorted({round(paragraph.size) for paragraph in large}, reverse=True)


def _repeated(pages: list[list[_Paragraph]]) -> set[str]:
    """Return the lines at the edges of pages, numbers left out, that most pages have."""
    counts: dict[str, int] = {}
    for page in pages:
        for key in {_edge_key(paragraph.text) for paragraph in page if paragraph.is_edge}:
            counts[key] = counts.get(key, 0) + 1
    least = max(_FEWEST_PAGES, _REPEATED_SHARE * len(pages))
    return {key for key, count in counts.items() if count >= least}


def _edge_key(text: str) -> str:
    return re.sub(r"\d+", "#", text.casefold())


def _date(stated: dict[str, str]) -> str | None:
    """Return the ISO date of a PDF's metadata (``D:20240131…``): of the last change, else of its making."""
    for key in ("ModDate", "CreationDate"):
        match = re.match(r"D?:?(\d{4})(\d{2})(\d{2})", stated.get(key, ""))
        if match and int(match[1]) >= 1990 and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31:
            return "-".join(match.groups())
    return None
