"""Retrieval baselines to stand beside the product: BM25, MiniLM and their fusion, over whole documents.

They know nothing of chunks: a document is its title and text, of which the embedder sees the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from index.errors import MissingDependency
from index.types import Document, Embedder, Matrix

Baseline = Literal["bm25", "dense", "rrf"]
RRF_CONSTANT = 60
DEPTH = 100
"""How deep rankings go into a fusion."""


class Ranker(Protocol):
    """Orders a set's documents by how well they fit a question."""

    def rank(self, question: str) -> list[str]:
        """Return document ids, best first, equal scores by id."""


class BM25Ranker:
    """BM25 (Lucene's variant, k1 1.5, b 0.75) by ``bm25s``, English stop words left out."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._bm25s = _import_bm25s()
        self._ids = [document.id for document in documents]
        self._index = self._bm25s.BM25()
        self._index.index(self._tokens([whole_text(document) for document in documents]), show_progress=False)

    def rank(self, question: str) -> list[str]:
        """Return the ids of the documents that hold a word of the question."""
        (words,) = self._tokens([question], return_ids=False)
        known = [word for word in words if word in self._index.vocab_dict]
        if not known:
            return []
        scores = self._index.get_scores(known)
        matched = np.flatnonzero(scores > 0)
        return _ordered([self._ids[i] for i in matched], scores[matched])

    def _tokens(self, texts: list[str], *, return_ids: bool = True) -> Any:
        return self._bm25s.tokenize(texts, stopwords="en", return_ids=return_ids, show_progress=False)


class DenseRanker:
    """Cosine of question and document. ``vectors[i]`` embeds ``document_ids[i]``."""

    def __init__(self, document_ids: Sequence[str], vectors: Matrix, embedder: Embedder) -> None:
        self._ids = list(document_ids)
        self._vectors = vectors
        self._embedder = embedder

    def rank(self, question: str) -> list[str]:
        """Return all document ids."""
        return _ordered(self._ids, self._vectors @ self._embedder.encode_query(question))


class FusedRanker:
    """Reciprocal rank fusion (Cormack et al. 2009) of rankers: a document scores the sum of 1 / (60 + rank)."""

    def __init__(self, rankers: Iterable[Ranker]) -> None:
        self._rankers = tuple(rankers)

    def rank(self, question: str) -> list[str]:
        """Return the ids that any ranker has among its first 100."""
        return fuse([ranker.rank(question)[:DEPTH] for ranker in self._rankers])


def fuse(rankings: Iterable[Sequence[str]]) -> list[str]:
    """Return the ids of all rankings by their summed 1 / (60 + rank), equal sums by id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (RRF_CONSTANT + rank)
    return sorted(scores, key=lambda key: (-scores[key], key))


def whole_text(document: Document) -> str:
    """Return what a baseline sees of a document."""
    return f"{document.title}\n{document.text}".strip()


def document_vectors(documents: Sequence[Document], embedder: Embedder, cache: Path) -> Matrix:
    """Return one unit vector a document, shape ``(len(documents), dimension)``, kept in the file ``cache``."""
    if cache.exists():
        stored: Matrix = np.load(cache, allow_pickle=False)
        if stored.shape == (len(documents), embedder.dimension):
            return stored
    vectors = embedder.encode_documents([whole_text(document) for document in documents])
    cache.parent.mkdir(parents=True, exist_ok=True)
    partial = cache.with_suffix(".partial")
    with partial.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)
    partial.replace(cache)
    return vectors


def _ordered(ids: Sequence[str], scores: Any) -> list[str]:
    by_id: Mapping[str, float] = dict(zip(ids, map(float, scores), strict=True))
    return sorted(by_id, key=lambda key: (-by_id[key], key))


def _import_bm25s() -> Any:
    try:
        return import_module("bm25s")
    except ImportError:
        raise MissingDependency("the BM25 baseline needs bm25s; run: pip install bm25s") from None
