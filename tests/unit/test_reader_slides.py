"""PowerPoint files: all that is on the slides, where it stands, and what damage costs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.errors import UnreadableDocument
from index.readers import read_file
from index.readers.base import Extracted
from index.readers.formats import extract
from index.readers.slides import read_pptx

FILES = Path(__file__).parents[1] / "files"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def of_file(name: str) -> Extracted:
    return read_pptx((FILES / name).read_bytes(), name)


def made(fill: Callable[[Any], None]) -> Extracted:
    """Return what is read of a presentation of one slide that ``fill`` is given."""
    return read_pptx(saved(fill), "a.pptx")


def saved(fill: Callable[[Any], None], layout: int = 5) -> bytes:
    from pptx import Presentation

    deck = Presentation()
    fill(deck.slides.add_slide(deck.slide_layouts[layout]))
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def changed(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return a package with its parts changed; None takes a part away."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(buffer, "w") as target:
        for name in package.namelist():
            content = change(name, package.read(name))
            if content is not None:
                target.writestr(name, content)
    return buffer.getvalue()


def append_xml(slide: Any, xml: str) -> None:
    from pptx.oxml import parse_xml

    r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    slide.shapes._spTree.append(parse_xml(xml.replace(">", f' xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{r}">', 1)))


def shape(body: str, placeholder: str = "", properties: str = "") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="70" name="x" {properties}/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/>{body}</p:txBody></p:sp>"
    )


def paragraph(text: str, properties: str = "") -> str:
    return f"<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>"


def label_at(text: Extracted, words: str) -> str:
    position = text.text.index(words)
    return [place.label for place in text.places if place.start <= position][-1]


DECK = """The lamp of Varn

- It is lit at dusk.
- It is put out at dawn.

4) Climb the stairs.
5) Open the shutter.
6) Turn the key.

Inside two groups.

Harbour office of Varn

Thank the guild of lamplighters.

Prices
Part: Lens | Price: 920 | Weight: 41
Part: Wick | Price: 3 | Weight: 1
Part: Wick | Price: 4 | Weight: 2

Comment by Ida Moss (2024-03-05): Check the price with the glazier.

Visitors

Chart: Who came
Category: Spring | Sailors: 25.5% | Pilgrims: 74.5%
Category: Summer | Sailors: 40.0% | Pilgrims: 60.0%

(hidden slide)

