"""The facade of the index: open, add, search; and the order that search gives."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import WordCountEmbedder, make_document, make_library, word_place

from index import retriever
from index.errors import EmbedderMismatch, LibraryError, WeightsError
from index.library import Library
from index.types import Matrix, Parts, Vector

NewLibrary = Callable[..., Library]


def test_words_of_these_tests_have_places_of_their_own() -> None:
    """So that cosines are those of word counts."""
    vocabulary = "walrus ice penguin sea camel sand storm whale".split()
    assert len({word_place(word) for word in vocabulary}) == len(vocabulary)


def test_a_library_is_found_again(tmp_path: Path) -> None:
    with make_library(tmp_path / "l", "A walrus sleeps.") as library:
        info = library.info()
    assert (info.documents, info.chunks, info.path) == (1, 1, str(tmp_path / "l"))
    with Library.open(tmp_path / "l", embedder=WordCountEmbedder(), create=False) as again:
        assert again.info() == info
        assert again.search("walrus")[0].chunk.text == "A walrus sleeps."


def test_the_folder_is_that_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_LIBRARY", str(tmp_path / "set"))
    assert Library.open(embedder=WordCountEmbedder()).info().path == str(tmp_path / "set")
    assert Library.open(tmp_path / "told", embedder=WordCountEmbedder()).info().path == str(tmp_path / "told")


def test_no_library_is_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LibraryError):
        Library.open(tmp_path / "none", embedder=WordCountEmbedder(), create=False)
    assert not (tmp_path / "none").exists()


def test_another_embedder_is_refused(tmp_path: Path) -> None:
    make_library(tmp_path / "l", "Text.")
    with pytest.raises(EmbedderMismatch):
        Library.open(tmp_path / "l", embedder=WordCountEmbedder(version="2"))


def test_an_unknown_embedder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_EMBEDDER", "no-such-thing")
    with pytest.raises(WeightsError, match="no-such-thing"):
        Library.open(tmp_path / "l")


def test_deleting_the_folder_leaves_nothing(tmp_path: Path) -> None:
    with make_library(tmp_path / "l", "A walrus sleeps.") as library:
        library.search("walrus")
    shutil.rmtree(tmp_path / "l")
    assert list(tmp_path.iterdir()) == []


def test_cosines_and_ranks_are_those_worked_out_by_hand(new_library: NewLibrary) -> None:
    library = new_library("walrus ice ice", "penguin sea", "walrus")
    passages = library.search("walrus")
    assert [(p.source, p.rank) for p in passages] == [("2.txt", 1), ("0.txt", 2), ("1.txt", 3)]
    assert [p.cosine for p in passages] == pytest.approx([1.0, 1 / math.sqrt(5), 0.0], abs=1e-6)
    best, second, none = (p.bm25 for p in passages)
    assert best > second > none == 0.0
    # each text is one sentence, so that sentence and chunk are one; the lexically best gains 0.2
    assert [p.score for p in passages] == pytest.approx([1.2, 1 / math.sqrt(5) + 0.2 * second / best, 0.0], abs=1e-3)


def test_a_passage_carries_its_sentences_with_their_closeness(new_library: NewLibrary) -> None:
    (passage,) = new_library("A walrus. A penguin.").search("walrus")
    text = passage.chunk.text
    assert [text[s.start : s.end] for s in passage.sentences] == ["A walrus.", "A penguin."]
    assert [s.cosine for s in passage.sentences] == pytest.approx([1.0, 0.0], abs=1e-3)


class BlurredEmbedder(WordCountEmbedder):
    """Sees in each part of a text the whole text."""

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Parts]) -> list[tuple[Vector, Matrix]]:
        return [
            (v, np.tile(v, (len(own.spans), 1))) for v, own in zip(self.encode_documents(texts), parts, strict=True)
        ]


def test_sentences_of_the_best_passages_are_looked_at_by_themselves(tmp_path: Path) -> None:
    texts = ("A walrus. A penguin.", "A walrus. A gull. A seal. A cod.")
    with make_library(tmp_path, *texts, embedder=BlurredEmbedder()) as library:
        blurred = library.search("walrus")
        assert [len({s.cosine for s in passage.sentences}) for passage in blurred] == [1, 1]
        first, second = library.search("walrus", look_closer=1)
        assert [s.cosine for s in first.sentences] == pytest.approx([1.0, 0.0], abs=1e-3)
        assert second == blurred[1]
        _, near = library.search("walrus", look_closer=2)
        assert near.sentences[0].cosine == pytest.approx(1.0, abs=1e-3)
        assert library.search("walrus", look_closer=2, margin=0.01)[1] == blurred[1]
        assert [p.score for p in (first, near)] == [p.score for p in blurred]


def test_a_document_is_found_by_the_one_that_names_it(new_library: NewLibrary) -> None:
    film = make_document("The film was directed by Ada Holm.", "film.txt", title="Storm")
    holm = make_document("Varn is the birthplace.", "holm.txt", title="Ada Holm (director)")
    others = [make_document(f"Other {i}.", f"{i}.txt", title=f"Other {i}") for i in range(3)]
    passages = new_library(film, *others, holm).search("film storm")
    assert [p.source for p in passages][:2] == ["film.txt", "holm.txt"]
    assert [p.named_by for p in passages][:2] == [None, "Storm"]


def test_a_passage_carries_what_its_document_states(new_library: NewLibrary) -> None:
    document = make_document("A walrus.", "w.txt", title="Seals", date="2024-02-03")
    (passage,) = new_library(document).search("walrus")
    assert (passage.title, passage.source, passage.date) == ("Seals", "w.txt", "2024-02-03")
    assert passage.chunk.document_id == document.id


def test_what_matches_by_words_alone_has_its_cosine_too(
    new_library: NewLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both rankings are read two deep; the stem of a word is matched by words, not by this embedder."""
    monkeypatch.setattr(retriever, "_DEPTH", 2)
    library = new_library("sea", "ice", "penguin")
    passages = {p.source: p for p in library.search("penguins sea", k=2)}
    assert set(passages) == {"0.txt", "2.txt"}
    assert passages["2.txt"].cosine == 0.0
    assert passages["2.txt"].bm25 > 0


@pytest.mark.parametrize("k", [1, 3, 100])
def test_no_more_than_k_and_no_more_than_there_are(new_library: NewLibrary, k: int) -> None:
    library = new_library(*[f"walrus number{i}" for i in range(7)])
    assert len(library.search("walrus", k=k)) == min(k, 7)
    rankings = library.rankings("walrus", k=k)
    assert len(rankings.dense) == len(rankings.lexical) == min(k, 7)


def test_equal_documents_come_in_order_of_chunk_id(new_library: NewLibrary) -> None:
    library = new_library(*["the same walrus"] * 9)
    first = [p.chunk.id for p in library.search("walrus")]
    assert first == sorted(first)
    assert [p.chunk.id for p in library.search("walrus")] == first


@pytest.mark.parametrize(
    "question", ["?", "…", "the of and", "walrus " * 3000, '"walrus" OR', "\x00walrus", "日本", "\ud800 walrus"]
)
def test_any_question_can_be_searched(new_library: NewLibrary, question: str) -> None:
    assert len(new_library("A walrus sleeps.").search(question)) == 1


def test_closing_twice_does_no_harm(new_library: NewLibrary) -> None:
    library = new_library("A walrus.")
    library.close()
    library.close()
