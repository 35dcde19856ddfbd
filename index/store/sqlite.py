"""A library in one folder: ``library.sqlite3`` is the truth, ``vectors.faiss`` a cache of it.

Every read runs in one transaction and with the vectors of that transaction's generation: it sees one generation whole.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import numpy as np

from index.errors import EmbedderMismatch, LibraryError
from index.store.candidates import LEXICAL_DEPTH, by_number, by_title
from index.store.disk import publish, sync_folder
from index.store.lock import WriterLock
from index.store.rows import (
    RECORD_COLUMNS,
    SEALED_COLUMNS,
    forget_file,
    put_document,
    put_file,
    read_document,
    read_files,
    record,
    remove_document,
    revise_document,
    sealed_chunk,
)
from index.store.schema import FORMAT, SCHEMA
from index.store.seals import SUM
from index.store.selection import selected_ids
from index.store.upgrade import EmbedDocument, upgrade
from index.store.vectors import VectorIndex, from_blobs, to_blob
from index.types import (
    Candidates,
    ChangeSet,
    Chunk,
    Document,
    DocumentRecord,
    FileRecord,
    Hit,
    LibraryInfo,
    Naming,
    Rankings,
    Selection,
    Vector,
)

DATABASE = "library.sqlite3"
CACHE = "vectors.faiss"
_BUSY_SECONDS = 30.0
_BM25 = "bm25(words, 2.0, 1.0, 1.0)"
"""Words of the title count double."""
_AMONG = "document_id IN (SELECT value FROM json_each(?))"
_PROBE = "probe"


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
        self._writer = WriterLock(folder)
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
            return [record(row) for row in db.execute(f"SELECT {RECORD_COLUMNS} FROM documents d ORDER BY source, id")]

    def document(self, document_id: str) -> Document | None:
        """Return one document with its text, or None."""
        with self._transaction() as db:
            return read_document(db, document_id)

    def files(self) -> list[FileRecord]:
        """Return what is known of files, ordered by path."""
        with self._transaction() as db:
            return read_files(db)

    def named(self, words: str) -> list[DocumentRecord]:
        """Return some documents (50 at most) whose title or file name holds these words in a row, ordered by id."""
        phrase = words.replace('"', " ").replace("\0", " ").strip()
        if not phrase:
            return []
        with self._transaction() as db:
            rows = db.execute(
                f"SELECT DISTINCT {RECORD_COLUMNS} FROM words w JOIN chunks c ON c.number = w.rowid "
                "JOIN documents d ON d.id = c.document_id WHERE words MATCH ? AND c.ordinal = 0 ORDER BY d.id LIMIT 50",
                (f'title : "{phrase}"',),
            )
            return [record(row) for row in rows]

    def search(self, vector: Vector, terms: Sequence[str], k: int, *, within: Selection | None = None) -> Rankings:
        """Return the ``k`` nearest chunks by cosine and the ``k`` best by BM25 over ``terms``."""
        with self._transaction() as db:
            selected = selected_ids(db, within)
            nearest = self._nearest(db, vector, k, selected)
            matching = _match(db, terms, k, selected)
            loaded = _load(db, {number for number, _ in nearest} | {number for number, _ in matching})
            return Rankings(_generation(db), _hits(nearest, loaded), _hits(matching, loaded))

    def candidates(
        self, vector: Vector, terms: Sequence[str], k: int, naming: Naming, *, within: Selection | None = None
    ) -> Candidates:
        """Return what :meth:`search` finds with all that fusing needs, and the documents that ``naming`` asks for."""
        with self._transaction() as db:
            selected = selected_ids(db, within)
            nearest = self._nearest(db, vector, k, selected)
            matching = _match(db, terms, max(k, LEXICAL_DEPTH), selected)
            numbers = {number for number, _ in (*nearest, *matching[:k])}
            found = by_number(db, numbers, vector, dict(matching))
            named = by_title(db, list(dict.fromkeys(naming(found))), vector, dict(matching), selected)
            return Candidates(_generation(db), found, named)

    def apply(self, changes: ChangeSet) -> int:
        """Apply all changes or none; return the new generation."""
        for item in changes.upsert:
            if item.vectors.shape != (len(item.chunks), self._dimension):
                raise ValueError(f"vectors of shape {item.vectors.shape} for {len(item.chunks)} chunks")
        with self._writer.hold("storing documents"), self._transaction(write=True) as db:
            for document_id in changes.remove:
                remove_document(db, document_id)
            for item in changes.upsert:
                put_document(db, item)
            for changed in changes.revised:
                revise_document(db, changed)
            for path in changes.forget:
                forget_file(db, path)
            for file in changes.files:
                put_file(db, file)
            if not (changes.remove or changes.upsert or changes.revised):
                return _generation(db)  # what is known of files is not what is asked for
            generation = _generation(db) + 1
            meta = [("generation", str(generation)), ("stamp", secrets.token_hex(8)), *_counts(db)]
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta)
            return generation

    def writing(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only writer for as long as a job of several steps takes; another process is refused meanwhile."""
        return self._writer.hold(purpose, job=True)

    @property
    def probe(self) -> Vector | None:
        """What the embedder made of a fixed text when the library was first written to, or None."""
        with self._transaction() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (_PROBE,)).fetchone()
            return None if row is None else from_blobs([bytes.fromhex(row[0])], self._dimension)[0]

    def keep_probe(self, vector: Vector) -> None:
        """Keep what the embedder makes of a fixed text."""
        with self._writer.hold("storing documents"), self._transaction(write=True) as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_PROBE, to_blob(vector).hex()))

    @property
    def is_outdated(self) -> bool:
        """Whether the library has an older format, so that :meth:`upgrade` has to come before anything else."""
        with self._transaction() as db:
            return _format(db) < FORMAT

    def upgrade(self, embed: EmbedDocument) -> None:
        """Bring an older library to this format, in one transaction: it is wholly of the old format or of this one."""
        with self._writer.hold("bringing it to a newer format", job=True), self._transaction(write=True) as db:
            if _format(db) < FORMAT:  # nobody else has done it meanwhile
                upgrade(db, _format(db), embed)
                db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", _counts(db))

    def backup(self, path: Path) -> None:
        """Write a whole copy of the database to ``path``, of one generation, while others may write on.

        Raises:
            LibraryError: ``path`` cannot be written.
        """
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            temporary.unlink(missing_ok=True)
            with closing(connect(self._folder)) as db:
                db.execute("VACUUM INTO ?", (str(temporary),))
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(f"{path}: cannot be written ({error}); choose another place") from None
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the vectors; database connections are closed after every call."""
        with self._lock:
            self._vectors = None

    def _nearest(
        self, db: sqlite3.Connection, vector: Vector, k: int, selected: Collection[str] | None
    ) -> list[tuple[int, float]]:
        if selected is None:
            return self._vector_index(db).search(vector, k)
        rows = db.execute(f"SELECT number FROM chunks WHERE {_AMONG}", (json.dumps(sorted(selected)),))
        return self._vector_index(db).search(vector, k, numbers=[number for (number,) in rows])

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
                meta |= {"stamp": secrets.token_hex(8), SUM: 0, "documents": 0, "chunks": 0}
                db.executemany("INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in meta.items()])
                db.commit()
            publish(temporary, self._path)
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
            version = int(meta["format"])
            counted = dict(_counts(db)) if version == FORMAT else {}
        if version > FORMAT:
            raise LibraryError(
                f"{self._folder}: made by a newer pincite (format {version}, this one reads {FORMAT}); update pincite"
            )
        if meta.get("embedder") != self._fingerprint:
            raise EmbedderMismatch(
                f"{self._folder}: made with embedder {meta.get('embedder')}, in use is {self._fingerprint}; "
                "use that embedder, or add the documents to a new library with --library"
            )
        for name, count in counted.items():
            if meta.get(name) != count:
                raise LibraryError(
                    f"{self._folder}: {DATABASE} is damaged (it has {count} {name}, not {meta.get(name)}); "
                    "restore a copy of the folder, or add the documents to a new one"
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


def _format(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()[0])


def _generation(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def _version(db: sqlite3.Connection) -> str:
    """Return what names this state of this database, and no state of another: a cache may outlive its database."""
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('generation', 'stamp')").fetchall())
    return f"{meta['generation']} {meta.get('stamp', '')}"


def _counts(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(name, str(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])) for name in ("documents", "chunks")]


def _match(
    db: sqlite3.Connection, terms: Sequence[str], k: int, selected: Collection[str] | None
) -> list[tuple[int, float]]:
    if not terms:
        return []
    query = " OR ".join('"' + term.replace('"', '""').replace("\0", " ") + '"' for term in terms)
    limit = "" if selected is None else f"AND rowid IN (SELECT number FROM chunks WHERE {_AMONG}) "
    among = () if selected is None else (json.dumps(sorted(selected)),)
    rows = db.execute(
        f"SELECT rowid, -{_BM25} AS score FROM words WHERE words MATCH ? {limit}ORDER BY score DESC, rowid LIMIT ?",
        (query, *among, k),
    )
    return [(int(number), float(score)) for number, score in rows]


def _load(db: sqlite3.Connection, numbers: set[int]) -> dict[int, tuple[Chunk, DocumentRecord]]:
    marks = ",".join("?" * len(numbers))
    rows = db.execute(
        f"SELECT {SEALED_COLUMNS} FROM chunks c JOIN documents d ON d.id = c.document_id WHERE c.number IN ({marks})",
        sorted(numbers),
    )
    return {number: (chunk, of) for number, chunk, of, *_ in map(sealed_chunk, rows)}


def _hits(ranking: Sequence[tuple[int, float]], loaded: dict[int, tuple[Chunk, DocumentRecord]]) -> tuple[Hit, ...]:
    hits = [Hit(loaded[number][0], score, loaded[number][1]) for number, score in ranking]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id)))
