"""A question to passages: what the store considers, fused, with what a reader needs to know of each document."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from index.embedding import embed_by_themselves
from index.fusion import Fused, fuse_all, names_of_the_best
from index.periods import period_of, wants_latest
from index.references import references_in
from index.terms import content_words, identifiers
from index.types import Embedder, RankedSentence, Rankings, RetrievedPassage, Selection, Store, Vector

_DEPTH = 50
"""How deep each ranking is read before fusion."""
_MAX_TERMS = 64
"""A pasted page is searched by its first content words; the embedder sees its beginning as well."""
_CONTEXT_WEIGHT = 0.35
"""Weight of the vector of what was asked before, beside the question's own."""


@dataclass(frozen=True, slots=True)
class Closer:
    """Which passages are looked at sentence by sentence: the best ``depth`` that are not ``margin`` behind."""

    depth: int
    margin: float
    embedder: Embedder
    """Remembers sentences, best: those of a small library are looked at with every question."""


def rank(question: str, *, store: Store, embedder: Embedder, k: int, within: Selection | None = None) -> Rankings:
    """Return both rankings for a question, ``k`` deep."""
    vector, terms = _query(question, "", embedder)
    return store.search(vector, terms, k, within=within)


def retrieve(
    question: str,
    *,
    store: Store,
    embedder: Embedder,
    k: int,
    context: str = "",
    within: Selection | None = None,
    closer: Closer | None = None,
) -> list[RetrievedPassage]:
    """Return the ``k`` best chunks, best first; order is total: score, then chunk id.

    ``context`` is what was asked before; what is near both is found first. ``within`` limits the documents, and so do
    the names of files in the question. ``closer`` says of which passages the sentences are looked at one by one.
    """
    vector, terms = _query(question, context, embedder)
    references = references_in(question, store.named)
    within = _narrowed(within, references.ids)
    candidates = store.candidates(vector, terms, max(k, _DEPTH), names_of_the_best, within=within)
    fused = fuse_all(
        candidates, period=period_of(question, date.today()), latest=wants_latest(question), references=references
    )
    found = [_passage(place, item) for place, item in enumerate(fused[:k], start=1)]
    return found if closer is None else _looked_at_closely(found, vector, closer)


def _narrowed(within: Selection | None, ids: Set[str]) -> Selection | None:
    """Return a selection of the documents that are named, as far as they were selected at all."""
    if not ids:
        return within
    if within is None:
        return Selection(ids=tuple(sorted(ids)))
    kept = ids & set(within.ids) if within.ids else ids
    return replace(within, ids=tuple(sorted(kept))) if kept else within


def _looked_at_closely(passages: Sequence[RetrievedPassage], vector: Vector, closer: Closer) -> list[RetrievedPassage]:
    """Measure anew how close the sentences of the best passages are, each by itself.

    Stored sentence vectors come from one pass over the whole passage and know its other sentences, which finds
    passages as well, but tells their sentences apart less well.
    """
    looked = list(passages)
    for i, passage in enumerate(passages[: closer.depth]):
        if passage.named_by is None and passage.score < passages[0].score - closer.margin:
            continue
        spans = [(sentence.start, sentence.end) for sentence in passage.sentences]
        cosines = embed_by_themselves(passage.chunk, spans, passage.title, closer.embedder) @ vector
        sentences = tuple(RankedSentence(start, end, float(c)) for (start, end), c in zip(spans, cosines, strict=True))
        looked[i] = replace(passage, sentences=sentences)
    return looked


def _query(question: str, context: str, embedder: Embedder) -> tuple[Vector, list[str]]:
    question, context = _encodable(question), _encodable(context)
    vector = embedder.encode_query(question)
    if context.strip():
        vector = vector + _CONTEXT_WEIGHT * embedder.encode_query(context)
        vector /= np.linalg.norm(vector) or 1.0
    terms = dict.fromkeys(
        [*content_words(question), *identifiers(question), *(content_words(context) if context.strip() else ())]
    )
    return vector, list(terms)[:_MAX_TERMS]


def _encodable(text: str) -> str:
    """Return ``text`` with what is no text replaced: a command line may hold any bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")


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
        copies=candidate.record.copies,
    )
