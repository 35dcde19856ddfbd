"""One fetch at a time for one set of weights, across processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.progress import Progress

POLL_SECONDS = 0.2


@contextmanager
def exclusive(path: Path, name: str, progress: Progress) -> Iterator[None]:
    """Hold the lock file ``path``; where another process holds it, say so and wait.

    The operating system holds the lock for the process, so it ends with the process however that dies.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting = f"Waiting for another process that is fetching {name}"
        progress(waiting, 0, None, "")
        lock.acquire(poll_interval=POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()
