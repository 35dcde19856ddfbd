"""Retrieved passages in the form that answers show, and where in its file a span of one stands."""

from __future__ import annotations

from index.types import Chunk, Place, RetrievedPassage
from rag.context import Reading
from rag.types import Passage


def shown(chosen: Reading, read: Reading | None = None) -> tuple[Passage, ...]:
    """Return the passages that were considered: those marked that an answer may rest on, and those the model left."""
    left = set(chosen.order) - set((read or chosen).order)
    return tuple(
        to_passage(passage, in_context=i in chosen.order, spared=i in left) for i, passage in enumerate(chosen.passages)
    )


def to_passage(passage: RetrievedPassage, *, in_context: bool = False, spared: bool = False) -> Passage:
    """Return a retrieved passage in the form that answers show."""
    chunk = passage.chunk
    place = place_at(chunk, chunk.start)
    return Passage(
        document_id=chunk.document_id,
        chunk_id=chunk.id,
        title=passage.title,
        source=passage.source,
        date=passage.date,
        heading=chunk.heading,
        rank=passage.rank,
        score=passage.score,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        in_context=in_context,
        locator=place.label if place else None,
        cosine=round(passage.cosine, 4),
        bm25=round(passage.bm25, 4),
        named_by=passage.named_by,
        spared=spared,
    )


def place_at(chunk: Chunk, position: int) -> Place | None:
    """Return the place in the file of the character at ``position`` of the document, where the format has places."""
    return next((place for place in reversed(chunk.places) if place.start <= position), None)
