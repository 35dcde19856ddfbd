"""Headings of Word files by their styles and levels, and, where nobody used these, by their type."""

from __future__ import annotations

import pytest
from word_files import p, r, row, table, word_file

from index.readers.word import read_word

BODY = "The harbour master opens the lock at six in the morning and closes it again at ten in the evening."
TITLE = '<w:styles><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style></w:styles>'


def bold(text: str) -> str:
    return p(r(text, "<w:b/>"))


def large(text: str, size: int) -> str:
    return p(r(text, f'<w:sz w:val="{size}"/>'))


def headings(body: str, **parts: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in read_word(word_file(body, **parts), "a.docx").headings]


def test_short_bold_or_large_lines_above_text_are_headings() -> None:
    body = large("Harbour rules", 36) + p(BODY) + bold("Opening times") + p(BODY) + large("Fees", 28) + p(BODY)
    assert headings(body) == [(1, "Harbour rules"), (4, "Opening times"), (3, "Fees")]


def test_a_title_in_its_style_leaves_the_headings_to_the_type() -> None:
    body = p("Harbour rules", '<w:pStyle w:val="T"/>') + bold("Opening times") + p(BODY)
    assert headings(body, styles=TITLE) == [(1, "Harbour rules"), (2, "Opening times")]


def test_where_styles_make_headings_type_makes_none() -> None:
    body = (
        p("Rules", '<w:outlineLvl w:val="0"/>')
        + p(BODY)
        + p("Fees", '<w:outlineLvl w:val="1"/>')
        + bold("Note")
        + p(BODY)
    )
    assert headings(body) == [(1, "Rules"), (2, "Fees")]


@pytest.mark.parametrize(
    "body",
    [
        p(BODY) + bold("The lock is closed.") + p(BODY),
        p(BODY) + bold(BODY) + p(BODY),
        p(BODY) + bold("12.50") + p(BODY),
        p(BODY) + p(r("Opening", "<w:b/>") + r(" times")) + p(BODY),
        bold("Opening times") + bold(BODY) + bold("The lock") + bold(BODY),
        p(BODY) + "".join(map(bold, ("Ida Moss", "Tom Bell", "Eve Rook", "Jon Reed"))) + p(BODY),
        p(BODY) + bold("Opening times"),
        p(BODY) + large("Opening times", 22) + p(BODY),
        p(BODY) + table(row("a", "b"), row("1", "2")),
    ],
    ids="sentence paragraph number partly all-bold names last slightly table".split(),
)
def test_other_lines_are_text(body: str) -> None:
    assert headings(body) == []


def test_a_style_or_the_default_may_set_the_type() -> None:
    styles = (
        '<w:styles><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="Big"/><w:rPr><w:b/></w:rPr></w:style></w:styles>'
    )
    body = p(BODY) + p("Opening times", '<w:pStyle w:val="B"/>') + p(BODY) + large("Small print", 20) + p(BODY)
    assert headings(body, styles=styles) == [(2, "Opening times")]
