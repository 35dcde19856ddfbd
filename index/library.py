"""A library: the facade of this package. Open one, add documents, search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from index import retriever, sync
from index.config import load_settings
from index.embedders import load_embedder
from index.errors import LibraryError
from index.progress import Progress, silent
from index.store import SQLiteStore
from index.types import (
    ChangeSet,
    Document,
    DocumentRecord,
    Embedder,
    LibraryInfo,
    Rankings,
    RetrievedPassage,
    Store,
    SyncReport,
)


class Library:
    """Documents that can be searched: a store, and the embedder its vectors come from."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.store = store
        self.embedder = embedder

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
            store.upgrade(lambda chunks, title: sync.embed_sentences(chunks, title, used))
        return cls(store, used)

    def add(self, paths: Sequence[str | Path], *, progress: Progress = silent) -> SyncReport:
        """Bring files and folders up to date: what is new is added, what changed is replaced, what is gone is removed.

        Raises:
            UnreadableDocument: nothing readable lies there. A single file that fails is in the report instead.
        """
        return sync.add_paths(
            [Path(path) for path in paths], store=self.store, embedder=self.embedder, progress=progress
        )

    def add_documents(self, documents: Iterable[Document], *, progress: Progress = silent) -> SyncReport:
        """Store ready-made documents; a known id is replaced unless its content hash is the same."""
        return sync.add_documents(documents, store=self.store, embedder=self.embedder, progress=progress)

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

    def search(self, question: str, *, k: int = 10, context: str = "") -> list[RetrievedPassage]:
        """Return the ``k`` best passages for a question, best first; fewer where the library has fewer.

        Args:
            question: what is asked.
            k: how many.
            context: what was asked before, where the question follows it.
        """
        return retriever.retrieve(question, store=self.store, embedder=self.embedder, k=k, context=context)

    def rankings(self, question: str, *, k: int = 100) -> Rankings:
        """Return the two rankings that :meth:`search` fuses, ``k`` deep."""
        return retriever.rank(question, store=self.store, embedder=self.embedder, k=k)

    def document(self, document_id: str) -> Document | None:
        """Return one document with its text, or None."""
        return self.store.document(document_id)

    def catalogue(self) -> list[DocumentRecord]:
        """Return all documents without their text, ordered by source."""
        return self.store.catalogue()

    def info(self) -> LibraryInfo:
        """Return identity and counts."""
        return self.store.info()

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
