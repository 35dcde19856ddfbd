"""Two runs side by side: the same questions paired, what changed, and whether that is more than chance."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import GotWorse, NotComparable
from eval.predictions import Prediction, read_predictions
from eval.report import LOWER_IS_BETTER, METRICS, Figure, figures
from eval.statistics import RESAMPLES, Estimate, paired_bootstrap, value_of

_FLIP = 0.5
"""A score that moved by this much or more is a question that flipped."""


@dataclass(frozen=True, slots=True)
class Change:
    """One metric over the questions that both runs have a score for; ``difference`` is after less before."""

    metric: str
    before: float
    after: float
    difference: Estimate

    @property
    def verdict(self) -> str:
        """``better`` or ``worse`` where the whole interval lies on one side of 0, else ``same``."""
        low, high = self.difference.low, self.difference.high
        if low <= 0 <= high:
            return "same"
        return "worse" if (low > 0) == (self.metric in LOWER_IS_BETTER) else "better"


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose score for ``metric`` changed by half or more."""

    metric: str
    question_id: str
    question: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another.

    ``paired`` questions are in both; ``only_before`` and ``only_after`` are in one, and left out.
    """

    before: str
    after: str
    paired: int
    only_before: int
    only_after: int
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data, verdicts included."""
        data = dataclasses.asdict(self)
        for plain, change in zip(data["changes"], self.changes, strict=True):
            plain["verdict"] = change.verdict
        return data

    def require_no_worse(self, names: Collection[str]) -> None:
        """Refuse the change if one of the metrics named got worse by more than chance.

        Raises:
            NotComparable: if the runs have no such metric in common.
            GotWorse: naming the metrics.
        """
        by_name = {change.metric: change for change in self.changes}
        for name in names:
            if name not in by_name:
                known = ", ".join(by_name)
                raise NotComparable(f'metric "{name}" is not in both runs; name one of {known}')
        worse = [by_name[name] for name in names if by_name[name].verdict == "worse"]
        if worse:
            told = ", ".join(f"{change.metric} by {abs(change.difference.value):.3f}" for change in worse)
            raise GotWorse(f"got worse beyond its interval: {told}; see the questions that flipped")


def compare(before: str | Path, after: str | Path, *, seed: int = 0, resamples: int = RESAMPLES) -> Comparison:
    """Compare the runs in two output folders.

    Raises:
        RunConflict: if one of them holds no finished run. NotComparable: if they share no question.
    """
    left, right = _lines(Path(before)), _lines(Path(after))
    shared = [key for key, line in left.items() if key in right and right[key]["question"] == line["question"]]
    if not shared:
        raise NotComparable(f"{before} and {after} share no question; compare two runs of one test set")
    pairs = [(left[key], right[key]) for key in shared]
    changes = [change for figure in figures() if (change := _change(figure, pairs, seed, resamples)) is not None]
    return Comparison(
        before=str(before),
        after=str(after),
        paired=len(shared),
        only_before=len(left) - len(shared),
        only_after=len(right) - len(shared),
        changes=tuple(changes),
        flips=tuple(_flips(pairs)),
    )


def read_report(folder: Path) -> dict[str, Any]:
    """Return the ``report.json`` of a finished run.

    Raises:
        NotComparable: if there is none.
    """
    try:
        report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise NotComparable(f"{folder}: holds no finished run; give the --out folder of 'pincite eval'") from None
    return report


def _lines(folder: Path) -> dict[str, Prediction]:
    read_report(folder)
    return {line["id"]: line for line in read_predictions(folder / "predictions.jsonl")}


def _change(figure: Figure, pairs: Sequence[tuple[Prediction, Prediction]], seed: int, resamples: int) -> Change | None:
    both = [(a["scores"], b["scores"]) for a, b in pairs]
    scored = [(a[figure.score], b[figure.score]) for a, b in both if figure.score in a and figure.score in b]
    if not scored:
        return None
    left, right = [a for a, _ in scored], [b for _, b in scored]
    difference = paired_bootstrap(
        left, right, name=figure.metric, seed=seed, statistic=figure.statistic, resamples=resamples
    )
    return Change(figure.metric, value_of(left, figure.statistic), value_of(right, figure.statistic), difference)


def _flips(pairs: Iterable[tuple[Prediction, Prediction]]) -> Iterable[Flip]:
    kept = list(pairs)
    for metric in METRICS:
        for a, b in kept:
            if metric in a["scores"] and metric in b["scores"]:
                before, after = a["scores"][metric], b["scores"][metric]
                if abs(after - before) >= _FLIP:
                    yield Flip(metric, a["id"], a["question"], before, after)
