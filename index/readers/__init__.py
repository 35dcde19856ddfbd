"""Files to documents. Formats are in modules of their own; files of people are read in a process apart."""

from __future__ import annotations

from pathlib import Path

from index.errors import UnreadableDocument
from index.readers.base import MEMBER_MARK, Extracted, document_from, document_id
from index.readers.formats import SUFFIXES, Extraction, extract
from index.readers.isolation import FileReader, Limits
from index.types import Document


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
]
