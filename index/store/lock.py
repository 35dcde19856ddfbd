"""One writer at a time: threads of a process take turns, another process is told who holds the library."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.errors import LibraryError

LOCK = ".writer.lock"
HOLDER = ".writer.json"
_PATIENCE_SECONDS = 30.0
"""How long the end of another process's single step is waited for. A whole job is not waited for."""
_LOCKS: dict[str, threading.RLock] = {}
_REGISTRY = threading.Lock()


class WriterLock:
    """The right to write to the library in a folder. It ends with its process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _REGISTRY:
            self._threads = _LOCKS.setdefault(str(folder.absolute()), threading.RLock())
        self._held = FileLock(folder / LOCK, thread_local=False, is_singleton=True)

    @contextmanager
    def hold(self, purpose: str, *, job: bool = False) -> Iterator[None]:
        """Hold the lock; within one thread it may be held again.

        Args:
            purpose: what is done, in words that follow "it is" (``adding files``).
            job: whether it takes long, so that others should not wait for its end.

        Raises:
            LibraryError: another process holds it; the message says which.
        """
        with self._threads:
            if self._held.is_locked:
                yield
                return
            self._acquire()
            try:
                self._say(purpose, job)
                yield
            finally:
                with suppress(OSError):
                    (self._folder / HOLDER).unlink(missing_ok=True)
                self._held.release()

    def _acquire(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self._held.acquire(timeout=0.05, poll_interval=0.01)
                return
            except Timeout:
                holder = self._holder()
                if holder.get("job") or time.monotonic() > deadline:
                    raise LibraryError(f"{self._folder}: {_who(holder)}; try again when it is done") from None
            except OSError as error:
                raise LibraryError(
                    f"{self._folder}: cannot be written ({error.strerror}); check the folder and free space"
                ) from None

    def _say(self, purpose: str, job: bool) -> None:
        said = {"pid": os.getpid(), "purpose": purpose, "since": time.strftime("%H:%M"), "job": job}
        with suppress(OSError):  # only for people to read
            (self._folder / HOLDER).write_text(json.dumps(said), encoding="utf-8")

    def _holder(self) -> dict[str, Any]:
        try:
            said = json.loads((self._folder / HOLDER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}


def _who(holder: dict[str, Any]) -> str:
    if not holder:
        return "another process is writing to it"
    return f"process {holder.get('pid')} is writing to it since {holder.get('since')}, it is {holder.get('purpose')}"
