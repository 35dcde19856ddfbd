"""Chunks with everything that fusing needs, read within one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from index.store.rows import SEALED_COLUMNS, sealed_chunk
from index.store.vectors import from_blobs, from_half_blob
from index.types import Candidate, RankedSentence, Vector

LEXICAL_DEPTH = 1000
"""Chunks whose lexical score is looked up for one search; one that ranks lower counts as sharing no word."""
_MOST_NAMESAKES = 5
"""A title that more documents bear names none of them."""
_MOST_CHUNKS = 100
"""Of a document that is looked up by its title, no more chunks are considered."""
_PARAMETERS = 500
_T = TypeVar("_T")
_COLUMNS = f"{SEALED_COLUMNS} FROM chunks c JOIN documents d ON d.id = c.document_id"


def by_number(
    db: sqlite3.Connection, numbers: Collection[int], vector: Vector, lexical: Mapping[int, float]
) -> tuple[Candidate, ...]:
    """Return the chunks of these numbers; ``lexical`` gives the BM25 score of those that have one."""
    rows: list[sqlite3.Row] = []
    for part in _batches(sorted(numbers)):
        rows += db.execute(f"SELECT {_COLUMNS} WHERE c.number IN ({_marks(part)}) ORDER BY c.number", part)
    return tuple(_candidates(rows, vector, lexical))


def by_title(
    db: sqlite3.Connection,
    keys: Sequence[str],
    vector: Vector,
    lexical: Mapping[int, float],
    selected: Collection[str] | None = None,
) -> dict[str, tuple[Candidate, ...]]:
    """Return, for each key that few documents bear as their title, the chunks of these documents.

    Where ``selected`` is given, of documents with these ids only.
    """
    bearers: dict[str, list[str]] = {}
    for part in _batches(keys):
        for key, document in db.execute(
            f"SELECT title_key, id FROM documents WHERE title_key IN ({_marks(part)})", part
        ):
            if selected is None or document in selected:
                bearers.setdefault(key, []).append(document)
    named = {}
    for key, documents in sorted(bearers.items()):
        if len(documents) <= _MOST_NAMESAKES:
            query = f"SELECT {_COLUMNS} WHERE c.document_id IN ({_marks(documents)}) AND c.ordinal < {_MOST_CHUNKS}"
            named[key] = tuple(_candidates(db.execute(query + " ORDER BY c.number", documents), vector, lexical))
    return named


def _candidates(rows: Iterable[Sequence[object]], vector: Vector, lexical: Mapping[int, float]) -> Iterator[Candidate]:
    for row in rows:
        number, chunk, record, blob, spans, sentence_vectors = sealed_chunk(row)
        cosines = from_half_blob(sentence_vectors, len(vector)) @ vector
        yield Candidate(
            chunk=chunk,
            record=record,
            cosine=float(np.dot(from_blobs([blob], len(vector))[0], vector)),
            bm25=lexical.get(number, 0.0),
            sentences=tuple(
                RankedSentence(start, end, float(cosine))
                for (start, end), cosine in zip(json.loads(spans), cosines, strict=True)
            ),
        )


def _batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[i : i + _PARAMETERS] for i in range(0, len(items), _PARAMETERS))


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" * len(items))
