"""Plain text: decoding, a stated date, headings by layout. The text is kept as it stands, so offsets fit the file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from unicodedata import category

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.dates import parse_date
from index.readers.transcripts import turns_of
from index.text import without_invisible
from index.types import Heading

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE_ENCODINGS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_SAMPLE = 1 << 16
_PYTHON_NAMES = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859_8",
    "x-mac-cyrillic": "mac_cyrillic",
}
"""Where the codec is larger than the name says, or bears another name."""
_DOS_LETTERS = re.compile(rb"[A-Za-z][\x81\x82\x84\x85\x87-\x89\x8b\x8d\xa0-\xa5\xe1]+[a-z]")
"""Letters with accents in code page 850, which would be punctuation in the middle of words on Windows."""
_DOS_ONLY = re.compile(rb"[A-Za-z][\x81\x82\x84\x85\x87-\x89\x8b\x8d]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_MOST_CONTROLS = 0.02
_DATE_LINE = re.compile(r"\s*(?:date|dated|published)\s*:?\s+(?P<date>\d{4}-\d{2}-\d{2})(?=\s)\s*", re.IGNORECASE)
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
    text = _unmarked_wide(data) if b"\x00" in data else _narrow(data)
    if text is None:
        raise UnreadableDocument(f"{name}: is a binary file; add text, Markdown or HTML")
    return text


def _unmarked_wide(data: bytes) -> str | None:
    """Return UTF-16 or UTF-32 text without a byte-order mark, or None where the bytes are no such text.

    In the right order the upper bytes of the units are few different ones, the lower bytes many.
    """
    for encoding in _WIDE_ENCODINGS:
        width = 4 if "32" in encoding else 2
        if len(data) % width:
            continue
        sample = data[:_SAMPLE]
        upper = sample[1::2] if encoding == "utf-16-le" else sample[::2]
        lower = sample[::2] if encoding == "utf-16-le" else sample[1::2]
        if width == 2 and len(set(upper)) > len(set(lower)):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text):
            return text
    return None


def _is_plausible(text: str) -> bool:
    sample = text[:_SAMPLE]
    odd = sum(category(sign) in ("Cc", "Cn", "Co", "Cs") and sign not in "\t\n\r\f\v" for sign in sample)
    return odd <= len(sample) * _MOST_CONTROLS


def _narrow(data: bytes) -> str | None:
    """Return text of one or more bytes a character, UTF-8 if it can be; None where it reads like a binary file."""
    try:
        text = data.decode("iso2022_jp" if b"\x1b$" in data[:_SAMPLE] and data.isascii() else "utf-8")
    except UnicodeDecodeError:
        text = data.decode(_legacy_encoding(data), "replace")
    found = len(_CONTROLS.findall(text[:_SAMPLE]))
    return None if found > max(2, min(len(text), _SAMPLE) * _MOST_CONTROLS) else text


def _legacy_encoding(data: bytes) -> str:
    """Tell the encoding as browsers do, and what they know no more: DOS, and Latin-9 by its euro sign."""
    from chardetng_py import EncodingDetector

    if _is_damaged_utf8(data):
        return "utf-8"
    detector = EncodingDetector()
    detector.feed(data[: 1 << 20], last=True)
    encoding: str = detector.guess(tld=None, allow_utf8=False).lower()
    if encoding.startswith("windows-125"):
        if len(_DOS_ONLY.findall(data)) > 0 and _DOS_LETTERS.search(data):
            return "cp850"
        if b"\xa4" in data and encoding == "windows-1252" and not re.search(rb"[\x80-\x9f]", data):
            return "iso8859_15"
    return _PYTHON_NAMES.get(encoding, encoding)


def _is_damaged_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 but for a few (a file that was cut, or mended by hand)."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    good = sum(sign > "\x7f" and sign != "\ufffd" for sign in text)
    return good > 10 * text.count("\ufffd")


def read_plain(text: str) -> Extracted:
    """Read plain text. A leading ``date YYYY-MM-DD`` is the document's date; short lone lines are headings.

    In a transcript each turn is a place, named by its time and speaker.
    """
    stated = _DATE_LINE.match(text)
    date = parse_date(stated["date"]) if stated else None
    body_start = stated.end() if stated and date else 0
    headings = _headings(text, body_start)
    title = headings[0].text if headings and not text[body_start : headings[0].start].strip() else None
    return Extracted(
        text=text, title=title, date=date, headings=headings, body_start=body_start, places=turns_of(text, body_start)
    )


def _headings(text: str, start: int) -> tuple[Heading, ...]:
    """Find short lines without a final stop that stand alone between blank lines and have text below them.

    Of several such lines in a row only the first of the document (its title) and the last are headings: the others head
    nothing.
    """
    lines = text[start:].split("\n")
    last = max((i for i, line in enumerate(lines) if line.strip()), default=0)
    found: list[tuple[int, Heading]] = []
    position = start
    for i, line in enumerate(lines[:last]):
        bare = line.strip()
        if bare and _stands_alone(lines, i) and _looks_like_heading(bare) and not _is_record(lines, i):
            begin = position + line.index(bare)
            found.append((i, Heading(start=begin, end=begin + len(bare), level=1, text=bare)))
        position += len(line) + 1
    return tuple(heading for n, (i, heading) in enumerate(found) if _heads_something(lines, found, n, i))


def _stands_alone(lines: Sequence[str], i: int) -> bool:
    return (i == 0 or not lines[i - 1].strip()) and not lines[i + 1].strip()


def _is_record(lines: Sequence[str], i: int) -> bool:
    """Tell whether a line that stands alone is one of several of the form ``Label: value``."""
    near = (lines[n] for n in (i - 2, i + 2) if 0 <= n < len(lines))
    return ": " in lines[i] and any(": " in line and len(line) <= _HEADING_MAX for line in near)


def _heads_something(lines: Sequence[str], found: Sequence[tuple[int, Heading]], n: int, i: int) -> bool:
    is_title = n == 0 and not any(line.strip() for line in lines[:i])
    return is_title or n + 1 == len(found) or any(line.strip() for line in lines[i + 1 : found[n + 1][0]])


def _looks_like_heading(line: str) -> bool:
    if len(line) > _HEADING_MAX or _SENTENCE_END.search(line) or not any(map(str.isalpha, line)):
        return False
    return not line[0].islower() and line[0] not in "-*•|"
