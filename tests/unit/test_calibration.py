"""From signals to a probability, and what the file that comes with the program must hold."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

import pytest

from index.weights import default_generator
from rag.calibration import Calibration, load_calibration
from rag.config import AssistantConfig
from rag.signals import SUREST, Signals
from rag.types import Caution

MEAN = Signals(0.5, 0.5, 0.5)


def calibration(**weights: float) -> Calibration:
    names = Signals.names()
    return Calibration(
        bias=1.0,
        weights={name: weights.get(name, 0.0) for name in names},
        centres=dict.fromkeys(names, 0.5),
        scales=dict.fromkeys(names, 2.0),
        thresholds={"helpful": 0.2, "balanced": 0.5, "strict": 0.8},
        fitted={},
    )


def test_it_is_the_logistic_function_of_the_documentation() -> None:
    made = calibration(sentence=3.0, stated=0.5)
    assert made.probability(MEAN) == pytest.approx(1 / (1 + math.exp(-1.0)))
    moved = replace(MEAN, sentence=2.5, stated=-1.5)
    assert made.probability(moved) == pytest.approx(1 / (1 + math.exp(-(1.0 + 3.0 * 1.0 - 0.5 * 1.0))))


def test_a_signal_that_is_not_there_tells_nothing() -> None:
    made = calibration(stated=2.0)
    assert made.probability(replace(MEAN, stated=None)) == made.probability(MEAN)


def test_the_highest_is_that_of_a_model_as_sure_as_can_be() -> None:
    made = calibration(stated=2.0)
    assert made.highest(replace(MEAN, stated=-SUREST)) == made.probability(replace(MEAN, stated=SUREST))
    assert made.highest(MEAN) > made.probability(MEAN)


def test_far_beyond_is_no_overflow() -> None:
    made = calibration(sentence=1e6)
    assert made.probability(replace(MEAN, sentence=1e6)) == pytest.approx(1.0)
    assert made.probability(replace(MEAN, sentence=-1e6)) == pytest.approx(0.0)


class TestTheOneThatComesWithTheProgram:
    def test_it_was_fitted_for_the_default_weights(self) -> None:
        fitted = load_calibration().fitted
        assert fitted["sha256"] == default_generator().upstream.sha256
        assert fitted["questions"] > 190
        assert 50 < fitted["answerable"] < fitted["questions"]

    def test_it_has_every_signal_and_every_caution(self) -> None:
        made = load_calibration()
        for numbers in (made.weights, made.centres, made.scales):
            assert tuple(numbers) == Signals.names()
        assert set(made.thresholds) == set(get_args(Caution))
        assert 0 < made.thresholds["helpful"] < made.thresholds["balanced"] < made.thresholds["strict"] < 1
        assert AssistantConfig().caution in made.thresholds

    def test_what_the_model_says_counts_for_an_answer(self) -> None:
        made = load_calibration()
        assert made.weights["stated"] > 0
        typical = Signals(**made.centres)
        assert made.probability(replace(typical, stated=SUREST)) > made.probability(replace(typical, stated=-SUREST))
