"""Sentence boundaries, case by case."""

from __future__ import annotations

import pytest

from index.sentences import Span, split_sentences


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["It rained.", "We left."],
        ["What?!", "Really?", "Yes!"],
        ["Dr. Smith met Mr. Jones.", "They talked."],
        ["Gov. Lee, Sen. Kim and Gen. Wu met.", "Nobody spoke."],
        ["St. Mary's Church is old.", "It stands."],
        ["J. K. Rowling wrote it.", "She is British."],
        ["The U.S. Army came.", "It left."],
        ["He lives in the U.S.", "He works there."],
        ["J.F.K. Airport is big.", "Planes land."],
        ["She arrived at 5 p.m.", "The show began."],
        ["Sept. 11 was a Tuesday.", "Oct. 3 was not."],
        ["He wrote about birds, e.g. Larks and Finches.", "Then he stopped."],
        ["It was World War I.", "The treaty followed."],
        ["Pi is 3.14.", "No. 5 is alive.", "It rose 3.5 percent."],
        ["He was born in 1990.", "In 2000 he left."],
        ["Wait... what?", "Yes... no."],
        ["He said “Stop.”", "She left."],
        ['"Why?" she asked.', '"Because."', "Then she left."],
        ["(He left.)", "Then he came back."],
        ["He left.[1]", "Then he came back.[2][3]", "He stayed."],
        ["Am 3. Februar 2020 kam er.", "Am 12. Mai ging er.", "Es war Haus 100.", "Mai war warm."],
        ["Tokens are split .", "Yes they are .", "The end"],
        ["¿Qué pasa?", "Nada."],
        ["Он ушёл.", "Потом вернулся."],
        ["هل هذا؟", "نعم."],
        ["यह वाक्य है।", "दूसरा वाक्य।"],
    ],
    ids=lambda parts: parts[0],
)
def test_sentences_are_told_apart(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_cjk_needs_no_space() -> None:
    assert sentences("这是一句。这是「第二句！」真的吗？是的。") == [
        "这是一句。",
        "这是「第二句！」",
        "真的吗？",
        "是的。",
    ]


def test_a_lower_case_word_never_starts_a_sentence() -> None:
    assert sentences("Ask at approx. noon. and wait! or not") == ["Ask at approx. noon. and wait! or not"]


def test_a_full_stop_inside_a_word_is_no_boundary() -> None:
    assert sentences("See www.example.org or v1.2.Final now") == ["See www.example.org or v1.2.Final now"]


def test_list_items_stand_alone() -> None:
    text = "Bring:\n- bread\n* salt\n  + oil\n1. wine\n2) water\n• figs"
    assert sentences(text) == ["Bring:", "- bread", "* salt", "+ oil", "1. wine", "2) water", "• figs"]


def test_a_blank_line_ends_a_sentence_and_a_line_break_does_not() -> None:
    assert sentences("One line\nand its rest\n \t\nNext one\n\n\n\nLast") == [
        "One line\nand its rest",
        "Next one",
        "Last",
    ]


def test_a_blank_line_beats_an_abbreviation() -> None:
    assert sentences("Written by Dr.\n\nSmith was here.") == ["Written by Dr.", "Smith was here."]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t "])
def test_white_space_holds_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


@pytest.mark.parametrize("text", [".", "...", "?!", "。", "a", "[1]"])
def test_whatever_is_not_white_space_is_a_sentence(text: str) -> None:
    assert split_sentences(text) == [Span(0, len(text))]


def test_only_the_part_asked_for_is_split() -> None:
    text = "Zero. One is here. Two is here. Three."
    start, end = text.index("One"), text.index(" Three")
    found = split_sentences(text, start, end)
    assert [text[s.start : s.end] for s in found] == ["One is here.", "Two is here."]
    assert found[0].start == start


def test_what_lies_before_the_part_does_not_matter() -> None:
    text = "Mr. Smith"
    assert split_sentences(text, 4) == [Span(4, 9)]


@pytest.mark.parametrize(
    "unit", ["word ", ".", " ", "\n", ". ", "\n ", "A. ", '."', "。", "a.[1]", "1. ", "\n- ", "x.\t", "a" * 9]
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    """A pattern that looks back or ahead without limit would take hours on these."""
    text = unit * (300_000 // len(unit))
    spans = split_sentences(text)
    assert "".join(text[s.start : s.end] for s in spans).replace(" ", "").replace("\n", "").replace("\t", "") == (
        text.replace(" ", "").replace("\n", "").replace("\t", "")
    )
