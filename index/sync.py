"""Bringing files and folders into a library: what is new, changed, moved or gone, and what failed and why.

A file is known by its path and the hash of its content. Its documents keep their ids when it changes and when it is
renamed; of several files with the same content one is read, and the others are noted as copies of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.embedding import embed_documents
from index.errors import UnreadableDocument
from index.folders import files_of, look_at, shown_path
from index.known import Known
from index.progress import Progress, silent
from index.readers import MEMBER_MARK, SUFFIXES, FileReader, Limits, document_from, document_id, reading_version
from index.readers.base import title_from_name
from index.readers.isolation import FileContent
from index.readers.members import Extraction
from index.types import (
    ChangeSet,
    Document,
    DocumentRecord,
    EmbeddedDocument,
    Embedder,
    FileRecord,
    Store,
    SyncReport,
    Unread,
)

_BATCH = 128
"""Documents a transaction. What a batch has stored stays, whatever happens to the next."""
_GROUP_CHARACTERS = 100_000
"""Text that is embedded in one go: some seconds on two cores."""


@dataclass(slots=True)
class _Batch:
    """What goes into the store with the next step."""

    documents: list[Document] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)


def add_paths(
    paths: Sequence[Path],
    *,
    store: Store,
    embedder: Embedder,
    limits: Limits | None = None,
    tags: Sequence[str] = (),
    before_embedding: Callable[[], None] = lambda: None,
    progress: Progress = silent,
) -> SyncReport:
    """Bring files and folders up to date in the store.

    A document whose file has gone from a folder that is named is removed. A file that cannot be read is noted with its
    reason, and tried again only when it has changed; what was read of it before stays.

    Args:
        paths: files and folders; :func:`index.folders.files_of` says what a folder stands for.
        store: where to.
        embedder: makes the vectors.
        limits: what reading one file may take.
        tags: given to the documents of these files in place of those they have; none leaves them.
        before_embedding: called once if there is anything to embed.
        progress: told how far it is.

    Raises:
        UnreadableDocument: the folders named hold nothing readable. A file that fails is in the report instead.
        LibraryError: another process is writing.
    """
    with store.writing("adding files"):
        run = _Sync(store, embedder, limits or Limits(), tuple(sorted(set(tags))), progress)
        return run.over(paths, before_embedding)


def add_documents(
    documents: Iterable[Document],
    *,
    store: Store,
    embedder: Embedder,
    before_embedding: Callable[[], None] = lambda: None,
    progress: Progress = silent,
) -> SyncReport:
    """Store ready-made documents; one with a known id replaces it unless both state the same content hash."""
    ready = list(documents)
    by_id = {record.id: record for record in store.catalogue()}
    report = SyncReport()
    same = {d.id for d in ready if d.id in by_id and d.content_hash and by_id[d.id].content_hash == d.content_hash}
    report.unchanged.extend(d.source for d in ready if d.id in same)
    rest = [document for document in ready if document.id not in same]
    if rest:
        before_embedding()
    for start in range(0, len(rest), _BATCH):
        batch = rest[start : start + _BATCH]
        settled = len(same) + start
        embedded: list[EmbeddedDocument] = []
        for group in _groups(batch):
            progress("indexing", settled + len(embedded), len(ready), "documents")
            embedded += embed_documents(group, embedder)
        store.apply(ChangeSet(upsert=embedded))
        for document in batch:
            (report.updated if document.id in by_id else report.added).append(document.source)
    progress("indexing", len(ready), len(ready), "documents")
    return report


class _Sync:
    """One run over some paths."""

    def __init__(
        self, store: Store, embedder: Embedder, limits: Limits, tags: tuple[str, ...], progress: Progress
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._limits = limits
        self._tags = tags
        self._progress = progress
        self._report = SyncReport()
        self._known = Known.of(store)
        self._total = 0
        self._chunks = 0
        self._begun = time.monotonic()

    def over(self, paths: Sequence[Path], before_embedding: Callable[[], None]) -> SyncReport:
        files = list(dict.fromkeys(file for path in paths for file in self._files_of(path)))
        self._total = len(files)
        gone = self._gone(paths, files)
        if not files and not gone and not self._report.failed:
            names = ", ".join(str(path) for path in paths)
            raise UnreadableDocument(f"{names}: no readable file there; formats are {', '.join(sorted(SUFFIXES))}")
        current = {file.path: file for file in map(self._look_at, self._counted(files)) if file is not None}
        pending = self._settle(current, gone)
        if pending:
            before_embedding()
            with FileReader(self._limits) as reader:
                self._bring_in([current[path] for path in pending], reader)
        self._tell(self._total)
        self._report.failed.sort()
        self._report.skipped.sort()
        return self._report

    def _files_of(self, path: Path) -> Iterator[Path]:
        return files_of(path, self._report.failed, self._report.skipped)

    def _counted(self, files: Sequence[Path]) -> Iterator[Path]:
        for number, file in enumerate(files):
            if number % 100 == 0:
                self._progress("checking", number, len(files), "files")
            yield file

    def _gone(self, paths: Sequence[Path], files: Sequence[Path]) -> list[str]:
        """Return the known paths below the folders named at which there is no file any more."""
        folders = [path.resolve() for path in paths if path.is_dir()]
        unlisted = [Path(source) for source, _ in self._report.failed]
        present = {str(file) for file in files}
        return [
            path
            for path in self._known.paths()
            if path not in present and _is_below(path, folders) and not _is_below(path, unlisted)
        ]

    def _look_at(self, file: Path) -> FileRecord | None:
        """Return what a file is now; where that cannot be told, note why."""
        try:
            return look_at(file, self._known.files.get(str(file)), self._limits.file_bytes)
        except UnreadableDocument as error:
            self._report.failed.append((shown_path(file), str(error)))
            return None

    def _settle(self, current: dict[str, FileRecord], gone: Sequence[str]) -> list[str]:
        """Do in one step all that needs no reading; return the paths that are left, in order."""
        known = self._known
        changed = {path for path, file in current.items() if known.hash_at(path) != file.content_hash}
        as_read = {file.content_hash: file for file in known.files.values() if file.reading}
        removed, revised, moved = self._take_leave(current, gone, changed)
        pending: list[str] = []
        noted: list[FileRecord] = []
        for path, file in current.items():
            if self._tags:
                current[path] = file = replace(file, tags=self._tags)
            is_held = bool(known.holding(file.content_hash))
            if path in moved and not _is_named_after(known.at(path), moved[path]):
                read = as_read.get(file.content_hash, file)
                noted.append(replace(file, unread=read.unread, reading=read.reading))
                if self._is_renamed(moved[path], path, current):
                    self._report.renamed.append((moved[path], path))
                else:
                    self._report.updated.append(path)
            elif path in changed or file.reading < reading_version() or (file.reason is None and not is_held):
                pending.append(path)
            else:
                if file != known.files.get(path):
                    noted.append(file)
                if file.reason is not None:
                    self._report.failed.append((path, file.reason))
                    continue
                retagged = [r for r in known.at(path) if self._tags and r.tags != self._tags]
                revised |= {record.id: replace(record, tags=self._tags) for record in retagged}
                (self._report.updated if retagged else self._report.unchanged).append(path)
                if file.unread:
                    self._report.unread[path] = list(file.unread)
        if removed or revised or noted or gone:
            changes = ChangeSet(remove=removed, revised=list(revised.values()), files=noted, forget=gone)
            self._store.apply(changes)
        return pending

    def _take_leave(
        self, current: dict[str, FileRecord], gone: Sequence[str], changed: Set[str]
    ) -> tuple[list[str], dict[str, DocumentRecord], dict[str, str]]:
        """Decide what becomes of documents whose file has gone or holds something else now.

        Returns:
            ids to remove; documents that go to another file of the same content; for each path whose new content comes
            with its documents, the path that had them.
        """
        known = self._known
        is_gone = set(gone)
        holders: dict[str, list[str]] = {}
        for path, file in {**known.files, **current}.items():
            if path not in is_gone:
                holders.setdefault(file.content_hash, []).append(path)
        removed: list[str] = []
        revised: dict[str, DocumentRecord] = {}
        moved: dict[str, str] = {}
        for path in [*gone, *sorted(changed)]:
            new = current[path].content_hash if path in current else None
            heir = None
            for record in known.at(path):
                if record.content_hash == new:
                    continue
                heir = next((other for other in sorted(holders.get(record.content_hash, ())) if other != path), None)
                if heir is not None:
                    revised[record.id] = replace(record, source=_source(heir, record.member))
                    known.put(revised[record.id])
                elif path in is_gone or (new is not None and known.holding(new)):
                    removed.append(record.id)
                    known.drop(record.id)
            if heir is not None and heir in changed:
                moved.setdefault(heir, path)
            if path in is_gone and not (heir and moved.get(heir) == path and self._is_renamed(path, heir, current)):
                self._report.removed.append(path)
        for path in gone:
            known.files.pop(path, None)
        return removed, revised, moved

    def _is_renamed(self, old: str, new: str, current: dict[str, FileRecord]) -> bool:
        """Tell whether nothing is at the old path any more, and nothing was at the new one."""
        return old not in current and new not in self._known.files

    def _bring_in(self, files: Sequence[FileRecord], reader: FileReader) -> None:
        batch = _Batch()
        for number, file in enumerate(files):
            self._tell(self._total - len(files) + number)
            self._prepare(file, reader, batch)
            if len(batch.documents) >= _BATCH or len(batch.files) >= 10 * _BATCH:
                self._store_batch(batch, self._total - len(files) + number)
                batch = _Batch()
        self._store_batch(batch, self._total - 1)

    def _prepare(self, file: FileRecord, reader: FileReader, batch: _Batch) -> None:
        """Read one file, unless another one of the same content has been read."""
        known = self._known
        before = known.at(file.path)
        held = known.holding(file.content_hash)
        file = replace(file, reading=reading_version())
        if held and not any(record in held for record in before):
            self._drop(before, batch)
            batch.files.append(file)
            if file.path in known.files and known.files[file.path].content_hash == file.content_hash:
                self._report.unchanged.append(file.path)
            else:
                self._note(file, before, batch)
            return
        try:
            content = reader.read(Path(file.path))
        except UnreadableDocument as error:
            batch.files.append(replace(file, reason=str(error), unread=()))
            self._report.failed.append((file.path, str(error)))
            return
        if content.content_hash != file.content_hash:  # changed a moment ago: look again next time
            file = replace(file, content_hash=content.content_hash, size=-1)
        file = replace(file, reason=None, unread=self._note_unread(file.path, content.extraction))
        documents = self._documents(file, content, before)
        batch.documents += documents
        kept = {document.id for document in documents}
        self._drop([record for record in before if record.id not in kept], batch)
        batch.files.append(file)
        self._note(file, before, batch)

    def _note_unread(self, path: str, extraction: Extraction) -> tuple[Unread, ...]:
        """Report what of a file could not be read; return it as it is kept with the file."""
        report = self._report
        report.failed.extend((_source(path, name), reason) for name, reason in extraction.failed)
        report.skipped.extend((_source(path, name), reason) for name, reason in extraction.skipped)
        unread = [
            replace(item, where=", ".join(filter(None, (text.member, item.where)))) if text.member else item
            for text in extraction.texts
            for item in text.unread
        ]
        unread += [Unread("attachment", name, remedy="save_again") for name, _ in extraction.failed]
        if unread:
            report.unread[path] = unread
        return tuple(unread)

    def _drop(self, records: Sequence[DocumentRecord], batch: _Batch) -> None:
        for record in records:
            batch.stale.append(record.id)
            self._known.drop(record.id)

    def _note(self, file: FileRecord, before: Sequence[DocumentRecord], batch: _Batch) -> None:
        known = self._known.files.get(file.path)
        was_read = known is not None and known.reason is None
        is_same = known is not None and known.content_hash == file.content_hash
        (batch.updated if before or (was_read and not is_same) else batch.added).append(file.path)

    def _tell(self, settled: int) -> None:
        rate = self._chunks / max(0.1, time.monotonic() - self._begun)
        self._progress("indexing", settled, self._total, "files", f"{rate:.0f} passages/s" if self._chunks else "")

    def _documents(self, file: FileRecord, content: FileContent, before: Sequence[DocumentRecord]) -> list[Document]:
        """Return what a file holds, under the ids that its documents have had so far."""
        ids = {record.member: record.id for record in before}
        documents = []
        for text in content.extraction.texts:
            document = document_from(text, source=file.path, content_hash=content.content_hash)
            identity = ids.get(document.member) or self._known.free_id(document_id(document.source))
            document = replace(document, id=identity, tags=file.tags)
            documents.append(document)
            self._known.put(_record_of(document))
        return documents

    def _store_batch(self, batch: _Batch, settled: int) -> None:
        if not batch.files:
            return
        embedded: list[EmbeddedDocument] = []
        for group in _groups(batch.documents):
            self._tell(settled)
            embedded += embed_documents(group, self._embedder)
            self._chunks = self._chunks + sum(len(item.chunks) for item in embedded[-len(group) :])
        self._store.apply(ChangeSet(upsert=embedded, remove=batch.stale, files=batch.files))
        self._known.files |= {file.path: file for file in batch.files}
        self._report.added += batch.added
        self._report.updated += batch.updated


def _is_below(source: str, folders: Sequence[Path]) -> bool:
    return any(Path(source).is_relative_to(folder) for folder in folders)


def _is_named_after(records: Sequence[DocumentRecord], path: str) -> bool:
    """Tell whether a document's title comes from the name that its file had."""
    return any(not record.member and record.title == title_from_name(path) for record in records)


def _source(path: str, member: str) -> str:
    return f"{path}{MEMBER_MARK}{member}" if member else path


def _record_of(document: Document) -> DocumentRecord:
    return DocumentRecord(
        document.id,
        document.source,
        document.title,
        document.date,
        document.content_hash,
        document.member,
        document.tags,
    )


def _groups(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Cut a batch so that each group is embedded in one go, between two signs of progress."""
    start, characters = 0, 0
    for i, document in enumerate(documents):
        if i > start and characters + len(document.text) > _GROUP_CHARACTERS:
            yield documents[start:i]
            start, characters = i, 0
        characters += len(document.text)
    if documents:
        yield documents[start:]
