"""Readers on anything: bytes in, a document with exact offsets or a stated reason out."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder, document_from
from index.readers.grid import append_grid
from index.readers.html import read_html
from index.readers.layout import Run, as_line, paragraphs, reading_order
from index.readers.markdown import read_markdown
from index.readers.numberformats import shown_number
from index.readers.pdf_page import read_words
from index.readers.plain import decode, read_plain
from index.readers.records import read_json, read_jsonl
from index.readers.sheets import read_csv
from index.readers.tables import append_table, cell_text
from index.text import one_line

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


@given(st.one_of(st.text(), MARKDOWN))
def test_text_is_kept_as_it_stands(text: str) -> None:
    read = read_plain(text)
    assert read.text == text
    check(read)


@given(st.one_of(st.text(), MARKDOWN))
def test_markdown_of_any_shape_is_read(text: str) -> None:
    read = read_markdown(text)
    check(read)
    assert_places_fit(read)


@given(st.one_of(st.text(), HTML))
@example("<title>&#10;</title>")
def test_html_gives_clean_blocks(html: str) -> None:
    read = read_html(html)
    check(read)
    assert read.text == "" or all(block.strip() for block in read.text.split("\n\n"))
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


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\n\r")))
def test_utf_8_loses_nothing_but_what_is_not_seen(text: str) -> None:
    visible = "".join(character for character in text if character.isalnum())
    if visible:
        assert "".join(c for c in decode(text.encode("utf-8"), "a.txt") if c.isalnum()) == visible


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def assert_places_fit(extracted: Extracted) -> None:
    starts = [place.start for place in extracted.places]
    assert starts == sorted(set(starts))
    assert all(0 <= start < len(extracted.text) for start in starts)
    assert all(extracted.text[h.start : h.end].split() == h.text.split() for h in extracted.headings)


@given(JSON)
def test_json_of_any_shape_is_read(value: object) -> None:
    data = json.dumps(value)
    for extracted in (read_json(data, "a.json"), read_jsonl(f"{data}\n{data}", "a.jsonl")):
        assert_places_fit(extracted)
        words = " ".join(extracted.text.split())
        for leaf in leaves(value):
            assert one_line(leaf).replace(" | ", " / ") in words


def leaves(value: object) -> Iterator[str]:
    """Yield the texts and whole numbers in a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield str(value)


@given(st.text(max_size=300))
def test_any_text_is_a_table(text: str) -> None:
    extracted = read_csv(text)
    assert_places_fit(extracted)


CELL = st.text(max_size=8) | st.sampled_from(
    ["", "", "2023", "5", "Total", "m", "(kg)", "a:", "1.5 %", "2025-01-01", "x"]
)


@given(st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=8), st.none() | st.integers(0, 3))
def test_no_cell_is_lost(rows: list[list[str]], header_rows: int | None) -> None:
    builder = TextBuilder()
    append_table(rows, builder, header_rows=header_rows)
    extracted = builder.extracted()
    assert_places_fit(extracted)
    assert_holds(extracted, [cell for row in rows for cell in row], header_rows)


@given(st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 9)), CELL, max_size=40))
def test_no_cell_of_a_sheet_is_lost(cells: dict[tuple[int, int], str]) -> None:
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in sorted(cells.items()):
        if shown := cell_text(text):
            rows.setdefault(row, {})[column] = shown
    builder = TextBuilder()
    append_grid(rows, builder)
    assert_places_fit(builder.extracted())
    assert_holds(builder.extracted(), [cell for row in rows.values() for cell in row.values()])


def assert_holds(extracted: Extracted, cells: list[str], header_rows: int | None = None) -> None:
    """Assert that the words of all cells are in the text: as values, labels (without a colon) or names of columns."""
    held = " ".join(extracted.text.split())
    names_only = header_rows is not None and header_rows > 0
    for cell in cells:
        shown = cell_text(cell).removesuffix(":").strip()
        if not names_only and any(map(str.isalnum, shown)):
            assert shown in held or shown.replace(": ", " ") in held


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,;-+()$€%@/EeGghmsyd[]"\\ ', max_size=12))
def test_any_number_has_a_form_in_any_format(value: float, code: str) -> None:
    shown = shown_number(value, code)
    assert "\n" not in shown


RUN = st.builds(
    lambda left, bottom, width, height, number: Run(f"w{number}", left, bottom, left + width, bottom + height, height),
    st.floats(0, 500),
    st.floats(0, 700),
    st.floats(1, 400),
    st.floats(4, 30),
    st.integers(0, 10**9),
)


@given(st.lists(RUN, max_size=30))
def test_every_run_of_a_page_is_read_once(runs: list[Run]) -> None:
    columns = [[as_line(row) for row in column] for column in reading_order(runs)]
    found = [word for block in paragraphs(columns) for line in block for word in line.text.split(" | ")]
    assert sorted(found) == sorted(run.text for run in runs)


@given(st.lists(RUN, max_size=30))
def test_every_word_of_a_page_is_read(runs: list[Run]) -> None:
    blocks = read_words(runs)
    lines = [line for block in blocks for line in block.lines]
    lines += [line for block in blocks if block.table for row in block.table.rows for cell in row for line in cell]
    text = " ".join(lines)
    assert [run.text for run in runs if run.text not in text] == []
