"""Readers and writers at once: every answer comes from one generation, and only one process writes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from durability.harness import environment
from fakes import WordCountEmbedder, make_document

from index.errors import LibraryError
from index.library import Library
from index.store.lock import HOLDER

SIZE = 5
READERS = 8
SWAPS = 30


def test_readers_see_one_generation_through_many_swaps(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    embedder = WordCountEmbedder()
    writer = Library.open(folder, embedder=embedder)
    over = threading.Event()
    failures: list[BaseException] = []
    seen: list[set[str]] = [set() for _ in range(READERS)]

    def documents(turn: int) -> None:
        writer.add_documents([make_document(f"Common word in turn r{turn}x.", f"{i}.txt") for i in range(SIZE)])

    def read(number: int) -> None:
        try:
            with Library.open(folder, embedder=WordCountEmbedder(), create=False) as library:
                while not over.is_set():
                    passages = library.search("common word", k=50)
                    turns = {passage.chunk.text for passage in passages}
                    assert len(turns) == 1, turns
                    assert len(passages) == SIZE
                    seen[number] |= turns
        except BaseException as error:
            failures.append(error)

    documents(0)
    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for turn in range(1, SWAPS + 1):
        documents(turn)
        time.sleep(0.05)
    over.set()
    for thread in threads:
        thread.join()
    writer.close()
    assert failures == []
    assert all(len(turns) > 3 for turns in seen), "each reader has picked up new generations"


def test_a_second_process_is_told_at_once_who_writes(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    program = (
        "import sys, time\nfrom fakes import WordCountEmbedder\nfrom index.library import Library\n"
        "library = Library.open(sys.argv[1], embedder=WordCountEmbedder())\n"
        "with library.store.writing('adding files'):\n    print('holds', flush=True)\n    time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(folder)], env=environment(), stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"holds\n"
    with Library.open(folder, embedder=WordCountEmbedder(), create=False) as library:
        begun = time.monotonic()
        with pytest.raises(LibraryError, match=f"process {holder.pid} is writing to it since .*it is adding files"):
            library.add_documents([make_document("Text.", "a.txt")])
        assert time.monotonic() - begun < 2
        assert library.search("text") == [], "reading goes on"
        holder.kill()
        holder.wait()
        holder.stdout.close()
        assert json.loads((folder / HOLDER).read_text())["pid"] == holder.pid, "it had no time to clear up"
        library.add_documents([make_document("Text.", "a.txt")])
        assert len(library.search("text")) == 1
    assert not (folder / HOLDER).exists()


def test_a_backup_is_of_one_generation_while_others_write(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", embedder=WordCountEmbedder()) as library:
        over = threading.Event()

        def write() -> None:
            turn = 0
            while not over.is_set():
                turn += 1
                library.add_documents(
                    [make_document(f"Common word in turn r{turn}x.", f"{i}.txt") for i in range(SIZE)]
                )

        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.3)
        for number in range(4):
            copy = tmp_path / f"copy-{number}"
            copy.mkdir()
            library.backup(copy / "library.sqlite3")
            with Library.open(copy, embedder=WordCountEmbedder(), create=False) as copied:
                passages = copied.search("common word", k=50)
                assert len({passage.chunk.text for passage in passages}) == 1
                assert len(passages) == SIZE
        over.set()
        thread.join()
    with (
        pytest.raises(LibraryError, match="cannot be written"),
        Library.open(tmp_path / "library", embedder=WordCountEmbedder()) as library,
    ):
        library.backup(tmp_path / "nowhere" / "copy.sqlite3")
