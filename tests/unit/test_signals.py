"""Signals of an answer's being there, worked out by hand."""

from __future__ import annotations

import math

import pytest

from index.types import Chunk, RankedSentence, RetrievedPassage
from rag.signals import SUREST, Signals, log_odds, measure


def passage(document: str, text: str, score: float, cosine: float, bm25: float, *sentences: float) -> RetrievedPassage:
    chunk = Chunk(f"{document}-0", document, 0, 0, len(text), text, "Heading")
    ranked = tuple(RankedSentence(i, i + 1, value) for i, value in enumerate(sentences))
    return RetrievedPassage(chunk, "Seals", document, None, 1, score, cosine, bm25, ranked)


def test_each_signal_is_what_it_says() -> None:
    passages = [
        passage("a", "The walrus sleeps.", 0.9, 0.5, 4.0, 0.2, 0.6),
        passage("a", "It eats.", 0.8, 0.3, 0.0, 0.1),
        passage("b", "Penguins swim.", 0.7, 0.55, 6.0, 0.65),
    ]
    signals = measure("Where does the walrus sleep on ice?", passages)
    assert signals.sentence == 0.65
    assert signals.passage == 0.55
    assert signals.fused == 0.9
    assert signals.gap == pytest.approx(0.9 - 0.7), "the best passage of another document"
    assert signals.coverage == pytest.approx(2 / 3), "walrus and sleep, not ice"
    assert signals.lexical == pytest.approx(6.0 / 3)
    assert signals.stated is None


def test_title_and_heading_count_as_held() -> None:
    only = [passage("a", "It sleeps.", 0.5, 0.5, 0.0)]
    assert measure("seals heading", only).coverage == 1.0
    assert measure("seals heading", only).gap == 0.5, "there is no other document"
    assert measure("?", only).coverage == 0.0


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.5, 0.0), (0.9, math.log(9)), (1.0, SUREST), (0.0, -SUREST), (0.999999, SUREST), (1e-9, -SUREST)],
)
def test_log_odds_stay_within_what_they_tell(probability: float, expected: float) -> None:
    assert log_odds(probability) == pytest.approx(expected)


def test_names_and_values_belong_together() -> None:
    signals = Signals(1, 2, 3, 4, 5, 6, 7)
    assert dict(zip(Signals.names(), signals.values(), strict=True))["lexical"] == 6
    assert Signals.names()[-1] == "stated"
