"""A library survives whoever writes to it: processes killed at any moment, and several that make it at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from fakes import WordCountEmbedder

from index.library import Library
from index.store.lock import LOCK

ROOT = Path(__file__).parents[2]
SIZE = 6

# Replaces all documents, over and over, by ones that say which round they are of.
WRITER = f"""
import sys
from fakes import WordCountEmbedder, make_document
from index.library import Library

library = Library.open(sys.argv[1], embedder=WordCountEmbedder())
for n in range(100_000):
    library.add_documents([make_document(f"Common word, round r{{n}}x.", f"{{i}}.txt") for i in range({SIZE})])
    library.search("common")
    print("written", flush=True)
"""
MAKER = """
import sys, time
from fakes import WordCountEmbedder, make_document
from index.library import Library

time.sleep(max(0.0, float(sys.argv[3]) - time.time()))
library = Library.open(sys.argv[1], embedder=WordCountEmbedder())
library.add_documents([make_document(f"Text of {sys.argv[2]}.", f"{sys.argv[2]}.txt")])
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_killed_writer_leaves_a_whole_generation(tmp_path: Path) -> None:
    moments = random.Random(11)
    for _ in range(8):
        writer = start(WRITER, str(tmp_path / "library"))
        assert writer.stdout is not None
        assert writer.stdout.readline() == "written\n"
        time.sleep(moments.uniform(0.02, 0.3))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        with Library.open(tmp_path / "library", embedder=WordCountEmbedder(), create=False) as library:
            rankings = library.rankings("common")
            for ranking in (rankings.dense, rankings.lexical):
                assert len({hit.chunk.text for hit in ranking}) == 1
                assert len(ranking) == SIZE
            assert library.info().documents == library.info().chunks == SIZE


def test_processes_that_make_one_library_at_once_share_it(tmp_path: Path) -> None:
    at = str(time.time() + 2.5)
    makers = [start(MAKER, str(tmp_path / "library"), str(number), at) for number in range(4)]
    for maker in makers:
        assert maker.wait(60) == 0
        assert maker.stdout is not None
        maker.stdout.close()
    with Library.open(tmp_path / "library", embedder=WordCountEmbedder(), create=False) as library:
        assert [record.source for record in library.catalogue()] == [f"{number}.txt" for number in range(4)]
    assert {path.name for path in (tmp_path / "library").iterdir()} <= {"library.sqlite3", "vectors.faiss", LOCK}
