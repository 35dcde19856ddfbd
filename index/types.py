"""What flows through the index: documents in, chunks and rankings out. A leaf module: it imports nothing of ours.

All offsets are Unicode code points into ``Document.text``, half-open: ``document.text[start:end]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""One embedding, shape ``(dimension,)``, unit length."""

Matrix = NDArray[np.float32]
"""Embeddings row by row, shape ``(n, dimension)``, each row of unit length."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a document's text. ``level`` counts from 1 (the outermost)."""

    start: int
    end: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch of a document's text stands in its file, as a person would say it.

    It holds from ``start`` to the next place.

    Attributes:
        start: offset into the document's text.
        label: such as ``page 3``, ``slide 2`` or ``Sheet Prices, row 5``; "" where what came before ends.
        page: number of the page, counted from 1, where the file has pages.
        kind: ``page``, ``slide``, ``sheet``, ``row``, ``heading``, ``time``, ``message``, ``record``, ``note``,
            ``contents`` for a table of contents, or ``quoted`` for older mail that a message repeats.
    """

    start: int
    label: str
    page: int | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a file that could not be read.

    Attributes:
        what: a code: ``scanned_page``, ``picture``, ``form_field``, ``chart``, ``attachment``, ``formula``, ….
        where: in words, such as ``page 3``; "" for the file as a whole.
        count: how many.
        remedy: a code for what the user can do, such as ``ocr``; "" where nothing helps.
    """

    what: str
    where: str = ""
    count: int = 1
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One source, as text.

    Attributes:
        id: stable identity inside a library: it survives a change of content and of the file's name.
        source: where it came from: a path (for one of several in a file: ``path!/name inside``), or any name.
        title: stated title, else the first heading, else the file's name.
        text: the extracted text that every offset refers to.
        date: ISO date (``YYYY-MM-DD``) the document states for itself, or None.
        content_hash: sha256 of the file's bytes, in hex.
        headings: in order of ``start``.
        body_start: where the prose begins; what lies before it (a date line, front matter) is in no passage.
        places: in order of ``start``; empty where the format has none.
        member: name inside the file, where the file holds several documents, else "".
        tags: given by people when they add it, sorted.
    """

    id: str
    source: str
    title: str
    text: str
    date: str | None = None
    content_hash: str = ""
    headings: tuple[Heading, ...] = ()
    body_start: int = 0
    places: tuple[Place, ...] = ()
    member: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document in a library's catalogue: everything but its text.

    ``copies`` are further files that hold the same, in order of their paths.
    """

    id: str
    source: str
    title: str
    date: str | None
    content_hash: str
    member: str = ""
    tags: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was when it was last read.

    Attributes:
        path: absolute.
        content_hash: sha256 of its bytes, in hex.
        size: bytes.
        modified_ns: when its content last changed, in nanoseconds since 1970.
        read_ns: when it was read; a change as late as this may have been missed.
        reason: why it could not be read, or None.
        tags: as its documents have them.
        unread: what of it its documents do not hold.
        reading: version of the readers that read it; with newer ones it is read again.
    """

    path: str
    content_hash: str
    size: int
    modified_ns: int
    read_ns: int
    reason: str | None = None
    tags: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    reading: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents a question is put to; what is not given does not limit.

    Attributes:
        paths: patterns of paths such as ``*/reports/*.pdf``, or folders and files; any may match.
        tags: any may match.
        since, until: ISO dates, both included; a document without a date is outside of any range.
        ids: document ids.
    """

    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, the unit of retrieval: ``text == document.text[start:end]``.

    ``heading`` is the path of the headings above it, outermost first, joined by `` > ``. ``places`` are those of the
    document that hold in it; the first may begin before it.
    """

    id: str
    document_id: str
    ordinal: int
    start: int
    end: int
    text: str
    heading: str = ""
    places: tuple[Place, ...] = ()

    def place_at(self, position: int) -> Place | None:
        """Return the place of the character at ``position`` of the document, where the format has places."""
        return next((place for place in reversed(self.places) if place.start <= position), None)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk in one ranking. ``score`` is that ranking's own (cosine, or BM25 with higher as better)."""

    chunk: Chunk
    score: float
    record: DocumentRecord


@dataclass(frozen=True, slots=True)
class Rankings:
    """What one search of one generation found, each list best first, ties by chunk id.

    ``dense[i].score`` is a cosine in [-1, 1]; ``lexical[i].score`` is BM25, higher is better.
    """

    generation: int
    dense: tuple[Hit, ...]
    lexical: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a chunk, by offsets into the document's text, and its closeness to the question in [-1, 1]."""

    start: int
    end: int
    cosine: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that a search considers.

    Attributes:
        cosine: similarity of chunk and question in [-1, 1].
        bm25: lexical score, higher is better; 0 where no word matches.
        sentences: of the chunk, in document order.
    """

    chunk: Chunk
    record: DocumentRecord
    cosine: float
    bm25: float
    sentences: tuple[RankedSentence, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What one search of one generation considers, in no order.

    Attributes:
        found: chunks that are near the question or share its words.
        named: for each key of :func:`index.titles.title_key` that was asked for and that few documents bear, the
            chunks of these documents.
    """

    generation: int
    found: tuple[Candidate, ...]
    named: Mapping[str, tuple[Candidate, ...]]


