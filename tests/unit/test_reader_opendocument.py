"""OpenDocument files: texts, presentations and drawings, packed and flat."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers import read_file
from index.readers.base import Extracted
from index.readers.formats import extract
from index.readers.opendocument import read_opendocument

FILES = Path(__file__).parents[1] / "files"
SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"), ("draw", "drawing"),
        ("svg", "svg-compatible"), ("chart", "chart"), ("presentation", "presentation"), ("number", "datastyle"),
    )
)  # fmt: skip


def of_file(name: str) -> Extracted:
    return read_opendocument((FILES / name).read_bytes(), name)


def flat(body: str, styles: str = "", kind: str = "text", masters: str = "") -> bytes:
    return (
        f'<office:document {SPACES} xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<office:styles>{styles}</office:styles><office:master-styles>{masters}</office:master-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()


def of(body: str, styles: str = "", kind: str = "text", masters: str = "") -> Extracted:
    return read_opendocument(flat(body, styles, kind, masters), "a.fodt")


def lines(text: Extracted) -> list[str]:
    return [line for line in text.text.splitlines() if line]


def label_at(text: Extracted, words: str) -> str:
    position = text.text.index(words)
    return next((place.label for place in reversed(text.places) if place.start <= position), "")


def changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(buffer, "w") as target:
        for name in package.namelist():
            target.writestr(name, change(name, package.read(name)))
    return buffer.getvalue()


MANUAL = [
    "Manual of the lighthouse",
    "I. Duties",
    "The keeper has a lantern and a boat, a rope, and a dog.",
    "The boat leaks.",
    "Comment by Eve Rook (2024-02-03): Which length?",
    "I.1 Evenings",
    "1. Trim the wick.",
    "2. Fill the tank.",
    "2.1 Use whale oil.",
    "(a) Never sperm oil.",
    "2.2 Leave a finger of air.",
    "Rest until dusk.",
    "3. Light the wick.",
    "- The north lantern is the oldest.",
    "II. Tolls",
    "Ship: Barge | Summer: 3 | Winter: 5",
    "Ship: Barge | Summer: 4 | Winter: 6",
    "Ship: Brig | Summer: 11 | Winter: 11",
    "In the box:",
    "Ring twice in fog.",
    "Harbour office of Varn",
]


def test_a_text_that_libreoffice_saved_is_read_whole_with_its_numbers() -> None:
    text = of_file("manual.odt")
    assert lines(text) == MANUAL
    assert (text.title, text.date, text.unread) == ("Lighthouse manual", "2024-05-06", ())
    assert [(heading.text, heading.level) for heading in text.headings] == [
        ("Manual of the lighthouse", 1),
        ("I. Duties", 1),
        ("I.1 Evenings", 2),
        ("II. Tolls", 1),
    ]


def test_places_name_notes_rows_and_headers() -> None:
    text = of_file("manual.odt")
    for words, label in (
        ("The boat leaks", "footnote 1"),
        ("Which length", "comment"),
        ("Trim the wick", ""),
        ("Winter: 6", "table 1, row 3"),
        ("In the box", ""),
        ("Harbour office", "page header"),
    ):
        assert label_at(text, words) == label


def test_a_presentation_that_libreoffice_saved_is_read_with_notes_comments_and_charts() -> None:
    text = of_file("deck.odp")
    assert lines(text) == [
        "The lamp of Varn",
        "- It is lit at dusk.",
        "- It is put out at dawn.",
        "4) Climb the stairs.",
        "5) Open the shutter.",
        "6) Turn the key.",
        "Inside two groups.",
        "Harbour office of Varn",
        "Thank the guild of lamplighters.",
        "Prices",
        "Part: Lens | Price: 920 | Weight: 41",
        "Part: Wick | Price: 3 | Weight: 1",
        "Part: Wick | Price: 4 | Weight: 2",
        "Comment by Ida Moss (2024-03-05): Check the price with the glazier.",
        "Visitors",
        "Chart: Who came",
        "Category: Spring | Sailors: 0.255 | Pilgrims: 0.745",
        "Category: Summer | Sailors: 0.4 | Pilgrims: 0.6",
        "(hidden slide)",
    ]
    assert (text.title, text.date) == ("The lamp", "2024-03-04")
    assert label_at(text, "Thank the guild") == "slide 1, notes"
    assert label_at(text, "Category: Summer") == "slide 3, chart 1, row 3"
    assert [heading.text for heading in text.headings if heading.level == 2] == [
        "The lamp of Varn",
        "Prices",
        "Visitors",
    ]


@pytest.mark.parametrize("name", ["manual.odt", "deck.odp"])
def test_the_sandboxed_reader_reads_the_same(name: str) -> None:
    (document,) = read_file(FILES / name)
    assert document.text == of_file(name).text


LIST = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="A" '
    'style:num-suffix=")" text:start-value="2"/><text:list-level-style-number text:level="2" style:num-format="i" '
    'style:num-prefix="(" style:num-suffix=")"/></text:list-style>'
)


def items(*texts: str, attributes: str = 'text:style-name="L"') -> str:
    inner = "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)
    return f"<text:list {attributes}>{inner}</text:list>"


def test_a_list_begins_anew_unless_it_says_that_it_goes_on() -> None:
    again = items("c", attributes='text:style-name="L" text:continue-numbering="true"')
    assert lines(of(items("a", "b") + again + items("d"), LIST)) == ["B) a", "C) b", "D) c", "B) d"]


def test_an_item_may_state_its_number_and_only_its_first_paragraph_has_one() -> None:
    body = (
        '<text:list text:style-name="L"><text:list-header><text:p>Head</text:p></text:list-header><text:list-item '
        'text:start-value="7"><text:p>a</text:p><text:p>more</text:p>'
        f"{items('x', 'y', attributes='')}</text:list-item><text:list-item>{items('z', attributes='')}</text:list-item>"
        "<text:list-item><text:p>b</text:p></text:list-item></text:list>"
    )
    assert lines(of(body, LIST)) == ["Head", "G) a", "more", "(i) x", "(ii) y", "(iii) z", "H) b"]


def test_a_list_without_a_style_takes_that_of_its_paragraphs() -> None:
    style = '<style:style style:name="Q" style:family="paragraph" style:list-style-name="L"/>'
    body = '<text:list><text:list-item><text:p text:style-name="Q">a</text:p></text:list-item></text:list>'
    assert of(body, LIST + style).text == "B) a"


def test_what_was_deleted_is_left_out_and_what_was_inserted_is_read() -> None:
    changes = "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    body = f'{changes}<text:p>It <text:change-start text:change-id="1"/>stays<text:change-end text:change-id="1"/>.</text:p>'
    assert of(body).text == "It stays."


def test_spaces_tabs_breaks_fields_and_readings_are_text() -> None:
    body = (
        '<text:p>a<text:s text:c="900000000"/>b<text:tab/>c<text:line-break/>d <text:date>3 May</text:date> <text:title>Tides'
        "</text:title> <text:ruby><text:ruby-base>港</text:ruby-base><text:ruby-text>minato</text:ruby-text></text:ruby></text:p>"
    )
    assert of(body).text == "a b c d 3 May Tides 港 (minato)"


def test_repeated_and_spanning_cells_are_repeated_and_hostile_counts_are_bounded() -> None:
    def row(*cells: str, more: str = "") -> str:
        return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    covered = "<table:covered-table-cell/>"
    body = (
        "<table:table>"
        + row(cell("Tide"), cell("Port"), cell("Depth"))
        + row(cell("low", 'table:number-rows-spanned="2"'), cell("Varn", 'table:number-columns-repeated="2"'))
        + row(covered, cell("Aune"), cell("4"))
        + row(cell("high", 'table:number-columns-spanned="2"'), covered, cell("9"))
        + row(cell(""), more='table:number-rows-repeated="999999999"')
        + row(cell("end"), cell("x"), cell("1"), cell("", 'table:number-columns-repeated="999999999"'))
        + "</table:table>"
    )
    assert lines(of(body)) == [
        "Tide: low | Port: Varn | Depth: Varn",
        "Tide: low | Port: Aune | Depth: 4",
        "Tide: high | Port: high | Depth: 9",
        "Tide: end | Port: x | Depth: 1",
    ]


def test_notes_in_a_cell_follow_its_table() -> None:
    note = (
        '<text:note text:note-class="endnote"><text:note-citation>ii</text:note-citation><text:note-body><text:p>At ebb.'
        "</text:p></text:note-body></text:note>"
    )
    body = f"<table:table><table:table-row><table:table-cell><text:p>Depth{note}</text:p></table:table-cell></table:table-row></table:table>"
    text = of(body)
    assert lines(text) == ["Depth", "At ebb."]
    assert label_at(text, "At ebb.") == "endnote ii"


MATH = (
    '<draw:frame><draw:object><math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi><mi>b</mi></mfrac></math>'
    "</draw:object><draw:image/></draw:frame>"
)


def test_formulas_stand_in_their_sentence() -> None:
    assert of(f"<text:p>The ratio {MATH} is kept.</text:p>").text == "The ratio a/b is kept."


def frame(inner: str, size: str = "9cm") -> str:
    return f'<text:p><draw:frame svg:width="{size}" svg:height="{size}">{inner}</draw:frame></text:p>'


def test_pictures_and_objects_are_noted_where_they_could_hold_something() -> None:
    described = "<draw:image/><svg:title>Map</svg:title><svg:desc>A map of the quay</svg:desc>"
    body = frame(described) + frame("<draw:image/>", "1cm") + frame("<draw:object-ole/>") + frame("<draw:plugin/>")
    text = of(body + frame('<draw:object xlink:href="./Object 9"/><draw:image/>'))
    assert text.text == "Picture: A map of the quay"
    assert [(note.what, note.count) for note in text.unread] == [
        ("picture", 1),
        ("embedded_object", 2),
        ("audio_video", 1),
    ]


def test_values_of_a_chart_in_per_cent_are_shown_so() -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def number(value: str) -> str:
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'

    def word(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    chart = (
        f"<office:document {SPACES}><office:automatic-styles><number:percentage-style style:name='N'/><style:style "
        "style:name='y' style:data-style-name='N'/></office:automatic-styles><office:body><office:chart><chart:chart>"
        "<chart:title><text:p>Silt</text:p></chart:title><chart:plot-area><chart:axis chart:dimension='x'><chart:title>"
        "<text:p>Year</text:p></chart:title></chart:axis><chart:axis chart:dimension='y' chart:style-name='y'/></chart:plot-area>"
        f"<table:table>{row(word(''), word('East'), word('West'))}{row(word('1820'), number('0.125'), number('NaN'))}"
        "</table:table></chart:chart></office:chart></office:body></office:document>"
    )
    text = of(frame(f"<draw:object>{chart}</draw:object>"))
    assert lines(text) == ["Chart: Silt", "Year: 1820 | East: 12.5% | West: (empty)"]


def test_hidden_slides_footers_and_texts_of_masters_are_read_once() -> None:
    def page(text: str, more: str = "") -> str:
        title = f'<draw:frame presentation:class="title"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>'
        number = '<draw:frame presentation:class="page-number"><draw:text-box><text:p>1</text:p></draw:text-box></draw:frame>'
        return (
            f'<draw:page draw:master-page-name="M" presentation:use-footer-name="f" {more}>{number}{title}</draw:page>'
        )

    hidden = (
        '<style:style style:name="h" style:family="drawing-page"><style:drawing-page-properties '
        'presentation:visibility="hidden"/></style:style>'
    )
    master = '<style:master-page style:name="M"><draw:rect><text:p>Draft</text:p></draw:rect></style:master-page>'
    body = '<presentation:footer-decl presentation:name="f">Port of Aune</presentation:footer-decl>'
    text = of(body + page("One") + page("Two", 'draw:style-name="h"'), hidden, "presentation", master)
    assert lines(text) == ["One", "Port of Aune", "Two", "(hidden slide)", "Draft"]
    assert label_at(text, "Draft") == "on several slides"


def test_pages_of_drawings_are_pages() -> None:
    text = of("<draw:page><draw:custom-shape><text:p>Keel</text:p></draw:custom-shape></draw:page>", kind="drawing")
    assert (text.text, label_at(text, "Keel")) == ("Keel", "page 1")


def test_what_is_no_such_file_is_refused_in_one_line() -> None:
    data = (FILES / "manual.odt").read_bytes()
    encrypted = changed(data, lambda name, old: b"<a><encryption-data/></a>" if name.startswith("META") else old)
    for broken, message in (
        (encrypted, "a.odt: is encrypted"),
        (changed(data, lambda name, old: b"\x00" if name == "content.xml" else old), "a.odt: is damaged"),
        (b"PK\x03\x04 broken", "a.odt: is damaged"),
        (b"<html><body><p>x</p></body></html>", "no OpenDocument"),
        (flat(""), "holds no text"),
    ):
        with pytest.raises(UnreadableDocument, match=message) as error:
            extract(broken, "a.odt")
        assert "\n" not in str(error.value)


def test_damage_costs_what_it_touches() -> None:
    data = (FILES / "manual.odt").read_bytes()
    for part in ("styles.xml", "meta.xml"):
        text = read_opendocument(changed(data, lambda name, old, hit=part: b"<a" if name == hit else old), "a.odt")
        assert "Ring twice in fog." in text.text
        assert [(note.what, note.where) for note in text.unread] == [("damaged_part", part)]

    def cut(name: str, old: bytes) -> bytes:
        return old[: old.index(b"Tolls")] if name == "content.xml" else old

    text = read_opendocument(changed(data, cut), "a.odt")
    assert "3. Light the wick." in text.text
    assert [note.what for note in text.unread] == ["damaged_part"]


def test_entities_are_not_resolved_and_deep_nesting_ends() -> None:
    body = flat("<text:p>It is &e;.</text:p>").decode()
    bomb = f'<!DOCTYPE d [<!ENTITY e "expanded words">]>{body}'.encode()
    assert read_opendocument(bomb, "a.fodt").text == "It is ."
    deep = "<text:section>" * 230 + "<text:p>Deep</text:p>" + "</text:section>" * 230
    assert of(deep + "<text:p>After</text:p>").text.endswith("After")
