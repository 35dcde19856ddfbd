"""Files that appear whole or not at all, and stay after a power cut."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def publish(finished: Path, path: Path) -> None:
    """Give a file its name, unless another process was quicker."""
    try:
        os.link(finished, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            finished.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with suppress(OSError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
