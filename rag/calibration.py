"""From signals to a probability that the library holds the answer, and the thresholds at which it is given.

A logistic regression. Its numbers stand in ``calibration.json``, beside the weights that they were fitted for and how;
``eval/fit_abstention.py`` writes the file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from rag.signals import SUREST, Signals
from rag.types import Caution


@dataclass(frozen=True, slots=True)
class Calibration:
    """``probability = 1 / (1 + exp(-(bias + sum(weight * (signal - centre) / scale))))``.

    Attributes:
        thresholds: the probability from which each caution answers.
        fitted: for which weights, on what, how many questions.
    """

    bias: float
    weights: Mapping[str, float]
    centres: Mapping[str, float]
    scales: Mapping[str, float]
    thresholds: Mapping[Caution, float]
    fitted: Mapping[str, Any]

    def probability(self, signals: Signals) -> float:
        """Return the probability in (0, 1). A signal that is not there tells nothing either way."""
        total = self.bias
        for name, value in zip(Signals.names(), signals.values(), strict=True):
            if value is not None:
                total += self.weights[name] * (value - self.centres[name]) / self.scales[name]
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))

    def highest(self, signals: Signals) -> float:
        """Return the probability if the model were as sure as can be: what retrieval alone leaves possible."""
        return self.probability(replace(signals, stated=SUREST))


@cache
def load_calibration() -> Calibration:
    """Return the calibration that comes with the program."""
    data = json.loads((files(__package__) / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(**data)
