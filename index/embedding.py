"""Documents to chunks with their vectors, and those of their sentences: one pass of the embedder for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
        _embedded(
            [(chunk, d.title) for d, chunks in zip(documents, chunked, strict=True) for chunk in chunks], embedder
        )
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


def _embedded(chunks: Sequence[tuple[Chunk, str]], embedder: Embedder) -> list[tuple[Vector, SentenceVectors]]:
    """Embed chunks, each given with its document's title; offsets of sentences are into the document's text."""
    texts = [embedding_text(chunk, title, embedder) for chunk, title in chunks]
    parts = []
    for (chunk, title), text in zip(chunks, texts, strict=True):
        head = len(text) - len(chunk.text)
        spans = tuple((head + span.start, head + span.end) for span in split_sentences(chunk.text))
        parts.append(Parts(spans, 0 if _is_long(title, embedder) else head))
    return [
        (vector, SentenceVectors(_in_document(chunk, text, own), sentences))
        for (chunk, _), text, own, (vector, sentences) in zip(
            chunks, texts, parts, embedder.encode_parts(texts, parts), strict=True
        )
    ]


def _in_document(chunk: Chunk, text: str, parts: Parts) -> tuple[tuple[int, int], ...]:
    shift = chunk.start - (len(text) - len(chunk.text))
    return tuple((start + shift, end + shift) for start, end in parts.spans)


def _is_long(title: str, embedder: Embedder) -> bool:
    return len(embedder.token_ends(title)) > _TITLE_TOKENS
