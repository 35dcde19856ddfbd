"""What a run found, as one JSON object: every figure with its n and its interval."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.curves import risk_coverage
from eval.predictions import Prediction
from eval.statistics import Estimate, Statistic, bootstrap, mean, percentile

FORMAT = 1
METRICS = (
    "retrieval.recall@1",
    "retrieval.recall@3",
    "retrieval.recall@5",
    "retrieval.recall@10",
    "retrieval.mrr@10",
    "retrieval.ndcg@10",
    "answer.exact_match",
    "answer.token_f1",
    "answer.contains",
    "answer.rouge_l",
    "answer.choice_accuracy",
    "citation.precision",
    "citation.recall",
    "citation.document_precision",
    "abstention.recall",
    "abstention.false_rate",
    "support.rate",
)
"""Figures that are means over questions, in the order in which they are shown."""
LATENCIES = (
    "latency.first_token_s",
    "latency.total_s",
    "latency.rewrite_s",
    "latency.retrieve_s",
    "latency.read_s",
)
PERCENTILES = (50, 95)
LOWER_IS_BETTER = frozenset({"abstention.false_rate", *(f"{name}.p{q}" for name in LATENCIES for q in PERCENTILES)})


@dataclass(frozen=True, slots=True)
class Report:
    """A finished run: its report, its predictions, and the folder that holds both."""

    data: Mapping[str, Any]
    predictions: tuple[Prediction, ...]
    folder: Path

    @property
    def metrics(self) -> dict[str, Estimate]:
        """The figures by name."""
        return {name: Estimate(**figure) for name, figure in self.data["metrics"].items()}


@dataclass(frozen=True, slots=True)
class Figure:
    """How a metric comes about: which score of the questions, and what is made of them."""

    metric: str
    score: str
    statistic: Statistic


def figures() -> list[Figure]:
    """Return every metric there can be."""
    means = [Figure(name, name, mean) for name in METRICS]
    return means + [Figure(f"{name}.p{q}", name, percentile(q)) for name in LATENCIES for q in PERCENTILES]


def estimate_all(scores: Sequence[Mapping[str, float]], *, seed: int, resamples: int) -> dict[str, Estimate]:
    """Return every metric that any question has a score for."""
    found: dict[str, Estimate] = {}
    for figure in figures():
        values = [row[figure.score] for row in scores if figure.score in row]
        if values:
            found[figure.metric] = bootstrap(
                values, name=figure.metric, seed=seed, statistic=figure.statistic, resamples=resamples
            )
    return found


def by_kind(predictions: Iterable[Prediction], *, seed: int, resamples: int) -> dict[str, dict[str, Any]]:
    """Return the metrics, but for latencies, of each kind of question; nothing where there is but one kind."""
    groups: dict[str, list[dict[str, float]]] = {}
    for line in predictions:
        scores = {name: value for name, value in line["scores"].items() if name not in LATENCIES}
        groups.setdefault(line["kind"], []).append(scores)
    if len(groups) < 2:
        return {}
    return {
        kind: {"n": len(rows), "metrics": as_plain(estimate_all(rows, seed=seed, resamples=resamples))}
        for kind, rows in sorted(groups.items())
    }


def assemble(
    identity: Mapping[str, Any],
    predictions: Sequence[Prediction],
    *,
    skipped: Mapping[str, int],
    command: str,
    timing: Mapping[str, Any],
    resamples: int,
) -> dict[str, Any]:
    """Return the report. Two runs of one identity differ in nothing but ``timing`` and the latencies."""
    seed = identity["config"]["seed"]
    scores = [line["scores"] for line in predictions]
    return {
        "format": FORMAT,
        **identity,
        "command": command,
        "seed": seed,
        "resamples": resamples,
        "asked": len(predictions),
        "skipped": dict(skipped),
        "metrics": as_plain(estimate_all(scores, seed=seed, resamples=resamples)),
        "by_kind": by_kind(predictions, seed=seed, resamples=resamples),
        "risk_coverage": risk_coverage(predictions),
        "timing": dict(timing),
    }


def as_plain(estimates: Mapping[str, Estimate]) -> dict[str, dict[str, float]]:
    """Return estimates as data for JSON."""
    return {name: dataclasses.asdict(estimate) for name, estimate in estimates.items()}


def write_json(path: Path, data: object) -> None:
    """Write ``data`` in one step: a reader sees the old file or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
