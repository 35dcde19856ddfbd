"""What speaks for the library's holding an answer, before one is written. Numbers only, each with a meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from index.terms import content_words
from index.types import RetrievedPassage
from rag.words import stem

SUREST = 5.0
"""Log-odds beyond this say no more: a probability under .007 or over .993."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Of one question and the passages found for it.

    Attributes:
        sentence: cosine of the closest sentence of any passage.
        passage: cosine of the closest passage.
        fused: score of the best passage.
        gap: by how much it exceeds the best passage of another document.
        coverage: share of the question's content words that one passage with its title holds, at best.
        lexical: highest BM25 score for each content word of the question.
        stated: the model's log-odds that what it read states the answer; None where it cannot tell.
    """

    sentence: float
    passage: float
    fused: float
    gap: float
    coverage: float
    lexical: float
    stated: float | None = None

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(field.name for field in fields(cls))

    def values(self) -> tuple[float | None, ...]:
        """Return the values in the order of :meth:`names`."""
        return astuple(self)


def measure(question: str, passages: Sequence[RetrievedPassage]) -> Signals:
    """Return what retrieval tells. ``passages`` holds at least one, best first."""
    asked = {stem(word) for word in content_words(question)}
    best = passages[0]
    others = [passage.score for passage in passages if passage.chunk.document_id != best.chunk.document_id]
    return Signals(
        sentence=max((s.cosine for passage in passages for s in passage.sentences), default=best.cosine),
        passage=max(passage.cosine for passage in passages),
        fused=best.score,
        gap=best.score - max(others, default=0.0),
        coverage=max(_coverage(asked, passage) for passage in passages),
        lexical=max(passage.bm25 for passage in passages) / max(1, len(asked)),
    )


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, within the range in which they say something."""
    if not 0 < probability < 1:
        return math.copysign(SUREST, probability - 0.5)
    return max(-SUREST, min(SUREST, math.log(probability / (1 - probability))))


def _coverage(asked: set[str], passage: RetrievedPassage) -> float:
    held = {stem(word) for word in content_words(f"{passage.title} {passage.chunk.heading} {passage.chunk.text}")}
    return len(asked & held) / len(asked) if asked else 0.0
