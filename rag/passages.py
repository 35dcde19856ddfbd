"""Retrieved passages in the form that answers show, and where in its file a span of one stands."""

from __future__ import annotations

import re

from index.types import Chunk, RetrievedPassage
from rag.context import Reading
from rag.rows import column_of
from rag.types import CitedPlace, Passage

_CLAUSE = re.compile(r"§? ?(\d+(?:\.\d+)+)\.?\s+\S")
"""The number that a clause begins with: of two parts at least, for a number alone is a step, a year, an amount."""


def shown(chosen: Reading, read: Reading | None = None) -> tuple[Passage, ...]:
    """Return the passages that were considered: those marked that an answer may rest on, and those the model left."""
    left = set(chosen.order) - set((read or chosen).order)
    return tuple(
        to_passage(passage, in_context=i in chosen.order, spared=i in left) for i, passage in enumerate(chosen.passages)
    )


def to_passage(passage: RetrievedPassage, *, in_context: bool = False, spared: bool = False) -> Passage:
    """Return a retrieved passage in the form that answers show."""
    chunk = passage.chunk
    place = cited_place(chunk, chunk.start)
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


def cited_place(chunk: Chunk, start: int, text: str = "", answer: str = "") -> CitedPlace | None:
    """Return where a file has what stands at ``start`` of its document.

    Args:
        chunk: the passage that it lies in.
        start: offset into the document's text.
        text: what is cited. The number of a clause that it begins with belongs to the place.
        answer: what it proves; where that is the value of one cell of a row, the column belongs to the place.
    """
    place = chunk.place_at(start)
    kind, label, page = (place.kind, place.label, place.page) if place else ("", "", None)
    column = column_of(answer, text) if kind == "row" else None
    clause = _CLAUSE.match(text)
    if column is not None:
        kind, label = "cell", f"{label}, {column}"
    elif clause and kind in ("", "page", "heading"):
        kind, label = "clause", ", ".join(filter(None, (label, f"clause {clause[1]}")))
    elif not label and chunk.heading:
        kind, label = "heading", chunk.heading
    return CitedPlace(kind or "page", label, page, column) if label else None
