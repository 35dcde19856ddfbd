"""What kind of thing a question asks for."""

from __future__ import annotations

import pytest

from rag.questions import wants_description


@pytest.mark.parametrize(
    "question",
    [
        "Why did the ferry stop?", "why is it called that", "How does the lamp work?", "how was it built", "What is a marsh tern?",
        "what's an intent", "whats an intent", "What are the rules?", "What does the keeper do?", "what happened at Torsk",
        "the function of the lamp is", "what is the meaning of the word?", "explain the dam", "What was the policy of the port?",
        "Tell me about the reef", "What is the difference between a tern and a gull?", "WHY?",
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
        "What lamp is used?", "Who knows why it burned?", "what number was it",
    ],
)  # fmt: skip
def test_others_want_one_thing(question: str) -> None:
    assert not wants_description(question)
