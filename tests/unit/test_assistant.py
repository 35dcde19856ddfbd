"""The facade: each way an answer can end, what happens on the way, and what a question may be."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from asking import QUESTION, SAYS_85, STRIKES, WALRUS, NewAssistant, checked
from fakes import make_assistant, make_document, make_library

from index.errors import GenerationError
from rag import (
    Assistant,
    Draft,
    Finished,
    GenerationRequest,
    HistoryError,
    Message,
    PassagesFound,
    PinciteError,
    QuestionError,
    Reason,
    Stage,
    StageStarted,
    prompts,
)
from rag.generators.scripted import ScriptedGenerator


@pytest.fixture
def assistant(new_assistant: NewAssistant) -> Assistant:
    return new_assistant(SAYS_85, STRIKES, WALRUS)


def test_an_answer_comes_with_its_proof(assistant: Assistant) -> None:
    answer = checked(assistant)
    assert answer.text == "The strikes targeted over 85 facilities. [1]"
    assert [citation.quote for citation in answer.citations] == [
        "The strikes targeted over 85 facilities in Iraq and Syria."
    ]
    assert (answer.abstained, answer.reason) == (False, None)
    assert (answer.question, answer.standalone_question) == (QUESTION, QUESTION)
    assert answer.raw_text == SAYS_85
    assert (answer.library.documents, answer.library.embedder) == (2, "word-count@1")
    assert answer.model is not None
    assert answer.model.name == "scripted"


def test_a_sentence_without_support_is_said_to_be(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant(f"{SAYS_85} Everybody was very surprised.", STRIKES))
    assert [sentence.supported for sentence in answer.sentences] == [True, False]
    assert answer.text.endswith("Everybody was very surprised.")


def test_no_documents(new_assistant: NewAssistant) -> None:
    assistant = new_assistant(SAYS_85)
    answer = checked(assistant)
    assert answer.reason is Reason.NO_DOCUMENTS
    assert answer.passages == ()
    assert assistant.generator.requests == []  # type: ignore[attr-defined]


def test_nothing_relevant(new_assistant: NewAssistant) -> None:
    assistant = new_assistant(SAYS_85, STRIKES, WALRUS, min_confidence=0.5)
    answer = checked(assistant, "Which penguin sang yesterday?")
    assert answer.reason is Reason.NOTHING_RELEVANT
    assert assistant.generator.requests == [], "the model is not asked"  # type: ignore[attr-defined]
    assert len(answer.passages) == 2


def test_not_in_sources_by_the_models_reading(new_assistant: NewAssistant) -> None:
    sure, unsure = (new_assistant(SAYS_85, STRIKES, answerable=p, min_confidence=0.0).ask(QUESTION) for p in (0.9, 0.2))
    assert sure.confidence is not None
    assert unsure.confidence is not None
    between = (sure.confidence + unsure.confidence) / 2
    answer = checked(new_assistant(SAYS_85, STRIKES, answerable=0.2, min_confidence=between))
    assert (answer.reason, answer.raw_text) == (Reason.NOT_IN_SOURCES, "")
    assert not checked(new_assistant(SAYS_85, STRIKES, answerable=0.9, min_confidence=between)).abstained


def test_a_model_that_begins_its_own_replies_says_whether(
    new_assistant: NewAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedGenerator, "continues", False)
    stated = checked(new_assistant(f"Stated: yes\nIn full sentences: {SAYS_85}", STRIKES))
    assert stated.text == f"{SAYS_85} [1]"
    assert checked(new_assistant("Stated: no", STRIKES)).reason is Reason.NOT_IN_SOURCES


def test_the_question_comes_after_the_worked_examples_and_the_reply_is_begun(assistant: Assistant) -> None:
    checked(assistant)
    (request,) = assistant.generator.requests  # type: ignore[attr-defined]
    *opening, asked, begun = request.messages
    assert tuple(opening) == prompts.opening()
    assert asked.role == "user"
    assert asked.text.endswith(f"Question: {QUESTION}")
    assert begun == Message("assistant", prompts.ANSWER)


def test_not_in_sources_by_the_models_words(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant("The excerpts do not state how many facilities were targeted.", STRIKES))
    assert answer.reason is Reason.NOT_IN_SOURCES
    assert answer.raw_text.startswith("The excerpts")


@pytest.mark.parametrize(
    "written",
    ["The strikes targeted 86 facilities.", "", " \n ", "?", "Penguins did it.", "[1]", "<b></b>", "\ud800",
     "The strikes targeted facilities."],
)  # fmt: skip
def test_unsupported_answer(new_assistant: NewAssistant, written: str) -> None:
    answer = checked(new_assistant(written, STRIKES))
    assert answer.reason is Reason.UNSUPPORTED_ANSWER
    assert "86" not in answer.text


def test_a_bare_yes_claims_what_was_asked(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant("Yes", STRIKES), "Did the strikes target over 85 facilities?", style="short")
    assert answer.text == "Yes [1]"
    assert checked(new_assistant("Yes", STRIKES), "Did the strikes target over 86 facilities?").abstained


def test_markers_of_the_model_prove_nothing(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant("The strikes [7] targeted over 85 facilities. [1][2] Penguins did it. [1]", STRIKES))
    assert answer.text == "The strikes targeted over 85 facilities. [1] Penguins did it."


def test_what_is_said_twice_is_shown_once(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant(f"{SAYS_85} {SAYS_85} {SAYS_85.upper()}", STRIKES))
    assert answer.text == f"{SAYS_85} [1]"


def test_lines_stay_lines(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant(f"- {SAYS_85}\n- President Biden attended the transfer.\n", STRIKES))
    assert answer.text == f"- {SAYS_85} [1]\n- President Biden attended the transfer. [2]"


def test_events_come_in_order(assistant: Assistant) -> None:
    events = list(assistant.stream(QUESTION))
    assert events[0] == StageStarted(Stage.RETRIEVING)
    kinds = [type(event) for event in events if not isinstance(event, StageStarted | Draft)]
    assert kinds == [PassagesFound, Finished]
    found = next(i for i, event in enumerate(events) if isinstance(event, PassagesFound))
    drafts = [i for i, event in enumerate(events) if isinstance(event, Draft)]
    assert found < min(drafts)
    assert max(drafts) < len(events) - 1


def test_drafts_grow_and_cite_what_is_finished(new_assistant: NewAssistant) -> None:
    pieces = ["The strikes targeted over ", "85 facilities.", " President", " Biden attended the transfer."]
    events = new_assistant(lambda request: pieces, STRIKES).stream(QUESTION)
    assert [event.text for event in events if isinstance(event, Draft)] == [
        "The strikes targeted over",
        "The strikes targeted over 85 facilities.",
        "The strikes targeted over 85 facilities. [1] President",
        "The strikes targeted over 85 facilities. [1] President Biden attended the transfer.",
    ]


def test_closing_the_stream_stops_the_model(new_assistant: NewAssistant) -> None:
    assistant = new_assistant(lambda request: itertools.repeat("word and more words "), STRIKES)
    events = assistant.stream(QUESTION)
    assert any(isinstance(event, Draft) for event in events)
    events.close()  # type: ignore[attr-defined]
    assert assistant.generator.closed == 1  # type: ignore[attr-defined]


def test_a_model_that_writes_nothing_for_ever_is_ended(new_assistant: NewAssistant) -> None:
    def silence(request: GenerationRequest) -> Iterator[str]:
        yield from itertools.repeat("", 100_000)
        raise AssertionError("the model was read on and on")

    assert checked(new_assistant(silence, STRIKES)).abstained


def test_a_model_that_has_got_stuck_is_ended(new_assistant: NewAssistant) -> None:
    pieces = [SAYS_85, *[" He said it again."] * 100]
    answer = checked(new_assistant(lambda request: pieces, STRIKES))
    assert answer.raw_text.count("again") == 3
    assert answer.text == f"{SAYS_85} [1] He said it again."


def test_a_model_that_writes_everything_at_once_is_cut_off(new_assistant: NewAssistant) -> None:
    answer = checked(new_assistant(" ".join(f"Word number{i} here." for i in range(2_000)), STRIKES))
    assert len(answer.raw_text) < 10_000


def test_a_failure_of_the_model_passes_through(new_assistant: NewAssistant) -> None:
    def fails(request: GenerationRequest) -> Iterable[str]:
        yield "The strikes "
        raise GenerationError("the model failed; try again")

    with pytest.raises(GenerationError, match="try again"):
        new_assistant(fails, STRIKES).ask(QUESTION)


@pytest.mark.parametrize(("style", "limit"), [("chat", 160), ("short", 40)])
def test_the_style_decides_how_much_may_be_written(assistant: Assistant, style: str, limit: int) -> None:
    checked(assistant, style=style)
    assert assistant.generator.requests[-1].max_tokens == limit  # type: ignore[attr-defined]


def test_a_follow_up_is_searched_as_it_is_meant(new_assistant: NewAssistant) -> None:
    def script(request: GenerationRequest) -> Iterable[str]:
        asks_for_rewrite = "Last question:" in request.messages[-1].text
        return ["How many facilities did the strikes target?" if asks_for_rewrite else SAYS_85]

    assistant = new_assistant(script, STRIKES, WALRUS)
    history = [Message("user", "Tell me about the strikes on facilities."), Message("assistant", "They hit targets.")]
    answer = checked(assistant, "How many did they target?", history=history)
    assert answer.question == "How many did they target?"
    assert answer.standalone_question == QUESTION
    assert answer.timings.rewrite_s > 0
    assert StageStarted(Stage.REWRITING) in list(assistant.stream("How many did they target?", history=history))


def test_a_question_that_stands_alone_is_not_rewritten(assistant: Assistant) -> None:
    history = [Message("user", "What does a walrus weigh?"), Message("assistant", "900 kilograms. [1]")]
    answer = checked(assistant, history=history)
    assert answer.standalone_question == QUESTION
    assert answer.timings.rewrite_s == 0


@pytest.mark.parametrize("question", ["", "  \n\t", "\u2003"])
def test_an_empty_question_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        assistant.ask(question)


def test_a_far_too_long_question_is_refused_before_anything_is_done(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="4,001 characters, at most 4,000"):
        assistant.stream("x" * 4001)
    checked(assistant, "x" * 4000)


def test_a_question_that_is_no_unicode_is_answered(assistant: Assistant) -> None:
    answer = checked(assistant, f"{QUESTION} \ud800", history=[Message("user", "\udfff")])
    assert answer.question == f"{QUESTION} \ufffd"
    assert not answer.abstained


def test_the_errors_of_a_question_are_stated_failures() -> None:
    assert issubclass(QuestionError, PinciteError)
    assert issubclass(HistoryError, PinciteError)


def test_the_generation_is_that_of_what_was_retrieved(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library", STRIKES)

    def changes_the_library(request: GenerationRequest) -> Iterable[str]:
        library.add_documents([make_document(WALRUS, "new.txt")])
        return [SAYS_85]

    answer = make_assistant(library, changes_the_library).ask(QUESTION)
    assert (answer.library.generation, answer.library.documents) == (1, 1)


def test_a_library_that_is_emptied_meanwhile_is_no_crash(tmp_path: Path) -> None:
    from index.types import ChangeSet

    library = make_library(tmp_path / "library", STRIKES)

    def empties_the_library(request: GenerationRequest) -> Iterable[str]:
        library.store.apply(ChangeSet(remove=[record.id for record in library.catalogue()]))
        return [SAYS_85]

    assert make_assistant(library, empties_the_library).ask(QUESTION).text.startswith("The strikes")


def test_passages_can_be_had_without_an_answer(assistant: Assistant) -> None:
    passages = assistant.search("walrus", k=1)
    assert [(passage.source, passage.rank, passage.in_context) for passage in passages] == [("1.txt", 1, False)]
    document = assistant.document(passages[0].document_id)
    assert document is not None
    assert document.text == WALRUS
    assert assistant.document("unknown") is None


def test_leaving_the_context_closes_model_and_library(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(assistant.library, "close", lambda: closed.append("library"))
    monkeypatch.setattr(type(assistant.generator), "close", lambda self: closed.append("generator"))
    with assistant:
        pass
    assert sorted(closed) == ["generator", "library"]


def test_a_terse_answer_is_followed_by_the_words_of_its_source(new_assistant: NewAssistant) -> None:
    assistant = new_assistant("over 85", STRIKES, WALRUS, quoted_sentences=2)
    quoted = "The strikes targeted over 85 facilities in Iraq and Syria."
    assert checked(assistant).text == f"Over 85. [1] {quoted} [1]"
    assert checked(assistant, style="short").text == "over 85 [1]"


def test_a_terse_answer_goes_on_from_its_drafts(new_assistant: NewAssistant) -> None:
    assistant = new_assistant(lambda request: ["over", " 85", " facilities"], STRIKES, quoted_sentences=2)
    *drafts, finished = [event for event in assistant.stream(QUESTION) if isinstance(event, (Draft, Finished))]
    assert isinstance(finished, Finished)
    assert [draft.text for draft in drafts if isinstance(draft, Draft)] == ["Over", "Over 85", "Over 85 facilities"]
    assert finished.answer.text.startswith("Over 85 facilities. [1] ")


def test_a_short_answer_is_one_whatever_dots_it_has(new_assistant: NewAssistant) -> None:
    assistant = new_assistant("Holm v. Torsk", "The case Holm v. Torsk was heard in the court.")
    answer = checked(assistant, "Which case was heard in the court?", style="short")
    assert answer.text.startswith("Holm v. Torsk [1]")
    assert len(answer.sentences) == 1


def test_what_was_said_already_is_not_quoted(new_assistant: NewAssistant) -> None:
    said = "The strikes targeted over 85 facilities in Iraq and Syria."
    assert checked(new_assistant(said, STRIKES, quoted_sentences=2)).text == f"{said} [1]"


def test_the_sentence_closest_to_the_question_is_quoted_behind_the_evidence(new_assistant: NewAssistant) -> None:
    told = "Its keeper was Ada Holm. The walrus eats clams on the floor of the sea."
    assistant = new_assistant("Ada Holm", told, quoted_sentences=2)
    answer = checked(assistant, "What does the walrus eat on the floor?")
    assert (
        answer.text == "Ada Holm. [1] Its keeper was Ada Holm. [1] The walrus eats clams on the floor of the sea. [2]"
    )
    assistant = new_assistant("Ada Holm", told, quoted_sentences=1)
    assert "clams" not in checked(assistant, "What does the walrus eat on the floor?").text
