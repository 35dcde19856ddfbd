"""What kind of thing a question asks for."""

from __future__ import annotations

import time

import pytest

from rag.questions import wants_description


@pytest.mark.parametrize(
    "question",
    [
        "Why did the ferry stop?", "why is it called that", "How does the lamp work?", "how was it built", "What is a marsh tern?",
        "what's an intent", "whats an intent", "What are the rules?", "What does the keeper do?", "what happened at Torsk",
        "the function of the lamp is", "what is the meaning of the word?", "explain the dam", "What was the policy of the port?",
        "Tell me about the reef", "What is the purpose of language?", "What is the effect of temperature on yeast?",
        "Describe the dam where the fire began", "What does a tern do?", "What do the flags mean?", "how to wind the lamp", "What is the difference between a tern and a gull?", "WHY?",
    ],
)  # fmt: skip
def test_some_questions_want_a_description(question: str) -> None:
    assert wants_description(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who built it?", "When was it lit?", "Where is the dam?", "Which lamp is used?", "How many ships sank?", "how old is it",
        "How long did it take?", "What year was it lit?", "What is the name of the keeper?", "what is the capital of Varn",
        "What was the exact date of the fire?", "What is its height?", "What damage did the fire do?", "Is it lit?", "marsh terns", "",
        "What lamp is used?", "What was the death toll of the fire?", "What is the ferry called?", "What is the largest planet?",
        "What did Bell invent?", "How hot is the lamp?", "How expensive is it?", "How few ships sank?", "What is the deadline?",
        "Did the report say why the bridge fell?", "In what is now Turkey, who built the dam?", "Who knows why it burned?", "what number was it",
    ],
)  # fmt: skip
def test_others_want_one_thing(question: str) -> None:
    assert not wants_description(question)


@pytest.mark.parametrize(
    "question", ["what is" + " " * 3900 + "?", "what is " + "a " * 1900, "how " * 900, "why" * 1300]
)
def test_a_long_question_is_looked_at_in_no_time(question: str) -> None:
    begun = time.perf_counter()
    wants_description(question)
    assert time.perf_counter() - begun < 0.2
