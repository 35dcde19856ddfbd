"""Markdown: front matter, headings, fences."""

from __future__ import annotations

import pytest

from index.readers.base import Extracted
from index.readers.markdown import read_markdown


def headings(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in read_markdown(text).headings]


def test_the_text_is_kept_as_it_stands() -> None:
    text = "---\ntitle: T\n---\n# *Head* #\n\nSome **bold** text with a [link](http://x.test).\n"
    assert read_markdown(text).text == text


@pytest.mark.parametrize(
    ("front", "title", "date"),
    [
        ("title: A Title\ndate: 2024-02-03", "A Title", "2024-02-03"),
        ('Title: "A: Title"\nDATE: 2024-02-03T10:00:00Z', "A: Title", "2024-02-03"),
        ("tags: [a]\ntitle:   'Spaced'  ", "Spaced", None),
        ("title:\ndate: 2024-02-03", None, "2024-02-03"),
        ("subtitle: No\nupdate: 2024-02-03", None, None),
        ("date: someday", None, None),
    ],
)
def test_front_matter_states_title_and_date(front: str, title: str | None, date: str | None) -> None:
    read = read_markdown(f"---\n{front}\n---\nProse.\n")
    assert (read.title, read.date) == (title, date)
    assert read.text[read.body_start :] == "Prose.\n"


def test_a_rule_further_down_is_no_front_matter() -> None:
    read = read_markdown("Prose.\n\n---\ntitle: No\n---\n")
    assert (read.title, read.body_start) == (None, 0)


def test_front_matter_that_never_ends_is_prose() -> None:
    assert read_markdown("---\ntitle: No\n\nProse.").body_start == 0


def test_atx_headings() -> None:
    text = (
        "# One\n\n## Two ##\n\n   ### Three\n\n###### Six\n\n####### Seven\n\n#Tag\n\n    # Code\n\n#\n\n# ##\n\n# C#"
    )
    assert headings(text) == [(1, "One"), (2, "Two"), (3, "Three"), (6, "Six"), (1, "C#")]


def test_setext_headings() -> None:
    assert headings("Title\n=====\n\nProse.\n\nPart\n---\n\n- item\n---\n\n---\n") == [(1, "Title"), (2, "Part")]


def test_offsets_of_a_heading_are_those_of_its_lines() -> None:
    text = "Prose.\n\n## Two ##\nTitle\n=====\nMore."
    spans = [text[h.start : h.end] for h in read_markdown(text).headings]
    assert spans == ["## Two ##", "Title\n====="]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_what_looks_like_a_heading_in_a_fence_is_code(fence: str) -> None:
    text = f"# Real\n\n{fence}python\n# comment\nname\n====\n{fence}\n\n## Also real\n"
    assert headings(text) == [(1, "Real"), (2, "Also real")]


def test_a_longer_fence_is_not_closed_by_a_shorter_one() -> None:
    assert headings("````\n```\n# no\n````\n# yes\n") == [(1, "yes")]


def test_the_first_top_heading_is_the_title() -> None:
    assert read_markdown("## Part\n\n# Title\n\n# Other\n").title == "Title"


@pytest.mark.parametrize("unit", ["# ", "#", "# a\n", "a\n=\n", "```\n", "---\n", " ", "# \t#", "title: x\n"])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert isinstance(read_markdown(unit * (300_000 // len(unit))), Extracted)
    assert isinstance(read_markdown("---\n" + unit * (300_000 // len(unit))), Extracted)
    assert isinstance(read_markdown("# " + unit * (300_000 // len(unit)) + "x"), Extracted)
