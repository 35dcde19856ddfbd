"""Office files, books, tables, mail and archives: what is read of them, and where it stands."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from samples import ALIKE, UNTRIED, name_for, originals, without_samples

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.formats import SUFFIXES, extract
from index.readers.legacy import LEGACY
from index.readers.ocr import IMAGES

FILES = Path(__file__).parents[1] / "files"
HARBOUR = (
    "The harbour of Varn was dug in 1702 by Ada Holm and eighty workers. It took them nine years.",
    "Forty-one lanterns stand along the quay. Each burns whale oil, and each is lit by hand at dusk.",
    "The north lantern is the oldest.",
    "The efficient office of final fees offers no rebates.",
    "It came in March 1888 and took six boats.",
)


def one(data: bytes, name: str) -> Extracted:
    (text,) = extract(data, name).texts
    return text


def of_file(name: str) -> Extracted:
    return one((FILES / name).read_bytes(), name)


def label_at(text: Extracted, words: str) -> str:
    """Return the label of the place in which ``words`` stand."""
    position = text.text.index(words)
    return [place.label for place in text.places if place.start <= position][-1]


def zipped(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["harbour.docx", "harbour.pdf", "browser.pdf", "harbour.epub"])
def test_an_article_is_read_whole_from_what_real_programs_write(name: str) -> None:
    text = of_file(name)
    for sentence in HARBOUR:
        assert sentence in text.text
    assert text.title == "The harbour of Varn"
    assert text.text.index(HARBOUR[0]) < text.text.index(HARBOUR[1]) < text.text.index(HARBOUR[4])


@pytest.mark.parametrize("name", ["harbour.docx", "harbour.pdf", "browser.pdf"])
def test_headings_have_their_levels(name: str) -> None:
    text = of_file(name)
    assert [(heading.level, heading.text) for heading in text.headings] == [
        (1, "The harbour of Varn"),
        (2, "Lanterns"),
        (2, "Tolls"),
    ]
    assert all(" ".join(text.text[h.start : h.end].split()) == h.text for h in text.headings)


@pytest.mark.parametrize("name", ["harbour.pdf", "browser.pdf"])
def test_pages_of_a_pdf_are_places(name: str) -> None:
    text = of_file(name)
    assert [(place.label, place.page) for place in text.places] == [("page 1", 1), ("page 2", 2)]
    assert label_at(text, HARBOUR[4]) == "page 2"
    assert label_at(text, HARBOUR[3]) == "page 1"
    assert text.date is not None


def test_ligatures_are_letters() -> None:
    assert "efficient office of final fees offers" in of_file("harbour.pdf").text


def test_columns_are_read_one_after_the_other() -> None:
    text = of_file("columns.pdf")
    heading, left, right = text.text.split("\n\n")
    assert heading == text.title == "Crossings of the river Aune through two hundred years"
    assert left.startswith("The first column begins")
    assert left.endswith("whatever the weather was.")
    assert right.startswith("The second column speaks")
    assert right.endswith("to people on foot.")


def test_tables_in_a_word_file_are_rows() -> None:
    assert "Ship: Barge | Toll: 3 crowns" in of_file("harbour.docx").text


@pytest.mark.parametrize("name", ["keepers.xlsx", "keepers.ods", "keepers.xls"])
def test_each_row_of_a_sheet_stands_by_itself_and_has_its_place(name: str) -> None:
    text = of_file(name)
    row = "Keeper: Tom Bell | Lantern: south | Since: 2021-11-15 | Wage: 28"
    assert row in text.text.split("\n")
    assert label_at(text, row) == "Sheet keepers, row 3"


def test_the_parts_of_slides_are_read_in_order() -> None:
    text = of_file("slides.pptx")
    assert text.text.index("Plans for the lighthouse") < text.text.index("replaced in May")
    assert label_at(text, "920 crowns") == "slide 2"


def test_semicolons_and_tabs_separate_too() -> None:
    for mark in ",;\t":
        data = f"name{mark}age\nAda{mark}36\nJon{mark}41\n".encode()
        assert one(data, "a.csv").text.split("\n") == ["name: Ada | age: 36", "name: Jon | age: 41"]


def test_a_table_without_names_of_columns_keeps_all_rows() -> None:
    text = one(b"1,2\n3,4\n", "a.csv")
    assert text.text.split("\n") == ["1 | 2", "3 | 4"]
    assert [place.label for place in text.places] == ["row 1", "row 2"]


def test_records_have_places() -> None:
    text = one(
        json.dumps([{"name": "Ada", "born": {"year": 1815}}, {"name": "Jon", "alive": False}]).encode(), "a.json"
    )
    assert text.text.split("\n") == ["name: Ada | born year: 1815", "name: Jon | alive: false"]
    assert label_at(text, "Jon") == "record 2"
    lines = one(b'{"a": 1}\n\n{"a": 2}\n', "a.jsonl")
    assert label_at(lines, "a: 2") == "line 3"
    stated = one(b'{"title": "T", "date": "2024-02-03", "text": "Words."}', "b.json")
    assert (stated.title, stated.date) == ("T", "2024-02-03")


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>A Book</dc:title><dc:date>2001-05-06</dc:date></metadata><manifest>"
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="text/b%20b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/></spine></package>'
    )
    data = zipped(
        **{
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="o/c.opf"/></rootfiles></container>',
            "o/c.opf": opf,
            "o/a.xhtml": "<h1>Later</h1><p>Second words.</p>",
            "o/text/b b.xhtml": "<h1>Sooner</h1><p>First words.</p>",
        }
    )
    text = one(data, "a.epub")
    assert text.text.split("\n\n") == ["Sooner", "First words.", "Later", "Second words."]
    assert (text.title, text.date) == ("A Book", "2001-05-06")
    assert label_at(text, "Second") == "Later"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.pdf", b"%PDF-1.4\nrubbish", "damaged"),
        ("a.docx", b"rubbish", "damaged"),
        ("a.docx", zipped(**{"a.xml": "<a/>"}), "no Word file"),
        ("a.pptx", zipped(**{"a.xml": "<a/>"}), "no PPTX"),
        ("a.xlsx", zipped(**{"a.xml": "<a/>"}), "not complete"),
        ("a.xls", b"rubbish rubbish", "no workbook"),
        ("a.epub", zipped(**{"a.xml": "<a/>"}), "META-INF/container.xml is missing"),
        ("a.json", b"{", "not valid JSON"),
        ("a.jsonl", b'{"a": 1}\n{', "line 2 is not valid JSON"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.zip", zipped(**{"a.xyz": b"x"}), "a.xyz: format .xyz is not read"),
        ("a.zip", zipped(), "holds no file"),
        ("a.csv", b" , \n,\n", "no text"),
        ("a.eml", b"X-Mailer: x\n\n \n", "holds no text"),
        ("a.pdf", b"", "empty"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, expected: str) -> None:
    with pytest.raises(UnreadableDocument, match=expected) as caught:
        extract(data, name)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(name)


def test_a_pdf_of_empty_pages_says_so() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    buffer = io.BytesIO()
    document.save(buffer)
    with pytest.raises(UnreadableDocument, match="no text and no pictures"):
        extract(buffer.getvalue(), "a.pdf")


def test_files_in_files_end_somewhere() -> None:
    data = b"Bottom."
    name = "a.txt"
    for depth in range(6):
        data, name = zipped(**{name: data}), f"{depth}.zip"
    with pytest.raises(UnreadableDocument, match="too deep"):
        extract(data, name)


def test_bombs_are_refused_before_they_go_off() -> None:
    bomb = zipped(**{"word/document.xml": b" " * 50_000_000})
    for name in ("a.zip", "a.docx", "a.xlsx", "a.pptx", "a.epub"):
        with pytest.raises(UnreadableDocument, match="zip bomb"):
            extract(bomb, name)
    many = zipped(**{f"{i}.txt": b"" for i in range(20_001)})
    with pytest.raises(UnreadableDocument, match="more than 20000"):
        extract(many, "a.zip")


def test_entities_of_a_book_do_not_multiply() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><container><rootfile full-path="&c;"/></container>'
    with pytest.raises(UnreadableDocument, match="damaged"):
        extract(zipped(**{"META-INF/container.xml": bomb}), "a.epub")


def test_entities_of_a_word_file_open_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    attack = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    data = io.BytesIO()
    with zipfile.ZipFile(FILES / "harbour.docx") as old, zipfile.ZipFile(data, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "word/document.xml":
                content = content.replace(b"?>", b"?>" + attack.encode(), 1).replace(b"Lanterns", b"&x;")
            new.writestr(item, content)
    with suppress(UnreadableDocument):
        assert "secret words" not in one(data.getvalue(), "a.docx").text


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - set(LEGACY) - set(UNTRIED) - IMAGES))
def test_a_file_of_every_format_is_read(suffix: str) -> None:
    for data in originals(suffix):
        assert extract(data, name_for(suffix).upper()).texts[0].text


def test_every_format_has_a_sample_or_a_reason() -> None:
    assert without_samples(SUFFIXES | IMAGES) == []
    assert {suffix for suffix in ALIKE if suffix not in SUFFIXES | IMAGES} == set()
