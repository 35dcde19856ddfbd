"""What every reader produces, and the document made of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath

from index.sentences import split_sentences
from index.types import Document, Heading

_TITLE_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file and what it states about itself. Offsets are code points into ``text``.

    ``body_start`` is where the prose begins: whatever lies before it (a date line, front matter) is not a passage.
    """

    text: str
    title: str | None = None
    date: str | None = None
    headings: tuple[Heading, ...] = ()
    body_start: int = 0


def document_id(source: str) -> str:
    """Return the identity of a document: 16 hex digits of its source's sha256. It survives a change of content."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def document_from(extracted: Extracted, *, source: str, content_hash: str) -> Document:
    """Make a document; where no title is stated the file's name serves, or its first words if the name says nothing."""
    return Document(
        id=document_id(source),
        source=source,
        title=extracted.title or _title_from_name(source) or _first_words(extracted),
        text=extracted.text,
        date=extracted.date,
        content_hash=content_hash,
        headings=extracted.headings,
        body_start=extracted.body_start,
    )


def _title_from_name(source: str) -> str | None:
    """Return the file's name as words, or None where it is a number, a hash or the like."""
    stem = PurePath(source).stem
    words = re.findall(r"[^\W\d_]{2,}", stem)
    looks_random = re.search(r"[0-9a-f]{12,}|\d{6,}", stem.lower()) is not None
    if looks_random or sum(map(len, words)) < 3:
        return None
    return re.sub(r"[_\s]+", " ", stem).strip()


def _first_words(extracted: Extracted) -> str:
    sentences = split_sentences(extracted.text, extracted.body_start)
    first = " ".join(extracted.text[sentences[0].start : sentences[0].end].split()) if sentences else "Untitled"
    if len(first) <= _TITLE_LENGTH:
        return first
    return first[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
