"""A library in one folder: ``library.sqlite3`` is the truth, ``vectors.faiss`` a cache of it.

Every read runs in one transaction and with the vectors of that transaction's generation: it sees one generation whole.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path

import numpy as np

from index.errors import EmbedderMismatch, LibraryError
from index.store.candidates import LEXICAL_DEPTH, by_number, by_title
from index.store.schema import FORMAT, SCHEMA, UPGRADES
from index.store.vectors import VectorIndex, from_blobs, to_blob, to_half_blob
from index.titles import title_key
from index.types import (
    Candidates,
    ChangeSet,
    Chunk,
    Document,
    DocumentRecord,
    EmbeddedDocument,
    Heading,
    Hit,
    LibraryInfo,
    Naming,
    Rankings,
    SentenceVectors,
    Vector,
)

DATABASE = "library.sqlite3"
CACHE = "vectors.faiss"
_BUSY_SECONDS = 10.0
_BM25 = "bm25(words, 2.0, 1.0, 1.0)"
"""Words of the title count double."""


class SQLiteStore:
    """The store protocol over a folder.

    Raises (from every method): LibraryError where the folder or the database cannot be used.
    """

    def __init__(self, folder: Path, *, fingerprint: str, dimension: int, create: bool = True) -> None:
        """Open the library in ``folder``, making it if there is none and ``create`` is set.

        Raises:
            EmbedderMismatch: its vectors were made by another embedder.
            LibraryError: there is none, it cannot be read, or its format is newer than this program's.
        """
        self._folder = folder
        self._path = folder / DATABASE
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._vectors: VectorIndex | None = None
        self._lock = threading.Lock()
        try:
            is_new = not self._path.exists()
        except OSError as error:
            raise LibraryError(f"{folder}: cannot be used ({error.strerror}); choose another with --library") from None
        if is_new:
            if not create:
                raise LibraryError(f"{folder}: holds no library; make one with 'pincite add PATH --library {folder}'")
            self._create()
        self._check()

    def info(self) -> LibraryInfo:
        """Return identity and counts."""
        with self._transaction() as db:
            documents = db.execute("SELECT count(*) FROM documents").fetchone()[0]
            chunks = db.execute("SELECT count(*) FROM chunks").fetchone()[0]
            return LibraryInfo(_generation(db), documents, chunks, self._fingerprint, str(self._folder))

    def catalogue(self) -> list[DocumentRecord]:
        """Return all documents without their text, ordered by source."""
        with self._transaction() as db:
            rows = db.execute("SELECT id, source, title, date, content_hash FROM documents ORDER BY source, id")
            return [DocumentRecord(*row) for row in rows]

    def document(self, document_id: str) -> Document | None:
        """Return one document with its text, or None."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT id, source, title, text, date, content_hash, headings, body_start FROM documents WHERE id = ?",
                (document_id,),
            ).fetchone()
            if row is None:
                return None
            identity, source, title, text, date, content_hash, headings, body_start = row
            outline = tuple(Heading(*heading) for heading in json.loads(headings))
            return Document(identity, source, title, text, date, content_hash, outline, body_start)

    def search(self, vector: Vector, terms: Sequence[str], k: int) -> Rankings:
        """Return the ``k`` nearest chunks by cosine and the ``k`` best by BM25 over ``terms``."""
        with self._transaction() as db:
            generation = _generation(db)
            nearest = self._vector_index(db).search(vector, k)
            matching = _match(db, terms, k)
            loaded = _load(db, {number for number, _ in nearest} | {number for number, _ in matching})
            return Rankings(generation, _hits(nearest, loaded), _hits(matching, loaded))

    def candidates(self, vector: Vector, terms: Sequence[str], k: int, naming: Naming) -> Candidates:
        """Return what :meth:`search` finds with all that fusing needs, and the documents that ``naming`` asks for."""
        with self._transaction() as db:
            nearest = self._vector_index(db).search(vector, k)
            matching = _match(db, terms, max(k, LEXICAL_DEPTH))
            numbers = {number for number, _ in (*nearest, *matching[:k])}
            found = by_number(db, numbers, vector, dict(matching))
            named = by_title(db, list(dict.fromkeys(naming(found))), vector, dict(matching))
            return Candidates(_generation(db), found, named)

    def apply(self, changes: ChangeSet) -> int:
        """Apply all changes or none; return the new generation."""
        for item in changes.upsert:
            if item.vectors.shape != (len(item.chunks), self._dimension):
                raise ValueError(f"vectors of shape {item.vectors.shape} for {len(item.chunks)} chunks")
        with self._transaction(write=True) as db:
            for document_id in changes.remove:
                db.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
                db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            for item in changes.upsert:
                self._put(db, item)
            generation = _generation(db) + 1
            meta = [("generation", str(generation)), ("stamp", secrets.token_hex(8))]
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta)
            return generation

    @property
    def is_outdated(self) -> bool:
        """Whether the library has an older format, so that :meth:`upgrade` has to come before anything else."""
        with self._transaction() as db:
            return _format(db) < FORMAT

    def upgrade(self, embed: Callable[[Sequence[Chunk], str], Sequence[SentenceVectors]]) -> None:
        """Bring an older library to this format, in one transaction: it is wholly of the old format or of this one.

        Args:
            embed: makes the sentence vectors of one document's chunks; its second argument is the title.
        """
        with self._transaction(write=True) as db:
            for version in range(_format(db), FORMAT):
                for statement in UPGRADES[version]:
                    db.execute(statement)
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
            db.execute("INSERT OR REPLACE INTO meta VALUES ('format', ?)", (str(FORMAT),))

    def close(self) -> None:
        """Let go of the vectors; database connections are closed after every call."""
        with self._lock:
            self._vectors = None

    def _put(self, db: sqlite3.Connection, item: EmbeddedDocument) -> None:
        document = item.document
        db.execute("DELETE FROM chunks WHERE document_id = ?", (document.id,))
        db.execute(
            "INSERT OR REPLACE INTO documents "
            "(id, source, title, title_key, date, content_hash, body_start, headings, text) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.source,
                document.title,
                title_key(document.title),
                document.date,
                document.content_hash,
                document.body_start,
                json.dumps([astuple(heading) for heading in document.headings]),
                document.text,
            ),
        )
        db.executemany(
            'INSERT INTO chunks (id, document_id, ordinal, start, "end", heading, title, text, vector, '
            "sentences, sentence_vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(c.id, c.document_id, c.ordinal, c.start, c.end, c.heading, document.title, c.text),
                    *(to_blob(vector), json.dumps(within.spans), to_half_blob(within.vectors)),
                )
                for c, vector, within in zip(item.chunks, item.vectors, item.sentences, strict=True)
            ),
        )

    def _vector_index(self, db: sqlite3.Connection) -> VectorIndex:
        """Return the vectors this transaction sees: those in memory, else the cache file, else built anew."""
        version = _version(db)
        with self._lock:
            if self._vectors is None or self._vectors.version != version:
                cached = VectorIndex.load(self._folder / CACHE, version)
                self._vectors = self._build(db, version) if cached is None else cached
            return self._vectors

    def _build(self, db: sqlite3.Connection, version: str) -> VectorIndex:
        rows = db.execute("SELECT number, vector FROM chunks ORDER BY number").fetchall()
        numbers = np.array([number for number, _ in rows], dtype=np.int64)
        index = VectorIndex.build(numbers, from_blobs([blob for _, blob in rows], self._dimension), version)
        with suppress(OSError):  # a cache that cannot be written (full disk, read-only folder) only costs time
            index.save(self._folder / CACHE)
        return index

    def _create(self) -> None:
        """Make the database under another name first, so that a killed process leaves no half-made library."""
        temporary = self._path.with_name(f".{DATABASE}.{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            with closing(sqlite3.connect(temporary)) as db:
                db.executescript(SCHEMA)
                meta = {"format": FORMAT, "generation": 0, "embedder": self._fingerprint, "dimension": self._dimension}
                meta["stamp"] = secrets.token_hex(8)
                db.executemany("INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in meta.items()])
                db.commit()
            _publish(temporary, self._path)
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(
                f"{self._folder}: a library cannot be made here ({error}); choose another with --library"
            ) from None
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _check(self) -> None:
        with self._transaction() as db:
            meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
            newer = int(meta["format"]) > FORMAT
        if newer:
            raise LibraryError(
                f"{self._folder}: made by a newer pincite (format {meta['format']}, this one reads {FORMAT}); "
                "update pincite"
            )
        if meta.get("embedder") != self._fingerprint:
            raise EmbedderMismatch(
                f"{self._folder}: made with embedder {meta.get('embedder')}, in use is {self._fingerprint}; "
                "use that embedder, or add the documents to a new library with --library"
            )

    @contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Open a connection for one transaction; sqlite's failures become one-line errors."""
        try:
            with closing(connect(self._folder)) as db:
                if write:
                    db.execute("PRAGMA journal_mode=WAL")
                    db.execute("PRAGMA synchronous=FULL")
                db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    yield db
                except BaseException:
                    db.rollback()
                    raise
                db.commit()
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise LibraryError(
                    f"{self._folder}: another process is writing to it; try again when it is done"
                ) from None
            raise LibraryError(
                f"{self._folder}: the library cannot be used ({error}); check the folder and free space"
            ) from None
        except UnicodeEncodeError:  # text that is no Unicode was to be written: nothing is wrong with the library
            raise
        except (
            sqlite3.DatabaseError,
            ValueError,
            TypeError,
            LookupError,
        ) as error:  # rows that cannot be what we wrote
            raise LibraryError(
                f"{self._folder}: {DATABASE} is damaged or not a library ({' '.join(str(error).split())}); "
                "restore a copy of the folder, or add the documents to a new one"
            ) from error


def connect(folder: Path) -> sqlite3.Connection:
    """Open the database of the library in ``folder``; transactions are begun by whoever wants one."""
    return sqlite3.connect(folder / DATABASE, timeout=_BUSY_SECONDS, isolation_level=None)


def _publish(finished: Path, path: Path) -> None:
    """Give a file its name, unless another process was quicker."""
    try:
        os.link(finished, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            finished.rename(path)


def _format(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()[0])


def _generation(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def _version(db: sqlite3.Connection) -> str:
    """Return what names this state of this database, and no state of another: a cache may outlive its database."""
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('generation', 'stamp')").fetchall())
    return f"{meta['generation']} {meta.get('stamp', '')}"


def _match(db: sqlite3.Connection, terms: Sequence[str], k: int) -> list[tuple[int, float]]:
    if not terms:
        return []
    query = " OR ".join('"' + term.replace('"', '""').replace("\0", " ") + '"' for term in terms)
    rows = db.execute(
        f"SELECT rowid, -{_BM25} AS score FROM words WHERE words MATCH ? ORDER BY score DESC, rowid LIMIT ?", (query, k)
    )
    return [(int(number), float(score)) for number, score in rows]


def _load(db: sqlite3.Connection, numbers: set[int]) -> dict[int, tuple[Chunk, DocumentRecord]]:
    marks = ",".join("?" * len(numbers))
    rows = db.execute(
        'SELECT c.number, c.id, c.document_id, c.ordinal, c.start, c."end", c.text, c.heading, '
        "d.id, d.source, d.title, d.date, d.content_hash "
        f"FROM chunks c JOIN documents d ON d.id = c.document_id WHERE c.number IN ({marks})",
        sorted(numbers),
    )
    return {row[0]: (Chunk(*row[1:8]), DocumentRecord(*row[8:])) for row in rows}


def _hits(ranking: Sequence[tuple[int, float]], loaded: dict[int, tuple[Chunk, DocumentRecord]]) -> tuple[Hit, ...]:
    hits = [Hit(loaded[number][0], score, loaded[number][1]) for number, score in ranking]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id)))
