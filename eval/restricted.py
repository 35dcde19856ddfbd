"""A view of a store that holds only some of its documents, without copying or embedding anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from index.types import (
    Candidates,
    ChangeSet,
    Document,
    DocumentRecord,
    FileRecord,
    LibraryInfo,
    Naming,
    Rankings,
    Selection,
    Store,
    Vector,
)


class RestrictedStore:
    """The documents ``document_ids`` of ``store``, read-only. Scores are those of the whole store."""

    def __init__(self, store: Store, document_ids: Collection[str]) -> None:
        self._store = store
        self._ids = frozenset(document_ids)
        self._view = Selection(ids=tuple(sorted(self._ids)) or ("",))

    def info(self) -> LibraryInfo:
        """Return identity and counts; ``chunks`` counts those of the whole store."""
        return replace(self._store.info(), documents=len(self.catalogue()))

    def catalogue(self) -> list[DocumentRecord]:
        """Return the documents of the view, ordered by source."""
        return [record for record in self._store.catalogue() if record.id in self._ids]

    def document(self, document_id: str) -> Document | None:
        """Return one document of the view, or None."""
        return self._store.document(document_id) if document_id in self._ids else None

    def files(self) -> list[FileRecord]:
        """Return nothing: documents of a test set have no files."""
        return []

    def named(self, words: str) -> list[DocumentRecord]:
        """Return documents of the view whose title or file name holds these words in a row."""
        return [record for record in self._store.named(words) if record.id in self._ids]

    def search(self, vector: Vector, terms: Sequence[str], k: int, *, within: Selection | None = None) -> Rankings:
        """Return the ``k`` best chunks of the view by each ranking."""
        return self._store.search(vector, terms, k, within=self._view)

    def candidates(
        self, vector: Vector, terms: Sequence[str], k: int, naming: Naming, *, within: Selection | None = None
    ) -> Candidates:
        """Return what is considered of the view."""
        return self._store.candidates(vector, terms, k, naming, within=self._view)

    @property
    def probe(self) -> Vector | None:
        """What the store keeps of the embedder."""
        return self._store.probe

    def apply(self, changes: ChangeSet) -> int:
        """Refuse: a view is read-only."""
        raise TypeError("a restricted view of a store cannot be changed")

    def keep_probe(self, vector: Vector) -> None:
        """Refuse: a view is read-only."""
        raise TypeError("a restricted view of a store cannot be changed")

    def writing(self, purpose: str) -> AbstractContextManager[None]:
        """Refuse: a view is read-only."""
        raise TypeError("a restricted view of a store cannot be changed")

    def backup(self, path: Path) -> None:
        """Copy the whole store."""
        self._store.backup(path)

    def close(self) -> None:
        """Leave the store open; whoever opened it closes it."""
