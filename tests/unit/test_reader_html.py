"""HTML: what is seen is read, block by block; what is hidden is not."""

from __future__ import annotations

import time

import pytest

from index.readers.html import read_html


def blocks(html: str) -> list[str]:
    text = read_html(html).text
    return text.split("\n\n") if text else []


def test_each_block_is_a_paragraph() -> None:
    html = "<h1>Head</h1><p>One\n  <b>bold</b> word.</p>loose<div>Two<div>Three</div>Four</div><ul><li>a<li>b</ul>"
    assert blocks(html) == ["Head", "One bold word.", "loose", "Two", "Three", "Four", "a", "b"]


def test_a_line_break_is_a_space_and_inline_tags_are_nothing() -> None:
    assert blocks("<p>one<br>two</p><p>H<sub>2</sub>O</p>") == ["one two", "H2O"]


def test_cells_of_a_table_row_stand_on_one_line() -> None:
    html = "<table><caption>T</caption><tr><th>Name</th><th>Age</th></tr><tr><td>Ann<td>30</tr></table>"
    assert blocks(html) == ["T", "Name | Age", "Ann | 30"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>no</p>",
        '<p aria-hidden="true">no</p>',
        '<p style="display:none">no</p>',
        '<p style="color: red; DISPLAY : NONE">no</p>',
        '<p style="visibility: hidden">no</p>',
        '<span style="font-size:0">no</span>',
        '<span style="font-size: 0px">no</span>',
        '<span style="opacity:0">no</span>',
        "<div hidden><p>no</p><p>no</p></div>",
        "<script>no</script>",
        "<style>no</style>",
        "<noscript>no</noscript>",
        "<template><p>no</p></template>",
        "<nav>no</nav>",
        "<footer>no</footer>",
        "<aside>no</aside>",
        "<button>no</button>",
        "<select><option>no</option></select>",
        "<textarea>no</textarea>",
        "<svg><text>no</text></svg>",
        "<!-- no -->",
    ],
)
def test_what_is_not_seen_is_not_read(hidden: str) -> None:
    assert blocks(f"<p>before</p>{hidden}<p>after</p>") == ["before", "after"]


@pytest.mark.parametrize(
    "style", ["font-size:0.9em", "font-size: 0.875rem", "opacity:0.5", "opacity: .9", "display:block", ""]
)
def test_small_or_pale_text_is_seen(style: str) -> None:
    assert blocks(f'<p style="{style}">yes</p>') == ["yes"]


def test_invisible_characters_written_as_references_are_left_out() -> None:
    assert blocks("<p>pay&#8203;ment of &#x202E;evil&shy;&nbsp;&nbsp;text</p>") == ["payment of evil text"]


def test_markup_written_as_text_stays_text() -> None:
    assert blocks("<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;</p>") == ["<script>alert(1)</script> &amp;"]


def test_headings_have_levels_and_exact_offsets() -> None:
    read = read_html("<h1>A  <i>b</i></h1><p>x</p><h3>C</h3><p>y</p><h2> </h2>")
    assert [(heading.level, heading.text) for heading in read.headings] == [(1, "A b"), (3, "C")]
    assert all(read.text[heading.start : heading.end] == heading.text for heading in read.headings)


def test_the_only_article_is_the_content() -> None:
    assert blocks("<p>menu</p><article><p>text</p></article><p>more</p>") == ["text"]


def test_of_several_articles_none_is_left_out() -> None:
    assert blocks("<article>one</article><article>two</article>") == ["one", "two"]
    assert blocks("<p>menu</p><main><article>one</article><article>two</article></main>") == ["one", "two"]


def test_a_page_inside_a_form_is_read() -> None:
    assert blocks('<body><form action="/"><p>All of it</p><input value="no"></form></body>') == ["All of it"]


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> The\n Title&#8203; </title><h1>Head</h1>", "The Title"),
        ("<title> </title><h1>Head</h1>", "Head"),
        ("<h2>Second</h2><h1>First</h1>", "First"),
        ("<p>text</p>", None),
    ],
)
def test_the_title_is_stated_or_the_first_top_heading(html: str, title: str | None) -> None:
    assert read_html(html).title == title


@pytest.mark.parametrize(
    ("html", "date"),
    [
        ('<meta property="article:published_time" content="2024-02-03T10:00:00Z">', "2024-02-03"),
        ('<meta itemprop="datePublished" content="2024-02-03">', "2024-02-03"),
        ('<meta name="date" content="2024-02-03"><time datetime="1999-01-01">x</time>', "2024-02-03"),
        ('<meta name="date" content="soon"><p><time datetime="1999-01-01">x</time></p>', "1999-01-01"),
        ('<script type="application/ld+json">{"datePublished" : "2024-02-03"}</script>', "2024-02-03"),
        ("<p>2024-02-03</p>", None),
        ("<time>2024-02-03</time>", None),
    ],
)
def test_the_date_is_the_one_the_page_states(html: str, date: str | None) -> None:
    assert read_html(html).date == date


@pytest.mark.parametrize("html", ["", "<", "</p>", "<p", "<html></html>", "<!doctype html>", "\x00", "<b><i></b>"])
def test_broken_pages_are_read_without_a_crash(html: str) -> None:
    assert isinstance(read_html(html).text, str)


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td"])
def test_nesting_of_50_000_levels_is_read(tag: str) -> None:
    begun = time.perf_counter()
    assert read_html(f"<{tag}>" * 50_000 + "deep").text == "deep"
    assert time.perf_counter() - begun < 60
