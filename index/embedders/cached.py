"""An embedder that remembers: the sentences of a small library are compared with every question that is asked of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from index.embedders.wrapped import WrappedEmbedder
from index.types import Embedder, Matrix, Vector


class CachedEmbedder(WrappedEmbedder):
    """Remembers the vectors of the ``size`` documents' texts used last. Threads may share it."""

    def __init__(self, embedder: Embedder, *, size: int = 4096) -> None:
        super().__init__(embedder)
        self._size = size
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Return shape ``(len(texts), dimension)``; only texts that are not remembered are embedded, all in one go."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, self._embedder.encode_documents(new), strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, self.dimension), np.float32)
