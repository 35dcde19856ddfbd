"""HTML: what is seen is read, block by block; what is hidden is not."""

from __future__ import annotations

import time

import pytest

from index.readers.html import read_html, read_html_file


def blocks(html: str) -> list[str]:
    text = read_html(html).text
    return text.split("\n\n") if text else []


def lines(html: str) -> list[str]:
    return [line for line in read_html(html).text.split("\n") if line]


def test_each_block_is_a_paragraph() -> None:
    html = "<h1>Head</h1><p>One\n  <b>bold</b> word.</p>loose<div>Two<div>Three</div>Four</div>"
    assert blocks(html) == ["Head", "One bold word.", "loose", "Two", "Three", "Four"]


def test_a_line_break_is_kept_and_two_part_paragraphs() -> None:
    assert blocks("<p>Quay 4<br>Ebbing<br><br>Next</p>") == ["Quay 4\nEbbing", "Next"]
    assert blocks("<h1>a<br>b</h1>") == ["a b"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<ul><li>a<ul><li>b<li>c</ul>more<li>d</ul>", "- a\n  - b\n  - c\nmore\n- d"),
        ("<ol start=4><li>a<li value=9>b<li>c</ol>", "4. a\n9. b\n10. c"),
        ("<ol reversed><li>a<li>b</ol>", "2. a\n1. b"),
        ("<ol type=a start=26><li>x<li>y</ol>", "z. x\naa. y"),
        ("<ol type=I start=9><li>x<li>y</ol>", "IX. x\nX. y"),
        ("<ol><li><ol type=a><li>x<li>y</ol></ol>", "1. a. x\n  b. y"),
        ("<ol><li>a<table><tr><th>h<th>k<tr><td>1<td>2</table></ol>", "1. a\nh: 1 | k: 2"),
        ("<ul><li><p>one</p><p>two</p></ul>", "- one\ntwo"),
    ],
)
def test_lists_have_the_bullets_and_numbers_that_are_shown(html: str, text: str) -> None:
    assert read_html(html).text == text


def test_definitions_follow_their_terms() -> None:
    html = "<dl><dt>Port<dd>8420<dd>or 8421<dt>Red<dt>Blue<dd>Colours<dt>Alone</dl><dl><dt>Why?<dd><ul><li>So</ul></dl>"
    assert blocks(html) == ["Port: 8420", "Port: or 8421", "Red / Blue: Colours", "Alone", "Why?", "- So"]


def test_a_table_is_rows_in_which_each_value_has_its_header() -> None:
    html = (
        "<table><caption>Boats</caption><thead><tr><th>Name<th>Seats</thead><tfoot><tr><td>Sum<td>9</tfoot>"
        "<tr><td>Kestrel<td>4<tr><td>Merlin<td>5</table>"
    )
    assert lines(html) == ["Boats", "Name: Kestrel | Seats: 4", "Name: Merlin | Seats: 5", "Name: Sum | Seats: 9"]


def test_merged_cells_have_their_value_in_all_that_they_cover() -> None:
    html = (
        "<table><tr><th rowspan=2>Boat<th colspan=2>Price<tr><th>2023<th>2024<tr><td rowspan=2>Gull<td>1<td>2"
        "<tr><td colspan=2>sold</table>"
    )
    assert lines(html) == [
        "Boat: Gull | Price 2023: 1 | Price 2024: 2",
        "Boat: Gull | Price 2023: sold | Price 2024: sold",
    ]


def test_a_table_of_labels_is_a_line_each() -> None:
    html = "<table><tr><th colspan=100>Desk<tr><th>Width<td>140 cm<tr><th>Depth<td>70 cm</table>"
    assert lines(html) == ["Desk", "Width: 140 cm", "Depth: 70 cm"]


def test_a_second_header_in_a_table_begins_a_new_one() -> None:
    html = "<table><tr><th>A<th>B<tr><td>1<td>2<tr><th>C<th>D<tr><td>3<td>4</table>"
    assert lines(html) == ["A: 1 | B: 2", "C: 3 | D: 4"]


@pytest.mark.parametrize(
    "table",
    [
        "<table role=presentation><tr><td>a<td>b</table>",
        "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>",
        "<table><tr><td><table><tr><td>a</table><td>b</table>",
    ],
)
def test_a_table_that_only_lays_out_a_page_is_paragraphs(table: str) -> None:
    assert blocks(table) == ["a", "b"]


