"""sentence-transformers models from a local folder, on the CPU, offline."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import WeightsError
from index.types import Matrix, Parts, Vector
from index.weights.cache import sha256_of

_BATCH = 8
"""Texts of about one length that are embedded at once. More pad more, and another thread waits longer for its turn."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model; its vectors have unit length.

    The tokenizer is there at once; the network is loaded with the first text to embed, or by :meth:`warm_up`.
    """

    def __init__(self, folder: Path, *, name: str | None = None) -> None:
        self._folder = folder
        self._model: Any = None
        self._lock = threading.Lock()
        self._one = threading.Lock()  # the tokenizer behind the network serves one thread at a time
        try:
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._dimension = int(json.loads((folder / "config.json").read_text())["hidden_size"])
            sbert = json.loads((folder / "sentence_bert_config.json").read_text())
            seen = int(sbert["max_seq_length"])
            weights = sha256_of(folder / "model.safetensors")
        except Exception as error:
            raise WeightsError(
                f"{folder}: is not a usable sentence-transformers folder ({' '.join(str(error).split())}); "
                "run 'pincite models verify'"
            ) from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._max_tokens = seen - self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._fingerprint = f"{name or folder.name}@{weights[:16]}/h1"

    @property
    def fingerprint(self) -> str:
        """Name, first 16 hex digits of the weights' sha256, and what is embedded (``h1``: header, then text)."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are seen, special tokens not counted."""
        return self._max_tokens

    def token_ends(self, text: str) -> list[int]:
        """Return for each token of ``text`` the code-point offset at which it ends, ascending."""
        return [end for _, end in self._tokenizer.encode(text, add_special_tokens=False).offsets]

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of a question, shape ``(dimension,)``."""
        vector: Vector = self._encode([text])[0]
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Return shape ``(len(texts), dimension)``; row ``i`` is the unit vector of ``texts[i]``."""
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        return self._encode(texts)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Parts]) -> list[tuple[Vector, Matrix]]:
        """Return the unit vector of each text and, from the same pass, those of its parts.

        A part is the mean of the last layer's vectors of its tokens and of those of the text's head (Günther et al.,
        "Late chunking", 2024): each token has seen the whole text. Raises as :meth:`encode_documents`.
        """
        self.warm_up()
        tokenized = self._tokenizer.encode_batch(list(texts))
        found: dict[int, tuple[Vector, Matrix]] = {}
        for chosen in _batches([len(encoding.ids) for encoding in tokenized]):
            with self._one:
                rows = self._model.encode(
                    [texts[i] for i in chosen], output_value=None, convert_to_numpy=False, show_progress_bar=False
                )
            for i, row in zip(chosen, rows, strict=True):
                tokens = row["token_embeddings"].float().numpy()[: int(row["attention_mask"].sum())]
                vector = row["sentence_embedding"].float().numpy()
                found[i] = vector / np.linalg.norm(vector), self._of_parts(parts[i], tokenized[i].offsets, tokens)
        return [found[i] for i in range(len(texts))]

    def _of_parts(self, parts: Parts, places: Sequence[tuple[int, int]], tokens: Matrix) -> Matrix:
        """Return the unit means of the vectors of each part's tokens; ``tokens`` begins and ends with a special one."""
        offsets = places[1 : len(tokens) - 1]
        starts = np.array([start for start, _ in offsets], dtype=np.int64)
        ends = np.array([end for _, end in offsets], dtype=np.int64)
        sums = np.concatenate([np.zeros((1, self._dimension)), np.cumsum(tokens, axis=0, dtype=np.float64)])
        head = sums[1 + int(np.searchsorted(ends, parts.head, "right"))] if parts.head else 0.0
        vectors = np.zeros((len(parts.spans), self._dimension))
        for row, (start, end) in enumerate(parts.spans):
            first = int(np.searchsorted(ends, start, "right"))
            last = max(int(np.searchsorted(starts, end, "left")), first + 1)
            vectors[row] = sums[1 + min(last, len(offsets))] - sums[1 + min(first, len(offsets) - 1)] + head
        return np.ascontiguousarray(
            vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32
        )

    def warm_up(self) -> None:
        """Load the network now rather than with the first text."""
        with self._lock:
            if self._model is None:
                self._model = self._load()

    def _encode(self, texts: Sequence[str]) -> Matrix:
        self.warm_up()
        rows: Matrix = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for chosen in _batches([len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]):
            with self._one:
                rows[chosen] = self._model.encode(
                    [texts[i] for i in chosen],
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                )
        return rows

    def _load(self) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise WeightsError(
                f"{self._folder}: the embedder cannot be loaded ({error}); run 'pincite models verify'"
            ) from error


def _batches(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Yield indexes of texts to embed together, by their number of tokens: what is padded is computed, too."""
    by_size = sorted(range(len(sizes)), key=lambda i: sizes[i])
    return (by_size[begin : begin + _BATCH] for begin in range(0, len(by_size), _BATCH))
