"""Rows of the database to what flows through the index, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import PurePath

from index.errors import LibraryError
from index.store.seals import (
    CHUNK_COLUMNS,
    DOCUMENT_COLUMNS,
    FILE_COLUMNS,
    add_to_sum,
    is_intact,
    seal,
    seal_of_file,
    seals_of,
)
from index.store.vectors import to_blob, to_half_blob
from index.titles import title_key
from index.types import Chunk, Document, DocumentRecord, EmbeddedDocument, FileRecord, Heading, Place, Unread

COPIES = (
    "(SELECT json_group_array(f.path) FROM files f WHERE f.content_hash = d.content_hash AND f.reason IS NULL "
    "AND d.content_hash <> '' AND d.source <> f.path AND d.source <> f.path || '!/' || d.member)"
)
"""Further files with the content of a document ``d``, as JSON."""
RECORD_COLUMNS = f"d.id, d.source, d.title, d.date, d.content_hash, d.member, d.tags, {COPIES}"
_SEALED_CHUNK = ", ".join(f"c.{column.strip()}" for column in CHUNK_COLUMNS.split(","))
SEALED_COLUMNS = f"c.number, {_SEALED_CHUNK}, c.seal, {RECORD_COLUMNS}"
"""Columns that :func:`sealed_chunk` reads, of ``chunks c JOIN documents d``."""
_SEALED = 14
DAMAGED = "is damaged; 'pincite doctor --repair' mends what can be mended"


def record(row: Sequence[object]) -> DocumentRecord:
    """Return the record of a row of ``RECORD_COLUMNS``."""
    identity, source, title, date, content_hash, member, tags, copies = row
    return DocumentRecord(
        str(identity),
        str(source),
        str(title),
        date if date is None else str(date),
        str(content_hash),
        str(member),
        tuple(json.loads(str(tags))),
        tuple(sorted(json.loads(str(copies)))),
    )


def sealed_chunk(row: Sequence[object]) -> tuple[int, Chunk, DocumentRecord, bytes, str, bytes]:
    """Return (number, chunk, its document's record, vector, sentence spans as JSON, sentence vectors) of a row.

    Raises:
        LibraryError: the row is not as it was written.
    """
    number, *columns = row[:_SEALED]
    if not is_intact(columns):
        raise LibraryError(f"passage {columns[0]} of the library {DAMAGED}")
    identity, document_id, ordinal, start, end, heading, _, text, vector, sentences, sentence_vectors, places = columns[
        :-1
    ]
    chunk = Chunk(identity, document_id, ordinal, start, end, text, heading, _places(str(places)))  # type: ignore[arg-type]
    return number, chunk, record(row[_SEALED:]), vector, sentences, sentence_vectors  # type: ignore[return-value]


def read_document(db: sqlite3.Connection, document_id: str) -> Document | None:
    """Return one document with its text, or None.

    Raises:
        LibraryError: its row is not as it was written.
    """
    row = db.execute(f"SELECT {DOCUMENT_COLUMNS}, seal FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        return None
    if not is_intact(row):
        raise LibraryError(f"document {document_id} of the library {DAMAGED}")
    identity, source, title, _, date, content_hash, body_start, headings, text, member, tags, places, _ = row
    return Document(
        id=identity,
        source=source,
        title=title,
        text=text,
        date=date,
        content_hash=content_hash,
        headings=tuple(Heading(*heading) for heading in json.loads(headings)),
        body_start=body_start,
        places=_places(places),
        member=member,
        tags=tuple(json.loads(tags)),
    )


def put_document(db: sqlite3.Connection, item: EmbeddedDocument) -> None:
    """Store a document and its chunks in place of what has its id."""
    document = item.document
    remove_document(db, document.id)
    row: tuple[object, ...] = (
        document.id,
        document.source,
        document.title,
        title_key(document.title),
        document.date,
        document.content_hash,
        document.body_start,
        json.dumps([astuple(heading) for heading in document.headings]),
        document.text,
        document.member,
        json.dumps(document.tags),
        json.dumps([astuple(place) for place in document.places]),
    )
    _insert(db, "documents", DOCUMENT_COLUMNS, row)
    title = _searched_title(document.title, document.source)
    for c, vector, within in zip(item.chunks, item.vectors, item.sentences, strict=True):
        _insert(
            db,
            "chunks",
            CHUNK_COLUMNS,
            (
                *(c.id, c.document_id, c.ordinal, c.start, c.end, c.heading, title, c.text),
                *(to_blob(vector), json.dumps(within.spans), to_half_blob(within.vectors)),
                json.dumps([astuple(place) for place in c.places]),
            ),
        )
    add_to_sum(db, seals_of(db, document.id))


def remove_document(db: sqlite3.Connection, document_id: str) -> None:
    """Take out a document and its chunks; one that is not there is no error."""
    add_to_sum(db, -seals_of(db, document_id))
    db.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
    db.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def revise_document(db: sqlite3.Connection, changed: DocumentRecord) -> None:
    """Give a document another source and other tags; its passages are found by the new name."""
    values = (changed.source, json.dumps(changed.tags), changed.id)
    before = seals_of(db, changed.id)
    db.execute("UPDATE documents SET source = ?, tags = ? WHERE id = ?", values)
    row = db.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (changed.id,)).fetchone()
    if row is not None:
        db.execute("UPDATE documents SET seal = ? WHERE id = ?", (seal(row), changed.id))
        title = _searched_title(row[2], changed.source)
        db.execute("UPDATE chunks SET title = ? WHERE document_id = ? AND title <> ?", (title, changed.id, title))
        for number, *columns in db.execute(
            f"SELECT number, {CHUNK_COLUMNS} FROM chunks WHERE document_id = ?", (changed.id,)
        ).fetchall():
            db.execute("UPDATE chunks SET seal = ? WHERE number = ?", (seal(columns), number))
    add_to_sum(db, seals_of(db, changed.id) - before)


def put_file(db: sqlite3.Connection, file: FileRecord) -> None:
    """Note what is known of a file."""
    before = seal_of_file(db, file.path)
    values = (
        *(file.path, file.content_hash, file.size, file.modified_ns, file.read_ns, file.reason),
        *(json.dumps(file.tags), json.dumps([astuple(item) for item in file.unread]), file.reading),
    )
    db.execute(f"INSERT OR REPLACE INTO files ({FILE_COLUMNS}) VALUES ({', '.join('?' * len(values))})", values)
    add_to_sum(db, seal_of_file(db, file.path) - before)


def forget_file(db: sqlite3.Connection, path: str) -> None:
    """Forget what is known of a file; one that is not known is no error."""
    add_to_sum(db, -seal_of_file(db, path))
    db.execute("DELETE FROM files WHERE path = ?", (path,))


def read_files(db: sqlite3.Connection) -> list[FileRecord]:
    """Return what is known of files, ordered by path."""
    rows = db.execute(f"SELECT {FILE_COLUMNS} FROM files ORDER BY path")
    return [
        FileRecord(*plain, tuple(json.loads(tags)), tuple(Unread(*item) for item in json.loads(unread)), reading)  # type: ignore[call-arg]
        for *plain, tags, unread, reading in rows
    ]


def _searched_title(title: str, source: str) -> str:
    """Return what a passage is found by beside its text: the document's title, and its file's name."""
    name = PurePath(source.replace("\\", "/")).name
    return title if name == title or not name else f"{title}\n{name}"


def _insert(db: sqlite3.Connection, table: str, columns: str, row: Sequence[object]) -> None:
    marks = ", ".join("?" * (len(row) + 1))
    db.execute(f"INSERT INTO {table} ({columns}, seal) VALUES ({marks})", (*row, seal(row)))


def _places(text: str) -> tuple[Place, ...]:
    return tuple(Place(*place) for place in json.loads(text))
