"""Bringing a library of an older format to this one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence

from index.store.schema import FORMAT, UPGRADES
from index.store.seals import seal_everything
from index.store.vectors import to_half_blob
from index.titles import title_key
from index.types import Chunk, SentenceVectors

EmbedSentences = Callable[[Sequence[Chunk], str], Sequence[SentenceVectors]]
"""Makes the sentence vectors of one document's chunks; the second argument is its title."""


def upgrade(db: sqlite3.Connection, version: int, embed: EmbedSentences) -> None:
    """Bring a library of format ``version`` to this one, within the transaction that is open."""
    for step in range(version, FORMAT):
        for statement in UPGRADES[step]:
            db.execute(statement)
    _embed_sentences(db, embed)
    seal_everything(db)
    db.execute("INSERT OR REPLACE INTO meta VALUES ('format', ?)", (str(FORMAT),))


def _embed_sentences(db: sqlite3.Connection, embed: EmbedSentences) -> None:
    for document_id, title in db.execute("SELECT id, title FROM documents").fetchall():
        db.execute("UPDATE documents SET title_key = ? WHERE id = ?", (title_key(title), document_id))
        query = 'SELECT id, document_id, ordinal, start, "end", text, heading FROM chunks WHERE document_id = ?'
        chunks = [Chunk(*row) for row in db.execute(query, (document_id,)).fetchall()]
        db.executemany(
            "UPDATE chunks SET sentences = ?, sentence_vectors = ? WHERE id = ?",
            [
                (json.dumps(within.spans), to_half_blob(within.vectors), chunk.id)
                for chunk, within in zip(chunks, embed(chunks, title), strict=True)
            ],
        )
