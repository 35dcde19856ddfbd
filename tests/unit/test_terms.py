"""Words and content words."""

from __future__ import annotations

import pytest

from index.terms import STOP_WORDS, content_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Cat's pyjamas", ["the", "cat", "pyjamas"]),
        ("dogs' and dogs’s", ["dogs", "and", "dogs"]),
        ("don't can’t", ["don't", "can’t"]),
        ("U.S. strikes, 85 of 1,000", ["u", "s", "strikes", "85", "of", "1,000"]),
        ("naïve Ünïcode 東京 тест", ["naïve", "ünïcode", "東京", "тест"]),
        ("", []),
        ("?! – …", []),
        ("'s 's", ["s", "s"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_no_word_is_ever_empty() -> None:
    assert all(words("a's s's 's' ''s' _ _'s 1's '’'’s"))


def test_content_words_leave_out_function_words() -> None:
    assert content_words("What is the name of the port?") == ["name", "port"]


def test_where_only_function_words_are_left_they_stay() -> None:
    assert content_words("Who are they?") == ["who", "are", "they"]


def test_stop_words_are_as_words_returns_them() -> None:
    assert all(words(word) == [word] for word in STOP_WORDS)
    assert not STOP_WORDS & {"not_a_stop_word", "name", "one", "two", "first"}
