"""Fusion: a total order, whatever order the store gives things in, and nothing lost or doubled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.fusion import fuse, fuse_all
from index.types import Candidate, Candidates, Chunk, DocumentRecord, RankedSentence

_SCORE = st.floats(-1, 1, width=32)


@st.composite
def found(draw: st.DrawFn) -> list[Candidate]:
    names = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8))
    titles = st.sampled_from(["Ada Holm", "Varn Light", "Torsk Dam"])
    texts = st.sampled_from(["By Ada Holm.", "Near the Varn Light and the Torsk Dam.", "nothing"])
    return [
        Candidate(
            Chunk(f"{name}-0", name, 0, 0, 9, draw(texts)),
            DocumentRecord(name, name, draw(titles), None, ""),
            draw(_SCORE),
            draw(st.floats(0, 20)),
            tuple(RankedSentence(i, i + 1, draw(_SCORE)) for i in range(draw(st.integers(0, 3)))),
        )
        for name in names
    ]


@given(found(), st.randoms(use_true_random=False))
def test_the_order_found_in_does_not_matter(candidates: list[Candidate], chance: object) -> None:
    shuffled = list(candidates)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fuse(shuffled) == fuse(candidates)


@given(found(), found())
def test_every_chunk_found_is_ranked_once_best_first(candidates: list[Candidate], others: list[Candidate]) -> None:
    named = {"ada holm": tuple(others), "torsk dam": tuple(candidates[:2])}
    ranked = fuse_all(Candidates(1, tuple(candidates), named))
    ids = [item.candidate.chunk.id for item in ranked]
    assert len(ids) == len(set(ids))
    assert {item.chunk.id for item in candidates} <= set(ids)
    assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)


@given(found(), found())
def test_being_named_never_lowers_a_score_nor_lifts_it_above_the_best(
    candidates: list[Candidate], others: list[Candidate]
) -> None:
    plain = {item.candidate.chunk.id: item.score for item in fuse(candidates)}
    ranked = fuse_all(Candidates(1, tuple(candidates), {"ada holm": tuple(others), "varn light": tuple(candidates)}))
    raised = [item for item in ranked if item.named_by is not None]
    assert all(item.score >= plain.get(item.candidate.chunk.id, -9) for item in ranked if item.candidate in candidates)
    assert all(item.score < max(plain.values()) for item in raised)
