"""Bytes of a file to what it says: one module a format, chosen by the ending of the name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath

from index.errors import UnreadableDocument
from index.readers.archives import ARCHIVES, read_archive
from index.readers.asciidoc import read_asciidoc
from index.readers.base import Extracted
from index.readers.calendars import read_calendar
from index.readers.code import CODE, read_code
from index.readers.epub import read_epub
from index.readers.html import read_html_file
from index.readers.images import REMEDY, read_image
from index.readers.legacy import LEGACY, real_suffix, remedy
from index.readers.mail import read_mail, read_mailbox
from index.readers.markdown import read_markdown
from index.readers.members import Extraction, ReadMember, UnknownFormat
from index.readers.notebook import read_notebook
from index.readers.ocr import IMAGES, is_installed
from index.readers.opendocument import OPENDOCUMENT, read_opendocument
from index.readers.org import read_org
from index.readers.outlook import read_msg
from index.readers.pdf import read_pdf
from index.readers.plain import decode, read_plain
from index.readers.records import read_json, read_jsonl
from index.readers.rst import read_rst
from index.readers.rtf import read_rtf
from index.readers.sheets import WORKBOOKS, read_csv, read_workbook
from index.readers.slides import POWERPOINT, read_pptx
from index.readers.tex import read_tex
from index.readers.transcripts import read_subtitles
from index.readers.word import WORD, read_word
from index.readers.xml import read_xml

_TEXT: dict[str, Callable[[str], Extracted]] = {
    ".ics": read_calendar,
    ".txt": read_plain,
    ".text": read_plain,
    ".rst": read_rst,
    ".org": read_org,
    ".adoc": read_asciidoc,
    ".asciidoc": read_asciidoc,
    ".tex": read_tex,
    ".ltx": read_tex,
    **dict.fromkeys(CODE, read_code),
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".tab": read_csv,
}
_NAMED_TEXT: dict[str, Callable[[str, str], Extracted]] = {
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".ipynb": read_notebook,
    ".vtt": read_subtitles,
    ".srt": read_subtitles,
}
_BINARY: dict[str, Callable[[bytes, str], Extracted]] = {
    ".pdf": read_pdf,
    ".rtf": read_rtf,
    **dict.fromkeys(WORD, read_word),
    **dict.fromkeys(POWERPOINT, read_pptx),
    **dict.fromkeys(OPENDOCUMENT, read_opendocument),
    **dict.fromkeys(WORKBOOKS, read_workbook),
    ".epub": read_epub,
    ".html": read_html_file,
    ".htm": read_html_file,
    ".xhtml": read_html_file,
    ".xml": read_xml,
    ".nxml": read_xml,
    **(dict.fromkeys(IMAGES, read_image) if is_installed() else {}),
}
_CONTAINERS: dict[str, Callable[[bytes, str, ReadMember], Extraction]] = {
    ".eml": read_mail,
    ".mbox": read_mailbox,
    ".msg": read_msg,
    **dict.fromkeys(ARCHIVES, read_archive),
}
"""Files with files inside, which are read by what is given along."""
SUFFIXES = frozenset(_TEXT) | frozenset(_NAMED_TEXT) | frozenset(_BINARY) | frozenset(_CONTAINERS) | frozenset(LEGACY)
"""File name endings that can be read, lower case, with the dot."""
_DEEPEST = 3
"""Files inside files inside files: no deeper."""


def extract(data: bytes, name: str, *, depth: int = 0) -> Extraction:
    """Read the bytes of a file.

    Args:
        data: the bytes.
        name: of the file; its ending says the format, and reasons begin with it.
        depth: how many files this one is inside of.

    Raises:
        UnreadableDocument: it is empty, binary, damaged, or of a format that cannot be read.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in IMAGES and suffix not in SUFFIXES:
        raise UnknownFormat(f"{name}: {REMEDY}")
    if suffix not in SUFFIXES:
        if depth:
            raise UnknownFormat(f"{name}: format {suffix or 'without ending'} is not read")
        known = ", ".join(sorted(SUFFIXES))
        raise UnknownFormat(f"{name}: format {suffix or 'without suffix'} cannot be read; use one of {known}")
    if not data.strip():
        raise UnreadableDocument(f"{name}: is empty; add a file with text in it")
    if suffix in LEGACY:  # the helper has had it converted, if that can be done here
        suffix = real_suffix(data, suffix)
    if suffix in LEGACY:
        raise UnreadableDocument(f"{name}: {remedy(data, suffix)}")
    if suffix in _CONTAINERS:
        if depth >= _DEEPEST:
            raise UnreadableDocument(f"{name}: lies too deep in other files; take it out and add it")
        return _CONTAINERS[suffix](data, name, partial(extract, depth=depth + 1))
    extracted = _single(data, name, suffix)
    if not extracted.text[extracted.body_start :].strip():
        raise UnreadableDocument(f"{name}: holds no text; add a file with text in it")
    return Extraction((extracted,))


def _single(data: bytes, name: str, suffix: str) -> Extracted:
    if suffix in _BINARY:
        return _BINARY[suffix](data, name)
    text = decode(data, name)
    return _NAMED_TEXT[suffix](text, name) if suffix in _NAMED_TEXT else _TEXT[suffix](text)
