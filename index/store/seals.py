"""Seals: short hashes that tell whether rows are as they were written.

Every document and every chunk carries the seal of its own columns, and the library the sum of all seals, those of files
among them: a row that was changed, lost or added from outside is noticed, whatever the medium did.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence

DOCUMENT_COLUMNS = "id, source, title, title_key, date, content_hash, body_start, headings, text, member, tags, places"
CHUNK_COLUMNS = (
    'id, document_id, ordinal, start, "end", heading, title, text, vector, sentences, sentence_vectors, places'
)
FILE_COLUMNS = "path, content_hash, size, modified_ns, read_ns, reason, tags, unread, reading"
_BYTES = 16
_MODULUS = 1 << (8 * _BYTES)
SUM = "seals"
"""Key in ``meta`` of the sum of all seals."""


def seal(values: Iterable[object]) -> bytes:
    """Return the seal of the columns of a row, in order."""
    digest = hashlib.blake2b(digest_size=_BYTES)
    for value in values:
        if isinstance(value, bytes):
            kind, data = b"b", value
        elif isinstance(value, str):
            kind, data = b"t", value.encode("utf-8", "surrogatepass")
        else:
            kind, data = b"o", repr(value).encode()
        digest.update(kind + len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


def is_intact(row: Sequence[object]) -> bool:
    """Tell whether a row, its seal in the last column, is as it was written."""
    return seal(row[:-1]) == row[-1]


def total(seals: Iterable[bytes]) -> int:
    """Return the sum of seals; their order does not matter."""
    return sum(int.from_bytes(item, "little") for item in seals) % _MODULUS


def add_to_sum(db: sqlite3.Connection, change: int) -> None:
    """Change the library's sum of seals."""
    current = int(db.execute("SELECT value FROM meta WHERE key = ?", (SUM,)).fetchone()[0])
    db.execute("UPDATE meta SET value = ? WHERE key = ?", (str((current + change) % _MODULUS), SUM))


def seals_of(db: sqlite3.Connection, document_id: str) -> int:
    """Return the sum of the seals of a document and its chunks, 0 where there is none."""
    rows = db.execute(
        "SELECT seal FROM documents WHERE id = ? UNION ALL SELECT seal FROM chunks WHERE document_id = ?",
        (document_id, document_id),
    )
    return total(row[0] for row in rows)


def all_seals(db: sqlite3.Connection) -> int:
    """Return the sum of the seals that documents and chunks carry, and of those of what is known of files."""
    carried = total(row[0] for row in db.execute("SELECT seal FROM documents UNION ALL SELECT seal FROM chunks"))
    return (carried + total(seal(row) for row in db.execute(f"SELECT {FILE_COLUMNS} FROM files"))) % _MODULUS


def seal_of_file(db: sqlite3.Connection, path: str) -> int:
    """Return the seal of what is known of a file as a number, 0 where nothing is."""
    row = db.execute(f"SELECT {FILE_COLUMNS} FROM files WHERE path = ?", (path,)).fetchone()
    return 0 if row is None else total([seal(row)])


def seal_everything(db: sqlite3.Connection) -> None:
    """Give every row its seal, and the library their sum."""
    for table, columns in (("documents", DOCUMENT_COLUMNS), ("chunks", CHUNK_COLUMNS)):
        for (number,) in db.execute(f"SELECT rowid FROM {table}").fetchall():
            row = db.execute(f"SELECT {columns} FROM {table} WHERE rowid = ?", (number,)).fetchone()
            db.execute(f"UPDATE {table} SET seal = ? WHERE rowid = ?", (seal(row), number))
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SUM, str(all_seals(db))))
