"""What is wrong with a library, and what can be mended from the text that it holds.

The documents' text is the truth. Passages, vectors and the word index are made from it and can be made again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from index.embedding import embed_document
from index.library import Library
from index.store.seals import CHUNK_COLUMNS, DOCUMENT_COLUMNS, SUM, all_seals, is_intact
from index.store.sqlite import CACHE, DATABASE, connect
from index.store.vectors import VectorIndex
from index.text import one_line
from index.types import ChangeSet

_LEFTOVER_SECONDS = 3600.0
"""A temporary file this old belongs to no process that still writes it."""
_RESTORE = "restore a copy of the folder, or add the documents to a new library"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        subject: the file or the document's source.
        problem: one line.
        remedy: what mends it.
        repaired: whether that has been done.
    """

    subject: str
    problem: str
    remedy: str
    repaired: bool = False


def examine(library: Library, *, repair: bool = False) -> list[Finding]:
    """Look through a whole library (reads all of it).

    Args:
        library: an opened one; what cannot be opened says itself why.
        repair: mend what can be mended: passages and vectors are made again from the stored text, the word index from
            the passages; a damaged cache and leftovers of killed processes are removed.

    Returns:
        What was found, in the order in which it was looked for; empty where all is in order.
    """
    folder = Path(library.info().path)
    found = list(_database(folder))
    if not found:  # what lies on damaged pages cannot be looked at one by one
        try:
            for look in (_documents, _sum_of_seals, _word_index):
                found += look(library, folder, repair)
        except sqlite3.DatabaseError as error:  # its very columns may have other names
            found.append(Finding(DATABASE, f"cannot be read ({one_line(error)})", _RESTORE))
    return [*found, *_files(folder, repair)]


def _database(folder: Path) -> Iterator[Finding]:
    try:
        with closing(connect(folder)) as db:
            for (fault,) in db.execute("PRAGMA integrity_check(5)"):
                # the word index reports itself here, too: it is looked at below, for it can be mended
                if fault != "ok" and "fts5" not in fault.lower():
                    yield Finding(DATABASE, " ".join(fault.split())[:200], _RESTORE)
            if db.execute("PRAGMA foreign_key_check").fetchone():
                yield Finding(DATABASE, "holds passages of documents that are not there", _RESTORE)
    except sqlite3.DatabaseError as error:
        yield Finding(DATABASE, f"cannot be read ({one_line(error)})", _RESTORE)


def _word_index(library: Library, folder: Path, repair: bool) -> Iterator[Finding]:
    with closing(connect(folder)) as db:
        try:
            db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:
            if repair:
                db.execute("INSERT INTO words (words) VALUES ('rebuild')")
            yield Finding("word index", "does not match the passages", "pincite doctor --repair", repaired=repair)


def _documents(library: Library, folder: Path, repair: bool) -> Iterator[Finding]:
    with closing(connect(folder)) as db:
        for identity, source in db.execute("SELECT id, source FROM documents ORDER BY source").fetchall():
            if not _is_intact(db, identity):
                yield from _lost(library, identity, source, repair)
                continue
            try:
                problem = _passage_problem(db, identity)
            except (sqlite3.DatabaseError, ValueError, TypeError):
                problem = "its passages cannot be read"
            if problem is None:
                continue
            document = library.document(identity) if repair else None
            if document is not None:
                library.store.apply(ChangeSet(upsert=[embed_document(document, library.embedder)]))
            yield Finding(str(source), problem, "pincite doctor --repair", repaired=document is not None)


def _is_intact(db: sqlite3.Connection, identity: str) -> bool:
    row = db.execute(f"SELECT {DOCUMENT_COLUMNS}, seal FROM documents WHERE id = ?", (identity,)).fetchone()
    return row is not None and is_intact(row)


def _lost(library: Library, identity: str, source: str, repair: bool) -> Iterator[Finding]:
    """Report a document whose own text is not as it was written: only its file can bring it back."""
    if repair:
        library.store.apply(ChangeSet(remove=[identity]))
    remedy = f"taken out; 'pincite add {source}' brings it back" if repair else "pincite doctor --repair takes it out"
    yield Finding(str(source), "its text is not as it was stored", remedy)


def _sum_of_seals(library: Library, folder: Path, repair: bool) -> Iterator[Finding]:
    with closing(connect(folder)) as db:
        stated = db.execute("SELECT value FROM meta WHERE key = ?", (SUM,)).fetchone()
        if stated is not None and stated[0] == str(all_seals(db)):
            return
        if repair:  # what is known of files is learnt again with the next sync
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM files")
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SUM, str(all_seals(db))))
            db.execute("COMMIT")
    problem = "documents, passages or what is known of files is not as it was stored"
    yield Finding(DATABASE, problem, "pincite doctor --repair", repaired=repair)


def _passage_problem(db: sqlite3.Connection, document_id: str) -> str | None:
    """Return what is wrong with the passages of one document, or None."""
    text = db.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()[0]
    rows = db.execute(
        f"SELECT {CHUNK_COLUMNS}, seal FROM chunks WHERE document_id = ? ORDER BY ordinal", (document_id,)
    ).fetchall()
    if [row[2] for row in rows] != list(range(len(rows))):
        return "passages are missing"
    for row in rows:
        start, end, passage = row[3], row[4], row[7]
        if passage != text[start:end]:
            return f"the passage at {start}-{end} is not what the document says there"
        if not is_intact(row):
            return f"the passage at {start}-{end} is not as it was stored"
    return None


def _files(folder: Path, repair: bool) -> Iterator[Finding]:
    cache = folder / CACHE
    if cache.exists() and not VectorIndex.is_whole(cache):
        yield _removed(cache, "is damaged (it is only a cache, and made again when it is needed)", repair)
    for leftover in sorted(folder.glob(".*.tmp")):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                yield _removed(leftover, "was left by a process that was killed", repair)


def _removed(path: Path, problem: str, repair: bool) -> Finding:
    if repair:
        path.unlink(missing_ok=True)
    return Finding(path.name, problem, "pincite doctor --repair", repaired=repair)
