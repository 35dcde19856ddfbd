"""Question vectors that a second run does not make again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import WordCountEmbedder, make_document, make_library

from eval.remembered import RememberedQuestions
from eval.systems import RetrievalSystem
from eval.testset import Question
from index.types import Vector

HARD = ["Where does the walrus sleep?", "", "\ud800 odd", "日本?"]


class CountingEmbedder(WordCountEmbedder):
    """Counts the questions it embeds."""

    asked = 0

    def encode_query(self, text: str) -> Vector:
        self.asked += 1
        return super().encode_query(text)


def test_a_question_is_embedded_once_over_all_runs(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "questions.sqlite3"
    expected = [WordCountEmbedder().encode_query(text) for text in HARD]
    for run in range(2):
        behind = CountingEmbedder()
        questions = RememberedQuestions(behind, path)
        for text, vector in zip(HARD, expected, strict=True):
            assert np.array_equal(questions.encode_query(text), vector)
            assert np.array_equal(questions.encode_query(text), vector)
        assert behind.asked == (len(HARD) if run == 0 else 0)
        questions.close()


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "questions.sqlite3"
    path.write_bytes(b"not a database, whatever its name" * 100)
    questions = RememberedQuestions(CountingEmbedder(), path)
    assert questions.encode_query("a").shape == (1024,)
    questions.close()


def test_the_time_of_embedding_counts_though_it_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    questions = RememberedQuestions(CountingEmbedder(), tmp_path / "questions.sqlite3")
    with make_library(tmp_path / "l", make_document("A walrus.", "w.txt"), embedder=questions) as library:
        library.search("warm up")
        with monkeypatch.context() as patched:
            patched.setattr("time.perf_counter", lambda: float(next(clock)))
            question = Question("q", "walrus")
            fresh = RetrievalSystem(library, questions).outcome(question)
            kept = RetrievalSystem(library, questions).outcome(question)
    assert fresh.retrieve_s == 3.0  # four looks at the clock: two around the search, two around embedding
    assert kept.retrieve_s == 2.0  # one second of searching, one that embedding took the first time
    assert kept.ranking == fresh.ranking
    questions.close()
