"""Scanned pages and pictures of text: noted without the extra, recognized in the sandbox with it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pdf_making import PROSE, drawn, read, set_lines

from index.errors import UnreadableDocument
from index.readers import FileReader, ocr
from index.readers.images import read_image
from index.readers.members import UnknownFormat
from index.types import Unread

HELD = ["The car park behind the hall", "is closed from the 1st of August."]
needs_extra = pytest.mark.skipif(not ocr.is_installed(), reason="needs the extra ocr")


def pictured(lines: list[str], size: tuple[int, int] = (1240, 700), turn: int = 0) -> Any:
    from PIL import Image, ImageDraw

    image = Image.new("L", size, "white")
    for i, line in enumerate(lines):
        ImageDraw.Draw(image).text((80, 80 + 60 * i), line, fill="black", font_size=34)
    return image.rotate(turn, expand=True)


def saved(image: Any, form: str = "PNG", **settings: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **settings)
    return buffer.getvalue()


def scan(*pages: str) -> bytes:
    """Return a PDF whose pages are text ("t") or a picture of text ("s")."""
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Any) -> None:
        for page in pages:
            if page == "t":
                set_lines(canvas, textwrap.wrap(PROSE, 95))
            else:
                canvas.drawImage(ImageReader(pictured(HELD, (1240, 1754))), 0, 0, 595, 842)
            canvas.showPage()

    return drawn(draw)


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    with FileReader() as files:
        yield files


def recognized(files: FileReader, data: bytes, name: str) -> Any:
    (text,) = files.extract(data, name).texts
    return text


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_IS_INSTALLED", False)


def test_a_scanned_page_among_others_is_noted(without_extra: None) -> None:
    text = read(scan("t", "s", "t"))
    assert text.unread == (Unread("scanned_page", "page 2", 1, "ocr"),)
    assert [place.label for place in text.places] == ["page 1", "page 3"]


def test_a_scan_without_the_extra_is_refused_with_the_remedy(without_extra: None) -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.pdf: has no text layer .*pincite\[ocr\]") as caught:
        read(scan("s", "s"))
    assert "\n" not in str(caught.value)


def test_a_picture_without_the_extra_is_skipped_with_the_remedy(without_extra: None) -> None:
    with pytest.raises(UnknownFormat, match=r"^a\.png: .*pincite\[ocr\]"):
        read_image(saved(pictured(HELD)), "a.png")


def test_a_page_with_nothing_on_it_is_no_scan() -> None:
    with pytest.raises(UnreadableDocument, match="no text and no pictures"):
        read(drawn(lambda canvas: canvas.showPage()))


@needs_extra
def test_scanned_pages_are_recognized_where_they_stand(reader: FileReader) -> None:
    text = recognized(reader, scan("t", "s", "t"), "a.pdf")
    assert " ".join(HELD) in text.text
    assert [place.label for place in text.places] == ["page 1", "page 2", "page 3"]
    assert text.unread == ()


@needs_extra
@pytest.mark.parametrize("turn", [0, 90, 180, 270, 2])
def test_pictures_are_recognized_also_where_they_stand_sideways_or_slant(reader: FileReader, turn: int) -> None:
    assert recognized(reader, saved(pictured(HELD, turn=turn)), "a.png").text == " ".join(HELD)


@needs_extra
@pytest.mark.parametrize("form", ["JPEG", "BMP", "WEBP", "GIF", "TIFF"])
def test_each_format_of_pictures_is_recognized(reader: FileReader, form: str) -> None:
    assert HELD[0] in recognized(reader, saved(pictured(HELD), form), f"a.{form.lower()}").text


@needs_extra
def test_pages_of_a_picture_are_places(reader: FileReader) -> None:
    pages = [pictured([f"The page {word} is here."]) for word in ("one", "two")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    text = recognized(reader, data, "a.tiff")
    assert [place.label for place in text.places] == ["page 1", "page 2"]
    assert text.text == "The page one is here.\n\nThe page two is here."


@needs_extra
def test_a_transparent_picture_is_read_on_white(reader: FileReader) -> None:
    from PIL import Image

    image = Image.new("RGBA", (1240, 700), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), mask=pictured(HELD).point(lambda value: 255 - value))
    assert recognized(reader, saved(image), "a.png").text == " ".join(HELD)


@needs_extra
@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"no picture", "damaged or no picture"), (saved(pictured([])), "no text was recognized")],
)
def test_pictures_that_show_no_text_say_so(reader: FileReader, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=rf"^a\.png: .*{reason}"):
        reader.extract(data, "a.png")


@needs_extra
def test_files_without_pictures_do_not_load_the_models(reader: FileReader, tmp_path: Path) -> None:
    ocr.begin()
    read(scan("t"))
    assert ocr.seconds_wanted() == 0
    with pytest.raises(UnreadableDocument):
        read(scan("s", "s"))
    assert ocr.seconds_wanted() == 2 * ocr.SECONDS_A_PAGE
    ocr.begin()


def test_pages_beyond_the_time_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def recognize(picture: Any) -> list[Any]:
        raise ocr.OutOfTime

    monkeypatch.setattr(ocr, "is_ready", lambda: True)
    monkeypatch.setattr(ocr, "recognize", recognize)
    assert read(scan("t", "s")).unread == (Unread("too_long", "page 2", 1),)
