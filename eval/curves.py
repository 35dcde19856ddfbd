"""The risk-coverage curve of abstention: how wrong the answers are when only the surest are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.predictions import Prediction

QUALITY = ("answer.choice_accuracy", "answer.contains", "answer.rouge_l")
"""The score that says how right an answer is: the first that the question has."""


def risk_coverage(predictions: Iterable[Prediction]) -> list[dict[str, float]]:
    """Return points by rising coverage.

    Answers are taken surest first. ``coverage`` is their share of all questions that were asked, with gold; ``risk`` is
    the mean of 1 - quality among them, where answering what the documents do not hold has the quality 0. The curve
    ends where the system refuses. (El-Yaniv and Wiener 2010; equal confidence is taken as one step.)
    """
    judged = [(line, right) for line in predictions if (right := quality(line)) is not None]
    answered = sorted(((confidence(line), right) for line, right in judged if not line["abstained"]), reverse=True)
    points: list[dict[str, float]] = []
    lost = 0.0
    for taken, (sure, right) in enumerate(answered, start=1):
        lost += 1 - right
        if taken == len(answered) or answered[taken][0] != sure:
            points.append({"confidence": sure, "coverage": taken / len(judged), "risk": lost / taken})
    return points


def quality(line: Prediction) -> float | None:
    """Return how right an answer is in [0, 1], or None where the set cannot tell."""
    scores = line["scores"]
    if "abstention.recall" in scores:
        return float(scores["abstention.recall"])
    return next((float(scores[name]) for name in QUALITY if name in scores), None)


def confidence(line: Prediction) -> float:
    """Return how sure the system is: what it says itself, else the support of its best sentence."""
    stated = line.get("confidence")
    if isinstance(stated, int | float):
        return float(stated)
    sentences: Sequence[dict[str, float]] = line.get("sentences", ())
    return max((float(item["support"]) for item in sentences), default=0.0)
