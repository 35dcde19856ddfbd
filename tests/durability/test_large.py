"""Many files: what a sync costs where nothing, or one file, has changed."""

from __future__ import annotations

import io
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest
from fakes import WordCountEmbedder

from index import folders
from index.library import Library
from index.readers import FileReader
from index.readers.warmup import EXAMPLES

FIXTURES = Path(__file__).parent.parent / "files"
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
        assert embedder.embedded == ["Note 7\nNote 7\n\nAnother word."]
        assert library.search(f"w{count - 1}x")[0].title == f"Note {count - 1}"
    print(f"\n{count} files: a second sync took {elapsed:.2f} s")


def memory() -> int:
    """Return the resident memory of this process and its helpers, in bytes."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) * 4096 for p in (str(own), *children))


def made_unique(data: bytes, suffix: str, number: int) -> bytes:
    """Return a file that says the same in other bytes: of several with the same bytes only one is read."""
    if data.startswith(b"PK"):
        buffer = io.BytesIO(data)
        with zipfile.ZipFile(buffer, "a") as package:
            package.comment = b"%d" % number
        return buffer.getvalue()
    if suffix == ".pdf":
        return data + b"\n%% %d\n" % number
    if suffix in (".json", ".ipynb", ".jsonl", ".ndjson"):
        return data + b" " * number
    if suffix in (".eml", ".mbox") and b"\nSubject:" in data:
        return data.replace(b"\nSubject:", b"\nX-Number: %d\nSubject:" % number, 1)
    return data + b"\n%d\n" % number


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_mixed_files_are_brought_in_with_flat_memory(tmp_path: Path, is_long: bool) -> None:
    """All formats, thousands of files: no reader and no part of a sync keeps what it has done with."""
    count = 10_000 if is_long else 700
    kinds = {Path(name).suffix: data for name, data in EXAMPLES.items()}
    kinds |= {path.suffix: path.read_bytes() for path in FIXTURES.iterdir() if path.suffix in (".pdf", ".docx", ".xlsx")}
    docs = tmp_path / "docs"
    for number in range(count):
        suffix = list(kinds)[number % len(kinds)]
        path = docs / f"{number % 100}" / f"{number}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made_unique(kinds[suffix], suffix, number))
    embedder = WordCountEmbedder()
    seen: list[tuple[int, int]] = []

    def look(description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
        embedder.embedded.clear()
        if description == "indexing":
            seen.append((done, memory()))

    with Library.open(tmp_path / "library", embedder=embedder) as library:
        begun = time.monotonic()
        report = library.add([docs], progress=look)
        elapsed = time.monotonic() - begun
    early = max(used for done, used in seen if 0.2 * count <= done < 0.4 * count)
    late = max(used for done, used in seen if done >= 0.8 * count)
    print(
        f"\n{count} files of {len(kinds)} formats, {len(report.added)} added, {len(report.failed)} failed in {elapsed:.0f} s; "
        f"memory {early / 2**20:.0f} MiB early, {late / 2**20:.0f} MiB late"
    )
    assert len(report.added) > 0.8 * count
    assert late < 1.15 * early + 2**24
