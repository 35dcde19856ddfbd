"""Bytes of a file to what it says: one module a format, chosen by the ending of the name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from index.errors import UnreadableDocument
from index.readers.base import MEMBER_MARK, Extracted
from index.readers.epub import read_epub
from index.readers.html import read_html
from index.readers.mail import read_mail
from index.readers.markdown import read_markdown
from index.readers.office import read_docx, read_pptx
from index.readers.packages import MAX_UNPACKED, member_bytes, open_package
from index.readers.pdf import read_pdf
from index.readers.plain import decode, read_plain
from index.readers.records import read_json, read_jsonl
from index.readers.sheets import read_csv, read_workbook
from index.text import one_line

_TEXT: dict[str, Callable[[str], Extracted]] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".csv": read_csv,
    ".tsv": read_csv,
}
_NAMED_TEXT: dict[str, Callable[[str, str], Extracted]] = {".json": read_json, ".jsonl": read_jsonl}
_BINARY: dict[str, Callable[[bytes, str], Extracted]] = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".xlsx": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
    ".epub": read_epub,
}
_CONTAINERS = frozenset({".eml", ".zip"})
SUFFIXES = frozenset(_TEXT) | frozenset(_NAMED_TEXT) | frozenset(_BINARY) | _CONTAINERS
"""File name endings that can be read, lower case, with the dot."""
_DEEPEST = 3
"""Files inside files inside files: no deeper."""
_ZIPPED = frozenset({".docx", ".pptx", ".xlsx", ".ods"})


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a file holds: at least one text, and (name inside, reason) of what in it could not be read."""

    texts: tuple[Extracted, ...]
    failed: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


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
    if suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise UnreadableDocument(f"{name}: format {suffix or 'without suffix'} cannot be read; use one of {known}")
    if not data.strip():
        raise UnreadableDocument(f"{name}: is empty; add a file with text in it")
    if suffix in _CONTAINERS and depth >= _DEEPEST:
        raise UnreadableDocument(f"{name}: lies too deep in other files; take it out and add it")
    if suffix == ".zip":
        return _archive(data, name, depth)
    if suffix == ".eml":
        return Extraction(tuple(read_mail(data, name, lambda content, inner: _inside(content, inner, depth))))
    extracted = _single(data, name, suffix)
    if not extracted.text[extracted.body_start :].strip():
        raise UnreadableDocument(f"{name}: holds no text; add a file with text in it")
    return Extraction((extracted,))


def _single(data: bytes, name: str, suffix: str) -> Extracted:
    if suffix in _ZIPPED:
        open_package(data, name).close()
    if suffix in _BINARY:
        return _BINARY[suffix](data, name)
    text = decode(data, name)
    return _NAMED_TEXT[suffix](text, name) if suffix in _NAMED_TEXT else _TEXT[suffix](text)


def _inside(data: bytes, name: str, depth: int) -> list[Extracted]:
    """Read a file that is inside another: its texts, with their names in there."""
    shown = _safe_name(name)
    inner = extract(data, shown, depth=depth + 1)
    return [
        replace(text, member=f"{shown}{MEMBER_MARK}{text.member}" if text.member else shown) for text in inner.texts
    ]


def _archive(data: bytes, name: str, depth: int) -> Extraction:
    """Read the files in an archive, each a document; hidden ones and those of other formats are left out."""
    texts: list[Extracted] = []
    failed: list[tuple[str, str]] = []
    unpacked = 0
    with open_package(data, name) as package:
        for info in package.infolist():
            path = PurePosixPath(info.filename.replace("\\", "/"))
            hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in path.parts)
            if info.is_dir() or hidden or path.suffix.lower() not in SUFFIXES:
                continue
            try:
                content = member_bytes(package, info, info.filename)
                unpacked += len(content)
                if unpacked > MAX_UNPACKED:
                    raise UnreadableDocument(f"{name}: unpacks to too much; unpack it and add the folder")
                texts += _inside(content, info.filename, depth)
            except UnreadableDocument as error:
                failed.append((_safe_name(info.filename), one_line(str(error))))
    if not texts:
        reason = failed[0][1] if failed else "holds no file of a format that can be read"
        raise UnreadableDocument(f"{name}: {reason}")
    return Extraction(tuple(_distinct(texts)), tuple(failed))


def _distinct(texts: list[Extracted]) -> list[Extracted]:
    """Give files of one name (an archive may hold several) names of their own."""
    seen: dict[str, int] = {}
    distinct = []
    for text in texts:
        count = seen[text.member] = seen.get(text.member, 0) + 1
        distinct.append(text if count == 1 else replace(text, member=f"{text.member} ({count})"))
    return distinct


def _safe_name(name: str) -> str:
    """Return a name as it is shown: one line, without parts that lead out of the archive."""
    parts = [part for part in re.split(r"[\\/]", one_line(name)) if part not in ("", ".", "..")]
    return "/".join(parts)[-200:] or "unnamed"
