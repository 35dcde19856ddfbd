"""Local weights: one list of what there is, one fetcher, every file hash-checked. Nothing here prints.

>>> from index.weights import default_generator, ensure
>>> path = ensure(default_generator().name)  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path

from index.progress import Progress, silent
from index.weights.cache import Status, VerifyResult, cache_dir
from index.weights.catalogue import (
    Upstream,
    Weights,
    WeightsFile,
    Wheel,
    all_weights,
    default_embedder,
    default_generator,
    find,
)
from index.weights.failures import DamagedWeights, NotEnoughSpace, SourcesExhausted
from index.weights.fetch import LocalWeights, standard_weights
from index.weights.hub import locate_hub_model, pull_hub_model

__all__ = [
    "DamagedWeights",
    "LocalWeights",
    "NotEnoughSpace",
    "Progress",
    "SourcesExhausted",
    "Status",
    "Upstream",
    "VerifyResult",
    "Weights",
    "WeightsFile",
    "Wheel",
    "all_weights",
    "cache_dir",
    "default_embedder",
    "default_generator",
    "ensure",
    "ensure_generator",
    "find",
    "locate",
    "locate_hub_model",
    "pull_hub_model",
    "require",
    "verify",
]


def locate(name: str) -> Path | None:
    """Return where the weights lie, or None. See :meth:`LocalWeights.locate`."""
    return standard_weights().locate(name)


def require(name: str) -> Path:
    """Return where the weights lie, or raise. See :meth:`LocalWeights.require`."""
    return standard_weights().require(name)


def verify(name: str, progress: Progress = silent) -> VerifyResult:
    """Hash the weights on disk. See :meth:`LocalWeights.verify`."""
    return standard_weights().verify(name, progress)


def ensure(name: str, progress: Progress = silent, *, repair: bool = False) -> Path:
    """Return where the weights lie, fetching them if missing. See :meth:`LocalWeights.ensure`."""
    return standard_weights().ensure(name, progress, repair=repair)


def ensure_generator(preferred_name: str, progress: Progress = silent) -> tuple[Path, Weights, str | None]:
    """Return the preferred language model or the next best to be had. See :meth:`LocalWeights.ensure_generator`."""
    return standard_weights().ensure_generator(preferred_name, progress)
