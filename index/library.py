"""A library: the facade of this package. Open one, add documents, search."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from index import retriever, sync, watch
from index.config import load_settings
from index.embedders import load_embedder
from index.embedders.cached import CachedEmbedder
from index.embedding import embed_document
from index.errors import EmbedderMismatch, LibraryError
from index.known import file_path
from index.progress import Progress, silent
from index.readers import Limits
from index.store import SQLiteStore
from index.types import (
    ChangeSet,
    Document,
    DocumentRecord,
    Embedder,
    LibraryInfo,
    Rankings,
    RetrievedPassage,
    Selection,
    Store,
    SyncReport,
    Unread,
)

_PROBE = "The quick brown fox jumps over the lazy dog near the bank of the river."
"""What the embedder is held to."""
_SAME = 0.999
"""Cosine of two vectors of one text that processors with other arithmetic may make."""


class Library:
    """Documents that can be searched: a store, and the embedder its vectors come from."""

    def __init__(self, store: Store, embedder: Embedder, *, limits: Limits | None = None) -> None:
        self.store = store
        self.embedder = embedder
        self.limits = limits or Limits()
        self._is_checked = False
        self._sentences = CachedEmbedder(embedder)

    @classmethod
    def open(cls, path: str | Path | None = None, *, embedder: Embedder | None = None, create: bool = True) -> Library:
        """Open the library in a folder, making an empty one if there is none and ``create`` is set.

        Args:
            path: the folder; the one the settings name unless told.
            embedder: what turns text into vectors; the one the settings name unless told (its weights must be local).
            create: whether a missing library is made.

        Raises:
            LibraryError: it cannot be opened; EmbedderMismatch: it was made with another embedder.
            WeightsError: the embedder's weights are missing or damaged.
        """
        settings = load_settings(library=None if path is None else str(path))
        used = embedder or _default_embedder(settings.embedder)
        store = SQLiteStore(
            settings.library_path, fingerprint=used.fingerprint, dimension=used.dimension, create=create
        )
        if store.is_outdated:
            store.upgrade(lambda document: embed_document(document, used))
        return cls(store, used, limits=Limits(file_bytes=settings.max_file_bytes))

    def add(self, paths: Sequence[str | Path], *, tags: Sequence[str] = (), progress: Progress = silent) -> SyncReport:
        """Bring files and folders up to date: what is new is added, what changed is replaced, what is gone is removed.

        Args:
            paths: files and folders.
            tags: given to the documents of these files, in place of those they have; none leaves them.
            progress: told how far it is.

        Raises:
            UnreadableDocument: nothing readable lies there. A single file that fails is in the report instead.
            LibraryError: another process is writing to the library.
        """
        return sync.add_paths(
            [Path(path) for path in paths],
            store=self.store,
            embedder=self.embedder,
            limits=self.limits,
            tags=tags,
            before_embedding=lambda: self._check_embedder(keep=True),
            progress=progress,
        )

    def follow(
        self,
        paths: Sequence[str | Path],
        *,
        tags: Sequence[str] = (),
        stop: threading.Event | None = None,
        progress: Progress = silent,
    ) -> Iterator[SyncReport]:
        """Bring in what changes under ``paths`` from now on; yield what was done each time, until ``stop`` is set.

        Raises:
            UnreadableDocument: one of the paths is not there.
            LibraryError: another process is writing to the library.
        """
        for changed in watch.changes([Path(path) for path in paths], stop):
            yield self.add(changed, tags=tags, progress=progress)

    def add_documents(self, documents: Iterable[Document], *, progress: Progress = silent) -> SyncReport:
        """Store ready-made documents; a known id is replaced unless its content hash is the same."""
        return sync.add_documents(
            documents,
            store=self.store,
            embedder=self.embedder,
            before_embedding=lambda: self._check_embedder(keep=True),
            progress=progress,
        )

    def find(self, reference: str) -> DocumentRecord:
        """Return the document that a person names: by its id, its source, or a file name that only it has.

        Raises:
            LibraryError: there is none, or several.
        """
        records = self.catalogue()
        sources = {reference, str(Path(reference).expanduser().absolute())}
        found = [record for record in records if record.id == reference or record.source in sources]
        found = found or [record for record in records if Path(record.source).name == reference]
        if not found:
            raise LibraryError(f"{reference}: no such document; 'pincite list' names those there are")
        if len(found) > 1:
            raise LibraryError(f"{reference}: {len(found)} documents have this name; give the id ('pincite list')")
        return found[0]

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take documents out, all or none; an id that is not there is no error. Their files are left alone."""
        ids = list(document_ids)
        if ids:
            self.store.apply(ChangeSet(remove=ids))

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        context: str = "",
        within: Selection | None = None,
        look_closer: int = 0,
        margin: float = math.inf,
    ) -> list[RetrievedPassage]:
        """Return the ``k`` best passages for a question, best first; fewer where the library has fewer.

        Args:
            question: what is asked.
            k: how many.
            context: what was asked before, where the question follows it.
            within: which documents may be found; all unless told.
            look_closer: of how many of the best passages the sentences are embedded one by one, to tell better which
                of them is close to the question.
            margin: passages whose score is further behind the best one's are not looked at so.
        """
        self._check_embedder()
        closer = retriever.Closer(look_closer, margin, self._sentences) if look_closer else None
        return retriever.retrieve(
            question,
            store=self.store,
            embedder=self.embedder,
            k=k,
            context=context,
            within=within,
            closer=closer,
        )

    def rankings(self, question: str, *, k: int = 100, within: Selection | None = None) -> Rankings:
        """Return the two rankings that :meth:`search` fuses, ``k`` deep."""
        self._check_embedder()
        return retriever.rank(question, store=self.store, embedder=self.embedder, k=k, within=within)

    def backup(self, path: str | Path) -> None:
        """Write the library as it is now into one file, while others may write on.

        Put the file into an empty folder as ``library.sqlite3``, and that folder is the library.

        Raises:
            LibraryError: the file cannot be written.
        """
        self.store.backup(Path(path))

    def document(self, document_id: str) -> Document | None:
        """Return one document with its text, or None."""
        return self.store.document(document_id)

    def unread(self, record: Document | DocumentRecord) -> tuple[Unread, ...]:
        """Return what of a document's file could not be read when it was brought in."""
        path = file_path(record)
        return next((file.unread for file in self.store.files() if file.path == path), ())

    def catalogue(self) -> list[DocumentRecord]:
        """Return all documents without their text, ordered by source."""
        return self.store.catalogue()

    def info(self) -> LibraryInfo:
        """Return identity and counts."""
        return self.store.info()

    def _check_embedder(self, *, keep: bool = False) -> None:
        """Hold the embedder to what it made of a fixed text when the library was first written to.

        Raises:
            EmbedderMismatch: it makes something else of it now.
        """
        if self._is_checked:
            return
        kept = self.store.probe
        if kept is None and not keep:
            return
        vector = self.embedder.encode_query(_PROBE)
        if kept is None:
            self.store.keep_probe(vector)
        elif float(kept @ vector) < _SAME:
            raise EmbedderMismatch(
                f"{self.info().path}: the embedder gives other vectors than when the library was made; "
                "check it with 'pincite models verify', or add the documents to a new library with --library"
            )
        self._is_checked = True

    def close(self) -> None:
        """Let go of files and memory; calling it twice does no harm."""
        self.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _default_embedder(name: str) -> Embedder:
    from index.weights import ensure

    return load_embedder(ensure(name), name=name)
