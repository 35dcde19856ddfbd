"""Fitting: on made-up signals whose meaning is known."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from eval.fit_abstention import FALSE_REFUSALS, collect, fit
from eval.testset import Question, TestSet
from index.library import Library
from index.types import Document
from rag.calibration import Calibration
from rag.generators.scripted import ScriptedGenerator
from rag.signals import Signals


def lines(n: int = 200, *, name: str = "sea", noise: float = 0.5) -> list[dict[str, Any]]:
    """Return questions of which only ``gap`` and ``stated`` tell whether they are answerable."""
    chance = random.Random(3)
    made = []
    for i in range(n):
        answerable = i % 2 == 0
        values = [chance.gauss(0, 1) for _ in Signals.names()]
        for told in ("gap", "stated"):
            values[Signals.names().index(told)] = (1.0 if answerable else -1.0) + chance.gauss(0, noise)
        made.append({"set": name, "id": f"q{i}", "answerable": answerable, "signals": values})
    return made


def test_what_tells_is_weighed_and_what_does_not_is_not() -> None:
    data = fit(lines())
    told = {data["weights"]["gap"], data["weights"]["stated"]}
    assert min(told) > 5 * max(abs(w) for name, w in data["weights"].items() if name not in ("gap", "stated"))
    assert data["held_out"]["sea"]["auc"] > 0.95
    assert data["held_out"]["sea"]["n"] == 200


def test_thresholds_decline_the_share_of_answerable_questions_that_they_promise() -> None:
    made = lines(2000, noise=1.5)
    data = fit(made)
    fitted = Calibration(**{k: v for k, v in data.items() if k != "held_out"}, fitted={})
    for caution, share in FALSE_REFUSALS.items():
        answerable = [Signals(*line["signals"]) for line in made if line["answerable"]]
        declined = sum(fitted.probability(s) < data["thresholds"][caution] for s in answerable) / len(answerable)
        assert declined == pytest.approx(share, abs=0.02)


def test_a_question_without_signals_is_left_out() -> None:
    extra = {"set": "sea", "id": "x", "answerable": False, "signals": None}
    assert fit([*lines(), extra])["weights"] == fit(lines())["weights"]


def test_each_answerable_question_is_asked_again_without_its_documents(new_library: Callable[..., Library]) -> None:
    documents = (
        Document("a", "a", "Walrus", "A walrus sleeps on the ice.", content_hash="a"),
        Document("b", "b", "Penguin", "A penguin swims in the sea.", content_hash="b"),
    )
    questions = (
        Question("q1", "Where does the walrus sleep?", answerable=True, relevant={"a": 1}),
        Question("q2", "Who sang?", answerable=False),
        Question("q3", "Unjudged?"),
    )
    library = new_library(*documents)
    generator = ScriptedGenerator(lambda request: ["x"], answerable=0.9)
    found = list(collect(TestSet("sea", documents, questions), library, generator, "chat"))
    assert [(line["id"], line["answerable"]) for line in found] == [("q1", True), ("q1", False), ("q2", False)]
    with_document, without = (line["signals"][Signals.names().index("sentence")] for line in found[:2])
    assert with_document > without
