"""Plain text: stated dates, headings by layout."""

from __future__ import annotations

import pytest

from index.readers.base import Extracted
from index.readers.dates import parse_date
from index.readers.plain import read_plain


def headings(text: str) -> list[str]:
    read = read_plain(text)
    for heading in read.headings:
        assert text[heading.start : heading.end] == heading.text
    return [heading.text for heading in read.headings]


@pytest.mark.parametrize(
    ("text", "date", "body"),
    [
        (" date 2024-02-03 On February 3, it rained.", "2024-02-03", "On February 3, it rained."),
        ("Date: 2024-02-03\n\nIt rained.", "2024-02-03", "It rained."),
        ("PUBLISHED 1999-12-31\nIt rained.", "1999-12-31", "It rained."),
        ("date 2024-02-30 is no day.", None, "date 2024-02-30 is no day."),
        ("date 2024-02-03T10:00 is not alone.", None, "date 2024-02-03T10:00 is not alone."),
        ("update 2024-02-03 was late.", None, "update 2024-02-03 was late."),
        ("It rained. date 2024-02-03 too.", None, "It rained. date 2024-02-03 too."),
    ],
)
def test_a_date_at_the_start_is_the_documents(text: str, date: str | None, body: str) -> None:
    read = read_plain(text)
    assert read.date == date
    assert read.text == text
    assert text[read.body_start :] == body


def test_short_lines_that_stand_alone_are_headings() -> None:
    text = "The Title\n\nSome prose here.\n\n  A Section  \n\nMore prose.\nAnd more.\n\nLast\n\nThe end."
    assert headings(text) == ["The Title", "A Section", "Last"]
    assert read_plain(text).title == "The Title"


@pytest.mark.parametrize(
    "line",
    [
        "It ends here.",
        "Really?",
        "Note:",
        "one, two,",
        "lower case line",
        "- an item",
        "* * *",
        "1234",
        "这是。",
        "x" * 81,
    ],
)
def test_other_lines_are_prose(line: str) -> None:
    assert line not in headings(f"Prose comes first.\n\n{line}\n\nProse comes after.")


def test_a_line_next_to_prose_is_no_heading() -> None:
    assert headings("Prose comes first.\nNot alone\n\nMore prose.\n\nNot alone either\nbecause of this.") == []


def test_the_last_line_heads_nothing() -> None:
    assert headings("Prose comes first.\n\nThe End") == []
    assert headings("Prose comes first.\n\nThe End\n\n \n") == []


def test_a_heading_further_down_is_not_the_title() -> None:
    assert read_plain("Prose comes first.\n\nSection\n\nMore prose.").title is None


def test_lines_that_head_nothing_are_kept_as_prose() -> None:
    """What is a heading is in no passage: a list of short lines must not disappear."""
    text = "Opening hours\n\nMonday 9-17\n\nTuesday 9-12\n\nWeekend closed\n\nPlease ring the bell."
    assert headings(text) == ["Opening hours", "Weekend closed"]


def test_headings_are_found_behind_the_date() -> None:
    text = "date 2024-02-03\nThe Title\n\nProse."
    read = read_plain(text)
    assert [(h.start, h.text) for h in read.headings] == [(text.index("The"), "The Title")]


@pytest.mark.parametrize("unit", ["Word\n", "Word\n\n", "\n", " ", "a.\n\nWord\n\n", "date ", "\t\n"])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert isinstance(read_plain(unit * (1_000_000 // len(unit))), Extracted)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-03", "2024-02-03"),
        ("  2024-02-03T12:00:00Z", "2024-02-03"),
        ("2024-13-01", None),
        ("2023-02-29", None),
        ("0000-01-01", None),
        ("yesterday", None),
        ("", None),
        ("3 Feb 2024-02-03", None),
    ],
)
def test_parse_date(text: str, expected: str | None) -> None:
    assert parse_date(text) == expected
