"""Readers on anything: bytes in, a document with exact offsets or a stated reason out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import UnreadableDocument
from index.readers.base import Extracted, document_from
from index.readers.html import read_html
from index.readers.markdown import read_markdown
from index.readers.plain import decode, read_plain

HTML = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<div hidden>", "<div>", "</div>", "<h1>", "</h1>", "<h2>", "<table>", "<tr>", "<td>", "<li>", "<br>",
         "<title>", "</title>", "<script>", "</script>", "<!--", "-->", "<article>", "</article>", "<main>", "text", "&amp;",
         "&#8203;", "&#0;", "&#xD800;", "&nbsp;", "<", ">", '"', "'", "\n", "<svg>", "<template>", "</template>", "é"]
    ),
    max_size=40,
).map("".join)  # fmt: skip
MARKDOWN = st.lists(
    st.sampled_from(["---\n", "title: T\n", "date: 2024-02-03\n", "# ", "## H\n", "===\n", "---\n", "```\n", "~~~\n", "\n",
                     "text", "\u2028", " ", "\x85", "- ", "#", "...\n"]),
    max_size=40,
).map("".join)  # fmt: skip


def check(read: Extracted) -> None:
    """Assert what every reader promises."""
    assert 0 <= read.body_start <= len(read.text)
    position = read.body_start
    for heading in read.headings:
        assert position <= heading.start < heading.end <= len(read.text)
        assert heading.text.strip() == heading.text != ""
        assert heading.text in read.text[heading.start : heading.end]
        assert 1 <= heading.level <= 6
        position = heading.end
    document = document_from(read, source="some/file.txt", content_hash="")
    assert document.title.strip()
    assert "\n" not in document.title


@pytest.mark.parametrize("reader", [read_plain, read_markdown])
@given(text=st.one_of(st.text(), MARKDOWN))
def test_text_is_kept_as_it_stands(reader: type, text: str) -> None:
    read = reader(text)
    assert read.text == text
    check(read)


@given(st.one_of(st.text(), HTML))
@example("<title>&#10;</title>")
def test_html_gives_clean_blocks(html: str) -> None:
    read = read_html(html)
    check(read)
    assert read.text == "" or all(block == " ".join(block.split()) != "" for block in read.text.split("\n\n"))
    read.text.encode("utf-8")


@given(st.one_of(st.binary(max_size=200), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_bytes_become_clean_text_or_a_reason(data: bytes) -> None:
    try:
        text = decode(data, "a.txt")
    except UnreadableDocument as error:
        assert str(error).startswith("a.txt: ")
        assert "\n" not in str(error)
        return
    text.encode("utf-8")
    assert not set(text) & {"\r", "\x00", "\ufeff", "\u202e", "\x0b", "\x0c"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_utf_8_loses_nothing_but_what_is_not_seen(text: str) -> None:
    visible = "".join(character for character in text if character.isalnum())
    if visible:
        assert "".join(c for c in decode(text.encode("utf-8"), "a.txt") if c.isalnum()) == visible