1. Trim the wick
2. Fill the tank
2.1 Use whale oil only
3. Light the wick"""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_all_that_is_on_slides_is_read_in_order() -> None:
    text = of_file("deck.pptx")
    assert lines(text.text) == lines(DECK)
    assert text.unread == ()


def test_a_real_program_saves_the_same_slides() -> None:
    until_the_diagram = DECK.partition("1. Trim")[0]  # which LibreOffice drops, and the formats of values
    for shown, stored in (("25.5%", "0.255"), ("74.5%", "0.745"), ("40.0%", "0.4"), ("60.0%", "0.6")):
        until_the_diagram = until_the_diagram.replace(shown, stored)
    assert lines(of_file("deck-saved.pptx").text) == lines(until_the_diagram)


@pytest.mark.parametrize("name", ["deck.pptx", "deck-saved.pptx", "slides.pptx"])
def test_the_sandboxed_reader_reads_the_same(name: str) -> None:
    (document,) = read_file(FILES / name)
    assert document.text == of_file(name).text


def test_title_and_date_come_from_the_properties_and_titles_of_slides_are_headings() -> None:
    text = of_file("deck.pptx")
    assert (text.title, text.date) == ("The lamp", "2024-03-04")
    assert [(heading.text, heading.level) for heading in text.headings] == [
        ("The lamp of Varn", 2),
        ("Prices", 2),
        ("Visitors", 2),
    ]


def test_places_name_the_slide_and_what_of_it() -> None:
    text = of_file("deck.pptx")
    for words, label in (
        ("put out at dawn", "slide 1"),
        ("Thank the guild", "slide 1, notes"),
        ("Price: 920", "slide 2, table 1, row 2"),
        ("Check the price", "slide 2, comments"),
        ("Category: Summer", "slide 3, chart 1, row 3"),
        ("Fill the tank", "slide 4"),
    ):
        assert label_at(text, words) == label


def test_numbers_of_paragraphs_go_on_over_deeper_levels_and_begin_anew_after_others() -> None:
    def numbered(text: str, scheme: str, level: int = 0) -> str:
        return paragraph(text, f'<a:pPr lvl="{level}"><a:buAutoNum type="{scheme}"/></a:pPr>')

    body = (
        numbered("Sow", "arabicPeriod")
        + numbered("by hand", "alphaLcParenBoth", 1)
        + numbered("in rows", "alphaLcParenBoth", 1)
        + numbered("Water", "arabicPeriod")
        + numbered("at dusk", "alphaLcParenBoth", 1)
        + paragraph("Wait.")
        + numbered("Reap", "romanUcPeriod")
        + paragraph("Rake", '<a:pPr><a:buChar char="•"/></a:pPr>')
        + paragraph("Rest", "<a:pPr><a:buNone/></a:pPr>")
    )
    text = made(lambda slide: append_xml(slide, shape(body)))
    assert lines(text.text) == [
        "1. Sow", "(a) by hand", "(b) in rows", "2. Water", "(a) at dusk", "Wait.", "I. Reap", "- Rake", "Rest"
    ]  # fmt: skip


def test_line_breaks_fields_and_equations_are_text() -> None:
    math = (
        '<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"><m:oMath xmlns:m="http://schemas.'
        'openxmlformats.org/officeDocument/2006/math"><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t>'
        "</m:r></m:den></m:f></m:oMath></a14:m>"
    )
    inline = (
        '<a:p><a:r><a:t>Ratio</a:t></a:r><a:br/><a:fld id="{1}" type="datetime"><a:t>in 2024</a:t></a:fld><a:r><a:t> '
    )
    text = made(lambda slide: append_xml(slide, shape(f"{inline}is </a:t></a:r>{math}</a:p>")))
    assert text.text == "Ratio in 2024 is a/b"


def test_of_alternatives_the_first_is_read_and_it_is_read_once() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:z="urn:z"'
    xml = (
        f"<mc:AlternateContent {mc}><mc:Choice Requires='z'>{shape(paragraph('Newer form.'))}</mc:Choice>"
        f"<mc:Fallback>{shape(paragraph('Older form.'))}</mc:Fallback></mc:AlternateContent>"
    )
    assert made(lambda slide: append_xml(slide, xml)).text == "Newer form."


def test_threaded_comments_have_authors_and_replies() -> None:
    p188 = 'xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main"'

    def body(text: str) -> str:
        return f'<p188:txBody xmlns:a="{A}"><a:bodyPr/>{paragraph(text)}</p188:txBody>'

    comments = (
        f'<p188:cmLst {p188}><p188:cm id="1" authorId="{{B}}" created="2025-06-07T08:09:10Z"><p188:replyLst><p188:reply '
        f'id="2" authorId="{{C}}">{body("In May.")}</p188:reply></p188:replyLst>{body("When?")}</p188:cm></p188:cmLst>'
    )
    authors = f'<p188:authorLst {p188}><p188:author id="{{B}}" name="Ida"/><p188:author id="{{C}}" name="Tom"/></p188:authorLst>'
    new = "http://schemas.microsoft.com/office/2018/10/relationships"

    def change(name: str, content: bytes) -> bytes:
        for part, kind, target in (
            ("slides/_rels/slide1.xml.rels", "comments", "/ppt/comments/modern.xml"),
            ("_rels/presentation.xml.rels", "authors", "/ppt/authors.xml"),
        ):
            if name == f"ppt/{part}":
                link = f'<Relationship Id="q" Type="{new}/{kind}" Target="{target}"/></Relationships>'
                return content.replace(b"</Relationships>", link.encode())
        return content

    data = io.BytesIO(changed(saved(lambda slide: append_xml(slide, shape(paragraph("Launch.")))), change))
    with zipfile.ZipFile(data, "a") as package:
        package.writestr("ppt/comments/modern.xml", comments)
        package.writestr("ppt/authors.xml", authors)
    text = read_pptx(data.getvalue(), "a.pptx")
    assert lines(text.text) == ["Launch.", "Comment by Ida (2025-06-07): When?", "Reply by Tom: In May."]


def test_pictures_say_what_they_are_described_as_and_are_noted_unless_tiny() -> None:
    def picture(properties: str, size: int, media: str = "") -> str:
        return (
            f'<p:pic><p:nvPicPr><p:cNvPr id="71" name="y" {properties}/><p:cNvPicPr/><p:nvPr>{media}</p:nvPr></p:nvPicPr>'
            f'<p:blipFill/><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{size}" cy="{size}"/></a:xfrm></p:spPr></p:pic>'
        )

    def fill(slide: Any) -> None:
        append_xml(slide, picture('descr="A map of the quay"', 5_000_000))
        append_xml(slide, picture("", 5_000_000))
        append_xml(slide, picture("", 300_000))
        append_xml(slide, picture("", 5_000_000, '<a:videoFile r:link="rId9"/>'))

    text = made(fill)
    assert text.text == "Picture: A map of the quay"
    assert [(note.what, note.where, note.count, note.remedy) for note in text.unread] == [
        ("picture", "slide 1", 2, "ocr"),
        ("audio_video", "slide 1", 1, ""),
    ]


def test_what_is_the_same_on_all_slides_is_read_once() -> None:
    assert of_file("deck.pptx").text.count("Harbour office of Varn") == 1

    def change(name: str, content: bytes) -> bytes:
        if name == "ppt/slideMasters/slideMaster1.xml":
            return content.replace(b"</p:spTree>", f"{shape(paragraph('Confidential'))}</p:spTree>".encode(), 1)
        return content

    text = read_pptx(changed((FILES / "deck.pptx").read_bytes(), change), "a.pptx")
    assert text.text.count("Confidential") == 1
    assert label_at(text, "Confidential") == "on several slides"
    assert "Click to edit" not in text.text


@pytest.mark.parametrize(
    ("part", "noted", "kept"),
    [
        ("ppt/slides/slide2.xml", "slide 2", "Who came"),
        ("ppt/notesSlides/notesSlide1.xml", "slide 1, notes", "Who came"),
        ("ppt/charts/", "slide 3", "Prices"),
        ("ppt/comments/comment1.xml", "slide 2, comments", "Who came"),
        ("ppt/diagrams/data1.xml", "slide 4", "Who came"),
        ("ppt/slideLayouts/", "layouts of the slides", "Who came"),
        ("docProps/core.xml", None, "Who came"),
        ("ppt/slideMasters/_rels/", None, "Who came"),
    ],
)
def test_a_damaged_or_missing_part_costs_that_part_only(part: str, noted: str | None, kept: str) -> None:
    data = (FILES / "deck.pptx").read_bytes()
    for broken in (b"\x00\x01 no XML", None):
        text = read_pptx(changed(data, lambda name, old, new=broken: new if name.startswith(part) else old), "a.pptx")
        assert kept in text.text
        assert noted in [note.where for note in text.unread] or noted is None or broken is None


def test_what_stands_before_a_mistake_in_a_slide_is_read_and_the_mistake_noted() -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"It is put out", b"<broken & It") if name == "ppt/slides/slide1.xml" else content

    text = read_pptx(changed((FILES / "deck.pptx").read_bytes(), change), "a.pptx")
    assert "It is lit at dusk." in text.text
    assert ("damaged_part", "slide 1") in [(note.what, note.where) for note in text.unread]


def test_the_strict_form_is_read() -> None:
    def strict(name: str, content: bytes) -> bytes:
        for group in (b"presentationml", b"drawingml", b"officeDocument"):
            old = b"http://schemas.openxmlformats.org/" + group + b"/2006/"
            content = content.replace(old, b"http://purl.oclc.org/ooxml/" + group + b"/")
        return content

    text = read_pptx(changed((FILES / "deck.pptx").read_bytes(), strict), "a.pptx")
    assert lines(text.text) == lines(DECK)


def test_what_is_no_presentation_is_refused_in_one_line() -> None:
    empty = changed((FILES / "deck.pptx").read_bytes(), lambda name, old: None if "slide" in name else old)
    for data, message in (
        (empty, "holds no text"),
        (b"PK\x03\x04 broken", "a.pptx: is damaged"),
        (changed(empty, lambda name, old: b"<a/>"), "no PPTX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ):
        with pytest.raises(UnreadableDocument, match=message) as error:
            extract(data, "a.pptx")
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("ending", [".pptm", ".potx", ".ppsx"])
def test_other_endings_of_presentations_are_read_alike(ending: str) -> None:
    (text,) = extract((FILES / "deck.pptx").read_bytes(), f"a{ending}").texts
    assert lines(text.text) == lines(DECK)
