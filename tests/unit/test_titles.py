"""How a title is looked up, and what in a text may be one."""

from __future__ import annotations

import pytest

from index.titles import keys_named_in, title_key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Ada Holm (engineer)", "ada holm"),
        ("The  Varn—Lighthouse!", "the varn lighthouse"),
        ("Ölgemälde", "ölgemälde"),
        ("Abc", ""),
        ("(only an aside)", ""),
        ("", ""),
    ],
)
def test_a_title_is_its_words(title: str, key: str) -> None:
    assert title_key(title) == key


def test_runs_of_words_are_keys_and_single_words_only_if_written_as_names() -> None:
    keys = keys_named_in("The keeper met Holm in 1902.")
    assert {"keeper met", "met holm in", "holm", "1902"} <= set(keys)
    assert "keeper" not in keys


def test_keys_have_at_most_eight_words() -> None:
    assert max(len(key.split()) for key in keys_named_in("one " * 40 + "Two")) == 8


def test_a_title_that_stands_in_a_text_is_found_there() -> None:
    assert title_key("Escape from the Dark (film)") in keys_named_in("He starred in “Escape from the Dark” (1976).")
