"""The default library, made for real: the seed documents, the real embedder, SQLite and FAISS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.library import Library
from seeds import documents_dir


@pytest.fixture(scope="session")
def seed_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Return a library of the seed documents."""
    with Library.open(tmp_path_factory.mktemp("seeds") / "library") as library:
        report = library.add([documents_dir()])
        assert report.failed == []
        yield library
