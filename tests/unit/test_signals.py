"""Signals of an answer's being there, worked out by hand."""

from __future__ import annotations

import math

import pytest

from index.types import Chunk, RetrievedPassage
from rag.context import Reading, SourceSentence
from rag.signals import AHEAD, CLOSE, SUREST, Signals, log_odds, measure


def passage(document: str, score: float, cosine: float) -> RetrievedPassage:
    chunk = Chunk(f"{document}-0", document, 0, 0, 10, "It sleeps.", "Heading")
    return RetrievedPassage(chunk, "Seals", document, None, 1, score, cosine, 1.0, ())


def reading(passages: list[RetrievedPassage], *relevances: float) -> Reading:
    sentences = tuple(SourceSentence(0, "a", 0, 10, "It sleeps.", relevance) for relevance in relevances)
    return Reading(tuple(passages), sentences, (0,), sentences)


def test_each_signal_is_what_it_says() -> None:
    passages = [passage("a", 0.9, 0.5), passage("a", 0.8, 0.3), passage("b", 0.7, 0.55)]
    signals = measure(reading(passages, 0.2, 0.7, 0.4))
    assert signals.sentence == 0.7
    assert signals.gap == pytest.approx(0.9 - 0.7), "the best passage of another document"
    assert signals.stated is None


def test_what_is_close_enough_or_far_enough_ahead_says_no_more() -> None:
    assert measure(reading([passage("a", 0.9, 0.5)], 1.2)) == Signals(CLOSE, AHEAD), "there is no other document"
    assert measure(reading([passage("a", 0.2, 0.1)])) == Signals(0.1, 0.2), "no sentence is known"


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
