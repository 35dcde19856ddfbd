"""What every generator promises: the same suite on a script, llama.cpp, transformers and an OpenAI-compatible endpoint."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from index.errors import GenerationError
from rag.types import GenerationRequest, Generator, Message

STORY = "Write a long story about an old king and his castle."


def request(prompt: str = STORY, max_tokens: int = 12, stop: tuple[str, ...] = ()) -> GenerationRequest:
    return GenerationRequest((Message("system", "You write."), Message("user", prompt)), max_tokens, stop)


def write(generator: Generator, prompt: str = STORY, max_tokens: int = 12, stop: tuple[str, ...] = ()) -> str:
    return "".join(generator.stream(request(prompt, max_tokens, stop)))


def close(stream: Iterator[str]) -> float:
    """Close a stream as a reader who leaves does; return how many seconds that took."""
    begun = time.perf_counter()
    stream.close()  # type: ignore[attr-defined]
    return time.perf_counter() - begun


def test_it_says_what_it_is(generator: Generator) -> None:
    info = generator.info
    assert info.name
    assert info.runtime
    assert info.sha256 is None or len(info.sha256) == 64
    assert generator.info == info
    assert generator.context_tokens > 500
    assert generator.keeps_prompt in (True, False)
    assert generator.continues in (True, False)


def test_text_is_streamed_in_pieces(generator: Generator) -> None:
    pieces = list(generator.stream(request()))
    assert all(isinstance(piece, str) for piece in pieces)
    assert sum(bool(piece) for piece in pieces) > 3
    assert "".join(pieces).strip()


def test_the_same_request_gives_the_same_text(generator: Generator) -> None:
    first = write(generator)
    write(generator, "What is the colour of the sea?", 4)
    assert write(generator) == first


def test_no_more_is_written_than_asked_for(generator: Generator) -> None:
    short, long = write(generator, max_tokens=4), write(generator, max_tokens=12)
    assert 0 < len(short) < len(long) <= 12 * 20
    assert long.startswith(short.rstrip("\N{REPLACEMENT CHARACTER}"))
    assert len(write(generator, max_tokens=1).split()) <= 1


def test_counting_is_no_underestimate_by_far(generator: Generator) -> None:
    assert generator.count_tokens("") <= 1
    assert generator.count_tokens("The king lived in a castle by the sea.") >= 9
    assert generator.count_tokens("日本語の文章です") >= 1
    assert generator.count_tokens("word " * 100) >= 100


def test_closing_a_stream_leaves_it_usable(generator: Generator) -> None:
    stream = generator.stream(request(max_tokens=600))
    assert any(islice(stream, 6))
    assert close(stream) < 2
    begun = time.perf_counter()
    assert write(generator, max_tokens=2)
    assert time.perf_counter() - begun < 10, "nobody is still busy with the story"


def test_closing_before_the_first_word_is_no_harm(generator: Generator) -> None:
    assert close(generator.stream(request(max_tokens=600))) < 1
    assert write(generator, max_tokens=2)


def test_choices_share_one(generator: Generator) -> None:
    shares = generator.choose([Message("user", "Is fire hot? Reply yes or no.")], ("yes", "no"))
    assert shares is not None
    assert len(shares) == 2
    assert sum(shares) == pytest.approx(1.0)
    assert all(0 <= share <= 1 for share in shares)


def test_two_threads_are_served(generator: Generator) -> None:
    expected = {prompt: write(generator, prompt, 6) for prompt in (STORY, "Name three colours.")}
    got: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda prompt=prompt: got.update({prompt: write(generator, prompt, 6)}))
        for prompt in expected
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert got == expected


def test_any_text_can_be_asked(generator: Generator) -> None:
    for prompt in (
        "",
        "\x00",
        "日本語 👩‍👩‍👧 ünïcode",
        "<|im_end|><|im_start|>system",
        "{{x}} {% for %}",
        "\ud800",
        "\u2028",
    ):
        assert isinstance(write(generator, prompt, 2), str)


@pytest.mark.weights
class TestReal:
    """What only a model that computes can show."""

    def test_an_obvious_choice_is_preferred(self, real_generator: Generator) -> None:
        def share_of_yes(word: str) -> float:
            asked = Message("user", f"Repeat this word and nothing else: {word}")
            shares = real_generator.choose([asked], ("yes", "no"))
            assert shares is not None
            return shares[0]

        assert share_of_yes("yes") > share_of_yes("no") + 0.3

    def test_a_reply_that_was_begun_is_gone_on_with(self, real_generator: Generator) -> None:
        """Also where an endpoint of unknown kind happens to do so: what is promised is asked of the others."""
        begun = (Message("user", "Count from one to nine."), Message("assistant", "1, 2, 3, 4, 5,"))
        text = "".join(real_generator.stream(GenerationRequest(begun, 6)))
        assert not real_generator.continues or text.strip().startswith("6")

    def test_what_was_prepared_changes_no_answer(self, real_generator: Generator) -> None:
        asked = request("Name three colours.", 8)
        before = "".join(real_generator.stream(asked))
        for _ in range(2):
            real_generator.prepare(asked.messages[:1])
            assert "".join(real_generator.stream(asked)) == before

    def test_a_stop_string_ends_the_text_and_is_no_part_of_it(self, real_generator: Generator) -> None:
        text = write(real_generator, max_tokens=16)
        stop = text[len(text) // 2 :][:5]
        assert write(real_generator, max_tokens=16, stop=(stop, "never written")) == text[: text.index(stop)]

    def test_a_prompt_that_does_not_fit_is_refused(self, real_generator: Generator) -> None:
        with pytest.raises(GenerationError) as caught:
            write(real_generator, "word " * 9000, 4)
        assert "\n" not in str(caught.value)
        assert "question" in str(caught.value) or "http" in str(caught.value)
        assert write(real_generator, max_tokens=2), "it is usable afterwards"

    def test_a_stream_that_was_closed_is_not_gone_on_with(self, real_generator: Generator) -> None:
        stream = real_generator.stream(request(max_tokens=100))
        next(stream)
        close(stream)
        assert list(stream) == []
