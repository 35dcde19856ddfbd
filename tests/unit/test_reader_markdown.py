"""Markdown: what the marks mean is written out, and no word is lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.base import Extracted
from index.readers.markdown import read_markdown


def text_of(source: str) -> str:
    return read_markdown(source).text


def headings(source: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in read_markdown(source).headings]


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
    assert read.text.endswith("\n\nProse.")


def test_front_matter_is_text_of_one_line_a_field() -> None:
    read = read_markdown(
        "---\nowner: 'Ida Moss'\ntags: [quay, \"night shift\"]\nkeepers:\n  - Tom\n  - Eve\nnote: >\n  two\n  lines\n---\n# H\n"
    )
    assert read.text == "owner: Ida Moss\ntags: quay, night shift\nkeepers: Tom, Eve\nnote: two, lines\n\nH"
    assert [(place.label, place.start) for place in read.places] == [
        ("front matter", 0),
        ("", read.text.index("\n\nH")),
    ]
    assert read.body_start == 0


def test_front_matter_of_hugo_is_read() -> None:
    read = read_markdown('+++\ntitle = "Tides"\ndate = 2024-05-06\n+++\nProse.\n')
    assert (read.title, read.date, read.text) == ("Tides", "2024-05-06", "title: Tides\ndate: 2024-05-06\n\nProse.")


def test_a_rule_further_down_is_no_front_matter() -> None:
    read = read_markdown("Prose.\n\n---\ntitle: No\n---\n")
    assert read.title is None
    assert read.text == "Prose.\n\ntitle: No"


def test_front_matter_that_never_ends_is_prose() -> None:
    assert text_of("---\ntitle: No\n\nProse.") == "title: No\n\nProse."


def test_atx_headings() -> None:
    source = (
        "# One\n\n## Two ##\n\n   ### Three\n\n###### Six\n\n####### Seven\n\n#Tag\n\n    # Code\n\n#\n\n# ##\n\n# C#"
    )
    assert headings(source) == [(1, "One"), (2, "Two"), (3, "Three"), (6, "Six"), (1, "C#")]
    assert "####### Seven\n\n#Tag\n\n# Code" in text_of(source)


def test_setext_headings() -> None:
    assert headings("Title\n=====\n\nProse.\n\nPart\n---\n\n- item\n---\n\n---\n") == [(1, "Title"), (2, "Part")]


def test_headings_are_text_with_exact_offsets() -> None:
    read = read_markdown("Prose.\n\n## *Two* `three` ##\nMore.")
    assert read.text == "Prose.\n\nTwo three\n\nMore."
    assert [read.text[h.start : h.end] for h in read.headings] == ["Two three"]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_what_looks_like_a_heading_in_a_fence_is_code(fence: str) -> None:
    source = f"# Real\n\n{fence}python\n# comment\nif x:\n    ====  # two\n\n\tend\n{fence}\n\n## Also real\n"
    assert headings(source) == [(1, "Real"), (2, "Also real")]
    assert "# comment\nif x:\n    ====  # two\n\n    end" in text_of(source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Some **bold** _text_ with `code` and ~~no~~ marks", "Some bold text with code and ~~no~~ marks"),
        ("a\\*b\\_c &amp; 1 \\< 2", "a*b_c & 1 < 2"),
        ("line\nnext\\\nhard  \nbreak", "line\nnext\nhard\nbreak"),
        ("- a\n  - b\n    more\n- c", "- a\n  - b\nmore\n- c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("- [ ] open\n- [x] done", "- [ ] open\n- [x] done"),
        ("> quoted\n> text", "quoted\ntext"),
        ("[the site](https://x.test/a) <https://y.test>", "the site https://y.test"),
        ("https://z.test/p_q_r", "https://z.test/p_q_r"),
        ("[Ann](mailto:ann@x.test) [the form](files/a%20b.pdf)", "Ann (ann@x.test) the form (a b.pdf)"),
        ('![A gull](g.png "at dusk")', "Picture: A gull (at dusk)"),
        ("[![Built](b.svg)](https://x.test)", "Picture: Built"),
        ("[1]: https://x.test 'A study of gulls'", "[1]: https://x.test A study of gulls"),
        ("see [it][1]\n\n[1]: https://x.test", "see it"),
        ("<div align=center>\n\n**a**\n\n</div>\n<!-- no -->", "a"),
        ("a <b>c</b> <script>no</script> d<br>e", "a c  d\ne".replace("  ", " ")),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "A: 1 | B: 2"),
        ("x | y\n--|--\n1 | a\\|b", "x: 1 | y: a|b"),
        ("x | y\n--|--\n1 | 2 | **3**", "x: 1 | y: 2 | 3"),
        ("```sh title=run.sh\nls\n```", "title=run.sh\n\nls"),
    ],
)
def test_what_the_marks_mean_is_written_out(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "A List<String> of T<S> and <host>:<port>",
        "the <script> tag, never closed",
        "press <Button> or <select>, then <title>",
        "a <b without end",
        "<details>\n<summary>More</summary>\n\nstill here",
        "<select>\n\nstill here",
        "<!-- never closed\n\nstill here",
        "<?php echo 1 ?> done",
        "x</b> y",
    ],
)
def test_what_only_looks_like_html_is_kept(source: str) -> None:
    wanted = re.findall(r"\w+", re.sub(r"</?(?:details|summary)>", "", source))
    assert [word for word in wanted if word not in text_of(source)] == []


def test_notes_stand_below_the_paragraph_that_refers_to_them() -> None:
    source = "One[^a] and two[^2].\n\n- item[^c]\n- next\n\nEnd.\n\n[^2]: Second\n    note.\n[^a]: First note.\n[^x]: Nobody refers.\n[^c]: Third."
    assert text_of(source).split("\n\n") == [
        "One[a] and two[2].",
        "[a] First note.",
        "[2] Second\nnote.",
        "- item[c]\n- next",
        "[c] Third.",
        "End.",
        "[x] Nobody refers.",
    ]


def test_a_picture_without_description_is_noted() -> None:
    assert [item.what for item in read_markdown("![](plan.png)\n\n![plan.png](plan.png)").unread] == ["picture"]


def test_tables_are_rows_in_which_each_value_has_its_header() -> None:
    read = read_markdown(
        "Boats:\n\n| Name | Seats | Built |\n|---|--:|---|\n| **Gull** | 4 | 1999 |\n| Tern | | 2001 |\n"
    )
    assert read.text.split("\n")[-2:] == [
        "Name: Gull | Seats: 4 | Built: 1999",
        "Name: Tern | Seats: (empty) | Built: 2001",
    ]
    assert [place.label for place in read.places][:2] == ["table 1, row 2", "table 1, row 3"]


def test_the_first_top_heading_is_the_title() -> None:
    assert read_markdown("## Part\n\n# Title\n\n# Other\n").title == "Title"


VOCABULARY = "gull tern quay ebb 42 Größe naïve 漢字 a1".split()
WORDS = st.sampled_from(VOCABULARY)
PIECE = st.one_of(
    WORDS,
    st.tuples(st.sampled_from("* ** _ ` ~~ ``".split()), WORDS).map(lambda pair: f"{pair[0]}{pair[1]}{pair[0]}"),
    st.sampled_from(
        ["<b>", "</b>", "<select>", "<T>", "[", "]", "(", ")", "|", "\\", "&amp;", "!", "*", "_", "`", "~", "<", ">"]
    ),
)
LINE = st.tuples(
    st.sampled_from(
        ["", "# ", "### ", "- ", "  - ", "1. ", "12) ", "> ", "    ", "\t", "| ", "```", "~~~\n", "[^1]: ", "+ "]
    ),
    st.lists(PIECE, max_size=6).map(" ".join),
).map("".join)
DOCUMENT = st.lists(st.one_of(LINE, st.sampled_from(["", "", "---", "===", "|---|---|"])), max_size=15).map("\n".join)


@given(DOCUMENT)
def test_no_word_of_any_markdown_is_lost(source: str) -> None:
    languages = " ".join(re.findall(r"(?:```|~~~)[`~]*[ \t]*(\S+)", source))  # of blocks of code: no text
    kept = text_of(source)
    for word in VOCABULARY:  # counted inside other words, too: marks that go may have parted two
        assert kept.count(word) >= source.count(word) - languages.count(word)


@pytest.mark.parametrize(
    "unit",
    ["# ", "#", "# a\n", "a\n=\n", "```\n", "---\n", " ", "# \t#", "title: x\n", "> ", "- ", "[", "![", "*a_", "<b ", "[^a]",
     "[^a]: b\n\n", "<select>", "<b>x</b>", "<div>\n\n", "|a", "| a | b |\n|---|---|\n"],
)  # fmt: skip
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    begun = time.perf_counter()
    for start in ("", "---\n", "# "):
        assert isinstance(read_markdown(start + unit * (100_000 // len(unit)) + "x"), Extracted)
    assert time.perf_counter() - begun < 60
