"""How sure a figure is: bootstrap intervals, seeded, so that the same numbers give the same interval."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Statistic = Callable[[Numbers], Numbers]
"""Maps samples of shape ``(resamples, n)`` to figures of shape ``(resamples,)``."""

RESAMPLES = 2000
_TAIL = 2.5
_CELLS = 1 << 22
"""Numbers drawn at a time, which bounds the memory."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over ``n`` questions with its 95 % percentile bootstrap interval (Efron 1979)."""

    value: float
    n: int
    low: float
    high: float


def mean(samples: Numbers) -> Numbers:
    """Return the mean of each row."""
    result: Numbers = samples.mean(axis=1)
    return result


def value_of(values: Sequence[float], statistic: Statistic = mean) -> float:
    """Return the statistic of ``values`` themselves."""
    return float(statistic(np.asarray(values, dtype=np.float64)[None, :])[0])


def percentile(q: float) -> Statistic:
    """Return the statistic that takes the ``q``-th percentile (0-100) of each row, interpolated linearly."""

    def of_rows(samples: Numbers) -> Numbers:
        result: Numbers = np.percentile(samples, q, axis=1)
        return result

    return of_rows


def bootstrap(
    values: Sequence[float], *, name: str, seed: int, statistic: Statistic = mean, resamples: int = RESAMPLES
) -> Estimate:
    """Return the statistic of ``values``, resampling questions with replacement.

    ``name`` and ``seed`` choose the resamples, so no figure's interval depends on which others were computed before.
    """
    data = np.asarray(values, dtype=np.float64)
    figures = _resampled([data], lambda rows: statistic(rows[0]), name, seed, resamples)
    return _estimate(value_of(values, statistic), figures, len(data))


def paired_bootstrap(
    before: Sequence[float],
    after: Sequence[float],
    *,
    name: str,
    seed: int,
    statistic: Statistic = mean,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Return the statistic of ``after`` less that of ``before``; item ``i`` of both is the same question.

    Both sides of a question are drawn together, which removes the spread that comes from questions being hard or easy.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} values cannot be paired with {len(after)}")
    left, right = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)

    def difference(rows: Sequence[Numbers]) -> Numbers:
        return statistic(rows[1]) - statistic(rows[0])

    figures = _resampled([left, right], difference, name, seed, resamples)
    return _estimate(float(difference([left[None, :], right[None, :]])[0]), figures, len(left))


def _resampled(
    columns: Sequence[Numbers],
    figure: Callable[[Sequence[Numbers]], Numbers],
    name: str,
    seed: int,
    resamples: int,
) -> Numbers:
    n = len(columns[0])
    generator = np.random.default_rng([seed, zlib.crc32(name.encode("utf-8"))])
    step = max(1, _CELLS // n)
    parts = []
    for first in range(0, resamples, step):
        drawn = generator.integers(0, n, size=(min(step, resamples - first), n))
        parts.append(figure([column[drawn] for column in columns]))
    return np.concatenate(parts)


def _estimate(value: float, figures: Numbers, n: int) -> Estimate:
    low, high = np.percentile(figures, [_TAIL, 100 - _TAIL])
    return Estimate(value, n, float(low), float(high))
