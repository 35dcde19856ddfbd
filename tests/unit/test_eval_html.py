"""The page: complete, self-contained, and harmless whatever documents, questions and models say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from eval.curves import risk_coverage
from eval.html import render, worst_first
from eval.plots import latency_plot, recall_plot
from eval.report import assemble
from eval.statistics import Estimate
from eval.testset import Evidence, Question, TestSet
from index.types import Document
from rag.types import Message

NASTY = "<img src=https://evil.example/x onerror=alert(1)>'\"&{{ 7*7 }}</script><script>alert(2)</script>"


def line(**changes: Any) -> dict[str, Any]:
    """Return a prediction in which everything that can come from outside is hostile."""
    span = {"document_id": NASTY, "title": NASTY, "source": NASTY, "start": 0, "end": 5}
    return {
        "id": NASTY,
        "kind": NASTY,
        "question": NASTY,
        "standalone_question": f"about {NASTY}",
        "text": NASTY,
        "abstained": False,
        "reason": None,
        "sentences": [{"start": 0, "end": len(NASTY), "supported": False, "support": 0.4, "citations": [1]}],
        "citations": [{**span, "marker": 1, "quote": NASTY, "page": None}],
        "passages": [{**span, "text": NASTY, "heading": NASTY, "in_context": True, "rank": 1}],
        "ranking": [NASTY],
        "scores": {"answer.contains": 0.0, "abstention.false_rate": 0.0, "latency.total_s": 1.0},
        **changes,
    }


def page(lines: list[dict[str, Any]], mode: str = "answer") -> str:
    question = Question(
        NASTY,
        NASTY,
        answerable=True,
        answers=(NASTY,),
        long_answers=(NASTY,),
        evidence=(Evidence(NASTY, NASTY, ((0, 5),)),),
        history=(Message("user", NASTY),),
        choices=(NASTY, "b"),
        answer_choice=0,
        relevant={"missed-document": 1},
    )
    testset = TestSet(NASTY, (Document(NASTY, NASTY, NASTY, NASTY),), (question,))
    identity = {
        "testset": {"name": NASTY, "documents": 1, "questions": 1, "sha256": "0"},
        "config": {"mode": mode, "style": "chat", "limit": None, "seed": 0},
        "model": {"name": NASTY, "runtime": NASTY, "sha256": None},
        "index": {"embedder": NASTY},
        "code": "0",
    }
    timing = {"started": "2030-01-01", "elapsed_s": 1.0}
    report = assemble(identity, lines, skipped={NASTY: 2}, command=NASTY, timing=timing, resamples=20)
    return render(json.loads(json.dumps(report)), lines, testset)


class Elements(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_nothing_from_outside_becomes_markup_and_nothing_is_requested() -> None:
    elements = Elements(page([line()]))

    assert not {"script", "img", "link", "iframe", "object", "form", "a"} & set(elements.tags)
    assert not [name for name, _ in elements.attributes if name.startswith("on") or name in ("src", "href")]
    assert "default-src 'none'" in str(elements.attributes)
    shown = "".join(elements.text)
    assert shown.count(NASTY) >= 10
    assert "url(" not in shown
    assert "@import" not in shown


def test_a_bad_answer_is_shown_with_what_led_to_it() -> None:
    text = page([line()])
    for heading in ("Conversation before", "Searched for", "Gold", "Answered", "Cited", "Retrieved"):
        assert f"<h4>{heading}</h4>" in text
    assert "✓ gold document" in text
    assert "Not among the first 10: missed-document" in text
    assert 'class="unsupported"' in text


def test_a_refusal_is_shown_with_its_reason() -> None:
    text = page([line(abstained=True, reason="not_in_sources", sentences=[], citations=[])])
    assert "Refused: not_in_sources" in text


def test_a_retrieval_run_has_no_answers_to_show() -> None:
    bare = {key: value for key, value in line().items() if key in ("id", "kind", "question", "passages", "ranking")}
    text = page([{**bare, "scores": {"retrieval.ndcg@10": 0.2, "retrieval.recall@1": 0.0, "retrieval.recall@3": 0.5}}])
    assert "<h4>Retrieved</h4>" in text
    assert "<h4>Answered</h4>" not in text
    assert 'aria-label="Recall by depth"' in text


def test_the_worst_come_first_and_the_perfect_not_at_all() -> None:
    lines = [
        {"id": str(i), "scores": scores}
        for i, scores in enumerate(
            [
                {"answer.contains": 1.0},
                {"answer.contains": 0.5},
                {"abstention.recall": 0.0, "retrieval.ndcg@10": 1.0},
                {"retrieval.ndcg@10": 0.3},
                {},
                {"answer.contains": 0.0},
            ]
        )
    ]
    assert [item["id"] for item in worst_first(lines)] == ["2", "5", "3", "1"]


def judged(confidence: float, scores: dict[str, float], *, abstained: bool = False) -> dict[str, Any]:
    return {"confidence": confidence, "scores": scores, "abstained": abstained}


def test_risk_and_coverage_are_as_defined() -> None:
    points = risk_coverage(
        [
            judged(0.9, {"answer.contains": 1.0}),
            judged(0.8, {"answer.contains": 0.0}),
            judged(0.8, {"abstention.recall": 0.0}),
            judged(0.5, {"answer.rouge_l": 0.5}),
            judged(0.0, {"abstention.recall": 1.0}, abstained=True),
            judged(1.0, {"latency.total_s": 3.0}),
        ]
    )
    assert points == [
        {"confidence": 0.9, "coverage": 0.2, "risk": 0.0},
        {"confidence": 0.8, "coverage": 0.6, "risk": pytest.approx(2 / 3)},
        {"confidence": 0.5, "coverage": 0.8, "risk": pytest.approx(2.5 / 4)},
    ]


def test_without_a_stated_confidence_the_best_supported_sentence_stands_for_it() -> None:
    line = {"scores": {"answer.contains": 1.0}, "abstained": False, "sentences": [{"support": 0.3}, {"support": 0.7}]}
    assert risk_coverage([line]) == [{"confidence": 0.7, "coverage": 1.0, "risk": 0.0}]


def test_a_plot_puts_values_where_they_belong() -> None:
    drawing = recall_plot({1: Estimate(0.0, 9, 0.0, 0.1), 10: Estimate(1.0, 9, 0.9, 1.0)})
    dots = [(float(x), float(y)) for x, y in re.findall(r'<circle[^>]*cx="([\d.]+)" cy="([\d.]+)"', drawing)]
    (left, low), (right, high) = dots
    assert left < right
    assert low > high, "the higher the figure, the higher up"
    grid = [float(y) for y in re.findall(r'class="grid" d="M\d+,([\d.]+)', drawing)]
    assert (low, high) == (max(grid), min(grid))


@pytest.mark.parametrize("values", [[0.0], [3.7, 0.2, 5.0], [1e-4] * 3, [130.0]])
def test_latency_curves_stay_inside_the_drawing(values: list[float]) -> None:
    drawing = latency_plot({"total_s": values})
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+),", drawing)]
    assert all(0 <= x <= 460 for x in xs)
    assert "nan" not in drawing