def test_a_table_in_a_cell_of_a_table_stays_there() -> None:
    html = (
        "<table><tr><th>Day<th>Tides<tr><td>Mon<td><table><tr><td>high<td>6:10</tr><tr><td>low<td>12:30</table></table>"
    )
    assert lines(html) == ["Day: Mon | Tides: high / 6:10; low / 12:30"]


def test_spans_of_any_size_cost_nothing() -> None:
    begun = time.perf_counter()
    row = "<tr>" + "<td colspan=1000 rowspan=65534>x</td>" * 50 + "</tr>"
    assert "x" in read_html(f"<table>{row * 50}</table>").text
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>6</sup> m<sup>2</sup>", "10^6 m^2"),
        ("the 2<sup>nd</sup> Widget<sup>TM</sup>", "the 2nd WidgetTM"),
        ("seen<sup>[3]</sup> H<sub>2</sub>O", "seen[3] H2O"),
        ("<s>99</s> <del>89</del> 79", "~~99~~ ~~89~~ 79"),
        ("<q>so</q>", "“so”"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>", "漢(かん)字(じ)"),
        ('<a href="mailto:a@b.org?subject=x">Ann</a>', "Ann (a@b.org)"),
        ('<a href="mailto:a@b.org">a@b.org</a>', "a@b.org"),
        ('<a href="/docs/form%20a.pdf?x">The form</a> <a href="/page.html">here</a>', "The form (form a.pdf) here"),
        (
            "x <math><msup><mi>y</mi><mn>2</mn></msup><mo>=</mo><mfrac><mn>1</mn><mi>n</mi></mfrac></math> z",
            "x y^2 = 1/n z",
        ),
        ('<span style="display:none"><math><mi>E</mi></math></span>', "E"),
        ("<svg><text>North</text><text>South</text></svg>", "North\nSouth"),
        ("<pre>a\n  b   c\n\nd</pre>", "a\n  b   c\n\nd"),
        ('<div role="heading" aria-level="3">H</div>', "H"),
        ("<details><summary>More</summary>Hidden until asked</details>", "More\n\nHidden until asked"),
    ],
)
def test_what_marks_mean_is_written_out(html: str, text: str) -> None:
    assert read_html(html).text == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<label>Name <input value=Ann></label>", "Name: Ann"),
        ('<label for="n">Name:</label><div><input id="n" value="Ann"></div>', "Name:\n\nName: Ann"),
        ("<p><input type=checkbox checked> Call me <input type=radio> No</p>", "[x] Call me [ ] No"),
        ("Size <select><option>S<option selected>M</select>", "Size: M (choices: S, M)"),
        ("<textarea>Two words</textarea>", "Two words"),
        ("<input type=hidden value=no><input type=password value=no>yes", "yes"),
        ("<button>Can I pay?</button><div>Yes</div>", "Can I pay?\n\nYes"),
    ],
)
def test_forms_say_what_is_filled_in(html: str, text: str) -> None:
    assert read_html(html).text == text


@pytest.mark.parametrize(
    ("image", "text", "unread"),
    [
        ('<img src=a.jpg alt="A red gull">', "Picture: A red gull", 0),
        ('see <img src=a.jpg alt="A red gull"> here', "see [Picture: A red gull] here", 0),
        ('<img src=a.jpg alt="Gull" title="from the north">', "Picture: Gull (from the north)", 0),
        ("<img src=a.jpg>", "", 1),
        ('<img src=a.jpg alt="IMG_01.jpg">', "Picture: IMG_01.jpg", 1),
        ('<img src=a.jpg alt="">', "", 0),
        ('<img src=i.png width=16 alt="yes">', "yes", 0),
        ("<img src=i.png style='width: 1px'>", "", 0),
        ("<video src=a.mp4></video>", "", 1),
        ("<iframe src=//x.test/map></iframe>", "", 1),
    ],
)
def test_pictures_say_their_description_or_are_noted(image: str, text: str, unread: int) -> None:
    read = read_html(image)
    assert (read.text, sum(item.count for item in read.unread)) == (text, unread)


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
        '<span style="font: 0/0 a">no</span>',
        '<span style="opacity:0">no</span>',
        '<p style="position:absolute; left:-9999px">no</p>',
        "<div hidden><p>no</p><p>no</p></div>",
        "<dialog>no</dialog>",
        "<script>no</script>",
        "<style>no</style>",
        "<noscript>no</noscript>",
        "<template><p>no</p></template>",
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


