"""Sentences made false: exactly one thing is changed, and it is the right one."""

from __future__ import annotations

import random

import pytest

from eval.perturb import CHANGES, names_in

MONTHS = set("January February March April May June July August September October November December".split())
NAMES = ["Iran", "Ada Lovelace", "Jordan"]

EXPECTED: list[tuple[str, str, set[str] | None]] = [
    ("number", "They hit 85 sites in 2024.", {f"They hit {d}5 sites in 2024." for d in "12345679"}),
    ("number", "It cost $1,250.50 then.", {f"It cost ${d},250.50 then." for d in "23456789"}),
    ("number", "It was founded in 1959.", None),
    ("number", "Nobody came.", None),
    ("date", "It opened in March.", {f"It opened in {month}." for month in MONTHS - {"March"}}),
    ("date", "It has 85 rooms.", None),
    ("date", "It cost $1959 in all.", None),
    ("name", "The king of Norway left.", {f"The king of {name} left." for name in NAMES}),
    ("name", "The king left.", None),
    ("negation", "The sea is calm.", {"The sea is not calm."}),
    ("negation", "The sea is not calm.", {"The sea is calm."}),
    ("negation", "They didn't leave.", {"They did leave."}),
    ("negation", "They cannot leave.", {"They can leave."}),
    ("negation", "They never left.", {"They left."}),
    ("negation", "Nobody came.", None),
    ("direction", "Prices rose after it.", {"Prices fell after it.", "Prices rose before it."}),
    ("direction", "The Middle East is vast.", None),
    ("role", "In 1066 William beat Harold there.", {"In 1066 Harold beat William there."}),
    ("role", "They met William and Harold there.", None),
    ("role", "They met William there in March.", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sentence", "allowed"), EXPECTED)
def test_one_thing_is_changed(kind: str, sentence: str, allowed: set[str] | None) -> None:
    found = {CHANGES[kind](sentence, NAMES, random.Random(seed)) for seed in range(60)}
    assert found == (allowed or {None})


def test_a_year_is_moved_by_a_few_years_and_stays_one() -> None:
    found = {CHANGES["date"]("It opened in 1959.", NAMES, random.Random(seed)) for seed in range(60)}
    years = {int(str(text).removeprefix("It opened in ").removesuffix(".")) for text in found}
    assert 1959 not in years
    assert all(1940 < year < 1980 for year in years)


def test_a_number_word_is_changed_to_another() -> None:
    changed = CHANGES["number"]("Three men came.", NAMES, random.Random(1))
    assert changed is not None
    assert changed.endswith(" men came.")
    assert changed.split()[0] not in ("Three", "three")
    assert changed[0].isupper()


def test_a_name_never_replaces_one_it_shares_a_word_with() -> None:
    assert CHANGES["name"]("He met Ada there.", ["Ada Lovelace"], random.Random(1)) is None


def test_names_are_those_that_do_not_open_a_sentence_or_belong_to_the_calendar() -> None:
    text = "The capital of Iraqi Kurdistan burned in March. Nobody told President Biden on Monday."
    assert names_in(text) == ["Iraqi Kurdistan", "President Biden"]
