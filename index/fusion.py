"""Several rankings to one: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

RRF_K = 60


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[str]], weights: Sequence[float] | None = None, *, k: int = RRF_K
) -> list[tuple[str, float]]:
    """Fuse rankings of ids, each best first.

    Args:
        rankings: ids; an id that a ranking repeats counts at its best place.
        weights: one factor a ranking; 1 each unless told.
        k: how flat the weight of a rank is: ``weight / (k + rank)``, ranks from 1.

    Returns:
        Pairs (id, score), highest score first; equal scores go to the better best rank, then to the smaller id.
    """
    factors = [1.0] * len(rankings) if weights is None else list(weights)
    score: dict[str, float] = {}
    best: dict[str, int] = {}
    for ranking, factor in zip(rankings, factors, strict=True):
        for rank, identity in enumerate(dict.fromkeys(ranking), start=1):
            score[identity] = score.get(identity, 0.0) + factor / (k + rank)
            best[identity] = min(best.get(identity, rank), rank)
    return _ordered(score, best)


def _ordered(score: Mapping[str, float], best: Mapping[str, int]) -> list[tuple[str, float]]:
    return sorted(score.items(), key=lambda item: (-item[1], best[item[0]], item[0]))
