"""A view of a store that holds only some of its documents, without copying or embedding anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from index.types import (
    Candidate,
    Candidates,
    ChangeSet,
    Document,
    DocumentRecord,
    Hit,
    LibraryInfo,
    Naming,
    Rankings,
    Store,
    Vector,
)


class RestrictedStore:
    """The documents ``document_ids`` of ``store``, read-only. Scores are those of the whole store."""

    def __init__(self, store: Store, document_ids: Collection[str]) -> None:
        self._store = store
        self._ids = frozenset(document_ids)

    def info(self) -> LibraryInfo:
        """Return identity and counts; ``chunks`` counts those of the whole store."""
        return replace(self._store.info(), documents=len(self.catalogue()))

    def catalogue(self) -> list[DocumentRecord]:
        """Return the documents of the view, ordered by source."""
        return [record for record in self._store.catalogue() if record.id in self._ids]

    def document(self, document_id: str) -> Document | None:
        """Return one document of the view, or None."""
        return self._store.document(document_id) if document_id in self._ids else None

    def search(self, vector: Vector, terms: Sequence[str], k: int) -> Rankings:
        """Return the ``k`` best chunks of the view by each ranking."""
        # Gold documents may rank last, so every chunk is ranked: test sets are small.
        everything = max(1, self._store.info().chunks)
        found = self._store.search(vector, terms, everything)
        return replace(found, dense=self._kept(found.dense, k), lexical=self._kept(found.lexical, k))

    def candidates(self, vector: Vector, terms: Sequence[str], k: int, naming: Naming) -> Candidates:
        """Return what is considered of the view."""
        everything = max(1, self._store.info().chunks)
        considered = self._store.candidates(vector, terms, everything, lambda found: naming(self._of_view(found)))
        named = {key: self._of_view(chunks) for key, chunks in considered.named.items()}
        return replace(considered, found=self._of_view(considered.found), named=named)

    def apply(self, changes: ChangeSet) -> int:
        """Refuse: a view is read-only."""
        raise TypeError("a restricted view of a store cannot be changed")

    def close(self) -> None:
        """Leave the store open; whoever opened it closes it."""

    def _kept(self, hits: Sequence[Hit], k: int) -> tuple[Hit, ...]:
        return tuple(hit for hit in hits if hit.chunk.document_id in self._ids)[:k]

    def _of_view(self, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
        return tuple(item for item in found if item.chunk.document_id in self._ids)
