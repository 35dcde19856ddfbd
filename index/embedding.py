"""Documents to chunks with their vectors, and those of their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from index.chunking import chunk_document, embedding_text
from index.sentences import split_sentences
from index.types import Chunk, Document, EmbeddedDocument, Embedder, Matrix, SentenceVectors, Vector

_TITLE_TOKENS = 12
"""A longer title says more than the sentence that it would help to place, and makes all sentences alike."""


def embed_document(document: Document, embedder: Embedder) -> EmbeddedDocument:
    """Chunk and embed one document: its chunks, and their sentences by themselves."""
    return embed_documents([document], embedder)[0]


def embed_documents(documents: Sequence[Document], embedder: Embedder) -> list[EmbeddedDocument]:
    """Chunk and embed documents together: an embedder is quickest where it can put texts of one length side by side."""
    chunked = [tuple(chunk_document(document, embedder)) for document in documents]
    spans = [[_sentence_spans(chunk) for chunk in chunks] for chunks in chunked]
    wholes = [
        [embedding_text(chunk, document.title, embedder) for chunk in chunks]
        for document, chunks in zip(documents, chunked, strict=True)
    ]
    parts = [
        _sentence_texts(chunks, within, document.title, embedder)
        for document, chunks, within in zip(documents, chunked, spans, strict=True)
    ]
    vectors = _vectors(chain.from_iterable(wholes), chain.from_iterable(chain.from_iterable(parts)), embedder)
    return [
        EmbeddedDocument(
            document,
            chunks,
            _stacked(whole, vectors, embedder),
            tuple(
                SentenceVectors(span, _stacked(own, vectors, embedder)) for span, own in zip(within, part, strict=True)
            ),
        )
        for document, chunks, within, whole, part in zip(documents, chunked, spans, wholes, parts, strict=True)
    ]


def _vectors(wholes: Iterable[str], parts: Iterable[str], embedder: Embedder) -> dict[str, Vector]:
    """Embed each text once; a chunk of one sentence is one text."""
    exact = list(dict.fromkeys(wholes))
    vectors = dict(zip(exact, embedder.encode_documents(exact), strict=True))
    rest = [text for text in dict.fromkeys(parts) if text not in vectors]
    return vectors | dict(zip(rest, embedder.encode_sentences(rest), strict=True))


def embed_sentences(chunks: Sequence[Chunk], title: str, embedder: Embedder) -> tuple[SentenceVectors, ...]:
    """Embed the sentences of chunks of one document, each with title and headings; result ``i`` is of ``chunks[i]``."""
    spans = [_sentence_spans(chunk) for chunk in chunks]
    texts = _sentence_texts(chunks, spans, title, embedder)
    return tuple(
        SentenceVectors(within, embedder.encode_sentences(own)) for within, own in zip(spans, texts, strict=True)
    )


def _sentence_spans(chunk: Chunk) -> tuple[tuple[int, int], ...]:
    """Return the sentences of a chunk, by offsets into the document's text."""
    return tuple((chunk.start + span.start, chunk.start + span.end) for span in split_sentences(chunk.text))


def _sentence_texts(
    chunks: Sequence[Chunk], spans: Sequence[Sequence[tuple[int, int]]], title: str, embedder: Embedder
) -> list[list[str]]:
    """Return what is embedded for the sentences of each chunk: with its title, unless that is a sentence itself."""
    if len(embedder.token_ends(title)) > _TITLE_TOKENS:
        title = ""
    return [
        [
            embedding_text(replace(chunk, text=chunk.text[start - chunk.start : end - chunk.start]), title, embedder)
            for start, end in within
        ]
        for chunk, within in zip(chunks, spans, strict=True)
    ]


def _stacked(texts: Sequence[str], vectors: Mapping[str, Vector], embedder: Embedder) -> Matrix:
    return np.stack([vectors[text] for text in texts]) if texts else np.zeros((0, embedder.dimension), np.float32)
