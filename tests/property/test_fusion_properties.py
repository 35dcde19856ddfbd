"""Reciprocal rank fusion: a total order that depends on ranks alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.fusion import reciprocal_rank_fusion

IDS = st.text("abcdef", min_size=1, max_size=2)
RANKINGS = st.lists(st.lists(IDS, unique=True, max_size=8), max_size=4)


@given(RANKINGS)
def test_every_id_comes_once_best_first(rankings: list[list[str]]) -> None:
    fused = reciprocal_rank_fusion(rankings)
    ids = [identity for identity, _ in fused]
    assert sorted(ids) == sorted({identity for ranking in rankings for identity in ranking})
    best = {i: min(ranking.index(i) for ranking in rankings if i in ranking) for i in ids}
    keys = [(-score, best[identity], identity) for identity, score in fused]
    assert keys == sorted(keys)


@given(RANKINGS, st.randoms())
def test_the_order_of_equal_rankings_does_not_matter(rankings: list[list[str]], random: object) -> None:
    shuffled = sorted(rankings)
    one, other = dict(reciprocal_rank_fusion(rankings)), dict(reciprocal_rank_fusion(shuffled))
    assert one.keys() == other.keys()
    assert all(abs(one[identity] - other[identity]) < 1e-12 for identity in one)


@given(st.lists(IDS, unique=True))
def test_one_ranking_stays_as_it_is(ranking: list[str]) -> None:
    assert [identity for identity, _ in reciprocal_rank_fusion([ranking])] == ranking


@given(st.lists(IDS, unique=True, min_size=1), st.lists(IDS, unique=True))
def test_to_be_ranked_once_more_is_never_a_loss(ranking: list[str], other: list[str]) -> None:
    alone = dict(reciprocal_rank_fusion([ranking]))
    both = dict(reciprocal_rank_fusion([ranking, other]))
    assert all(both[identity] >= score for identity, score in alone.items())


@given(RANKINGS, st.floats(0.1, 10))
def test_a_common_factor_changes_no_order(rankings: list[list[str]], factor: float) -> None:
    plain = dict(reciprocal_rank_fusion(rankings))
    scaled = dict(reciprocal_rank_fusion(rankings, [factor] * len(rankings)))
    assert all(abs(scaled[identity] - factor * score) < 1e-9 for identity, score in plain.items())
