"""When to decline: refusals of the model, irrelevance, and what the model makes of its reading."""

from __future__ import annotations

import pytest
from fakes import says

from rag.abstention import MESSAGES, is_refusal, split_reply, stated_probability
from rag.generators.scripted import ScriptedGenerator
from rag.types import Message, Reason


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "I don’t know the answer.",
        "I do not know.",
        "I cannot answer this question.",
        "I can't find that in the excerpts.",
        "I'm sorry, but the excerpts do not say.",
        "I am not able to answer.",
        "Sorry, there is nothing about that.",
        "Unknown",
        "Unknown.",
        "Not stated.",
        "Not mentioned in the text",
        "The excerpts do not state the answer.",
        "The excerpts don't mention a date.",
        "The provided text does not say when it was built.",
        "None of the excerpts mention it, so it is not known.",
        "No information is given; the answer is not there.",
        "There is no mention of a lighthouse.",
        "There is no information about it in the text.",
        "The name of the keeper is not mentioned in the excerpts.",
        "The date was not stated in the documents.",
        "Based on what was given, the documents do not say.",
    ],
)
def test_refusals_are_recognised(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "The group did not stop its attacks.",
        "No, the ferry does not sail in winter.",
        "He was not allowed to enter the building.",
        "There is no bridge to the island.",
        "It is not known who built it, but it dates from 1871.",
        "Sorrel grows there.",
        "Noted architects built it.",
        "The treaty does not apply to fishing vessels.",
        "She said that she did not know the man.",
        "Article 5 does not apply to ships.",
        "This article does not apply to ships.",
        "Unknown Pleasures was released in 1979.",
        "The Unknown Soldier is buried there.",
        "He could not find the island.",
        "No documents were lost in the fire.",
        "The information was not classified.",
        "",
    ],
)
def test_answers_that_hold_a_negation_are_no_refusals(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0, None])
def test_the_models_own_probability_is_taken(probability: float | None) -> None:
    generator = ScriptedGenerator(says("unused"), answerable=probability)
    assert stated_probability(generator, [Message("user", "?")]) == probability
    assert generator.requests == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Stated: no", (False, "")),
        (" stated: NO.", (False, "")),
        ("Stated: yes\nIn full sentences: The lamp burned.", (True, "The lamp burned.")),
        ("Stated: yes\nIn a few words: the lamp", (True, "the lamp")),
        ("Stated: yes", (False, "")),
        ("The lamp burned.", (True, "The lamp burned.")),
        ("No lamp burned.", (True, "No lamp burned.")),
        ("", (True, "")),
    ],
)
def test_a_reply_from_its_beginning_is_taken_apart(reply: str, expected: tuple[bool, str]) -> None:
    assert split_reply(reply) == expected


def test_every_reason_has_its_words() -> None:
    assert set(MESSAGES) == set(Reason)
    assert len(set(MESSAGES.values())) == len(Reason)
    assert all("[" not in text and "\n" not in text for text in MESSAGES.values())
