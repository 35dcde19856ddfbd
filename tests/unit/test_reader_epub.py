"""EPUB: pages in reading order, chapters as places; damaged and locked parts cost themselves only."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.epub import read_epub

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
FILES = Path(__file__).parents[1] / "files"


def page(body: str) -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


def package(spine: str, manifest: str = "", metadata: str = "", guide: str = "") -> str:
    items = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in spine.split()
    )
    order = "".join(f'<itemref idref="{name}"/>' for name in spine.split())
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>Ice</dc:title>{metadata}</metadata><manifest>{manifest}{items}</manifest><spine>{order}</spine>"
        f"<guide>{guide}</guide></package>"
    )


def book(files: dict[str, str | bytes], opf: str = "", container: str = CONTAINER) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if container:
            archive.writestr("META-INF/container.xml", container)
        if opf:
            archive.writestr("OPS/book.opf", opf)
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(files: dict[str, str | bytes], opf: str = "", container: str = CONTAINER) -> Extracted:
    return read_epub(book(files, opf, container), "a.epub")


def test_pages_are_read_in_the_order_of_the_spine_and_each_once() -> None:
    files = {"OPS/b.xhtml": page("<h1>Two</h1><p>Later.</p>"), "OPS/a.xhtml": page("<h1>One</h1><p>Sooner.</p>")}
    text = read(files, package("a b a"))
    assert text.text.split("\n\n") == ["One", "Sooner.", "Two", "Later."]
    assert [(place.label, place.kind) for place in text.places] == [("One", "heading"), ("Two", "heading")]
    assert [heading.text for heading in text.headings] == ["One", "Two"]


def test_parts_of_a_page_are_places_and_a_page_without_heading_goes_on() -> None:
    files = {"OPS/a.xhtml": page("<h1>One</h1><p>x</p><h2>Part</h2><p>y</p>"), "OPS/b.xhtml": page("<p>z</p>")}
    assert [place.label for place in read(files, package("a b")).places] == ["One", "Part", "One"]


@pytest.mark.parametrize("version", [2, 3])
def test_contents_name_the_chapters_and_are_left_out(version: int) -> None:
    nav = page('<nav><ol><li><a href="a.xhtml#top">The mill</a></li></ol></nav>')
    ncx = '<ncx><navMap><navPoint><navLabel><text>The mill</text></navLabel><content src="a.xhtml"/></navPoint></navMap></ncx>'
    manifest = (
        '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        if version == 2
        else '<item id="n" href="toc.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    )
    guide = '<reference type="toc" href="toc.xhtml"/>' if version == 2 else ""
    opf = package("a", manifest, guide=guide).replace("<spine>", '<spine><itemref idref="n"/>')
    text = read({"OPS/toc.xhtml": nav, "OPS/toc.ncx": ncx, "OPS/a.xhtml": page("<p>Agnes finds a letter.</p>")}, opf)
    assert text.text == "Agnes finds a letter."
    assert [place.label for place in text.places] == ["The mill"]


def test_notes_outside_the_reading_order_are_read() -> None:
    opf = package("a n").replace('idref="n"', 'idref="n" linear="no"')
    files = {
        "OPS/a.xhtml": page("<p>Ice<sup><a href='n.xhtml'>1</a></sup></p>"),
        "OPS/n.xhtml": page("<p>1 Thick.</p>"),
    }
    assert read(files, opf).text == "Ice^1\n\n1 Thick."


def test_authors_title_and_date_are_read() -> None:
    metadata = "<dc:creator>Ada Holm</dc:creator><dc:creator>Jo Reed</dc:creator><dc:date>2019-04-05</dc:date>"
    text = read({"OPS/a.xhtml": page("<p>x</p>")}, package("a", metadata=metadata))
    assert (text.title, text.date) == ("Ice", "2019-04-05")
    assert text.text.startswith("Author: Ada Holm, Jo Reed\n\n")


def test_tables_and_pictures_are_read_as_in_pages() -> None:
    body = '<h1>Map</h1><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><img src="m.png"/>'
    text = read({"OPS/a.xhtml": page(body)}, package("a"))
    assert "A: 1 | B: 2" in text.text
    assert [(item.what, item.where) for item in text.unread] == [("picture", "Map")]


def test_a_missing_or_damaged_page_costs_itself_only() -> None:
    files = {"OPS/a.xhtml": page("<p>one</p>"), "OPS/c.xhtml": page("<p>two</p>"), "OPS/d.xhtml": b""}
    text = read(files, package("a b c d"))
    assert text.text == "one\n\ntwo"
    assert [(item.what, item.where) for item in text.unread] == [("damaged_part", "part 2")]


def test_a_damaged_table_of_contents_costs_the_names_only() -> None:
    manifest = '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    text = read({"OPS/toc.ncx": "<ncx>", "OPS/a.xhtml": page("<p>x</p>")}, package("a", manifest))
    assert [place.label for place in text.places] == ["part 1"]


def encrypted(algorithm: str, *paths: str) -> str:
    entries = "".join(
        f'<EncryptedData><EncryptionMethod Algorithm="{algorithm}"/><CipherData><CipherReference URI="{path}"/></CipherData>'
        "</EncryptedData>"
        for path in paths
    )
    return f"<encryption>{entries}</encryption>"


def test_a_book_that_is_locked_says_so_in_one_line() -> None:
    files = {"OPS/a.xhtml": b"\x93\x01\xff" * 50, "META-INF/encryption.xml": encrypted("aes", "OPS/a.xhtml")}
    with pytest.raises(UnreadableDocument, match=r"^a\.epub: is protected against copying") as caught:
        read(files, package("a"))
    assert "\n" not in str(caught.value)


def test_a_locked_chapter_is_named_and_locked_fonts_matter_to_nobody() -> None:
    files: dict[str, str | bytes] = {"OPS/a.xhtml": page("<p>free</p>"), "OPS/b.xhtml": b"\x93\x01\xff"}
    files["META-INF/encryption.xml"] = encrypted("aes", "OPS/b.xhtml")
    text = read(files, package("a b"))
    assert (text.text, [item.what for item in text.unread]) == ("free", ["encrypted_part"])
    files["META-INF/encryption.xml"] = encrypted("http://www.idpf.org/2008/embedding", "OPS/a.xhtml", "OPS/b.xhtml")
    assert read(files, package("a")).unread == ()


def test_a_book_without_container_or_package_is_read() -> None:
    files: dict[str, str | bytes] = {"OPS/a.xhtml": page("<p>one</p>"), "OPS/b.xhtml": page("<p>two</p>")}
    assert read(files, package("b a"), container="").text == "two\n\none"
    assert read(files, container="").text == "one\n\ntwo"


def test_an_archive_of_something_else_is_no_book() -> None:
    with pytest.raises(UnreadableDocument, match=r"container\.xml is missing"):
        read({"a.xml": "<a/>"}, container="")


def test_a_book_of_a_writing_program_is_read() -> None:
    text = read_epub((FILES / "harbour.epub").read_bytes(), "harbour.epub")
    assert "Ship: Barge | Toll: 3 crowns" in text.text
    assert text.title == "The harbour of Varn"
