"""Bringing a library of an older format to this one."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable

from index.store.rows import put_document, read_document
from index.store.schema import FORMAT, UPGRADES
from index.store.seals import seal_everything
from index.types import Document, EmbeddedDocument

EmbedDocument = Callable[[Document], EmbeddedDocument]
"""Makes the passages of a document and their vectors."""


def upgrade(db: sqlite3.Connection, version: int, embed: EmbedDocument) -> None:
    """Bring a library of format ``version`` to this one, within the transaction that is open.

    Passages and vectors are made anew from the stored text. Files are read again with the next sync.
    """
    for step in range(version, FORMAT):
        for statement in UPGRADES[step]:
            db.execute(statement)
    seal_everything(db)
    for (identity,) in db.execute("SELECT id FROM documents ORDER BY id").fetchall():
        document = read_document(db, identity)
        assert document is not None
        put_document(db, embed(document))
    meta = [("format", str(FORMAT)), ("stamp", secrets.token_hex(8))]  # passages have new numbers: no cache fits them
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta)
