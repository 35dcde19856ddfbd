"""Where a library lives: SQLite is the truth, FAISS a checksummed cache of its vectors."""

from __future__ import annotations

from index.store.sqlite import SQLiteStore

__all__ = ["SQLiteStore"]
