"""sentence-transformers models from a local folder, on the CPU, offline."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import WeightsError
from index.types import Matrix, Vector
from index.weights.cache import sha256_of

_BATCH = 16


class SentenceTransformerEmbedder:
    """A sentence-transformers model; its vectors have unit length.

    The tokenizer is there at once; the network is loaded with the first text to embed, or by :meth:`warm_up`.
    """

    def __init__(self, folder: Path, *, name: str | None = None) -> None:
        self._folder = folder
        self._model: Any = None
        self._rough: Any = None
        self._lock = threading.Lock()
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

    def encode_sentences(self, texts: Sequence[str]) -> Matrix:
        """Return what :meth:`encode_documents` does, in bfloat16 where the processor computes with it twice as fast."""
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        with self._lock:
            if self._rough is None and _has_bfloat16():
                import torch

                self._rough = self._load(dtype=torch.bfloat16)
        return self._encode(texts, self._rough)

    def warm_up(self) -> None:
        """Load the network now rather than with the first text."""
        with self._lock:
            if self._model is None:
                self._model = self._load()

    def _encode(self, texts: Sequence[str], model: Any = None) -> Matrix:
        if model is None:
            self.warm_up()
            model = self._model
        vectors = model.encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if model is self._rough:
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _load(self, **precision: Any) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        try:
            return SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True, model_kwargs=precision or None
            )
        except Exception as error:
            raise WeightsError(
                f"{self._folder}: the embedder cannot be loaded ({error}); run 'pincite models verify'"
            ) from error


def _has_bfloat16() -> bool:
    """Tell whether the processor computes with bfloat16 itself; elsewhere it is imitated, and slow."""
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported is not None and supported())
