"""FAISS over one generation's vectors: exact inner product, cached in a file that is checked before it is read.

The cache is never the truth. A file that is missing, of another version or damaged is rebuilt from SQLite. FAISS itself
loads most damaged files without a word, so the sha256 in the file's header is compared first.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store.disk import sync_folder
from index.types import Matrix, Vector

_MAGIC = b"pincite-faiss-2\n"
_DIGEST_BYTES = 32


class VectorIndex:
    """Nearest neighbours among the vectors of one generation. Immutable, so threads may search it together.

    ``version`` (one line of ASCII) names the state of the one database whose vectors these are.
    """

    def __init__(self, index: Any, version: str) -> None:
        self._index = index
        self.version = version

    @classmethod
    def build(cls, numbers: NDArray[np.int64], vectors: Matrix, version: str) -> VectorIndex:
        """Index ``vectors`` (shape ``(n, dimension)``) under chunk ``numbers`` (shape ``(n,)``)."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors), numbers)
        return cls(index, version)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vector, k: int, *, numbers: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (chunk number, cosine), best first, equal cosines in order of number.

        Where ``numbers`` are given, among these chunks only.
        """
        if not len(self) or (numbers is not None and not len(numbers)):
            return []
        from faiss import IDSelectorBatch, SearchParameters

        params: Any = None
        if numbers is not None:
            params = SearchParameters(sel=IDSelectorBatch(np.asarray(numbers, dtype=np.int64)))  # type: ignore[call-arg]
        scores, places = self._index.search(vector[np.newaxis, :], min(k, len(self)), params=params)
        found = zip(places[0].tolist(), scores[0].tolist(), strict=True)
        return sorted(((number, score) for number, score in found if number >= 0), key=lambda pair: (-pair[1], pair[0]))

    def save(self, path: Path) -> None:
        """Write the cache file: magic, sha256, body (version, line end, index). It appears whole or not at all."""
        import faiss

        body = _first_line(self.version) + faiss.serialize_index(self._index).tobytes()
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(_MAGIC + hashlib.sha256(body).digest() + body)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()

    @classmethod
    def load(cls, path: Path, version: str) -> VectorIndex | None:
        """Return the cached index, or None if there is none of this version that is whole."""
        body = _whole_body(path)
        if body is None:
            return None
        if not body.startswith(_first_line(version)):
            return None
        import faiss

        try:
            index = faiss.deserialize_index(np.frombuffer(body[len(_first_line(version)) :], dtype=np.uint8))
        except RuntimeError:  # written by a FAISS whose files this one does not know
            return None
        return cls(index, version)

    @staticmethod
    def is_whole(path: Path) -> bool:
        """Tell whether a cache file is as it was written."""
        return _whole_body(path) is not None


def _whole_body(path: Path) -> bytes | None:
    """Return what follows the header of a cache file, or None where it is missing or not as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    header = len(_MAGIC) + _DIGEST_BYTES
    body = data[header:]
    whole = data.startswith(_MAGIC) and hashlib.sha256(body).digest() == data[len(_MAGIC) : header]
    return body if whole else None


def _first_line(version: str) -> bytes:
    return version.encode("ascii") + b"\n"


def to_blob(vector: Vector) -> bytes:
    """Return a vector as little-endian float32 bytes."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def from_blobs(blobs: Sequence[bytes], dimension: int) -> Matrix:
    """Return the vectors of ``blobs``, shape ``(len(blobs), dimension)``."""
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), dimension).astype(np.float32)


def to_half_blob(vectors: Matrix) -> bytes:
    """Return vectors as little-endian float16 bytes: enough for ranking sentences, in half the space."""
    return np.ascontiguousarray(vectors, dtype="<f2").tobytes()


def from_half_blob(blob: bytes, dimension: int) -> Matrix:
    """Return the vectors of a blob of float16, shape ``(n, dimension)``."""
    return np.frombuffer(blob, dtype="<f2").reshape(-1, dimension).astype(np.float32)
