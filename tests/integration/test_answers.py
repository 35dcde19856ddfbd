"""From documents to cited answers with everything real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invariants import check_answer

from index.library import Library
from rag import Assistant, Draft, Finished, Message, PassagesFound
from rag.types import Style
from seeds import documents_dir

pytestmark = pytest.mark.weights

QUESTION = "How many facilities did the U.S. strikes target?"
NONSENSE = [
    QUESTION,
    "Who attended the transfer of the soldiers' remains?",
    "What does the group demand?",
    "Why?",
    "Which port did the group claim to have attacked?",
    "海象吃什么？",
]


@pytest.fixture(scope="module")
def small(seed_library: Library) -> Iterator[Assistant]:
    """Return an assistant with a model that invents answers: its answers must be sound, not right."""
    with Assistant.open(seed_library, model="smollm2-135m-instruct") as assistant:
        yield assistant


@pytest.fixture(scope="module")
def standard(seed_library: Library) -> Iterator[Assistant]:
    """Return an assistant as it is opened by default."""
    with Assistant.open(seed_library) as assistant:
        yield assistant


@pytest.mark.parametrize("style", ["chat", "short"])
@pytest.mark.parametrize("question", NONSENSE)
def test_whatever_a_small_model_writes_is_sound(small: Assistant, question: str, style: Style) -> None:
    history = [Message("user", "Tell me about the strikes."), Message("assistant", "They hit Iraq and Syria. [1]")]
    for said in ((), history):
        check_answer(small.ask(question, history=said, style=style), small.document)


def test_a_stream_can_be_left_at_any_point(small: Assistant) -> None:
    total = sum(1 for _ in small.stream(QUESTION))
    for count in range(1, min(total, 6)):
        events = small.stream(QUESTION)
        for _ in range(count):
            next(events)
        events.close()  # type: ignore[attr-defined]
    check_answer(small.ask(QUESTION), small.document)


def test_the_main_question_is_answered_with_its_proof(standard: Assistant) -> None:
    events = list(standard.stream(QUESTION))
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    check_answer(answer, standard.document)
    assert not answer.abstained
    assert "85" in answer.text
    assert any("85 facilities" in citation.quote for citation in answer.citations)
    assert any(isinstance(event, PassagesFound) for event in events)
    assert any(isinstance(event, Draft) for event in events)
    assert answer.model is not None
    assert answer.model.name == "qwen2.5-coder-1.5b-instruct"
    assert standard.notice is None


def test_the_short_answer_is_short(standard: Assistant) -> None:
    answer = standard.ask(QUESTION, style="short")
    check_answer(answer, standard.document)
    assert "85" in answer.text
    assert len(answer.text) < 80


@pytest.mark.parametrize("question", ["What is the capital of Australia?", "How do I bake sourdough bread?"])
def test_an_unrelated_question_is_declined(standard: Assistant, question: str) -> None:
    answer = standard.ask(question)
    check_answer(answer, standard.document)
    assert answer.abstained


def test_search_finds_the_passage(seed_library: Library) -> None:
    assert "85 facilities" in seed_library.search(QUESTION, k=3)[0].chunk.text


def test_a_second_look_at_the_same_folder_changes_nothing(seed_library: Library) -> None:
    before = seed_library.info()
    report = seed_library.add([documents_dir()])
    assert len(report.unchanged) == before.documents
    assert seed_library.info() == before


def test_opened_again_the_library_answers_the_same(seed_library: Library) -> None:
    path = Path(seed_library.info().path)
    with Library.open(path, create=False) as again:
        found = [(p.chunk, p.score, p.cosine, p.bm25) for p in again.search(QUESTION)]
    assert found == [(p.chunk, p.score, p.cosine, p.bm25) for p in seed_library.search(QUESTION)]
