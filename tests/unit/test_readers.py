"""Files to documents: what can be read, what cannot and why, and what a document is called."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers import SUFFIXES, FileReader, document_id
from index.readers import read_file as read_file_into
from index.readers.isolation import read_bytes
from index.types import Document

PROSE = "The café opened in Zürich. It serves crème brûlée, naïve façades and jalapeño soup to übermütige guests."


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


READER = FileReader()


@pytest.fixture(scope="module", autouse=True)
def ends_with_the_tests() -> Iterator[None]:
    yield
    READER.close()


def read_file(path: Path, source: str | None = None) -> Document:
    (document,) = read_file_into(path, source=source, reader=READER)
    return document


def text_of(folder: Path, data: bytes) -> str:
    return read_file(write(folder, "a.txt", data)).text


def reason(path: Path) -> str:
    """Return why a file cannot be read, having checked that it is one line that names the file."""
    with pytest.raises(UnreadableDocument) as caught:
        read_file(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_encodings_are_told_by_their_mark(tmp_path: Path, bom: bytes, encoding: str) -> None:
    assert text_of(tmp_path, bom + PROSE.encode(encoding)) == PROSE


def test_latin_1_is_guessed(tmp_path: Path) -> None:
    assert text_of(tmp_path, PROSE.encode("latin-1")) == PROSE


def test_cyrillic_of_old_is_guessed(tmp_path: Path) -> None:
    text = "Кафе открылось в Москве. Там подают суп, и гости довольны обслуживанием каждый день. " * 4
    assert text_of(tmp_path, text.encode("cp1251")) == text


def test_line_ends_become_newlines(tmp_path: Path) -> None:
    assert text_of(tmp_path, b"One.\r\nTwo.\rThree.\n\x0cFour.\x0bFive.") == "One.\nTwo.\nThree.\n\nFour.\nFive."


def test_invisible_and_direction_changing_characters_are_left_out(tmp_path: Path) -> None:
    tricky = "pay\u200bment\u00ad of \u202eevil\u202c \ufefftext\x07 \x85here\u2066."
    assert text_of(tmp_path, tricky.encode()) == "payment of evil text here."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b" \n\t\r\n ", "empty"),
        ("\u200b\u200b".encode(), "no text"),
        (codecs.BOM_UTF16_LE, "no text"),
        (b"date 2024-02-03 \n", "no text"),
        (b"some text\x00\x01\x02 more", "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8A\x00", "UTF-16"),
        (codecs.BOM_UTF8 + b"caf\xe9", "UTF-8"),
    ],
)
def test_what_holds_no_text_is_refused_with_the_reason(tmp_path: Path, data: bytes, expected: str) -> None:
    assert expected in reason(write(tmp_path, "a.txt", data))


def test_random_bytes_are_never_a_crash(tmp_path: Path) -> None:
    for seed in range(40):
        data = b"".join(hashlib.sha256(bytes([seed, i])).digest() for i in range(20)).replace(b"\x00", b"\xff")
        try:
            assert text_of(tmp_path, data)
        except UnreadableDocument as error:
            assert "\n" not in str(error)


def test_unknown_formats_are_refused_with_those_that_are_known(tmp_path: Path) -> None:
    message = reason(write(tmp_path, "a.xyz", "text"))
    assert all(suffix in message for suffix in SUFFIXES)
    assert "without suffix" in reason(write(tmp_path, "README", "text"))


def test_the_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    assert read_file(write(tmp_path, "A.TXT", "Some text.")).text == "Some text."


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "no such file" in reason(tmp_path / "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    assert "folder" in reason(tmp_path / "folder.txt")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermissionError(13, "Permission denied"), "permission denied"),
        (OSError(5, "Input/output error"), "Input/output"),
    ],
)
def test_the_systems_refusals_are_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, expected: str
) -> None:
    path = write(tmp_path, "a.txt", "text")

    def refuse(self: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", refuse)  # the superuser may read everything, so modes prove nothing
    assert expected in reason(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not an ordinary file" in reason(tmp_path / "pipe.txt")


def test_the_hash_is_that_of_the_bytes_and_the_id_that_of_the_source(tmp_path: Path) -> None:
    first = read_file(write(tmp_path, "a.txt", codecs.BOM_UTF8 + b"Text."))
    assert first.content_hash == hashlib.sha256(codecs.BOM_UTF8 + b"Text.").hexdigest()
    assert first.source == str(tmp_path / "a.txt")
    assert first.id == document_id(first.source) == read_file(write(tmp_path, "a.txt", "Other.")).id
    assert read_file(tmp_path / "a.txt", source="elsewhere").id == document_id("elsewhere") != first.id


def test_bytes_are_returned_as_they_are(tmp_path: Path) -> None:
    assert read_bytes(write(tmp_path, "x.bin", b"\x00\xff")) == b"\x00\xff"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("annual_report 2023.txt", "annual report 2023"),
        ("Über_uns.txt", "Über uns"),
        ("000_e34c276ad7d2c778.txt", "First sentence here."),
        ("abc.txt", "abc"),
        ("12.txt", "First sentence here."),
        ("20240203.txt", "First sentence here."),
        ("ab.txt", "First sentence here."),
    ],
)
def test_the_title_is_the_file_name_where_it_says_something(tmp_path: Path, name: str, title: str) -> None:
    assert read_file(write(tmp_path, name, "First sentence here. Second one.")).title == title


def test_a_long_first_sentence_is_shortened_to_a_title(tmp_path: Path) -> None:
    title = read_file(write(tmp_path, "1.txt", "word " * 60 + "end.")).title
    assert len(title) <= 91
    assert title.endswith("word…")
