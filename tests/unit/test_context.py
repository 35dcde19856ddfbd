"""What the language model gets to read: the best sentences, within the budget, nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import WordCountEmbedder

from index.sentences import split_sentences
from index.types import Chunk, RankedSentence, RetrievedPassage
from rag.context import Reading, select

EMBEDDER = WordCountEmbedder()
WALRUS = "Ice is cold. A walrus sleeps. It is big. Storms come. Sand is dry."


def passage(text: str, number: int = 0, *, start: int = 0, document: str = "d") -> RetrievedPassage:
    chunk = Chunk(f"{document}-{number}", document, number, start, start + len(text), text)
    spans = [(start + span.start, start + span.end) for span in split_sentences(text)]
    return RetrievedPassage(
        chunk,
        "Title",
        "a.txt",
        None,
        number + 1,
        1 / (number + 1),
        0.5,
        0.0,
        tuple(RankedSentence(*span, cosine=0.0) for span in spans),
    )


def ranked(question: str, found: RetrievedPassage) -> RetrievedPassage:
    """Return the passage with its sentences compared with the question, as a search does."""
    asked = EMBEDDER.encode_query(question)
    texts = [found.chunk.text[s.start - found.chunk.start : s.end - found.chunk.start] for s in found.sentences]
    cosines = EMBEDDER.encode_documents(texts) @ asked
    compared = zip(found.sentences, cosines, strict=True)
    return replace(found, sentences=tuple(replace(sentence, cosine=float(c)) for sentence, c in compared))


def read(question: str, *texts: str, budget: int = 1000, depth: int = 10) -> Reading:
    """Select from one passage a text; a token is a word."""
    passages = [ranked(question, passage(text, i)) for i, text in enumerate(texts)]
    return select(question, passages, count_tokens=lambda text: len(text.split()), budget=budget, depth=depth)


def sentences(reading: Reading) -> list[str]:
    return [sentence.text for sentence in reading.sentences]


def cost(reading: Reading) -> int:
    return sum(len(sentence.text.split()) for sentence in reading.sentences)


def test_what_fits_is_read_whole_and_in_order() -> None:
    reading = read("walrus", WALRUS)
    assert sentences(reading) == ["Ice is cold.", "A walrus sleeps.", "It is big.", "Storms come.", "Sand is dry."]
    assert reading.as_read() == f"[Title]\n{WALRUS}"
    assert reading.order == (0,)


def test_the_best_sentence_comes_with_its_neighbours() -> None:
    assert sentences(read("walrus", WALRUS, budget=9)) == ["Ice is cold.", "A walrus sleeps.", "It is big."]


def test_neighbours_come_before_the_next_best_sentence() -> None:
    reading = read("walrus walrus ice", "Ice is cold. It snows. A walrus sleeps. It is big.", budget=9)
    assert sentences(reading) == ["It snows.", "A walrus sleeps.", "It is big."]


def test_where_the_neighbours_do_not_fit_the_sentence_is_read_alone() -> None:
    reading = read("walrus", WALRUS, budget=3)
    assert sentences(reading) == ["A walrus sleeps."]
    assert reading.as_read() == "[Title]\nA walrus sleeps."


@pytest.mark.parametrize("budget", [1, 0, -5])
def test_the_best_sentence_is_read_whatever_the_budget(budget: int) -> None:
    assert sentences(read("walrus", WALRUS, budget=budget)) == ["A walrus sleeps."]


@pytest.mark.parametrize("budget", range(3, 30))
def test_the_budget_is_kept(budget: int) -> None:
    reading = read("walrus storm", WALRUS, "Storms sink ships. Nobody knows why.", "A camel walks.", budget=budget)
    assert 0 < cost(reading) <= budget


def test_a_tight_budget_is_used_up() -> None:
    """Neighbours that did not fit must not be paid for: the second best sentence still fits."""
    reading = read("walrus walrus storm", "Ice is very cold here. A walrus. It is a big one.", "A storm.", budget=5)
    assert sentences(reading) == ["A walrus.", "A storm."]


def test_gaps_are_shown_and_adjacent_sentences_are_not_parted() -> None:
    reading = read("walrus sand", "A walrus. It sleeps well. Ice is very cold. Storms come often. Then sand.", budget=9)
    assert reading.as_read() == "[Title]\nA walrus. It sleeps well. … Then sand."
    text = "A walrus. It sleeps well. It is big. Ice is very cold. Storms come often. Then sand."
    reading = read("walrus sand", text, budget=12)
    assert reading.as_read() == "[Title]\nA walrus. It sleeps well. … Storms come often. Then sand."


def test_the_closest_sentence_is_read_first_with_its_neighbours() -> None:
    reading = read("walrus walrus camel", "A camel. It drinks. Ice is cold. A walrus. It sleeps.", "A camel walks.")
    opening, whole = reading.steps()
    assert opening.as_read() == "[Title]\nIce is cold. A walrus. It sleeps."
    assert whole.as_read() == f"{opening.as_read()} … A camel. It drinks.\n\n[…]\nA camel walks."
    assert (opening.order, whole) == ((0,), reading)


def test_what_has_no_more_than_an_opening_is_read_in_one_step() -> None:
    reading = read("walrus", "Ice is cold. A walrus. It sleeps.")
    assert list(reading.steps()) == [reading]


def test_line_breaks_inside_a_sentence_are_not_shown() -> None:
    assert read("walrus", "A walrus\n  sleeps.").as_read() == "[Title]\nA walrus sleeps."


def test_the_passage_of_the_best_sentence_is_shown_first() -> None:
    reading = read("walrus ice", "A camel walks.", "A walrus sleeps on ice.", "A walrus.")
    assert reading.order[0] == 1
    assert [s.passage for s in reading.sentences] == [p for p in reading.order for _ in range(1)]


def test_neighbours_come_from_the_same_passage() -> None:
    reading = read("walrus", "Sand is dry.", "A walrus sleeps.", "Storms come.", budget=3)
    assert sentences(reading) == ["A walrus sleeps."]


def test_no_text_is_read_twice() -> None:
    reading = read("walrus", "A walrus sleeps.", "A camel walks.", "A  walrus\nsleeps.", "A walrus sleeps.")
    assert sorted(sentences(reading)) == ["A camel walks.", "A walrus sleeps."]
    assert set(reading.order) == {0, 1}
    assert len(reading.passages) == 4, "all that were retrieved are still known"


def test_only_so_many_passages_are_considered() -> None:
    assert set(read("walrus", "One here.", "Two here.", "A walrus.", depth=2).order) == {0, 1}


def test_offsets_are_those_of_the_document() -> None:
    text = "Ice is cold. A walrus sleeps."
    reading = select(
        "walrus", [passage(text, start=100)], count_tokens=lambda text: len(text.split()), budget=99, depth=1
    )
    assert [(s.start, s.end, s.text) for s in reading.sentences] == [
        (100, 112, "Ice is cold."),
        (113, 129, "A walrus sleeps."),
    ]
    assert reading.as_read() == f"[Title]\n{text}"


@pytest.mark.parametrize("question", ["walrus", "the of", "?", ""])
def test_nothing_retrieved_is_nothing_read(question: str) -> None:
    reading = read(question)
    assert (reading.sentences, reading.order, reading.candidates) == ((), (), ())


def test_equal_sentences_are_taken_in_order() -> None:
    reading = read("camel", "Ice is cold. Ice is wet. Ice is old.", budget=3)
    assert sentences(reading) == ["Ice is cold."]


def test_what_is_far_behind_the_best_is_not_read_unless_it_is_named_there() -> None:
    best, near, far = (replace(passage(f"Text {i}.", i), score=score) for i, score in enumerate([0.9, 0.75, 0.6]))
    count = lambda text: len(text.split())  # noqa: E731

    def read_of(*passages: RetrievedPassage) -> set[int]:
        return set(select("?", passages, count_tokens=count, budget=99, depth=9, margin=0.2).order)

    assert read_of(best, near, far) == {0, 1}
    assert read_of(best, near, replace(far, named_by="Title")) == {0, 1, 2}


def test_sentences_far_behind_the_best_are_read_only_beside_it_or_where_they_are_named() -> None:
    text = "A walrus sleeps. It is big. Storms come. Sand is dry."
    found = ranked("walrus", passage(text))
    count = lambda text: len(text.split())  # noqa: E731

    def texts_of(*passages: RetrievedPassage) -> list[str]:
        reading = select("walrus", passages, count_tokens=count, budget=99, depth=9, sentence_margin=0.5)
        return [sentence.text for sentence in reading.sentences]

    assert texts_of(found) == ["A walrus sleeps.", "It is big."]
    other = ranked("walrus", passage("Camels walk.", 1, document="e"))
    assert "Camels walk." not in texts_of(found, other)
    assert "Camels walk." in texts_of(found, replace(other, named_by="Title"))
