"""What every reader produces, and the document made of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath

from index.sentences import split_sentences
from index.text import one_line, without_invisible
from index.types import Document, Heading, Place, Unread

MEMBER_MARK = "!/"
"""Between the path of a file and the name of a document inside it."""
_TITLE_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file and what it states about itself. Offsets are code points into ``text``.

    ``body_start`` is where the prose begins: whatever lies before it (a date line, front matter) is not a passage.
    ``member`` is the name inside the file, where the file holds several documents. ``unread`` is what of it is not in
    ``text``.
    """

    text: str
    title: str | None = None
    date: str | None = None
    headings: tuple[Heading, ...] = ()
    body_start: int = 0
    places: tuple[Place, ...] = ()
    member: str = ""
    unread: tuple[Unread, ...] = ()


class TextBuilder:
    """Collects blocks of text, the headings among them and their places in the file, keeping exact offsets."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._places: list[Place] = []
        self._around: Place | None = None
        self._unread: list[Unread] = []

    def place(self, label: str, page: int | None = None, kind: str = "") -> None:
        """Say where in the file the blocks that follow stand: ``page 3`` of kind ``page``, for example."""
        self._around = Place(self._length, label, page, kind)
        self._places.append(self._around)

    def part(self, label: str, kind: str) -> None:
        """Name a part of the place that was named last: ``page 3`` and ``row 2`` make ``page 3, row 2``."""
        around = self._around
        shown = f"{around.label}, {label}" if around and around.label else label
        self._places.append(Place(self._length, shown, around.page if around else None, kind))

    def end_part(self) -> None:
        """End the parts: what follows stands in the place that was named last by :meth:`place`."""
        around = self._around
        self._places.append(
            Place(self._length, around.label, around.page, around.kind) if around else Place(self._length, "")
        )

    def unread(self, what: str, where: str = "", count: int = 1, remedy: str = "") -> None:
        """Note something of the file that the text does not hold; equal notes are added up."""
        for i, known in enumerate(self._unread):
            if (known.what, known.where, known.remedy) == (what, where, remedy):
                self._unread[i] = Unread(what, where, known.count + count, remedy)
                return
        self._unread.append(Unread(what, where, count, remedy))

    def block(self, text: str, level: int | None = None, *, between: str = "\n\n") -> None:
        """Append a paragraph, or a heading where ``level`` is given; one of nothing but white space is left out."""
        text = without_invisible(text).strip()
        if not text:
            return
        if self._parts:
            self._write(between)
        start = self._length
        self._write(text)
        if level is not None:
            self._headings.append(Heading(start, self._length, level, " ".join(text.split())))

    def extracted(self, *, title: str | None = None, date: str | None = None) -> Extracted:
        """Return what has been collected; without a title the first heading of the first level serves."""
        top = next((heading.text for heading in self._headings if heading.level == 1), None)
        return Extracted(
            text="".join(self._parts),
            title=title or top,
            date=date,
            headings=tuple(self._headings),
            places=tuple(self._used_places()),
            unread=tuple(self._unread),
        )

    def _used_places(self) -> list[Place]:
        """Return the places in which there is text: of several with one start, the last."""
        return list({place.start: place for place in self._places if place.start < self._length}.values())

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def document_id(source: str) -> str:
    """Return the identity of a document: 16 hex digits of its source's sha256. It survives a change of content."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def document_from(extracted: Extracted, *, source: str, content_hash: str) -> Document:
    """Make a document; where no title is stated the file's name serves, or its first words if the name says nothing.

    Args:
        extracted: what was read.
        source: of the file; a document inside it has its name appended.
        content_hash: of the file.
    """
    if extracted.member:
        source = f"{source}{MEMBER_MARK}{extracted.member}"
    return Document(
        id=document_id(source),
        source=source,
        title=extracted.title or title_from_name(source) or _first_words(extracted),
        text=extracted.text,
        date=extracted.date,
        content_hash=content_hash,
        headings=extracted.headings,
        body_start=extracted.body_start,
        places=extracted.places,
        member=extracted.member,
    )


def title_from_name(source: str) -> str | None:
    """Return the file's name as words, or None where it is a number, a hash or the like."""
    stem = PurePath(source).stem
    words = re.findall(r"[^\W\d_]{2,}", stem)
    looks_random = re.search(r"[0-9a-f]{12,}|\d{6,}", stem.lower()) is not None
    if looks_random or sum(map(len, words)) < 3:
        return None
    return one_line(stem.replace("_", " "))


def _first_words(extracted: Extracted) -> str:
    sentences = split_sentences(extracted.text, extracted.body_start)
    first = " ".join(extracted.text[sentences[0].start : sentences[0].end].split()) if sentences else "Untitled"
    if len(first) <= _TITLE_LENGTH:
        return first
    return first[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
