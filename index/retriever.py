"""A question to passages: both rankings of the store, fused, with what a reader needs to know of each document."""

from __future__ import annotations

from index.fusion import reciprocal_rank_fusion
from index.terms import content_words
from index.types import Embedder, Hit, Rankings, RetrievedPassage, Store

_DEPTH = 50
"""How deep each ranking is read before fusion."""
_MAX_TERMS = 64
"""A pasted page is searched by its first content words; the embedder sees its beginning as well."""
_WEIGHTS = (1.0, 0.5)
"""Dense, lexical."""


def rank(question: str, *, store: Store, embedder: Embedder, k: int) -> Rankings:
    """Return both rankings for a question, ``k`` deep."""
    question = question.encode("utf-8", "replace").decode("utf-8")  # a command line may hold bytes that are no text
    terms = list(dict.fromkeys(content_words(question)))[:_MAX_TERMS]
    return store.search(embedder.encode_query(question), terms, k)


def retrieve(question: str, *, store: Store, embedder: Embedder, k: int) -> list[RetrievedPassage]:
    """Return the ``k`` best chunks, best first; order is total: score, best rank, chunk id."""
    rankings = rank(question, store=store, embedder=embedder, k=max(k, _DEPTH))
    dense = {hit.chunk.id: hit for hit in rankings.dense}
    lexical = {hit.chunk.id: hit for hit in rankings.lexical}
    fused = reciprocal_rank_fusion([list(dense), list(lexical)], _WEIGHTS)
    return [
        _passage(place, score, dense.get(chunk_id), lexical.get(chunk_id))
        for place, (chunk_id, score) in enumerate(fused[:k], start=1)
    ]


def _passage(place: int, score: float, dense: Hit | None, lexical: Hit | None) -> RetrievedPassage:
    hit = dense or lexical
    assert hit is not None  # every fused id comes from one of the two rankings
    return RetrievedPassage(
        chunk=hit.chunk,
        title=hit.record.title,
        source=hit.record.source,
        date=hit.record.date,
        rank=place,
        score=score,
        cosine=dense.score if dense else None,
        bm25=lexical.score if lexical else None,
    )
