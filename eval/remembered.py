"""Vectors of a set's questions, kept beside its library: a second run of retrieval embeds nothing at all.

How long each took when it was made is kept, too, so that a search is not made out to be quicker than it is.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import numpy as np

from index.embedders.wrapped import WrappedEmbedder
from index.types import Embedder, Vector


class RememberedQuestions(WrappedEmbedder):
    """An embedder that keeps what it made of questions in a file; documents go to the one behind.

    Args:
        embedder: the one behind.
        path: of the file; one that cannot be read is made anew. It is for this embedder only.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        super().__init__(embedder)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError:
            path.unlink()
            self._db = _opened(path)
        self.saved_s = 0.0
        """Seconds that were saved so far by remembering."""

    def encode_query(self, text: str) -> Vector:
        """Return the unit vector of a question, shape ``(dimension,)``, embedded at most once."""
        key = text.encode("utf-8", "surrogatepass")
        row = self._db.execute("SELECT vector, seconds FROM questions WHERE text = ?", (key,)).fetchone()
        if row is not None:
            self.saved_s += row[1]
            return np.frombuffer(row[0], dtype=np.float32).copy()
        began = time.perf_counter()
        vector = self._embedder.encode_query(text)
        seconds = time.perf_counter() - began
        with self._db:
            values = (key, vector.astype(np.float32).tobytes(), seconds)
            self._db.execute("INSERT OR REPLACE INTO questions VALUES (?, ?, ?)", values)
        return vector

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=10.0)
    db.execute("PRAGMA synchronous = OFF")  # what is lost is embedded again
    db.execute(
        "CREATE TABLE IF NOT EXISTS questions (text BLOB PRIMARY KEY, vector BLOB NOT NULL, seconds REAL NOT NULL)"
    )
    return db
