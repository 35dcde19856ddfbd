"""Follow-ups: which questions are rewritten, and which rewrites are believed."""

from __future__ import annotations

import pytest
from fakes import says

from rag.generators.scripted import ScriptedGenerator
from rag.rewrite import needs_rewrite, rewrite
from rag.types import Message

HISTORY = (
    Message("user", "Who was the first keeper of the Halden lighthouse?"),
    Message("assistant", "The first keeper was Ingrid Solheim. [1]"),
)


@pytest.mark.parametrize(
    "question",
    [
        "When was it built?",
        "What did she write?",
        "And the second one?",
        "Why?",
        "How so?",
        "What about the lamp?",
        "Who else?",
        "What about the old lamp?",
        "How heavy?",
        "How many are there?",
        "Tell me more about that.",
    ],
)
def test_a_question_that_leans_on_what_was_said_is_rewritten(question: str) -> None:
    assert needs_rewrite(question, HISTORY)
    assert not needs_rewrite(question, ()), "without a conversation there is nothing to lean on"


@pytest.mark.parametrize(
    "question",
    [
        "Who was the first keeper of the Halden lighthouse?",
        "What does a return ticket for the Marrow ferry cost?",
        "How many facilities did the U.S. strikes target?",
        "Which old lamp burned?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert not needs_rewrite(question, HISTORY)


@pytest.mark.parametrize(
    ("question", "written", "expected"),
    [
        ("When was it built?", "When was the Halden lighthouse built?", "When was the Halden lighthouse built?"),
        ("When was it built?", ' "When was the Halden lighthouse built?" ', "When was the Halden lighthouse built?"),
        ("When was it built?", "Question: When was the lighthouse built?", "When was the lighthouse built?"),
        ("When was it built?", "When was the **lighthouse** [1] built?", "When was the **lighthouse** built?"),
    ],
)
def test_a_faithful_rewrite_is_taken(question: str, written: str, expected: str) -> None:
    assert rewrite(question, HISTORY, ScriptedGenerator(says(written))) == expected


@pytest.mark.parametrize(
    "written",
    [
        "The Halden lighthouse was built in 1871.",
        "",
        "?",
        "I don't know?",
        "What is the capital of France?",
        "When did Napoleon Bonaparte invade Russia with his Grande Armée?",
        "When was the Halden lighthouse built? " * 20,
        "\ud800?",
        "[1]?",
    ],
)
def test_a_rewrite_that_answers_or_invents_is_not_taken(written: str) -> None:
    """Then the question before stands in front of the one that was asked."""
    expected = "Who was the first keeper of the Halden lighthouse? When was it built?"
    assert rewrite("When was it built?", HISTORY, ScriptedGenerator(says(written))) == expected


def test_only_one_line_is_asked_for() -> None:
    generator = ScriptedGenerator(says("x"))
    rewrite("When was it built?", HISTORY, generator)
    (request,) = generator.requests
    assert request.stop == ("\n",)
    assert request.max_tokens < 100
    assert "When was it built?" in request.messages[-1].text


def test_a_long_conversation_is_cut_to_its_end() -> None:
    generator = ScriptedGenerator(says("x"))
    history = [Message("user", f"Question number{i}? " + "word " * 500) for i in range(50)]
    rewrite("When was it built?", history, generator)
    prompt = generator.requests[0].messages[-1].text
    assert "number49" in prompt
    assert "number3?" not in prompt
    assert len(prompt) < 4000


def test_without_a_question_before_the_question_is_left() -> None:
    history = (Message("assistant", "Hello."),)
    assert rewrite("When was it built?", history, ScriptedGenerator(says("no"))) == "When was it built?"


def test_placeholders_in_a_conversation_are_text() -> None:
    generator = ScriptedGenerator(says("x"))
    rewrite("What does $question cost, is it ${HOME}?", (Message("user", "$conversation"),), generator)
    assert "What does $question cost, is it ${HOME}?" in generator.requests[0].messages[-1].text
