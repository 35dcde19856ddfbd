"""A process is killed while files come in through it: what was reported as in stays, nothing half is ever shown."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from fakes import WordCountEmbedder

from index.library import Library
from ui.uploads import FOLDER, Upload, Uploads

ROOT = Path(__file__).parents[2]
KILLS = 5

# Brings in files under four names, over and over, each in two pieces; says which are in.
SERVER = """
import asyncio, sys
from fakes import WordCountEmbedder
from index.library import Library
from ui.uploads import Upload, Uploads

library = Library.open(sys.argv[1], embedder=WordCountEmbedder())
uploads = Uploads(lambda: library, lambda: False)

async def body(text):
    yield text[:20].encode()
    await asyncio.sleep(0.002)
    yield text[20:].encode()

for n in range(100_000):
    name, text = f"{n % 4}.txt", f"Round {sys.argv[2]} of {n}. " + "It is told to the end. " * 200 + "The end."
    received = asyncio.run(uploads.receive(name, body(text)))
    report = uploads.bring_in(received, Upload())
    assert not report.failed
    print(n, flush=True)
"""


async def one(text: bytes) -> AsyncIterator[bytes]:
    yield text


def test_a_killed_server_loses_no_file_that_was_in(tmp_path: Path) -> None:
    moments = random.Random(5)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    folder = tmp_path / "library"
    for kill in range(KILLS):
        command = [sys.executable, "-c", SERVER, str(folder), str(kill)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        for _ in range(4):  # each name once in this round
            assert server.stdout.readline().strip().isdigit()
        time.sleep(moments.uniform(0.0, 0.15))
        server.send_signal(signal.SIGKILL)
        was_in = 3 + len(server.stdout.read().split())
        server.wait()
        server.stdout.close()

        with Library.open(folder, embedder=WordCountEmbedder()) as library:
            check(library, kill, was_in)
            uploads = Uploads(lambda: library, lambda: False)
            received = asyncio.run(uploads.receive(f"next {kill}.txt", one(f"The ferry leaves at {kill}.".encode())))
            assert not uploads.bring_in(received, Upload()).failed
            check(library, kill, was_in)
            kept = {str(path) for path in (folder / FOLDER).iterdir() if not path.name.startswith(".")}
            assert kept == {record.source for record in library.catalogue()}, "what lay there unindexed was taken in"


def check(library: Library, kill: int, was_in: int) -> None:
    """Every document is whole; of each name it is the last one that was in, or the one after."""
    texts = {record.source: library.document(record.id).text for record in library.catalogue()}
    rounds = {Path(source).name: text for source, text in texts.items() if text.startswith("Round")}
    assert sorted(rounds) == [f"{n}.txt" for n in range(4)]
    for name, text in rounds.items():
        assert text.rstrip().endswith("The end.")
        told, number = text.split(".")[0].removeprefix("Round ").split(" of ")
        assert int(told) == kill
        last = was_in - (was_in - int(name[0])) % 4
        assert int(number) in (last, last + 4)
