"""A run's citations beside those of the closest sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import WordCountEmbedder

from eval.errors import NotComparable
from eval.nearest import run_nearest
from eval.testset import Evidence, Question, TestSet
from index.types import Document

TEXT = "The reef is old. The tower is 31 metres high. The keeper of the tower is old."
TRUE, NEAR = (17, 45), (46, 77)


def one_question() -> TestSet:
    evidence = (Evidence("d", TEXT[slice(*TRUE)], (TRUE,)),)
    question = Question("q", "How high?", answerable=True, answers=("31 metres",), evidence=evidence, relevant={"d": 1})
    return TestSet("sea", (Document("d", "d", "Sea", TEXT, content_hash="d"),), (question,))


def run(folder: Path, text: str, *spans: tuple[int, int], question: str = "How high?", **more: Any) -> Path:
    """Write a run whose only sentence is ``text`` and cites ``spans``."""
    marked = text + "".join(f" [{i}]" for i in range(1, len(spans) + 1))
    citations = [
        {"marker": i, "document_id": "d", "start": start, "end": end, "quote": TEXT[start:end]}
        for i, (start, end) in enumerate(spans, start=1)
    ]
    line = {
        "id": "q",
        "question": "How high?",
        "standalone_question": question,
        "text": marked,
        "abstained": False,
        "sentences": [{"start": 0, "end": len(marked), "citations": [c["marker"] for c in citations]}],
        "citations": citations,
        "passages": [{"document_id": "d", "start": 0, "text": TEXT, "in_context": True}],
        "scores": {},
    }
    folder.mkdir()
    report = {"testset": {"name": "sea", "sha256": one_question().content_hash}}
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (folder / "predictions.jsonl").write_text(json.dumps(line | more) + "\n", encoding="utf-8")
    return folder


def figures(folder: Path) -> dict[str, float]:
    report = run_nearest(one_question(), folder, WordCountEmbedder(), resamples=20)
    return {name: item["value"] for name, item in report["metrics"].items()}


def test_what_was_cited_and_what_is_closest_are_both_scored(tmp_path: Path) -> None:
    found = figures(run(tmp_path / "run", "The keeper of the tower", TRUE, question="31 metres high tower metres high"))
    assert (found["ours.precision"], found["ours.recall"]) == (1.0, 1.0)
    assert (found["nearest.precision"], found["nearest.recall"]) == (0.0, 0.0)
    assert found["nearest_asked.precision"] == 1.0, "the question counts there"
    assert (found["gain_over_nearest.precision"], found["gain_over_nearest_asked.precision"]) == (1.0, 0.0)


def test_a_second_citation_that_misses_costs_half(tmp_path: Path) -> None:
    found = figures(run(tmp_path / "run", "31 metres high", TRUE, NEAR))
    assert (found["ours.precision"], found["ours.recall"], found["nearest.precision"]) == (0.5, 1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "line"),
    [("It is high.", {"abstained": True}), (TEXT[slice(*TRUE)], {}), ("It is high.", {"id": "other"})],
)
def test_refusals_quotations_and_other_sets_are_left_out(tmp_path: Path, text: str, line: dict[str, Any]) -> None:
    with pytest.raises(NotComparable, match="no answer with citations and gold evidence"):
        figures(run(tmp_path / "run", text, TRUE, **line))


def test_what_was_not_in_the_context_is_not_closest(tmp_path: Path) -> None:
    passages = [
        {"document_id": "d", "start": 0, "text": TEXT[: TRUE[1]], "in_context": True},
        {"document_id": "d", "start": NEAR[0], "text": TEXT[NEAR[0] :], "in_context": False},
    ]
    found = figures(run(tmp_path / "run", "The keeper of the tower", TRUE, passages=passages))
    assert found["nearest.precision"] == 1.0


def test_a_folder_without_a_run_or_with_one_of_another_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotComparable, match="holds no finished run"):
        figures(tmp_path)
    folder = run(tmp_path / "run", "It is high.", TRUE)
    (folder / "report.json").write_text('{"testset": {"name": "lake", "sha256": "x"}}')
    with pytest.raises(NotComparable, match="is a run of lake as it was, or of another set"):
        figures(folder)
