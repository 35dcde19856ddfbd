"""Text to vectors. One module an embedder, its heavy library imported when it is loaded."""

from __future__ import annotations

from pathlib import Path

from index.types import Embedder


def load_embedder(folder: Path, *, name: str | None = None) -> Embedder:
    """Load the sentence-transformers model in ``folder``; ``name`` stands in its fingerprint.

    Raises:
        WeightsError: the folder does not hold a usable model.
    """
    from index.embedders.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(folder, name=name)
