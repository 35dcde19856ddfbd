"""Documents to chunks: a heading and whole sentences below it, sized in the embedder's tokens, with exact offsets."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import category

from index.sentences import Span, split_sentences
from index.types import Chunk, Document, Embedder, Heading, Place

_HEADER_SHARE = 4
"""The header (title and headings) may take at most one fourth of what the embedder sees."""


@dataclass(frozen=True, slots=True)
class _Section:
    """Prose from its headings (``text[start:body]``, "" where there are none) to the next: ``text[start:end]``.

    ``path`` are the headings above it, its own last.
    """

    start: int
    body: int
    end: int
    path: str


def chunk_document(document: Document, embedder: Embedder) -> list[Chunk]:
    """Cut a document into chunks that do not overlap.

    A chunk holds whole sentences of one section, its heading first; sections are cut evenly rather than filled to the
    brim. What is quoted from older mail begins a chunk. Only a sentence that is too long for the embedder by itself is
    cut inside. Every ``embedding_text`` fits the embedder.
    """
    token_ends = embedder.token_ends(document.text)
    starts = [place.start for place in document.places]
    chunks: list[Chunk] = []
    for section in _sections(document):
        budget = embedder.max_tokens - len(embedder.token_ends(_header(document.title, section.path, embedder)))
        for span in _pack(document, section, token_ends, budget):
            ordinal = len(chunks)
            chunks.append(
                Chunk(
                    id=f"{document.id}-{ordinal:05d}",
                    document_id=document.id,
                    ordinal=ordinal,
                    start=span.start,
                    end=span.end,
                    text=document.text[span.start : span.end],
                    heading=section.path,
                    places=_places_within(document.places, starts, span),
                )
            )
    return chunks


def _places_within(places: Sequence[Place], starts: Sequence[int], span: Span) -> tuple[Place, ...]:
    """Return the places that hold somewhere in a span; ``starts`` are where they begin."""
    first = max(0, bisect_right(starts, span.start) - 1)
    return tuple(places[first : bisect_left(starts, span.end)])


def embedding_text(chunk: Chunk, title: str, embedder: Embedder) -> str:
    """Return what is embedded for a chunk: title and headings, then its text. Never longer than the embedder sees."""
    return _header(title, chunk.heading, embedder) + chunk.text


def _header(title: str, heading: str, embedder: Embedder) -> str:
    header = " > ".join(filter(None, (title, heading)))
    if not header:
        return ""
    ends = embedder.token_ends(header)
    allowed = embedder.max_tokens // _HEADER_SHARE
    return (header if len(ends) <= allowed else header[: ends[allowed - 1]]) + "\n"


def _sections(document: Document) -> Iterator[_Section]:
    """Yield the stretches of prose from one heading to the next, each with its path of headings.

    A heading with nothing below it stands with the next one.
    """
    path: list[Heading] = []
    start = body = document.body_start
    for heading in document.headings:
        if heading.start < document.body_start:
            continue
        if document.text[body : heading.start].strip():
            yield _Section(start, body, heading.start, _path_text(path, document.title))
            start = heading.start
        path = [above for above in path if above.level < heading.level] + [heading]
        body = heading.end
    yield _Section(start, body, len(document.text), _path_text(path, document.title))


def _path_text(path: Sequence[Heading], title: str) -> str:
    return " > ".join(heading.text for heading in path if heading.text != title)


def _pack(document: Document, section: _Section, token_ends: Sequence[int], budget: int) -> Iterator[Span]:
    """Yield the chunks of a section."""
    text = document.text
    quoted = [
        place.start
        for place in document.places
        if place.kind == "quoted" and section.body < place.start < section.end
    ]
    for start, end in pairwise([section.start, *quoted, section.end]):
        heading = _trimmed(text, start, section.body) if start == section.start else []
        sentences = split_sentences(text, section.body if heading else start, end)
        pieces = [piece for unit in (*heading, *sentences) for piece in _fit(text, unit, token_ends, budget)]
        yield from _even(pieces, token_ends, budget)


def _even(pieces: Sequence[Span], token_ends: Sequence[int], budget: int) -> Iterator[Span]:
    """Put pieces together to chunks of about the same size, each within the budget."""
    sizes = [_count(piece, token_ends) for piece in pieces]
    remaining = sum(sizes)
    start, used = 0, 0
    for i, size in enumerate(sizes):
        target = remaining / max(1, math.ceil(remaining / budget))
        if i > start and (used + size > budget or used + size / 2 > target):
            yield Span(pieces[start].start, pieces[i - 1].end)
            remaining -= used
            start, used = i, 0
        used += size
    if pieces:
        yield Span(pieces[start].start, pieces[-1].end)


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    """Return ``text[start:end]`` without white space around it, as a span; none where nothing is left."""
    stripped = text[start:end].strip()
    begin = start + text[start:end].find(stripped)
    return [Span(begin, begin + len(stripped))] if stripped else []


def _count(span: Span, token_ends: Sequence[int]) -> int:
    """Count the tokens that end inside a span. (White space between two spans belongs to no token.)"""
    return bisect_right(token_ends, span.end) - bisect_right(token_ends, span.start)


def _fit(text: str, sentence: Span, token_ends: Sequence[int], budget: int) -> Iterator[Span]:
    """Cut a sentence that is over the budget into pieces that are not."""
    start = sentence.start
    while _count(Span(start, sentence.end), token_ends) > budget:
        cut = _cut(text, start, token_ends[bisect_right(token_ends, start) + budget - 1])
        yield Span(start, start + len(text[start:cut].rstrip()))
        start = cut
        while start < sentence.end and text[start].isspace():
            start += 1
    if start < sentence.end:
        yield Span(start, sentence.end)


def _cut(text: str, start: int, limit: int) -> int:
    """Return the last white space in the later half of ``text[start:limit]``, else the last end of a sign, else limit.

    A piece of a word may have more tokens than it had inside the word, so words are cut only if nothing else is left.
    """
    later_half = range(limit, start + (limit - start) // 2, -1)
    space = next((cut for cut in later_half if text[cut].isspace()), None)
    sign = next((cut for cut in later_half if category(text[cut - 1])[0] in "PS"), None)
    return space or sign or limit
