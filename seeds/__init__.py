"""The documents of the default library: what pincite can talk about before anything else has been added."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def documents_dir() -> Path:
    """Return the folder of the default library's documents.

    They are package data, found beside this module wherever it is installed, whatever the working directory. The
    package must lie unpacked on disk, as pip installs it: adding a library's documents needs real files.
    """
    return Path(str(files(__name__) / "documents"))
