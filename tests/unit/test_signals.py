"""Signals of an answer's being there, worked out by hand."""

from __future__ import annotations

import math

import pytest

from index.types import Chunk, RankedSentence, RetrievedPassage
from rag.signals import AHEAD, CLOSE, SUREST, Signals, log_odds, measure


def passage(document: str, text: str, score: float, cosine: float, bm25: float, *sentences: float) -> RetrievedPassage:
    chunk = Chunk(f"{document}-0", document, 0, 0, len(text), text, "Heading")
    ranked = tuple(RankedSentence(i, i + 1, value) for i, value in enumerate(sentences))
    return RetrievedPassage(chunk, "Seals", document, None, 1, score, cosine, bm25, ranked)


def test_each_signal_is_what_it_says() -> None:
    passages = [
        passage("a", "The walrus sleeps.", 0.9, 0.5, 4.0, 0.2, 0.4),
        passage("a", "It eats.", 0.8, 0.3, 0.0, 0.1),
        passage("b", "Penguins swim.", 0.7, 0.55, 6.0, 0.45),
    ]
    signals = measure(passages)
    assert signals.sentence == 0.45
    assert signals.gap == pytest.approx(0.9 - 0.7), "the best passage of another document"
    assert signals.stated is None


def test_what_is_close_enough_or_far_enough_ahead_says_no_more() -> None:
    only = [passage("a", "It sleeps.", 0.9, 0.5, 0.0, 0.99)]
    assert measure(only) == Signals(CLOSE, AHEAD), "there is no other document"
    assert measure([passage("a", "It sleeps.", 0.2, 0.1, 0.0)]) == Signals(0.1, 0.2), "no sentence is known"


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.5, 0.0), (0.9, math.log(9)), (1.0, SUREST), (0.0, -SUREST), (0.999999, SUREST), (1e-9, -SUREST)],
)
def test_log_odds_stay_within_what_they_tell(probability: float, expected: float) -> None:
    assert log_odds(probability) == pytest.approx(expected)


def test_names_and_values_belong_together() -> None:
    signals = Signals(1, 2, 3)
    assert dict(zip(Signals.names(), signals.values(), strict=True))["gap"] == 2
    assert Signals.names()[-1] == "stated"
