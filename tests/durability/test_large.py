"""Many files: what a sync costs where nothing, or one file, has changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from fakes import WordCountEmbedder

from index import folders
from index.library import Library
from index.readers import FileReader

OLD = 1_700_000_000


def write(path: Path, text: str, modified: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (modified, modified))


def test_a_sync_costs_what_has_changed(tmp_path: Path, is_long: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 10_000 if is_long else 600
    docs = tmp_path / "docs"
    for number in range(count):
        write(docs / f"{number % 100}" / f"note {number}.md", f"# Note {number}\n\nWord w{number}x of note.", OLD)
    embedder = WordCountEmbedder()
    read: list[str] = []
    hashed: list[str] = []
    real_read, real_hash = FileReader.read, folders.hash_of
    monkeypatch.setattr(FileReader, "read", lambda self, path: (read.append(path.name), real_read(self, path))[1])
    monkeypatch.setattr(folders, "hash_of", lambda file, limit: (hashed.append(file.name), real_hash(file, limit))[1])

    with Library.open(tmp_path / "library", embedder=embedder) as library:
        assert len(library.add([docs]).added) == len(read) == count
        for noted in (read, hashed, embedder.embedded):
            noted.clear()
        begun = time.monotonic()
        assert len(library.add([docs]).unchanged) == count
        elapsed = time.monotonic() - begun
        assert (read, hashed, embedder.embedded) == ([], [], [])
        assert elapsed < 5 * count / 10_000 + 1

        write(docs / "7" / "note 7.md", "# Note 7\n\nAnother word.", OLD + 1)
        report = library.add([docs])
        assert (len(report.updated), len(report.unchanged)) == (1, count - 1)
        assert read == hashed == ["note 7.md"]
        assert embedder.embedded == ["Note 7\nAnother word."]
        assert library.search(f"w{count - 1}x")[0].title == f"Note {count - 1}"
    print(f"\n{count} files: a second sync took {elapsed:.2f} s")
