"""What a model has read of a prompt, kept in the cache folder: the next process need not read it again.

llama.cpp writes and reads the state itself; it does not notice a changed byte, so a sha256 stands beside each file and
is compared first. A file that is missing or damaged only costs the time of reading.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from index.weights.cache import cache_dir, sha256_of
from rag.types import Message

_SECONDS = 30.0
_MOST_FILES = 8
"""Older ones are removed: each is some ten megabytes."""


def prompts_dir() -> Path:
    """Return the folder of kept prompts, made if it is missing and can be."""
    folder = cache_dir() / "prompts"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


class KeptPrompt:
    """The state of one prompt on one server.

    Args:
        folder: where states are kept; the server must have been started with it.
        address: of the server, ``http://127.0.0.1:port``.
        key: of the server.
        identity: model, runtime and messages; what differs in any has another file. Nothing of a user's is kept here:
            callers give what comes before every question.
    """

    def __init__(self, folder: Path, address: str, key: str, identity: Sequence[str | Message]) -> None:
        parts = [item if isinstance(item, str) else [item.role, item.text] for item in identity]
        name = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
        self._path = folder / f"{name}.kv"
        self._sum = self._path.with_suffix(".sha256")
        self._url = f"{address}/slots/0"
        self._headers = {"Authorization": f"Bearer {key}"}

    def restore(self) -> bool:
        """Have the server take up the state; tell whether it did."""
        try:
            whole = self._sum.read_text(encoding="ascii") == sha256_of(self._path)
        except (OSError, ValueError):
            return False
        return whole and self._do("restore")

    def save(self) -> None:
        """Have the server write its state, where there is room."""
        with suppress(OSError):
            self._sum.unlink(missing_ok=True)
            if self._do("save"):
                self._sum.write_text(sha256_of(self._path), encoding="ascii")
                self._tidy()

    def _do(self, action: str) -> bool:
        try:
            with httpx.Client(headers=self._headers, timeout=_SECONDS, trust_env=False) as client:
                answer = client.post(f"{self._url}?action={action}", json={"filename": self._path.name})
        except httpx.HTTPError:
            return False
        return answer.is_success

    def _tidy(self) -> None:
        kept = sorted(self._path.parent.glob("*.kv"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in kept[_MOST_FILES:]:
            old.unlink(missing_ok=True)
            old.with_suffix(".sha256").unlink(missing_ok=True)
