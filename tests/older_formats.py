"""Libraries as older versions of the format had them, made from new ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def to_format_4(folder: Path) -> None:
    """Turn a library into one as the fourth format had it: nothing was known of what could not be read."""
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("DROP TRIGGER chunks_retitle")
        for column in ("unread", "reading"):
            db.execute(f"ALTER TABLE files DROP COLUMN {column}")
        db.execute("UPDATE meta SET value = '4' WHERE key = 'format'")
        db.commit()


def to_format_3(folder: Path) -> None:
    """Turn a library into one as the third format had it: its sentence vectors were others."""
    to_format_4(folder)
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("UPDATE chunks SET sentence_vectors = zeroblob(length(sentence_vectors))")
        db.execute("UPDATE meta SET value = '3' WHERE key = 'format'")
        db.commit()


def to_format_2(folder: Path) -> None:
    """Turn a library into one as the second format had it."""
    to_format_3(folder)
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("DROP TABLE files")
        for table, columns in {"documents": ("member", "tags", "places", "seal"), "chunks": ("places", "seal")}.items():
            for column in columns:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("DELETE FROM meta WHERE key IN ('seals', 'documents', 'chunks', 'probe')")
        db.execute("UPDATE meta SET value = '2' WHERE key = 'format'")
        db.commit()


def to_format_1(folder: Path) -> None:
    """Turn a library into one as the first format had it."""
    to_format_2(folder)
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("DROP INDEX documents_by_title")
        for table, column in (("documents", "title_key"), ("chunks", "sentences"), ("chunks", "sentence_vectors")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("UPDATE meta SET value = '1' WHERE key = 'format'")
        db.commit()
