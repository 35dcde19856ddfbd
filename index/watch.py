"""Following folders: which of the paths that are looked after have something new."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import UnreadableDocument

_QUIET_MS = 800
"""How long nothing has to happen before what has happened is told: files are often written in several steps."""
_WAIT_MS = 500
"""How often it is looked whether to stop."""


def changes(paths: Sequence[Path], stop: threading.Event | None = None) -> Iterator[list[Path]]:
    """Yield those of ``paths`` in or below which something has changed, each time it is quiet again.

    All of them are yielded once when the watch has begun: something may have changed before.

    Raises:
        UnreadableDocument: a path is not there.
    """
    from watchfiles import watch

    roots = {path.resolve(): path for path in paths}
    for root, path in roots.items():
        if not root.exists():
            raise UnreadableDocument(f"{path}: no such file or folder; check the path")
    watched = watch(
        *roots,
        step=_QUIET_MS,
        debounce=10 * _QUIET_MS,
        rust_timeout=_WAIT_MS,
        stop_event=stop,
        raise_interrupt=True,
        yield_on_timeout=True,
    )
    for number, happened in enumerate(watched):
        touched = [Path(name) for _, name in happened]
        changed = [path for root, path in roots.items() if any(item.is_relative_to(root) for item in touched)]
        if number == 0 or changed:
            yield list(paths) if number == 0 else changed
