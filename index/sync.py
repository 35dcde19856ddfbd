"""Bringing files and folders into a store: what is new, what changed, what is gone, what failed and why."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np

from index.chunking import chunk_document, embedding_text
from index.errors import UnreadableDocument
from index.progress import Progress, silent
from index.readers import SUFFIXES, read_bytes, read_file
from index.sentences import split_sentences
from index.types import (
    ChangeSet,
    Chunk,
    Document,
    DocumentRecord,
    EmbeddedDocument,
    Embedder,
    Matrix,
    SentenceVectors,
    Store,
    SyncReport,
    Vector,
)

_BATCH = 32
"""Documents a transaction. What a batch has stored stays, whatever happens to the next."""
_TITLE_TOKENS = 12
"""A longer title says more than the sentence that it would help to place, and makes all sentences alike."""
_GROUP_CHARACTERS = 100_000
"""Text that is embedded in one go: some seconds on two cores."""


def add_paths(paths: Sequence[Path], *, store: Store, embedder: Embedder, progress: Progress = silent) -> SyncReport:
    """Bring files and folders up to date in the store.

    A folder stands for all files of readable formats below it (hidden ones left out); a document whose file has gone
    from a folder that is named is removed.

    Raises:
        UnreadableDocument: the folders named hold nothing readable. A file that fails is in the report instead.
    """
    report = SyncReport()
    files = list(dict.fromkeys(file for path in paths for file in _files(path, report)))
    folders = [path.resolve() for path in paths if path.is_dir()]
    unlisted = [Path(source) for source, _ in report.failed]
    known = {record.source: record for record in store.catalogue()}
    present = {str(file) for file in files}
    gone = [
        record
        for source, record in known.items()
        if source not in present and _is_below(source, folders) and not _is_below(source, unlisted)
    ]
    if not files and not gone and not report.failed:
        names = ", ".join(str(path) for path in paths)
        raise UnreadableDocument(f"{names}: no readable file there; formats are {', '.join(sorted(SUFFIXES))}")
    if gone:
        store.apply(ChangeSet(remove=[record.id for record in gone]))
        report.removed.extend(record.source for record in gone)
    changed = _changed(files, known, report)
    _store_all(changed, known, len(files), store, embedder, progress, report)
    return report


def add_documents(
    documents: Iterable[Document], *, store: Store, embedder: Embedder, progress: Progress = silent
) -> SyncReport:
    """Store ready-made documents; one with a known id replaces it unless both state the same content hash."""
    ready = list(documents)
    by_id = {record.id: record for record in store.catalogue()}
    report = SyncReport()
    known = {d.source: by_id[d.id] for d in ready if d.id in by_id}
    same = {d.id for d in ready if d.id in by_id and d.content_hash and by_id[d.id].content_hash == d.content_hash}
    report.unchanged.extend(d.source for d in ready if d.id in same)
    _store_all((d for d in ready if d.id not in same), known, len(ready), store, embedder, progress, report)
    return report


def _files(path: Path, report: SyncReport) -> Iterator[Path]:
    """Yield the files a path stands for, sorted. A path that is no folder stands for itself, readable or not."""
    if not path.is_dir():
        yield path.resolve()
        return

    def note(error: OSError) -> None:
        reason = f"{error.filename}: cannot be listed ({error.strerror}); make it readable for you"
        report.failed.append((str(error.filename), reason))

    for folder, subfolders, names in os.walk(path.resolve(), onerror=note):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)


def _is_below(source: str, folders: Sequence[Path]) -> bool:
    return any(Path(source).is_relative_to(folder) for folder in folders)


def _changed(files: Sequence[Path], known: dict[str, DocumentRecord], report: SyncReport) -> Iterator[Document]:
    """Yield the documents of files that are new or have changed; note the others in the report."""
    for file in files:
        source = str(file)
        if not _is_unicode(source):
            shown = os.fsencode(file).decode("utf-8", "replace")
            report.failed.append((shown, f"{shown}: the name is not valid Unicode; rename the file"))
            continue
        try:
            record = known.get(source)
            if record is not None and hashlib.sha256(read_bytes(file)).hexdigest() == record.content_hash:
                report.unchanged.append(source)
            else:
                yield read_file(file, source=source)
        except UnreadableDocument as error:
            report.failed.append((source, str(error)))


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:  # bytes of another encoding, kept as surrogates
        return False
    return True


def _store_all(
    documents: Iterable[Document],
    known: dict[str, DocumentRecord],
    total: int,
    store: Store,
    embedder: Embedder,
    progress: Progress,
    report: SyncReport,
) -> None:
    pending = iter(documents)
    while batch := list(islice(pending, _BATCH)):
        settled = len(report.unchanged) + len(report.failed) + len(report.added) + len(report.updated)
        embedded: list[EmbeddedDocument] = []
        for group in _groups(batch):
            progress("indexing", min(settled + len(embedded), total), total, "documents")
            embedded += embed_documents(group, embedder)
        store.apply(ChangeSet(upsert=embedded))
        for document in batch:
            (report.updated if document.source in known else report.added).append(document.source)
    progress("indexing", total, total, "documents")


def _groups(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Cut a batch so that each group is embedded in one go, between two signs of progress."""
    start, characters = 0, 0
    for i, document in enumerate(documents):
        if i > start and characters + len(document.text) > _GROUP_CHARACTERS:
            yield documents[start:i]
            start, characters = i, 0
        characters += len(document.text)
    yield documents[start:]


