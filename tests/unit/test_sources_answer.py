"""Asked what or why, the closest sentences stand in for an answer of the model that does not hold."""

from __future__ import annotations

from typing import Any

import pytest
from asking import STRIKES, NewAssistant, checked
from fakes import make_document

from rag import Draft, Reason

WHY = "Why did the walrus leave the ice?"
BECAUSE = "The walrus left the ice because of the storm. It came back in spring. Sand is dry."


@pytest.mark.parametrize("written", ["Ice", "no", "Penguins did it."])
def test_asked_why_the_sources_answer_where_the_model_says_nothing(new_assistant: NewAssistant, written: str) -> None:
    answer = checked(new_assistant(written, BECAUSE, STRIKES, quoted_sentences=2), WHY)
    assert answer.text == "The walrus left the ice because of the storm. [1] It came back in spring. [2]"
    assert all(sentence.supported for sentence in answer.sentences)


def test_what_stands_in_is_no_echo_no_repeat_and_no_contradiction(new_assistant: NewAssistant) -> None:
    asked, named = WHY, "The walrus left the ice because of Storm Ada."
    others = [
        make_document(f"{asked} {named} It was old.", "b.txt", title="Copy"),
        make_document("The walrus left the ice because of Storm Bell. Rain fell.", "c.txt", title="Other"),
    ]
    assistant = new_assistant("Penguins did it.", f"{named} Sand is dry.", *others, quoted_sentences=3)
    answer = checked(assistant, WHY)
    quoted = [citation.quote for citation in answer.citations]
    assert len(set(quoted)) == len(quoted)
    assert asked not in quoted
    (conflict,) = answer.conflicts
    assert {conflict.quote} < {named, "The walrus left the ice because of Storm Bell."}


def test_of_two_that_contradict_each_other_one_stands_in(new_assistant: NewAssistant) -> None:
    one, two = (f"The walrus left the ice because of {who}." for who in ("Ada", "the North Coast Road Company"))
    assistant = new_assistant("Penguins did it.", one, make_document(two, "b.txt", title="Other"), quoted_sentences=2)
    answer = checked(assistant, WHY)
    assert "says otherwise" in answer.text
    assert len(answer.conflicts) == 1


def test_an_echo_alone_stands_in_for_nothing(new_assistant: NewAssistant) -> None:
    assistant = new_assistant("Penguins did it.", "Why did the walrus leave the ice?", quoted_sentences=2)
    assert checked(assistant, WHY).reason is Reason.UNSUPPORTED_ANSWER


@pytest.mark.parametrize(
    ("question", "more", "settings"),
    [
        ("When did the walrus leave the ice?", {}, {}),
        (WHY, {"style": "short"}, {}),
        (WHY, {}, {"answerable": 0.2}),
        (WHY, {}, {"answerable": 0.5}),
        (WHY, {}, {"quoted_sentences": 0}),
    ],
)
def test_nothing_is_guessed_from_the_sources(
    new_assistant: NewAssistant, question: str, more: dict[str, Any], settings: dict[str, Any]
) -> None:
    """Not a time, not a few words, not where the model is unsure, not where quoting is switched off."""
    assistant = new_assistant("Penguins did it.", BECAUSE, STRIKES, **{"quoted_sentences": 2, **settings})
    assert checked(assistant, question, **more).reason is Reason.UNSUPPORTED_ANSWER


LEFT = "Did the walrus leave the ice because of the storm?"
SOURCES = "The walrus left the ice because of the storm. [1]"


@pytest.mark.parametrize("answerable", [0.99, 0.5])
@pytest.mark.parametrize("written", ["yes", "Yes.", " YES! ", "no"])
def test_a_bare_yes_or_no_gives_way_to_what_the_sources_say(
    new_assistant: NewAssistant, written: str, answerable: float
) -> None:
    assistant = new_assistant(written, BECAUSE, quoted_sentences=1, answerable=answerable)
    answer = checked(assistant, LEFT)
    assert answer.text == SOURCES
    assert all(sentence.supported for sentence in answer.sentences)


@pytest.mark.parametrize("answerable", [0.99, 0.5])
def test_a_bare_yes_is_never_shown_not_even_while_it_is_written(new_assistant: NewAssistant, answerable: float) -> None:
    assistant = new_assistant("yes", BECAUSE, quoted_sentences=1, answerable=answerable)
    assert [event.text for event in assistant.stream(LEFT) if isinstance(event, Draft)] == [""]


def test_a_guessed_yes_is_declined_where_a_few_words_are_wanted(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant("yes", BECAUSE, answerable=0.5), LEFT, style="short")
    assert answer.reason is Reason.UNSUPPORTED_ANSWER


@pytest.mark.parametrize(("answerable", "declined"), [(0.99, False), (0.5, True)])
def test_a_yes_that_nobody_asked_for_is_no_answer(
    new_assistant: NewAssistant, answerable: float, declined: bool
) -> None:
    answer = checked(
        new_assistant("yes", BECAUSE, quoted_sentences=1, answerable=answerable), "The walrus and the storm on the ice"
    )
    assert answer.abstained == declined
    assert declined or answer.text == SOURCES
