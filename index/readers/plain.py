"""Plain text: decoding, a stated date, headings by layout. The text is kept as it stands, so offsets fit the file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.dates import parse_date
from index.text import without_invisible
from index.types import Heading

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DATE_LINE = re.compile(r"\s*(?:date|dated|published)\s*:?\s+(?P<date>\d{4}-\d{2}-\d{2})(?=\s)\s*", re.IGNORECASE)
_RARE_ENCODINGS = ("mac_cyrillic", "mac_greek", "mac_iceland", "mac_latin2", "mac_roman", "mac_turkish")
"""Not guessed: they differ from the Windows ones in capitals and quotation marks only, and hardly any file has them."""
_HEADING_MAX = 80
_SENTENCE_END = re.compile(r"[.!?…:;,。！？]$")


def decode(data: bytes, name: str) -> str:
    """Return the bytes as text with ``\\n`` line ends and without invisible control characters.

    Raises:
        UnreadableDocument: the file is empty, binary, or in no encoding that can be told.
    """
    if not data.strip():
        raise UnreadableDocument(f"{name}: is empty; add a file with text in it")
    text = _decode(data, name)
    text = re.sub("\r\n|[\r\x0b\x0c]", "\n", text)
    return without_invisible(text)


def _decode(data: bytes, name: str) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding)
            except UnicodeDecodeError:
                raise UnreadableDocument(f"{name}: is not valid {encoding.upper()} text; save it as UTF-8") from None
    if b"\x00" in data:
        raise UnreadableDocument(f"{name}: is a binary file; add text, Markdown or HTML")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, name)


def _guess(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_exclusion=list(_RARE_ENCODINGS)).best()
    if best is None:
        raise UnreadableDocument(f"{name}: its encoding cannot be told, or it is a binary file; save it as UTF-8")
    return str(best)


def read_plain(text: str) -> Extracted:
    """Read plain text. A leading ``date YYYY-MM-DD`` is the document's date; short lone lines are headings."""
    stated = _DATE_LINE.match(text)
    date = parse_date(stated["date"]) if stated else None
    body_start = stated.end() if stated and date else 0
    headings = _headings(text, body_start)
    title = headings[0].text if headings and not text[body_start : headings[0].start].strip() else None
    return Extracted(text=text, title=title, date=date, headings=headings, body_start=body_start)


def _headings(text: str, start: int) -> tuple[Heading, ...]:
    """Find short lines without a final stop that stand alone between blank lines and have text below them.

    Of several such lines in a row only the first of the document (its title) and the last are headings: the others head
    nothing, and what is a heading is in no passage.
    """
    lines = text[start:].split("\n")
    last = max((i for i, line in enumerate(lines) if line.strip()), default=0)
    found: list[tuple[int, Heading]] = []
    position = start
    for i, line in enumerate(lines[:last]):
        bare = line.strip()
        if bare and _stands_alone(lines, i) and _looks_like_heading(bare):
            begin = position + line.index(bare)
            found.append((i, Heading(start=begin, end=begin + len(bare), level=1, text=bare)))
        position += len(line) + 1
    return tuple(heading for n, (i, heading) in enumerate(found) if _heads_something(lines, found, n, i))


def _stands_alone(lines: Sequence[str], i: int) -> bool:
    return (i == 0 or not lines[i - 1].strip()) and not lines[i + 1].strip()


def _heads_something(lines: Sequence[str], found: Sequence[tuple[int, Heading]], n: int, i: int) -> bool:
    is_title = n == 0 and not any(line.strip() for line in lines[:i])
    return is_title or n + 1 == len(found) or any(line.strip() for line in lines[i + 1 : found[n + 1][0]])


def _looks_like_heading(line: str) -> bool:
    if len(line) > _HEADING_MAX or _SENTENCE_END.search(line) or not any(map(str.isalpha, line)):
        return False
    return not line[0].islower() and line[0] not in "-*•|"
