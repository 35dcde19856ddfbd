"""Files to documents. Formats are in modules of their own; files of people are read in a process apart."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from index.errors import UnreadableDocument
from index.readers.base import MEMBER_MARK, Extracted, document_from, document_id
from index.readers.formats import SUFFIXES, extract
from index.readers.isolation import FileReader, Limits
from index.readers.legacy import LEGACY, office
from index.readers.members import Extraction
from index.readers.ocr import IMAGES
from index.types import Document

_VERSION = 2
"""Of what readers make of a file. Raise it when one of them reads more: libraries then read their files again."""


@cache
def reading_version() -> int:
    """Return what is read here, as a number that grows with newer readers and with what is installed beside them."""
    has_ocr = find_spec("rapidocr") is not None
    has_office = office() is not None
    return 4 * _VERSION + 2 * has_ocr + has_office


def why_not_read(name: str) -> str | None:
    """Return why a file of this name is not read here, as far as its ending tells; None where it is."""
    suffix = Path(name).suffix.lower()
    if suffix in IMAGES and suffix not in SUFFIXES:
        return "is a picture; its text is read with the extra 'ocr' (pip install 'pincite[ocr]')"
    if suffix in LEGACY and office() is None:
        return f"format {suffix} is read where LibreOffice is installed"
    return None if suffix in SUFFIXES else f"format {suffix or 'without ending'} is not read"


def read_file(path: Path, *, source: str | None = None, reader: FileReader | None = None) -> list[Document]:
    """Read one file into its documents, in a process of its own.

    Args:
        path: the file.
        source: what the documents call their origin; the absolute path unless told.
        reader: what reads it; one that is only for this file unless told.

    Raises:
        UnreadableDocument: it is missing, empty, binary, not permitted, or of a format that cannot be read.
    """
    if reader is None:
        with FileReader() as own:
            return read_file(path, source=source, reader=own)
    content = reader.read(path)
    origin = str(path.resolve()) if source is None else source
    return [document_from(text, source=origin, content_hash=content.content_hash) for text in content.extraction.texts]


__all__ = [
    "MEMBER_MARK",
    "SUFFIXES",
    "Extracted",
    "Extraction",
    "FileReader",
    "Limits",
    "UnreadableDocument",
    "document_from",
    "document_id",
    "extract",
    "read_file",
    "reading_version",
    "why_not_read",
]
