"""Plain text: decoding, a stated date, headings by layout. The text is kept as it stands, so offsets fit the file."""

from __future__ import annotations

import codecs
import re

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.dates import parse_date
from index.types import Heading

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DATE_LINE = re.compile(r"\s*(?:date|dated|published)\s*:?\s+(?P<date>\d{4}-\d{2}-\d{2})(?=\s)\s*", re.IGNORECASE)
_HEADING_MAX = 80
_SENTENCE_END = re.compile(r"[.!?…:;,。！？]$")
# Controls, and the invisible and direction-changing characters that make a text read other than it looks.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def decode(data: bytes, name: str) -> str:
    """Return the bytes as text with ``\\n`` line ends and without invisible control characters.

    Raises:
        UnreadableDocument: the file is empty, binary, or in no encoding that can be told.
    """
    if not data.strip():
        raise UnreadableDocument(f"{name}: is empty; add a file with text in it")
    text = _decode(data, name)
    text = re.sub("\r\n|[\r\x0b\x0c]", "\n", text)
    return _INVISIBLE.sub("", text)


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

    best = from_bytes(data).best()
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
    """Find lines that stand alone between blank lines (or before the first one), short and without a final stop."""
    found = []
    for match in re.finditer(r"[^\n]+", text[start:]):
        line = match[0].strip()
        begin = start + match.start() + match[0].index(line) if line else 0
        if line and _looks_like_heading(line) and _stands_alone(text, start, begin, begin + len(line)):
            found.append(Heading(start=begin, end=begin + len(line), level=1, text=line))
    return tuple(found)


def _looks_like_heading(line: str) -> bool:
    if len(line) > _HEADING_MAX or _SENTENCE_END.search(line) or not any(map(str.isalpha, line)):
        return False
    return not line[0].islower() and line[0] not in "-*•|"


def _stands_alone(text: str, body_start: int, start: int, end: int) -> bool:
    before, after = text[body_start:start], text[end:]
    opens = not before.strip() or re.search(r"\n[ \t]*\n[ \t]*$", before[-200:]) is not None
    return opens and re.match(r"[ \t]*\n[ \t]*\n\s*\S", after) is not None
