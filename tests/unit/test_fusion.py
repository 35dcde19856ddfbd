"""Reciprocal rank fusion against its definition, computed another way."""

from __future__ import annotations

from fractions import Fraction

import pytest

from index.fusion import RRF_K, reciprocal_rank_fusion


def by_definition(rankings: list[list[str]], weights: list[float], k: int) -> dict[str, Fraction]:
    """Return exact scores, looking each id up in each ranking."""
    ids = {identity for ranking in rankings for identity in ranking}
    return {
        identity: sum(
            (Fraction(weight) / (k + ranking.index(identity) + 1))
            for ranking, weight in zip(rankings, weights, strict=True)
            if identity in ranking
        )
        or Fraction(0)
        for identity in ids
    }


@pytest.mark.parametrize(
    ("rankings", "weights", "k"),
    [
        ([["a", "b", "c"], ["c", "b", "a"]], [1.0, 1.0], 60),
        ([["a", "b", "c"], ["c", "d"]], [1.0, 0.5], 60),
        ([["a"], ["b"], ["c", "a"]], [0.25, 2.0, 1.0], 0),
        ([["x"], []], [1.0, 1.0], 1),
        ([], [], 60),
    ],
)
def test_scores_are_those_of_the_definition(rankings: list[list[str]], weights: list[float], k: int) -> None:
    fused = reciprocal_rank_fusion(rankings, weights, k=k)
    expected = by_definition(rankings, weights, k)
    assert {identity for identity, _ in fused} == set(expected)
    for identity, score in fused:
        assert score == pytest.approx(float(expected[identity]), rel=1e-12)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


def test_equal_weights_are_the_default() -> None:
    rankings = [["a", "b"], ["b", "c"]]
    assert reciprocal_rank_fusion(rankings) == reciprocal_rank_fusion(rankings, [1.0, 1.0], k=RRF_K)


def test_equal_scores_go_to_the_better_best_rank_then_to_the_smaller_id() -> None:
    assert [i for i, _ in reciprocal_rank_fusion([["b"], ["a"]])] == ["a", "b"]
    # 2/(0+2) for x at rank 2 equals 1/(0+1) for y at rank 1
    assert [i for i, _ in reciprocal_rank_fusion([["z", "a"], ["y"]], [2.0, 1.0], k=0)] == ["z", "y", "a"]


def test_a_repeated_id_counts_once_at_its_best_place() -> None:
    assert reciprocal_rank_fusion([["a", "b", "a", "a"]]) == reciprocal_rank_fusion([["a", "b"]])


def test_one_weight_a_ranking() -> None:
    with pytest.raises(ValueError, match="zip"):
        reciprocal_rank_fusion([["a"]], [1.0, 1.0])
