"""Word files: headers and footers, what is not read and said to be, and what damage costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from word_files import changed, field, p, r, tc, word_file, zipped

from index.errors import UnreadableDocument
from index.readers import FileReader
from index.readers.base import Extracted
from index.readers.word import read_word
from index.types import Unread

FILES = Path(__file__).parents[1] / "files"


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    with FileReader() as one:
        yield one


def read(body: str, **parts: str) -> Extracted:
    return read_word(word_file(body, **parts), "a.docx")


def lines(text: Extracted) -> list[str]:
    return [line for line in text.text.splitlines() if line]


class TestMargins:
    PAGE = field("PAGE", "3")

    def test_headers_that_no_page_shows_are_left_out(self) -> None:
        def body(properties: str) -> str:
            return p("Text.") + f'<w:sectPr><w:headerReference w:type="first" r:id="header"/>{properties}</w:sectPr>'

        header = f"<w:hdr>{p('Old letterhead')}</w:hdr>"
        assert lines(read(body(""), header=header)) == ["Text."]
        assert lines(read(body("<w:titlePg/>"), header=header)) == ["Old letterhead", "Text."]

    def test_a_header_of_several_sections_is_read_once(self) -> None:
        section = '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
        body = p("One.", section) + p("Two.") + section
        assert lines(read(body, header=f"<w:hdr>{p('Varn')}</w:hdr>")) == ["Varn", "One.", "Two."]

    @pytest.mark.parametrize(
        ("footer", "expected"),
        [
            (r("Page ") + PAGE + r(" of ") + field("NUMPAGES", "9"), []),
            (f'<w:fldSimple w:instr=" PAGE ">{r("3")}</w:fldSimple>', []),
            (r("Rules of 2024") + "<w:r><w:tab/></w:r>" + r("- ") + PAGE + r(" -"), ["Rules of 2024"]),
            (r("Page ") + PAGE + r(" of the rules of the harbour"), ["Page of the rules of the harbour"]),
        ],
    )
    def test_page_numbers_are_no_text(self, footer: str, expected: list[str]) -> None:
        body = p("Text.") + '<w:sectPr><w:footerReference w:type="default" r:id="footer"/></w:sectPr>'
        assert lines(read(body, footer=f"<w:ftr>{p(footer)}</w:ftr>")) == ["Text.", *expected]


class TestWhatIsNotRead:
    @staticmethod
    def picture(width: int, description: str = "") -> str:
        return p(
            f'<w:r><w:drawing><wp:inline><wp:extent cx="{width}" cy="{width}"/><wp:docPr id="1" name="P" '
            f'descr="{description}"/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="x"/></pic:blipFill>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    def test_pictures_are_noted_and_their_descriptions_read(self) -> None:
        text = read(p("Map:") + self.picture(4_000_000, "The two piers") + self.picture(4_000_000, "IMG_01.png"))
        assert lines(text) == ["Map:", "Picture: The two piers"]
        assert text.unread == (Unread("picture", count=2, remedy="ocr"),)

    def test_icons_need_no_note(self) -> None:
        assert read(p("Call:") + self.picture(200_000)).unread == ()

    def test_embedded_objects_and_controls_are_noted(self) -> None:
        def embedded(program: str) -> str:
            look = '<v:shape style="width:300pt;height:200pt"><v:imagedata r:id="x"/></v:shape>'
            return p(f'<w:r><w:object>{look}<o:OLEObject ProgID="{program}"/></w:object></w:r>')

        text = read(p("Text.") + embedded("Excel.Sheet.12") + embedded("Equation.3"))
        assert [(note.what, note.count) for note in text.unread] == [("embedded_object", 1), ("formula", 1)]

    def test_an_inserted_page_is_read_and_other_files_are_noted(self) -> None:
        body = p("Before.") + '<w:altChunk r:id="one"/><w:altChunk r:id="two"/>' + p("After.")
        text = read(body, one="<html><body><p>Inserted.</p></body></html>", two="<a/>")
        assert lines(text) == ["Before.", "Inserted.", "After."]
        assert [note.what for note in text.unread] == ["embedded_object"]


CHART = (
    "<c:chartSpace><c:chart><c:plotArea><c:pieChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>Boats</c:v></c:pt>"
    "</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx='0'><c:v>sail</c:v></c:pt></c:strCache></c:strRef>"
    "</c:cat><c:val><c:numRef><c:numCache><c:pt idx='0'><c:v>7</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>"
    "</c:pieChart></c:plotArea></c:chart></c:chartSpace>"
)
CHARTED = p(
    '<w:r><w:drawing><a:graphic><a:graphicData><c:chart r:id="chart"/></a:graphicData></a:graphic></w:drawing></w:r>'
)


class TestDamage:
    def test_a_chart_is_read_as_rows(self) -> None:
        assert lines(read(CHARTED, chart=CHART)) == ["Pie chart: Boats", "Category: sail | Boats: 7"]

    def test_a_damaged_chart_costs_the_chart(self) -> None:
        text = read(p("Before.") + CHARTED + p("After."), chart="<c:chartSpace")
        assert lines(text) == ["Before.", "After."]
        assert [note.what for note in text.unread] == ["damaged_part"]

    @pytest.mark.parametrize("part", ["styles", "numbering", "footnotes", "comments", "settings", "header1", "footer1"])
    def test_a_damaged_part_costs_that_part(self, part: str) -> None:
        def damage(name: str, content: bytes) -> bytes:
            return b"\x00\x01" if name == f"word/{part}.xml" else content

        text = read_word(changed((FILES / "lease.docx").read_bytes(), damage), "a.docx")
        assert "The lessee keeps one boat at the berth." in text.text
        assert {note.what for note in text.unread} <= {"damaged_part"}
        assert part == "settings" or text.unread

    def test_a_text_that_breaks_off_is_read_up_to_there(self) -> None:
        def cut(name: str, content: bytes) -> bytes:
            return content[: content.index(b"Guests")] if name == "word/document.xml" else content

        text = read_word(changed((FILES / "lease.docx").read_bytes(), cut), "a.docx")
        assert "2.1 No fires are lit on board." in text.text
        assert text.unread == (Unread("damaged_part", "document.xml", remedy="save_again"),)

    @pytest.mark.parametrize(
        ("stated", "date"),
        [
            ("2024-03-04T10:00:00Z", "2024-03-04"),
            ("yesterday", "2024-03-01"),
            ("", "2024-03-01"),
            ("2024-13-41", "2024-03-01"),
        ],
    )
    def test_a_property_that_cannot_be_read_costs_the_property(self, stated: str, date: str) -> None:
        def change(name: str, content: bytes) -> bytes:
            pattern, new = rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stated.encode()
            return re.sub(pattern, new, content) if name == "docProps/core.xml" else content

        text = read_word(changed((FILES / "lease.docx").read_bytes(), change), "a.docx")
        assert (text.title, text.date) == ("Berth lease", date)

    def test_a_package_of_nothing_but_text_is_read(self) -> None:
        kept = ("word/document.xml", "[Content_Types].xml")
        data = changed(word_file(p("Alone.")), lambda name, content: content if name in kept else None)
        assert lines(read_word(data, "a.docx")) == ["Alone."]

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "is encrypted"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90, "an older format"),
            (b"rubbish", "is damaged"),
            (zipped({"a.xml": "<a/>"}), "no Word file"),
            (zipped({"word/document.xml": "<a/>"}), "no Word file"),
        ],
    )
    def test_what_is_no_word_file_says_why(self, data: bytes, reason: str) -> None:
        with pytest.raises(UnreadableDocument, match=reason):
            read_word(data, "a.docx")

    @pytest.mark.parametrize(
        "body",
        [
            "<w:tbl><w:tr><w:tc>" * 70 + p("Deep.") + "</w:tc></w:tr></w:tbl>" * 70,
            ("<w:tbl><w:tr>" + tc("x") + "<w:tc>") * 70 + p("Deep.") + "</w:tc></w:tr></w:tbl>" * 70,
            "<w:p><w:r><w:pict><w:txbxContent>" * 55 + p("Deep.") + "</w:txbxContent></w:pict></w:r></w:p>" * 55,
            "<w:sdt><w:sdtContent>" * 115 + p("Deep.") + "</w:sdtContent></w:sdt>" * 115,
            "<w:p>" + "<w:smartTag>" * 230 + r("Deep.") + "</w:smartTag>" * 230 + "</w:p>",
            "<w:p><m:oMath>"
            + "<m:rad><m:e>" * 110
            + "<m:r><m:t>Deep.</m:t></m:r>"
            + "</m:e></m:rad>" * 110
            + "</m:oMath></w:p>",
        ],
        ids=["frames", "tables", "boxes", "controls", "tags", "equations"],
    )
    def test_deep_nesting_is_read(self, body: str, tmp_path: Path, reader: FileReader) -> None:
        path = tmp_path / "deep.docx"
        path.write_bytes(word_file(body))
        (text,) = reader.read(path).extraction.texts
        assert "Deep." in text.text
        assert text.unread == ()