def test_text_with_a_size_of_its_own_is_seen_in_a_block_without_one() -> None:
    assert blocks('<div style="font-size:0">no<p style="font-size:13px">yes</p>no</div>after') == ["yes", "after"]


@pytest.mark.parametrize("tag", ["article", "main", "section", "aside", "header", "footer", "form"])
def test_no_part_of_a_page_stands_for_the_page(tag: str) -> None:
    assert blocks(f"<p>before</p><{tag}><p>inside</p></{tag}><p>after</p>") == ["before", "inside", "after"]


def test_what_is_beside_the_content_comes_last_and_is_named() -> None:
    html = (
        "<nav><a>Home</a></nav><div class='ad-slot'>Buy</div><div id='cookie-banner'>Cookies?</div>"
        "<p>Text</p><div class='cookie-recipe'>Flour</div>"
    )
    read = read_html(html)
    assert read.text.split("\n\n") == ["Text", "Flour", "Home", "Buy", "Cookies?"]
    assert [place.label for place in read.places] == ["navigation", "advertisement", "cookie notice"]


def test_a_page_that_is_called_after_cookies_is_not_moved() -> None:
    html = f"<div class='cookie-notice'><p>{'How to bake them. ' * 300}</p></div><p>after</p>"
    assert blocks(html)[-1] == "after"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ('<meta charset="iso-8859-2"><p>Jiří</p>'.encode("iso-8859-2"), "Jiří"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Привет'.encode("cp1251"), "Привет"),
        ('<?xml version="1.0" encoding="shift_jis"?><html><body>日本語'.encode("shift_jis"), "日本語"),
        ('<meta charset="latin-1">“so” 5 €'.encode("cp1252"), "“so” 5 €"),
        ('<meta charset="iso-8859-1">Größe'.encode(), "Größe"),
        ('<meta charset="utf-8">Größe und Maße der Türen'.encode("cp1252"), "Größe und Maße der Türen"),
        ('<meta charset="no-such">Größe'.encode(), "Größe"),
        ('<meta charset="utf-8">Größe'.encode("utf-16"), "Größe"),
        (b'\xef\xbb\xbf<meta charset="iso-8859-2">Gr\xc3\xb6\xc3\x9fe', "Größe"),
    ],
)
def test_the_encoding_is_the_one_that_is_declared_unless_it_cannot_be(data: bytes, text: str) -> None:
    assert read_html_file(data, "a.html").text == text


@pytest.mark.parametrize("empty", ["<title/>", "<script src='a.js'/>", "<p/>", "<div/>", "<a id='x'/>"])
def test_an_empty_tag_of_xhtml_has_no_content(empty: str) -> None:
    html = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{empty}<p>text</p><br/>end</body></html>'
    assert blocks(html) == ["text", "end"]


def test_invisible_characters_written_as_references_are_left_out() -> None:
    assert blocks("<p>pay&#8203;ment of &#x202E;evil&shy;&nbsp;&nbsp;text</p>") == ["payment of evil text"]


def test_markup_written_as_text_stays_text() -> None:
    assert blocks("<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;</p>") == ["<script>alert(1)</script> &amp;"]


def test_headings_have_levels_and_exact_offsets() -> None:
    read = read_html("<h1>A  <i>b</i></h1><p>x</p><h3>C</h3><p>y</p><h2> </h2>")
    assert [(heading.level, heading.text) for heading in read.headings] == [(1, "A b"), (3, "C")]
    assert all(read.text[heading.start : heading.end] == heading.text for heading in read.headings)


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> The\n Title&#8203; </title><h1>Head</h1>", "The Title"),
        ("<title> </title><h1>Head</h1>", "Head"),
        ("<h2>Second</h2><h1>First</h1>", "First"),
        ("<p>text</p>", None),
        ('<meta property="og:title" content="Shared"><p>text</p>', "Shared"),
        ("<svg><title>Icon</title></svg><h1>Head</h1>", "Head"),
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
