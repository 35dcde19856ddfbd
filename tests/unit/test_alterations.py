"""What a sentence changes of the source that it follows, and what it may say otherwise."""

from __future__ import annotations

import pytest

from rag.alterations import alterations
from rag.opposites import OPPOSITES

SOURCE = "In March 1942 the Norvik Company sold the Varn mine to Torsk Holdings for 300 crowns, and it did not reopen."
NEARBY = "Elda Bank had offered 450 crowns in May 1941."


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("In March 1941 the Norvik Company sold the Varn mine to Torsk Holdings for 300 crowns.", "1941"),
        ("In May 1942 the Norvik Company sold the Varn mine to Torsk Holdings for 300 crowns.", "may"),
        ("In March 1942 the Norvik Company sold the Varn mine to Torsk Holdings for 450 crowns.", "450"),
        ("In March 1942 Elda Bank sold the Varn mine to Torsk Holdings for 300 crowns.", "elda"),
        ("In March 1942 the Norvik Company sold the Varn mine to Elda Bank for 300 crowns.", "elda"),
        ("In March 1942 Torsk Holdings sold the Varn mine to the Norvik Company for 300 crowns.", "torsk hold"),
        ("In March 1942 the Norvik Company bought the Varn mine from Torsk Holdings for 300 crowns.", "bought"),
        ("In March 1942 the Norvik Company did not sell the Varn mine to Torsk Holdings for 300 crowns.", "not"),
        ("The Norvik Company sold the Varn mine to Torsk Holdings for 300 crowns, and it did reopen.", "not"),
    ],
)
def test_one_thing_changed_is_found(sentence: str, changed: str) -> None:
    assert changed in alterations(sentence, [SOURCE, NEARBY])


@pytest.mark.parametrize(
    "sentence",
    [
        SOURCE,
        "The Norvik Company sold the Varn mine to Torsk Holdings for 300 crowns.",
        "The Varn mine was sold to Torsk Holdings by the Norvik Company in March 1942.",
        "The Norvik Company sold the Varn mine to Torsk Holdings in March 1942 for 300 crowns.",
        "The mine did not reopen after the sale.",
        "The Norvik Company sold the mine to Torsk Holdings for three hundred crowns, and it didn’t reopen.",
        "No, it did not reopen.",
        "",
    ],
)
def test_the_same_in_other_words_or_another_order_passes(sentence: str) -> None:
    assert alterations(sentence, [SOURCE, NEARBY]) == ()


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Einstein was born in Ulm in 1879.", "He was born in Ulm in 1879."),
        ("Joe Biden attended the transfer of the remains.", "President Biden attended the transfer of the remains."),
        ("Strikes of the US hit bases in Iraq.", "Strikes of the United States hit bases in Iraq."),
        ("Ada Holm and Per Lund won the prize in 1902.", "Per Lund and Ada Holm won the prize in 1902."),
    ],
)
def test_another_name_for_the_same_passes(sentence: str, source: str) -> None:
    assert alterations(sentence, [source]) == ()


def test_a_letter_tells_one_thing_from_another() -> None:
    assert alterations("The crew had hepatitis B in 1990.", ["The crew had hepatitis A in 1990."]) == ("b",)
    assert alterations("The crew had hepatitis A in 1990.", ["The crew had hepatitis B in 1990."]) == ("a",)
    assert alterations("The crew had a bell in 1990.", ["A crew had the bell in 1990."]) == ()


def test_only_the_source_that_is_followed_most_closely_counts() -> None:
    copy = SOURCE.replace("300", "700")
    assert alterations(SOURCE, [copy, SOURCE]) == ()
    assert alterations(SOURCE, [copy]) == ("300",)


def test_a_name_in_a_strange_place_is_found_even_where_no_words_stand_between() -> None:
    source = "He is head coach at Bethel University in Arden Hills, a position he had held since 1989."
    swapped = "He is head coach at Arden Hills in Bethel University, a position he had held since 1989."
    assert alterations(swapped, [source]) != ()


def test_opposites_go_both_ways() -> None:
    assert all(word in OPPOSITES[other] for word, others in OPPOSITES.items() for other in others)
    assert all(word == word.lower() and word not in others for word, others in OPPOSITES.items())
