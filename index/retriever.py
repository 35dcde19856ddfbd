"""A question to passages: what the store considers, fused, with what a reader needs to know of each document."""

from __future__ import annotations

from index.fusion import Fused, fuse_all, names_of_the_best
from index.terms import content_words
from index.types import Embedder, Rankings, RetrievedPassage, Store, Vector

_DEPTH = 50
"""How deep each ranking is read before fusion."""
_MAX_TERMS = 64
"""A pasted page is searched by its first content words; the embedder sees its beginning as well."""


def rank(question: str, *, store: Store, embedder: Embedder, k: int) -> Rankings:
    """Return both rankings for a question, ``k`` deep."""
    vector, terms = _query(question, embedder)
    return store.search(vector, terms, k)


def retrieve(question: str, *, store: Store, embedder: Embedder, k: int) -> list[RetrievedPassage]:
    """Return the ``k`` best chunks, best first; order is total: score, then chunk id."""
    vector, terms = _query(question, embedder)
    candidates = store.candidates(vector, terms, max(k, _DEPTH), names_of_the_best)
    return [_passage(place, item) for place, item in enumerate(fuse_all(candidates)[:k], start=1)]


def _query(question: str, embedder: Embedder) -> tuple[Vector, list[str]]:
    question = question.encode("utf-8", "replace").decode("utf-8")  # a command line may hold bytes that are no text
    return embedder.encode_query(question), list(dict.fromkeys(content_words(question)))[:_MAX_TERMS]


def _passage(place: int, item: Fused) -> RetrievedPassage:
    candidate = item.candidate
    return RetrievedPassage(
        chunk=candidate.chunk,
        title=candidate.record.title,
        source=candidate.record.source,
        date=candidate.record.date,
        rank=place,
        score=item.score,
        cosine=candidate.cosine,
        bm25=candidate.bm25,
        sentences=candidate.sentences,
        named_by=item.named_by.record.title if item.named_by else None,
    )
