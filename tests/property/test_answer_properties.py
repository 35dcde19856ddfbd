"""Whatever a language model writes, an answer keeps its promises: hostile generators against all invariants."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fakes import make_assistant, make_document, make_library
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from invariants import check_answer

from index.library import Library
from index.readers.markdown import read_markdown
from rag.config import AssistantConfig
from rag.text import clean
from rag.types import Answer, GenerationRequest, Message, Style

STRIKES = (
    "# Strikes\n\nThe strikes targeted over 85 facilities in Iraq and Syria. President Biden attended the transfer. "
    "Three soldiers were killed at a base in Jordan.\n\n## Reaction\n\nThe group did not stop its attacks. It demands "
    "the withdrawal of U.S. troops. See note [7] and [[2]] of the report. <b>No comment</b> was given.\n"
)
WALRUS = "A walrus sleeps on the ice. The walrus weighs 900 kilograms. It eats clams, and it can dive 80 metres deep."
CJK = "海象在冰上睡觉。海象重九百公斤。它吃蛤蜊。"
REPEATED = "The strikes targeted over 85 facilities in Iraq and Syria."
QUESTIONS = (
    "How many facilities did the strikes target?",
    "What does the walrus weigh?",
    "海象吃什么？",
    "Who is Ada?",
)
MARKERS = (
    "[1]", "[2]", " [3]", "[[2]]", "[[[1]1]1]", "[^3]", "[^note]", "[1, 2]", "[1-3]", "[1][2]", "[ 4 ]", "【5】", "【4†source】",
    "[Source 1]", "[source: 2]", "(1)", "[99999]", "[0]", "[1", "1]", "[<b>1</b>]", "[\u200b1]", "[１]", "[٣]", "[1]: http://x.test",
    "[¹]", "[[1](http://x.test)]", "[\n1]", "![1](x)", "[1](#src-1)",
)  # fmt: skip
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=y>", "<!-- hidden -->", "<<b>script>", "</s>", "<|im_end|>", "<|im_start|>user\n",
    "<think>", "</think>", "**bold**", "# Head\n", "- item\n", "1. item\n", "| a | b |", "```\ncode\n```", "${x}", "{{x}}", "&lt;b&gt;",
    "http://evil.test/?q=1", "![i](http://evil.test/i)", "[text](javascript:x)",
)  # fmt: skip
ODD = ("\ud800", "\udfff", "\x00", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\u2028", "\x85", "\r\n", "\n\n", "\t", "\u00a0", "👩‍👩‍👧",
       "e\u0301", "x" * 300)  # fmt: skip
SAID = tuple(sentence for text in (STRIKES, WALRUS, CJK) for sentence in re.split(r"(?<=[.。])\s*", text) if sentence)
CLAIMS = (
    "The strikes targeted over 86 facilities.", "The group did stop its attacks.", "President Obama attended.", "Yes.", "No.", "85",
    "I don't know.", "The excerpts do not say.", "It weighs 900 kilograms, and that is a lot.", "He did.", "?", "...",
)  # fmt: skip
PIECES = st.one_of(
    *(st.sampled_from(kind) for kind in (MARKERS, MARKUP, ODD, SAID, CLAIMS)), st.just(" "), st.text(max_size=20)
)
WRITINGS = st.lists(PIECES, max_size=14)
SURROGATES = st.text(st.characters(), max_size=60)
TURNS = st.lists(st.builds(Message, st.sampled_from(("user", "assistant")), st.one_of(PIECES, st.text())), max_size=3)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    read = read_markdown(STRIKES)
    return make_library(
        tmp_path_factory.mktemp("hostile") / "library",
        make_document(STRIKES, "strikes.md", title="Strikes [1]", date="2024-02-03", headings=read.headings),
        make_document(WALRUS, "walrus.txt", title="<b>Walrus</b>"),
        make_document(CJK, "海象.txt", title="海象"),
        make_document(REPEATED, "copy.txt", title="Copy"),
        make_document(f"Other words. {REPEATED} More words.", "copy2.txt"),
    )


def answered(library: Library, pieces: Sequence[str], question: str, style: Style, **settings: object) -> Answer:
    """Return the answer of a model that writes ``pieces``, having checked it."""
    assistant = make_assistant(library, lambda request: pieces, **settings)  # type: ignore[arg-type]
    answer = assistant.ask(question, style=style)
    check_answer(answer, library.document)
    return answer


@settings(max_examples=300)
@given(WRITINGS, st.sampled_from(QUESTIONS), st.sampled_from(("chat", "short")))
@example(["The strikes targeted over 85 facilities in Iraq and Syria. [1] [2]"], QUESTIONS[0], "chat")
@example([REPEATED, " ", REPEATED, " ", REPEATED.lower()], QUESTIONS[0], "chat")
@example(["[[1]1]", REPEATED], QUESTIONS[0], "short")
@example(["\ud83d", "\ude00", REPEATED], QUESTIONS[0], "chat")
def test_whatever_is_written_the_answer_keeps_its_promises(
    library: Library, pieces: list[str], question: str, style: Style
) -> None:
    answer = answered(library, pieces, question, style)
    if not answer.abstained:
        assert "<script" not in answer.text.lower()
        assert "<|" not in answer.text


@given(SURROGATES, st.sampled_from(("chat", "short")))
def test_any_text_at_all(library: Library, text: str, style: Style) -> None:
    answered(library, [text, REPEATED], QUESTIONS[0], style)


@given(WRITINGS, st.sampled_from(QUESTIONS), st.integers(1, 60), st.integers(1, 10))
def test_whatever_was_read(library: Library, pieces: list[str], question: str, read_tokens: int, passages: int) -> None:
    answered(library, pieces, question, "chat", read_tokens=read_tokens, passages=passages, min_confidence=0.0)


@given(st.one_of(SURROGATES, PIECES, st.sampled_from(QUESTIONS)), TURNS, WRITINGS)
def test_whatever_is_asked_after_whatever_was_said(
    library: Library, question: str, history: list[Message], pieces: list[str]
) -> None:
    if not question.strip():
        return
    assistant = make_assistant(library, lambda request: pieces, min_confidence=0.0)
    check_answer(assistant.ask(question, history=history), library.document)


@settings(max_examples=10)  # each writes until it is stopped, which takes seconds
@given(WRITINGS.filter(lambda pieces: any(pieces)), st.sampled_from(("chat", "short")))
def test_a_model_that_never_ends_is_ended(library: Library, pieces: list[str], style: Style) -> None:
    def endless(request: GenerationRequest) -> Iterator[str]:
        yield from itertools.islice(itertools.cycle(pieces), 100_000)
        raise AssertionError("the model was read on and on")

    assistant = make_assistant(library, endless)
    answer = assistant.ask(QUESTIONS[0], style=style)
    check_answer(answer, library.document)
    assert len(answer.raw_text) <= 13 * AssistantConfig().answer_tokens + max(map(len, pieces))
    written = assistant.generator.requests  # type: ignore[attr-defined]
    assert assistant.generator.closed == len(written) <= 2, "once from the closest sentences, once from all"  # type: ignore[attr-defined]


@given(WRITINGS, st.lists(st.integers(0, 400), max_size=12))
def test_the_pieces_a_text_comes_in_do_not_matter(library: Library, pieces: list[str], cuts: list[int]) -> None:
    text = "".join(pieces)[:900]
    edges = [0, *sorted(cuts), len(text)]
    parts = [text[start:end] for start, end in itertools.pairwise(edges)]
    whole, pieced = (answered(library, said, QUESTIONS[0], "chat") for said in ([text], parts))
    assume(whole.raw_text == pieced.raw_text)  # a text that repeats itself is cut off where a piece ends
    assert (whole.text, whole.citations, whole.sentences) == (pieced.text, pieced.citations, pieced.sentences)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_nothing_that_looks_like_our_marker_is_left(text: str) -> None:
    cleaned = clean(text)
    assert not re.search(r"\[\d+\]", cleaned)
    assert clean(cleaned) == cleaned, "clean text stays as it is"
    cleaned.encode("utf-8")


def test_the_documents_of_these_tests_are_read_from_anywhere(tmp_path: Path, library: Library) -> None:
    assert library.info().documents == 5
    assert {answered(library, [REPEATED], question, "chat").abstained for question in QUESTIONS} <= {True, False}
    assert not answered(library, [REPEATED], QUESTIONS[0], "chat").abstained
