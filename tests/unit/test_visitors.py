"""Which browser it is, whatever else its cookies hold."""

from __future__ import annotations

import pytest

from ui.visitors import COOKIE, cookies_in, new_cookie, owner_of

WORD = "w" * 43


def test_a_new_word_is_found_again_and_no_two_are_the_same() -> None:
    first, second = (new_cookie().split(";")[0].partition("=")[2] for _ in range(2))
    assert first != second
    assert owner_of({COOKIE: first}) == first
    assert "HttpOnly" in new_cookie()
    assert "SameSite=Strict" in new_cookie()


@pytest.mark.parametrize(
    "others",
    ["", 'foo={"a":1}; ', "a=b c; ", "na[me]=1; ", "a@b=1; ", "a=\xfc; ", "path=1; ", "; ;=; ", "x" * 5000 + "; "],
)
def test_ours_is_found_among_others(others: str) -> None:
    assert owner_of(cookies_in(f"{others}{COOKIE}={WORD}; last=1")) == WORD


@pytest.mark.parametrize("word", ["", "short", "w" * 65, "w" * 42 + "/", "w" * 42 + "\n", "../" * 14])
def test_a_word_that_we_never_gave_is_nobody(word: str) -> None:
    assert owner_of({COOKIE: word}) == ""
    assert owner_of({}) == ""
