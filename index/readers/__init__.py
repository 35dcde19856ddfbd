"""Files to documents: one module a format, chosen by suffix."""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.errors import UnreadableDocument
from index.readers.base import Extracted, document_from, document_id
from index.readers.html import read_html
from index.readers.markdown import read_markdown
from index.readers.plain import decode, read_plain
from index.types import Document

_READERS = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
}
SUFFIXES = frozenset(_READERS)
"""File name endings that can be read, lower case, with the dot."""


def read_file(path: Path, *, source: str | None = None) -> Document:
    """Read one file into a document.

    Args:
        path: the file.
        source: what the document calls its origin; the absolute path unless told.

    Raises:
        UnreadableDocument: it is missing, empty, binary, not permitted, or of a format that cannot be read.
    """
    if not path.exists():
        raise UnreadableDocument(f"{path}: no such file; check the path")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(SUFFIXES))
        raise UnreadableDocument(
            f"{path.name}: format {path.suffix or 'without suffix'} cannot be read; use one of {known}"
        )
    data = read_bytes(path)
    extracted = reader(decode(data, path.name))
    if not extracted.text[extracted.body_start :].strip():
        raise UnreadableDocument(f"{path.name}: holds no text; add a file with text in it")
    origin = str(path.resolve()) if source is None else source
    return document_from(extracted, source=origin, content_hash=hashlib.sha256(data).hexdigest())


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, with the system's refusals as one-line reasons."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe would wait for ever
            raise UnreadableDocument(f"{path}: is not an ordinary file; add one with text in it")
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableDocument(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise UnreadableDocument(f"{path}: is a folder, not a file") from None
    except PermissionError:
        raise UnreadableDocument(f"{path}: permission denied; make it readable for you") from None
    except OSError as error:
        raise UnreadableDocument(f"{path}: cannot be read ({error.strerror or error})") from None


__all__ = ["SUFFIXES", "Extracted", "document_from", "document_id", "read_bytes", "read_file"]
