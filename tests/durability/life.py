"""A library's life in a process of its own: made, filled, changed, searched, backed up, brought to a newer format.

Each argument is a command as JSON: ``["live", FOLDER, FROM, TO]`` does steps and prints a line after each,
``["record", FOLDER, FROM, TO, FILE]`` writes down what the library says at each generation, and
``["check", FOLDER, ACKNOWLEDGED, TO, FILE]`` looks at what is left of one, and lives it to its end.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import fakes

from index import sync as sync_module
from index.doctor import examine
from index.errors import PinciteError
from index.library import Library
from index.readers import Extraction, FileReader, extract
from index.store import SQLiteStore
from index.types import ChangeSet

OLD = 1_700_000_000


class ReaderInProcess(FileReader):
    """Spares each sync the start of a helper process: files are not what is tested here."""

    def extract(self, data: bytes, name: str) -> Extraction:
        """Read in this process."""
        return extract(data, name)


sync_module.FileReader = ReaderInProcess  # type: ignore[misc]
fakes.DIMENSION = 128  # small vectors: fewer writes, so that each can be the last
EMBEDDER = fakes.WordCountEmbedder()


def write(path: Path, words: str, day: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# About {words}\n\nThis document tells of {words}. It is short.\n\nMore on {words} follows here.")
    os.utime(path, (OLD + day, OLD + day))


def first(docs: Path) -> None:
    for name in ("walrus", "penguin", "lantern"):
        write(docs / f"{name}.md", name, 0)


def second(docs: Path) -> None:
    write(docs / "penguin.md", "penguin albatross", 1)
    write(docs / "sub" / "copy.md", "walrus", 0)
    write(docs / "harbour.md", "harbour", 1)


def third(docs: Path) -> None:
    (docs / "lantern.md").unlink()
    (docs / "walrus.md").rename(docs / "moved.md")


def steps(folder: Path) -> list[Callable[[], None]]:
    """Return what happens, in order; each step may be done again."""
    docs, place = folder / "docs", folder / "library"

    def opened() -> Library:
        return Library.open(place, embedder=EMBEDDER)

    def sync(change: Callable[[Path], None]) -> Callable[[], None]:
        def step() -> None:
            done = docs.with_name(change.__name__)
            if not done.exists():  # people's files are not what is killed here
                shutil.rmtree(docs, ignore_errors=True)
                for earlier in (first, second, third):
                    earlier(docs)
                    if earlier is change:
                        break
                done.touch()
            with opened() as library:
                library.add([docs])
                library.search("walrus")

        return step

    def remove() -> None:
        with opened() as library:
            library.remove([record.id for record in library.catalogue() if "harbour" in record.source])

    def backup() -> None:
        with opened() as library:
            library.backup(place / "copy.sqlite3")

    def upgrade() -> None:
        opened().close()

    return [sync(first), sync(second), sync(third), remove, backup, upgrade]


def state(library: Library) -> dict[str, object]:
    """Return all that a library says, after checking that its parts say the same."""
    records = library.catalogue()
    documents = {record.id: library.document(record.id) for record in records}
    rankings = library.rankings("document", k=1000)
    chunks = [hit.chunk for hit in rankings.lexical]
    assert len({chunk.id for chunk in chunks}) == len(chunks), "a passage twice"
    assert {hit.chunk.id for hit in rankings.dense} >= {chunk.id for chunk in chunks}, "rankings of two generations"
    for hit in rankings.dense:
        document = documents[hit.record.id]
        assert document is not None
        assert document.text[hit.chunk.start : hit.chunk.end] == hit.chunk.text, "a passage of another version"
    for record in records:
        found = library.search(record.title.removeprefix("About "), k=3)
        assert record.id in {passage.chunk.document_id for passage in found}, f"{record.title} does not answer"
    said = sorted((r.title, Path(r.source).name, len(r.copies), documents[r.id].text) for r in records)  # type: ignore[union-attr]
    return {"documents": said, "chunks": len(rankings.dense)}


def live(folder: Path, start: int, stop: int) -> None:
    """Do the steps from ``start`` to ``stop``; print each when it is acknowledged."""
    for number, step in enumerate(steps(folder)[start:stop], start=start):
        step()
        print(number + 1, flush=True)


def record(folder: Path, start: int, stop: int, file: Path) -> None:
    """Do the steps undisturbed; write down what the library says at each generation and after each step."""
    states: dict[int, object] = {}
    after: dict[int, int] = {}
    place = folder / "library"
    real = SQLiteStore.apply

    def note() -> int:
        with Library.open(place, embedder=EMBEDDER, create=False) as library:
            generation = library.info().generation
            states[generation] = state(library)
        return generation

    def apply(self: SQLiteStore, changes: ChangeSet) -> int:
        generation = real(self, changes)
        note()
        return generation

    SQLiteStore.apply = apply  # type: ignore[method-assign]
    if start:
        note()
    else:
        states[0] = {"documents": [], "chunks": 0}
    for number, step in enumerate(steps(folder)[start:stop], start=start):
        step()
        after[number + 1] = note()
    file.write_text(json.dumps({"states": states, "after": after}))


def check(folder: Path, acknowledged: int, stop: int, file: Path) -> None:
    """Look at what is left of a library whose process was killed or met a fault; then go on with its life."""
    known = json.loads(file.read_text())
    place = folder / "library"
    if not (place / "library.sqlite3").exists():
        assert acknowledged == 0, "an acknowledged library is gone"
    else:
        with Library.open(place, embedder=EMBEDDER, create=False) as library:
            assert examine(library) == []
            generation = library.info().generation
            assert generation >= known["after"].get(str(acknowledged), 0), "an acknowledged step is lost"
            assert json.loads(json.dumps(state(library))) == known["states"][str(generation)], "neither old nor new"
            stored = {hit.chunk.text for hit in library.rankings("document", k=1000).dense}
        if (place / "copy.sqlite3").exists():
            with closing(sqlite3.connect(place / "copy.sqlite3")) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        EMBEDDER.embedded.clear()
    live(folder, acknowledged, stop)
    with Library.open(place, embedder=EMBEDDER, create=False) as library:
        assert examine(library) == []
        assert json.loads(json.dumps(state(library))) == known["states"][str(known["after"][str(stop)])]
    if acknowledged < stop and "stored" in locals():
        again = [text for text in EMBEDDER.embedded if any(text.endswith(chunk) for chunk in stored)]
        assert again == [], "what was stored is embedded again"


def main() -> None:
    """Run what the arguments say: any number of commands, each as JSON."""
    commands = {"live": live, "record": record, "check": check}
    try:
        for argument in sys.argv[1:]:
            name, folder, *rest = json.loads(argument)
            commands[name](Path(folder), *(Path(item) if isinstance(item, str) else item for item in rest))  # type: ignore[operator]
            print(f"{name} done", flush=True)
    except PinciteError as error:
        assert "\n" not in str(error)
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