def embed_document(document: Document, embedder: Embedder) -> EmbeddedDocument:
    """Chunk and embed one document: its chunks, and their sentences by themselves."""
    return embed_documents([document], embedder)[0]


def embed_documents(documents: Sequence[Document], embedder: Embedder) -> list[EmbeddedDocument]:
    """Chunk and embed documents together: an embedder is quickest where it can put texts of one length side by side."""
    chunked = [tuple(chunk_document(document, embedder)) for document in documents]
    spans = [[_sentence_spans(chunk) for chunk in chunks] for chunks in chunked]
    wholes = [
        [embedding_text(chunk, document.title, embedder) for chunk in chunks]
        for document, chunks in zip(documents, chunked, strict=True)
    ]
    parts = [
        _sentence_texts(chunks, within, document.title, embedder)
        for document, chunks, within in zip(documents, chunked, spans, strict=True)
    ]
    vectors = _vectors(chain.from_iterable(wholes), chain.from_iterable(chain.from_iterable(parts)), embedder)
    return [
        EmbeddedDocument(
            document,
            chunks,
            _stacked(whole, vectors, embedder),
            tuple(
                SentenceVectors(span, _stacked(own, vectors, embedder)) for span, own in zip(within, part, strict=True)
            ),
        )
        for document, chunks, within, whole, part in zip(documents, chunked, spans, wholes, parts, strict=True)
    ]


def _vectors(wholes: Iterable[str], parts: Iterable[str], embedder: Embedder) -> dict[str, Vector]:
    """Embed each text once; a chunk of one sentence is one text."""
    exact = list(dict.fromkeys(wholes))
    vectors = dict(zip(exact, embedder.encode_documents(exact), strict=True))
    rest = [text for text in dict.fromkeys(parts) if text not in vectors]
    return vectors | dict(zip(rest, embedder.encode_sentences(rest), strict=True))


def embed_sentences(chunks: Sequence[Chunk], title: str, embedder: Embedder) -> tuple[SentenceVectors, ...]:
    """Embed the sentences of chunks of one document, each with title and headings; result ``i`` is of ``chunks[i]``."""
    spans = [_sentence_spans(chunk) for chunk in chunks]
    texts = _sentence_texts(chunks, spans, title, embedder)
    return tuple(
        SentenceVectors(within, embedder.encode_sentences(own)) for within, own in zip(spans, texts, strict=True)
    )


def _sentence_spans(chunk: Chunk) -> tuple[tuple[int, int], ...]:
    """Return the sentences of a chunk, by offsets into the document's text."""
    return tuple((chunk.start + span.start, chunk.start + span.end) for span in split_sentences(chunk.text))


def _sentence_texts(
    chunks: Sequence[Chunk], spans: Sequence[Sequence[tuple[int, int]]], title: str, embedder: Embedder
) -> list[list[str]]:
    """Return what is embedded for the sentences of each chunk: with its title, unless that is a sentence itself."""
    if len(embedder.token_ends(title)) > _TITLE_TOKENS:
        title = ""
    return [
        [
            embedding_text(replace(chunk, text=chunk.text[start - chunk.start : end - chunk.start]), title, embedder)
            for start, end in within
        ]
        for chunk, within in zip(chunks, spans, strict=True)
    ]


def _stacked(texts: Sequence[str], vectors: Mapping[str, Vector], embedder: Embedder) -> Matrix:
    return np.stack([vectors[text] for text in texts]) if texts else np.zeros((0, embedder.dimension), np.float32)
