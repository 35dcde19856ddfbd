"""An embedder before another: what a subclass does not do itself goes to the one behind."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Embedder, Matrix, Parts, Vector


class WrappedEmbedder:
    """Passes everything on."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def fingerprint(self) -> str:
        """That of the embedder behind."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """That of the embedder behind."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """That of the embedder behind."""
        return self._embedder.max_tokens

    def token_ends(self, text: str) -> list[int]:
        """As the embedder behind."""
        return self._embedder.token_ends(text)

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of a question, shape ``(dimension,)``."""
        return self._embedder.encode_query(text)

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """As the embedder behind."""
        return self._embedder.encode_documents(texts)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Parts]) -> list[tuple[Vector, Matrix]]:
        """As the embedder behind."""
        return self._embedder.encode_parts(texts, parts)
