"""What speaks for the library's holding an answer, before one is written. Numbers only, each with a meaning."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from rag.context import Reading

SUREST = 5.0
"""Log-odds beyond this say no more: a probability under .007 or over .993."""
CLOSE = 0.75
"""A sentence more relevant than this says no more: in a library about one thing, all are close."""
AHEAD = 0.3
"""A lead beyond this says no more either."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Of one question and what is read for it.

    Attributes:
        sentence: relevance of the most relevant sentence that is read, :data:`CLOSE` at most.
        gap: by how much the best passage's score exceeds that of the best one of another document, :data:`AHEAD` at
            most.
        stated: the model's log-odds that what it read states the answer; None where it cannot tell.
    """

    sentence: float
    gap: float
    stated: float | None = None

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(field.name for field in fields(cls))

    def values(self) -> tuple[float | None, ...]:
        """Return the values in the order of :meth:`names`."""
        return astuple(self)


def measure(reading: Reading) -> Signals:
    """Return what retrieval tells. ``reading`` was selected from at least one passage."""
    best = reading.passages[0]
    others = [other.score for other in reading.passages if other.chunk.document_id != best.chunk.document_id]
    closest = max((sentence.relevance for sentence in reading.sentences), default=best.cosine)
    return Signals(sentence=min(CLOSE, closest), gap=min(AHEAD, best.score - max(others, default=0.0)))


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, within the range in which they say something."""
    if not 0 < probability < 1:
        return math.copysign(SUREST, probability - 0.5)
    return max(-SUREST, min(SUREST, math.log(probability / (1 - probability))))