Naming = Callable[[Sequence[Candidate]], Sequence[str]]
"""Given the chunks that a search found, says by what title keys further documents are looked up."""


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A chunk after fusion, with what the reader of an answer needs to know of its document.

    Attributes:
        rank: from 1.
        score: fused score, higher is better.
        cosine: similarity of chunk and question in [-1, 1].
        bm25: lexical score, higher is better; 0 where no word matches.
        sentences: of the chunk, in document order.
        named_by: title of the better passage that names this document, where that raised its score.
        copies: further files that hold the same document.
    """

    chunk: Chunk
    title: str
    source: str
    date: str | None
    rank: int
    score: float
    cosine: float
    bm25: float
    sentences: tuple[RankedSentence, ...] = ()
    named_by: str | None = None
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """The identity and size of a library at one generation."""

    generation: int
    documents: int
    chunks: int
    embedder: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """The sentences of a chunk, by offsets into the document's text: ``vectors[i]`` embeds the one at ``spans[i]``."""

    spans: tuple[tuple[int, int], ...]
    vectors: Matrix


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document ready to be stored: ``vectors[i]`` embeds ``chunks[i]``, whose sentences are ``sentences[i]``."""

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: Matrix
    sentences: tuple[SentenceVectors, ...]


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What is done to a library in one step.

    Attributes:
        upsert: documents to store, new ones and new versions of known ids.
        remove: ids of documents to take out.
        files: what was learnt of files; it replaces what was known of the same paths.
        forget: paths of files that are no longer looked after.
        revised: documents that have another source or other tags from now on; nothing else of them is changed.
    """

    upsert: Sequence[EmbeddedDocument] = ()
    remove: Sequence[str] = ()
    files: Sequence[FileRecord] = ()
    forget: Sequence[str] = ()
    revised: Sequence[DocumentRecord] = ()


@dataclass(slots=True)
class SyncReport:
    """What bringing files into a library did, by source path.

    Attributes:
        renamed: (old path, new path).
        failed: (path, reason) of what should have been read and could not be.
        skipped: (path, reason) of what was left out: other formats, hidden files, what ``.pinciteignore`` names.
        unread: for each file that came in, what of it could not be read; files read whole are not in it.
    """

    added: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    unread: dict[str, list[Unread]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parts:
    """Spans of a text, by offsets into it, and how many of its first characters belong to each of them."""

    spans: tuple[tuple[int, int], ...]
    head: int = 0


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Identity of weights and method; vectors of different fingerprints are never mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text it sees, special tokens not counted."""

    def token_ends(self, text: str) -> list[int]:
        """Return for each token of ``text`` the offset at which it ends, ascending; nothing is truncated."""

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of a question, shape ``(dimension,)``."""

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Return ``m`` of shape ``(len(texts), dimension)``; ``m[i]`` is the unit vector of ``texts[i]``."""

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Parts]) -> list[tuple[Vector, Matrix]]:
        """Return for each text its vector and, from the same pass, those of its parts.

        Row ``j`` of the matrix belongs to ``parts[i].spans[j]``: unit length, made of what stands for the span within
        its text, and of ``texts[i][: parts[i].head]``.
        """


class Store(Protocol):
    """Where a library's documents, chunks and vectors live. Every read sees exactly one generation."""

    def info(self) -> LibraryInfo:
        """Return identity and counts of the current generation."""

    def catalogue(self) -> list[DocumentRecord]:
        """Return all documents without their text, ordered by source."""

    def document(self, document_id: str) -> Document | None:
        """Return one document with its text, or None."""

    def files(self) -> list[FileRecord]:
        """Return what is known of files, ordered by path."""

    def named(self, words: str) -> list[DocumentRecord]:
        """Return some documents (50 at most) whose title or file name holds these words in a row, ordered by id."""

    def search(self, vector: Vector, terms: Sequence[str], k: int, *, within: Selection | None = None) -> Rankings:
        """Return the ``k`` nearest chunks by cosine and the ``k`` best by BM25 over ``terms`` (any may match)."""

    def candidates(
        self, vector: Vector, terms: Sequence[str], k: int, naming: Naming, *, within: Selection | None = None
    ) -> Candidates:
        """Return what :meth:`search` finds with all that fusing needs, and the documents that ``naming`` asks for."""

    def writing(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only writer for as long as a job of several steps takes; another process is refused meanwhile."""

    def apply(self, changes: ChangeSet) -> int:
        """Apply all changes or none; return the new generation."""

    @property
    def probe(self) -> Vector | None:
        """What the embedder made of a fixed text when the library was first written to, or None."""

    def keep_probe(self, vector: Vector) -> None:
        """Keep what the embedder makes of a fixed text."""

    def backup(self, path: Path) -> None:
        """Write a whole copy of one generation to ``path``, while others may write on."""

    def close(self) -> None:
        """Let go of files and connections; calling it twice does no harm."""
