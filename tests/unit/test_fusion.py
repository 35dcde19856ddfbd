"""One score from several signals, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from index.fusion import fuse, fuse_all, names_of_the_best
from index.periods import Period
from index.types import Candidate, Candidates, Chunk, DocumentRecord, RankedSentence


def candidate(
    name: str,
    *,
    cosine: float,
    bm25: float = 0.0,
    sentences: Sequence[float] = (),
    title: str = "",
    text: str = "",
    ordinal: int = 0,
) -> Candidate:
    chunk = Chunk(f"{name}-{ordinal}", name, ordinal, 0, len(text), text)
    ranked = tuple(RankedSentence(i, i + 1, value) for i, value in enumerate(sentences))
    return Candidate(chunk, DocumentRecord(name, name, title, None, ""), cosine, bm25, ranked)


def of(found: Sequence[Candidate], named: Mapping[str, tuple[Candidate, ...]] | None = None) -> Candidates:
    return Candidates(1, tuple(found), named or {})


def test_the_score_is_that_of_the_documentation() -> None:
    best, other = fuse(
        [candidate("a", cosine=0.4, bm25=2.0, sentences=[0.1, 0.6]), candidate("b", cosine=0.5, bm25=4.0)]
    )
    assert best.candidate.chunk.document_id == "b"
    assert best.score == pytest.approx(0.5 + 0.2)  # no sentences: the whole chunk stands for them
    assert other.score == pytest.approx((0.4 + 0.6) / 2 + 0.2 * 2 / 4)


def test_without_any_shared_word_the_meaning_alone_decides() -> None:
    ranked = fuse([candidate("a", cosine=0.1), candidate("b", cosine=0.3)])
    assert [(item.candidate.chunk.document_id, item.score) for item in ranked] == [("b", 0.3), ("a", 0.1)]


def test_equal_scores_go_to_the_smaller_id() -> None:
    ranked = fuse([candidate(name, cosine=0.5) for name in "cab"])
    assert [item.candidate.chunk.document_id for item in ranked] == ["a", "b", "c"]


def test_a_document_that_the_best_chunk_names_is_raised_but_not_above_it() -> None:
    naming = candidate("film", cosine=0.6, title="The Film", text="It was directed by Ada Holm.")
    near = candidate("near", cosine=0.35, title="Another Film", text="Nothing.")
    named = candidate("holm", cosine=0.2, title="Ada Holm (director)", text="She was born in Varn.")
    assert "ada holm" in names_of_the_best([naming, near])
    ranked = fuse_all(of([naming, near], {"ada holm": (named,)}))
    assert [item.candidate.chunk.document_id for item in ranked] == ["film", "holm", "near"]
    assert ranked[1].score == pytest.approx(0.2 + 0.3 * 0.6)
    assert ranked[1].named_by == naming
    close = candidate("holm", cosine=0.55, title="Ada Holm", text="She was born in Varn.")
    ranked = fuse_all(of([naming, close], {"ada holm": (close,)}))
    assert [item.candidate.chunk.document_id for item in ranked] == ["film", "holm"]
    assert ranked[1].score < 0.6


def test_only_the_best_chunk_of_a_named_document_is_raised() -> None:
    naming = candidate("film", cosine=0.6, title="The Film", text="By Ada Holm.")
    named = tuple(candidate("holm", cosine=c, title="Ada Holm", ordinal=i) for i, c in enumerate([0.1, 0.2]))
    ranked = fuse_all(of([naming], {"ada holm": named}))
    assert [item.candidate.chunk.id for item in ranked] == ["film-0", "holm-1"]


def test_a_document_does_not_name_itself() -> None:
    assert "ada holm" not in names_of_the_best([candidate("a", cosine=0.5, title="Ada Holm", text="Ada Holm sang.")])


def test_nothing_found_is_nothing() -> None:
    assert fuse_all(of([])) == []
    assert names_of_the_best([]) == []


def test_documents_of_the_time_that_is_asked_about_are_raised() -> None:
    old, new = (
        replace(candidate(name, cosine=cosine), record=DocumentRecord(name, name, "", day, ""))
        for name, cosine, day in (("old", 0.5, "2023-01-05"), ("new", 0.45, "2024-02-03"))
    )
    undated = candidate("undated", cosine=0.48)
    ids = lambda ranked: [item.candidate.record.id for item in ranked]  # noqa: E731
    assert ids(fuse_all(of([old, new, undated]))) == ["old", "undated", "new"]
    february = Period("2024-02-01", "2024-02-29")
    assert ids(fuse_all(of([old, new, undated]), period=february)) == ["new", "old", "undated"]
    assert ids(fuse_all(of([old, new, undated]), latest=True)) == ["new", "old", "undated"]
