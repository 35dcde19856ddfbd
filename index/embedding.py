"""Documents to chunks with their vectors, and those of their sentences: one pass of the embedder for both."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from index.chunking import chunk_document, embedding_text
from index.sentences import split_sentences
from index.types import Chunk, Document, EmbeddedDocument, Embedder, Matrix, Parts, SentenceVectors, Vector

_TITLE_TOKENS = 12
"""A longer title says more than the sentence that it would help to place, and makes all sentences alike."""


def embed_document(document: Document, embedder: Embedder) -> EmbeddedDocument:
    """Chunk and embed one document: its chunks, and their sentences within them."""
    return embed_documents([document], embedder)[0]


def embed_documents(documents: Sequence[Document], embedder: Embedder) -> list[EmbeddedDocument]:
    """Chunk and embed documents together: an embedder is quickest where it can put texts of one length side by side."""
    chunked = [tuple(chunk_document(document, embedder)) for document in documents]
    found = iter(
        _embedded([(chunk, d) for d, chunks in zip(documents, chunked, strict=True) for chunk in chunks], embedder)
    )
    embedded = []
    for document, chunks in zip(documents, chunked, strict=True):
        own = [next(found) for _ in chunks]
        vectors = np.stack([vector for vector, _ in own]) if own else np.zeros((0, embedder.dimension), np.float32)
        embedded.append(EmbeddedDocument(document, chunks, vectors, tuple(sentences for _, sentences in own)))
    return embedded


def embed_by_themselves(chunk: Chunk, spans: Sequence[tuple[int, int]], title: str, embedder: Embedder) -> Matrix:
    """Embed sentences of a chunk one by one, each behind title and headings; row ``i`` is of ``spans[i]``."""
    shown = "" if _is_long(title, embedder) else title
    texts = [
        embedding_text(replace(chunk, text=chunk.text[start - chunk.start : end - chunk.start]), shown, embedder)
        for start, end in spans
    ]
    return embedder.encode_documents(texts)


def _embedded(chunks: Sequence[tuple[Chunk, Document]], embedder: Embedder) -> list[tuple[Vector, SentenceVectors]]:
    """Embed chunks, each given with its document; offsets of sentences are into the document's text."""
    texts = [embedding_text(chunk, document.title, embedder) for chunk, document in chunks]
    edges = {id(d): sorted({e for h in d.headings for e in (h.start, h.end)}) for _, d in chunks}
    spans = [_sentences(chunk, document, edges[id(document)]) for chunk, document in chunks]
    parts = []
    for (chunk, document), text, own in zip(chunks, texts, spans, strict=True):
        head = len(text) - len(chunk.text)
        within = tuple((head + start - chunk.start, head + end - chunk.start) for start, end in own)
        parts.append(Parts(within, 0 if _is_long(document.title, embedder) else head))
    return [
        (vector, SentenceVectors(own, sentences))
        for own, (vector, sentences) in zip(spans, embedder.encode_parts(texts, parts), strict=True)
    ]


def _sentences(chunk: Chunk, document: Document, edges: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the sentences of a chunk as spans of its document; a heading, between two ``edges``, is one by itself."""
    inside = edges[bisect_right(edges, chunk.start) : bisect_left(edges, chunk.end)]
    return tuple(
        (span.start, span.end)
        for start, end in pairwise([chunk.start, *inside, chunk.end])
        for span in split_sentences(document.text, start, end)
    )


def _is_long(title: str, embedder: Embedder) -> bool:
    return len(embedder.token_ends(title)) > _TITLE_TOKENS
