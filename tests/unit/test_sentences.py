"""Sentence boundaries, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.sentences import Span, split_sentences

LABELLED = Path(__file__).parents[1] / "files" / "sentences.txt"
"""Texts with a ``‖`` wherever a person sees a boundary; the first line of each says what it is about."""


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


@pytest.mark.parametrize(
    ("about", "marked"),
    [entry.split("\n", 1) for entry in LABELLED.read_text(encoding="utf-8").split("\n===\n")],
    ids=lambda value: value.split("\n")[0][:40],
)
def test_texts_are_divided_as_a_person_divides_them(about: str, marked: str) -> None:
    expected = [part.strip() for part in marked.split("‖") if part.strip()]
    assert sentences(marked.replace("‖", "")) == expected, about


def test_a_row_stays_whole_however_long_it_is() -> None:
    row = "Name: Quay. " + "It is old. " * 80 + "| Price: 3. Not more."
    assert sentences(f"Above it.\n{row}\nBelow it.") == ["Above it.", row, "Below it."]


def test_a_long_turn_is_divided_and_its_first_sentence_has_speaker_and_time() -> None:
    turn = "[00:01:00] Bea: " + "We talked about the pump again. " * 20
    found = sentences(f"[00:00:10] Jon: Yes. No.\n{turn}")
    assert found[0] == "[00:00:10] Jon: Yes. No."
    assert found[1] == "[00:01:00] Bea: We talked about the pump again."
    assert len(found) == 21


def test_a_turn_goes_on_in_the_next_line() -> None:
    text = "[10:00] Bea: It fails.\nOnly with large files.\n[10:01] Jon: I see."
    assert sentences(text) == ["[10:00] Bea: It fails.\nOnly with large files.", "[10:01] Jon: I see."]


def test_a_date_does_not_keep_several_entries_together() -> None:
    text = "21/03/2024: the fence was painted. 22/03/2024: it rained."
    assert sentences(text) == ["21/03/2024: the fence was painted.", "22/03/2024: it rained."]


def test_one_line_with_a_label_is_divided_like_prose() -> None:
    assert sentences("Note: the pool is closed. Bring towels.") == ["Note: the pool is closed.", "Bring towels."]


def test_entries_of_a_log_on_one_line_are_told_apart() -> None:
    text = "02/05/2023: the roof was mended. 14/05/2023: the gate was painted.\nVisits: two in May."
    assert [text[span.start : span.end] for span in split_sentences(text)] == [
        "02/05/2023: the roof was mended.",
        "14/05/2023: the gate was painted.",
        "Visits: two in May.",
    ]
