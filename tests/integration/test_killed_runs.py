"""A run of a test set, killed at any moment, goes on: every question is asked, and none twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

QUESTIONS = 120
RUN = [sys.executable, "-c", "from ui.cli import main; main()", "eval"]


@pytest.fixture
def testset(tmp_path: Path) -> Path:
    folder = tmp_path / "harbours"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {
            "_id": f"d{i}",
            "title": f"Harbour {i}",
            "text": f"Harbour {i} was built in {1800 + i}. It has {i + 2} cranes.",
        }
        for i in range(QUESTIONS)
    ]
    queries = [{"_id": f"q{i}", "text": f"When was harbour {i} built?", "metadata": {}} for i in range(QUESTIONS)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in documents))
    (folder / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in queries))
    judged = "".join(f"q{i}\td{i}\t1\n" for i in range(QUESTIONS))
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}")
    return folder


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


@pytest.mark.weights
def test_a_killed_run_goes_on_where_it_was(testset: Path, tmp_path: Path) -> None:
    command = [*RUN, str(testset), "--retrieval-only", "--out", str(tmp_path / "out")]
    journal = tmp_path / "out" / "predictions.jsonl"
    chance = random.Random(5)
    survived: list[bytes] = []
    for _ in range(3):
        asked = len(survived)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while len(lines(journal)) <= asked + 5 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = lines(journal)
        assert now[: len(survived)] == survived, "what was answered stays as it was"
        assert len(now) > len(survived)
        survived = now
    assert len(survived) < QUESTIONS, "it was killed before it was done"
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    ids = [json.loads(line)["id"] for line in lines(journal)]
    assert sorted(ids) == sorted(f"q{i}" for i in range(QUESTIONS))
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["metrics"]["retrieval.recall@1"]["n"] == QUESTIONS
