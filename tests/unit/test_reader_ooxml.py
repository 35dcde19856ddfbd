"""Office packages: both forms of the format, relationships, properties, and what damage costs."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from word_files import changed, p, word_file, zipped

from index.errors import UnreadableDocument
from index.readers.ooxml import CoreProperties, Package, Relation, transitional_package, transitional_xml
from index.readers.word import read_word

FILES = Path(__file__).parents[1] / "files"
LEASE = (FILES / "lease.docx").read_bytes()
STRICT = {
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main": b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
}


def strict(_: str, content: bytes) -> bytes:
    for transitional, name in STRICT.items():
        content = content.replace(transitional, name)
    return content


def core(inside: str) -> Package:
    namespaces = 'xmlns:dc="d" xmlns:dcterms="t"'
    return Package(
        zipped({"docProps/core.xml": f"<c:coreProperties xmlns:c='c' {namespaces}>{inside}</c:coreProperties>"}), "a"
    )


def test_the_strict_form_reads_like_the_transitional() -> None:
    data = changed(LEASE, strict)
    assert b"schemas.openxmlformats.org/wordprocessingml/2006/main" not in zipfile.ZipFile(io.BytesIO(data)).read(
        "word/document.xml"
    )
    assert read_word(data, "a.docx") == read_word(LEASE, "a.docx")


def test_a_strict_package_is_rewritten_and_another_stays() -> None:
    assert transitional_package(LEASE, "a.docx") is LEASE
    rewritten = zipfile.ZipFile(io.BytesIO(transitional_package(changed(LEASE, strict), "a.docx")))
    original = zipfile.ZipFile(io.BytesIO(LEASE))
    assert {name: rewritten.read(name) for name in rewritten.namelist()} == {
        name: original.read(name) for name in original.namelist()
    }


def test_properties_and_diagrams_of_the_strict_form_have_their_other_names() -> None:
    names = b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties http://purl.oclc.org/ooxml/drawingml/diagram"
    assert transitional_xml(names) == (
        b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties "
        b"http://schemas.openxmlformats.org/drawingml/2006/diagram"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_parts_in_other_encodings_are_read(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding[:6].removesuffix("-")}"?><a>Größe</a>'.encode(encoding)
    data = changed(zipped({"a.xml": ""}), lambda *_: content)
    assert Package(data, "a").xml("a.xml").text == "Größe"


def test_relations_are_found_from_their_part() -> None:
    relation = '<Relationship Id="{}" Type="x/{}" Target="{}"{}/>'
    inside = "".join(
        relation.format(*one)
        for one in (
            ("r1", "image", "../media/a%20b.png", ""),
            ("r2", "chart", "/word/charts/c.xml", ""),
            ("r3", "link", "http://example.org/a", ' TargetMode="External"'),
            ("r4", "image", "media\\c.png", ""),
        )
    )
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )
    package = Package(zipped({"word/_rels/document.xml.rels": rels}), "a")
    assert package.relations("word/document.xml") == {
        "r1": Relation("image", "media/a b.png"),
        "r2": Relation("chart", "word/charts/c.xml"),
        "r3": Relation("link", "http://example.org/a", is_external=True),
        "r4": Relation("image", "word/media/c.png"),
    }
    assert package.related("word/document.xml", "image") == ["media/a b.png", "word/media/c.png"]
    assert package.relations("word/other.xml") == {}


def test_names_of_parts_are_found_whatever_their_case() -> None:
    package = Package(zipped({"Word\\Document.XML": "<a/>"}), "a")
    assert "word/document.xml" in package
    assert package.xml("word/document.xml").tag == "a"


def test_a_main_part_of_another_name_is_found() -> None:
    data = word_file(p("Text."))
    renamed = changed(data, lambda _, content: content.replace(b"word/document.xml", b"word/document.xml"))
    assert Package(renamed, "a").main_part("x", fallback="y") == "word/document.xml"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Override PartName="/text/one.xml" ContentType="some/word.main+xml"/></Types>'
    )
    typed = Package(zipped({"[Content_Types].xml": types, "text/one.xml": "<a/>"}), "a")
    assert typed.main_part("word.main", fallback="y") == "text/one.xml"
    assert typed.main_part("slides.main", fallback="y") == "y"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<dc:title> Dues \n2024</dc:title>", CoreProperties("Dues 2024")),
        ("<dc:title>Microsoft Word - dues.doc</dc:title>", CoreProperties("dues.doc")),
        ("<dc:title>Word Document</dc:title>", CoreProperties()),
        ("<dcterms:created>2021-05-06T07:08:09Z</dcterms:created>", CoreProperties("", "2021-05-06")),
        ("<dcterms:modified>2013-12-23T23:15:00Z</dcterms:modified>", CoreProperties()),
        ("<dcterms:modified>1601-01-01T00:00:00Z</dcterms:modified>", CoreProperties()),
        ("<dcterms:modified/>", CoreProperties()),
    ],
)
def test_properties_that_say_something_are_taken(inside: str, expected: CoreProperties) -> None:
    assert core(inside).core_properties == expected


def test_a_part_that_breaks_off_is_read_up_to_there_and_named() -> None:
    package = Package(zipped({"a.xml": "<a><b>one</b><b>tw", "b.xml": "rubbish"}), "a")
    assert [node.text for node in package.xml("a.xml")] == ["one", "tw"]
    assert package.damaged == ["a.xml"]
    with pytest.raises(UnreadableDocument, match="a: is damaged"):
        package.xml("b.xml")


def test_entities_are_not_followed() -> None:
    secret = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>left &x; right</a>'
    assert "".join(Package(zipped({"a.xml": secret}), "a").xml("a.xml").itertext()).split()[:1] == ["left"]
    assert Path("/etc/hostname").read_text().strip() not in str(
        Package(zipped({"a.xml": secret}), "a").xml("a.xml").text
    )
