"""What the model reads of what was chosen, in which order, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from asking import QUESTION, SAYS_85, STRIKES, WALRUS, NewAssistant, checked
from fakes import make_document
from invariants import check_answer

from index.types import Heading
from rag import Draft, Finished, GenerationRequest, Message, Reason, Stage, StageStarted
from rag.generators.scripted import ScriptedGenerator

NEAR = "No walrus was near the facilities."


def test_the_model_is_given_what_was_read_and_no_more(new_assistant: NewAssistant) -> None:
    document = make_document(STRIKES, "a.txt", title="Report $x", date="2024-02-03")
    assistant = new_assistant(SAYS_85, document, WALRUS, read_tokens=10)
    answer = checked(assistant)
    *_, user, _ = assistant.generator.requests[-1].messages  # type: ignore[attr-defined]
    assert user.role == "user"
    assert "The strikes targeted over 85 facilities in Iraq and Syria." in user.text
    assert "[Report $x (2024-02-03)]" in user.text
    assert "walrus" not in user.text
    assert user.text.index("facilities in Iraq") < user.text.index(QUESTION), "sources first: they are read once"
    assert [passage.in_context for passage in answer.passages] == [True, False]


@pytest.mark.parametrize(("sure", "reads_on"), [(0.0, False), (1.0, True)])
def test_a_model_that_is_sure_of_the_closest_sentences_reads_no_others(
    new_assistant: NewAssistant, sure: float, reads_on: bool
) -> None:
    assistant = new_assistant(SAYS_85, STRIKES, NEAR, sure=sure)
    answer = checked(assistant)
    *_, user, _ = assistant.generator.requests[-1].messages  # type: ignore[attr-defined]
    assert ("walrus" in user.text) == reads_on
    assert [(passage.in_context, passage.spared) for passage in answer.passages] == [
        (True, False),
        (True, not reads_on),
    ]


@pytest.mark.parametrize(
    "failed",
    [
        "Penguins did it in 1950.",
        "the strikes",
        "Sorry. The strikes targeted over 85 facilities in Iraq and Syria.",
    ],
)
def test_what_does_not_hold_is_withdrawn_and_written_anew_from_all(new_assistant: NewAssistant, failed: str) -> None:
    def writes(request: GenerationRequest) -> list[str]:
        return [SAYS_85] if "walrus" in request.messages[-2].text else [failed]

    assistant = new_assistant(writes, STRIKES, NEAR, sure=0.0)
    *before, finished = assistant.stream(QUESTION)
    assert isinstance(finished, Finished)
    check_answer(finished.answer, assistant.document)
    assert (finished.answer.raw_text, finished.answer.text) == (SAYS_85, f"{SAYS_85} [1]")
    assert not any(passage.spared for passage in finished.answer.passages)
    drafts = [event.text for event in before if isinstance(event, Draft)]
    assert drafts == [drafts[0], "", SAYS_85]
    assert StageStarted(Stage.READING) in before[before.index(Draft("")) :]


def test_what_does_not_hold_twice_is_declined(new_assistant: NewAssistant) -> None:
    assistant = new_assistant("Penguins did it in 1950.", STRIKES, NEAR, sure=0.0)
    answer = checked(assistant)
    assert answer.reason is Reason.UNSUPPORTED_ANSWER
    assert len(assistant.generator.requests) == 2  # type: ignore[attr-defined]


def test_a_model_that_is_unsure_after_all_has_read_all(
    new_assistant: NewAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = new_assistant("Penguins did it in 1950.", STRIKES, NEAR, sure=0.0, min_confidence=0.5)
    stated = iter((0.99, 0.01))

    def choose(said: Sequence[Message], options: Sequence[str]) -> list[float]:
        yes = next(stated)
        return [yes, 1 - yes]

    monkeypatch.setattr(assistant.generator, "choose", choose)
    answer = checked(assistant)
    assert (answer.reason, answer.raw_text) == (Reason.NOT_IN_SOURCES, "")
    assert not any(passage.spared for passage in answer.passages)


def test_nothing_is_declined_before_all_is_read(new_assistant: NewAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for more than the model's being sure has it read on."""
    assistant = new_assistant(SAYS_85, STRIKES, NEAR, sure=0.0, min_confidence=0.9)
    asked: list[str] = []

    def choose(said: Sequence[Message], options: Sequence[str]) -> list[float]:
        asked.append(said[-2].text)
        return [0.5, 0.5]

    monkeypatch.setattr(assistant.generator, "choose", choose)
    assert checked(assistant).reason is Reason.NOT_IN_SOURCES
    assert ["walrus" in text for text in asked] == [False, True]


def test_a_model_that_cannot_say_whether_it_is_sure_reads_all(
    new_assistant: NewAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedGenerator, "continues", False)
    assistant = new_assistant(f"Stated: yes\nIn a few words: {SAYS_85}", STRIKES, NEAR, sure=0.0)
    assert not any(passage.spared for passage in checked(assistant).passages)
    assert "walrus" in assistant.generator.requests[-1].messages[-1].text  # type: ignore[attr-defined]


def test_a_title_is_read_once_for_excerpts_of_one_document(new_assistant: NewAssistant) -> None:
    text = "Strikes\nThe strikes hit 85 facilities.\nAfter\nThe facilities burned after the strikes."
    headings = (Heading(0, 7, 1, "Strikes"), Heading(39, 44, 1, "After"))
    document = make_document(text, "a.txt", title="Report", date="2024-02-03", headings=headings)
    assistant = new_assistant("85", document, sure=1.0)
    checked(assistant, "Which facilities did the strikes hit?")
    (request,) = assistant.generator.requests  # type: ignore[attr-defined]
    read = request.messages[-2].text
    assert read.startswith("[Report > Strikes (2024-02-03)]\nThe strikes hit 85 facilities.\n\n[… > After]\n")
    assert read.count("Report") == 1


@pytest.mark.parametrize("chars", [1, 500, 2000, 4000])
def test_a_long_question_leaves_room_for_what_is_read(new_assistant: NewAssistant, chars: int) -> None:
    assistant = new_assistant(SAYS_85, " ".join([STRIKES, WALRUS] * 6))
    question = (f"{QUESTION} " * 200)[:chars].strip()
    checked(assistant, question)
    for request in assistant.generator.requests:  # type: ignore[attr-defined]
        words = sum(len(message.text.split()) for message in request.messages)
        assert words + request.max_tokens <= assistant.generator.context_tokens
