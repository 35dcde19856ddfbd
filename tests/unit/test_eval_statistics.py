"""Intervals that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from eval import statistics
from eval.statistics import bootstrap, paired_bootstrap


def test_the_interval_covers_the_true_mean_about_as_often_as_stated() -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for trial in range(300):
        estimate = bootstrap(generator.binomial(1, 0.3, size=80), name="m", seed=trial, resamples=300)
        covered += estimate.low <= 0.3 <= estimate.high
    assert 0.90 <= covered / 300 <= 0.98


def test_a_pair_is_drawn_together_so_that_hard_and_easy_questions_do_not_widen_the_interval() -> None:
    generator = np.random.default_rng(5)
    before = generator.random(100)
    after = before + 0.02
    paired = paired_bootstrap(before.tolist(), after.tolist(), name="m", seed=0)
    assert paired.low > 0.019

    shuffled = paired_bootstrap(before.tolist(), generator.permutation(after).tolist(), name="m", seed=0)
    assert shuffled.low < 0 < shuffled.high


def test_memory_is_bounded_and_parts_join_to_the_asked_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_CELLS", 100)
    drawn: list[tuple[int, ...]] = []

    def spying(samples: statistics.Numbers) -> statistics.Numbers:
        drawn.append(samples.shape)
        return statistics.mean(samples)

    bootstrap([0.0, 1.0] * 10, name="m", seed=0, statistic=spying, resamples=17)
    assert sum(rows for rows, _ in drawn) == 17 + 1, "the resamples, and the figure itself"
    assert all(rows * columns <= 100 for rows, columns in drawn)


def test_figures_with_different_names_are_resampled_differently() -> None:
    data = list(np.linspace(0, 1, 30))
    assert bootstrap(data, name="one", seed=0).low != bootstrap(data, name="two", seed=0).low


def test_sides_of_different_length_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_bootstrap([1.0], [1.0, 2.0], name="m", seed=0)
