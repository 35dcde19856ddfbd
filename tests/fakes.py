"""Stand-ins that compute something checkable by hand, and small libraries made with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.library import Library
from index.readers import document_id
from index.terms import content_words
from index.types import Document, Embedder, Matrix, Parts, Vector
from rag.assistant import Assistant
from rag.config import AssistantConfig
from rag.generators.scripted import Script, ScriptedGenerator
from rag.types import GenerationRequest

DIMENSION = 1024


class WordCountEmbedder:
    """Counts content words, each in the place its hash gives it; vectors of unit length. A token is a word.

    The cosine of two texts is that of their word counts, as long as no two words fall into one place.
    """

    def __init__(self, *, max_tokens: int = 64, version: str = "1") -> None:
        self._max_tokens = max_tokens
        self._version = version
        self.embedded: list[str] = []
        """Every document text that was embedded, in order."""

    @property
    def fingerprint(self) -> str:
        """Name and version."""
        return f"word-count@{self._version}"

    @property
    def dimension(self) -> int:
        """Always 1024."""
        return DIMENSION

    @property
    def max_tokens(self) -> int:
        """As given."""
        return self._max_tokens

    def token_ends(self, text: str) -> list[int]:
        """Return where each run of characters that are not white space ends."""
        return [match.end() for match in re.finditer(r"\S+", text)]

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of word counts."""
        return _word_counts(self._seen(text))

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Return one row a text."""
        self.embedded.extend(texts)
        rows = [_word_counts(self._seen(text)) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSION), np.float32)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Parts]) -> list[tuple[Vector, Matrix]]:
        """Count the words of each part, and of the head that goes with it."""
        return [
            (
                vector,
                np.array(
                    [_word_counts(text[: own.head] + " " + text[start:end]) for start, end in own.spans], np.float32
                ).reshape(-1, DIMENSION),
            )
            for vector, text, own in zip(self.encode_documents(texts), texts, parts, strict=True)
        ]

    def _seen(self, text: str) -> str:
        ends = self.token_ends(text)
        return text if len(ends) <= self._max_tokens else text[: ends[self._max_tokens - 1]]


def word_place(word: str) -> int:
    """Return the place of a word in the vectors of :class:`WordCountEmbedder`."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % DIMENSION


def _word_counts(text: str) -> Vector:
    vector = np.zeros(DIMENSION, dtype=np.float32)
    for word in content_words(text) or ["(nothing)"]:
        vector[word_place(word)] += 1
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def make_document(text: str, name: str = "a.txt", *, title: str = "", **more: Any) -> Document:
    """Return a document whose hash is that of its text, as a reader would."""
    content_hash = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(document_id(name), name, title, text, content_hash=content_hash, **more)


def make_library(folder: Path, *documents: Document | str, embedder: Embedder | None = None) -> Library:
    """Return a library of ready-made documents; texts are named ``0.txt``, ``1.txt``, …"""
    library = Library.open(folder, embedder=embedder or WordCountEmbedder())
    ready = [make_document(d, f"{i}.txt") if isinstance(d, str) else d for i, d in enumerate(documents)]
    if ready:
        library.add_documents(ready)
    return library


def says(*pieces: str) -> Script:
    """Return a script that writes the same pieces whatever is asked."""

    def script(request: GenerationRequest) -> Iterable[str]:
        return pieces

    return script


def make_assistant(
    library: Library,
    script: Script | str,
    *,
    answerable: float | None = 1.0,
    context_tokens: int = 4096,
    **settings: Any,
) -> Assistant:
    """Return an assistant that writes what the script says; ``settings`` are those of its configuration.

    It answers however unsure it is, reads however far behind a passage is, and quotes nothing, unless told: counted words are never
    as near as real embeddings.
    """
    settings.setdefault("min_confidence", 0.0)
    settings.setdefault("read_margin", 9.0)
    settings.setdefault("sentence_margin", 9.0)
    settings.setdefault("quoted_sentences", 0)
    generator = ScriptedGenerator(
        says(script) if isinstance(script, str) else script, answerable=answerable, context_tokens=context_tokens
    )
    return Assistant(library, generator, config=AssistantConfig(**settings))
