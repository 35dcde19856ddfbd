"""Pictures of text (photographs, scans) by OCR; those of several pages have a place for each."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.readers import ocr
from index.readers.base import Extracted, TextBuilder
from index.readers.hyphens import Words, join_lines
from index.readers.members import UnknownFormat
from index.readers.pdf_page import read_words
from index.readers.tables import append_table

REMEDY = "is a picture; install pincite[ocr] to read the text in pictures"
_MOST_PAGES = 500
_MOST_PIXELS = 120_000_000
_SMALLEST = 32
"""Pixels; what is smaller is an icon."""


def read_image(data: bytes, name: str) -> Extracted:
    """Read the text in a picture.

    Raises:
        UnreadableDocument: it is damaged, or there is no OCR; :class:`UnknownFormat` where it shows no text.
    """
    if not ocr.is_installed():
        raise UnknownFormat(f"{name}: {REMEDY}")
    image = _opened(data, name)
    count = 1 if image.format == "GIF" else getattr(image, "n_frames", 1)
    if not ocr.is_ready():
        ocr.wanted(min(count, _MOST_PAGES))
        raise UnreadableDocument(f"{name}: the text in it could not be recognized; install pincite[ocr] again")
    builder = TextBuilder()
    for number, frame in enumerate(_frames(image, min(count, _MOST_PAGES)), start=1):
        label = f"page {number}" if count > 1 else ""
        if label:
            builder.place(label, number, "page")
        try:
            _append(frame, builder)
        except ocr.OutOfTime:
            builder.unread("too_long", label)
    extracted = builder.extracted()
    if not extracted.text:
        raise UnknownFormat(f"{name}: no text was recognized in this picture; add it as text if it holds any")
    return extracted


def _opened(data: bytes, name: str) -> Any:
    from PIL import Image

    try:
        with warnings.catch_warnings():  # of large pictures: their size is looked at below
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
        if image.size[0] * image.size[1] > _MOST_PIXELS:
            raise UnreadableDocument(f"{name}: has too many pixels; make it smaller")
        if max(image.size) < _SMALLEST:
            raise UnknownFormat(f"{name}: is too small a picture to hold text")
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnreadableDocument(f"{name}: is damaged or no picture; save it again") from None
    return image


def _frames(image: Any, count: int) -> Iterator[Any]:
    from PIL import ImageOps

    for number in range(count):
        image.seek(number)
        yield ImageOps.exif_transpose(_on_white(image))


def _on_white(image: Any) -> Any:
    """Return a picture without transparency: what shines through is paper."""
    from PIL import Image

    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image
    layered = image.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    paper.alpha_composite(layered)
    return paper


def _append(picture: Any, builder: TextBuilder) -> None:
    blocks = read_words(ocr.recognize(picture))
    words = Words(line for block in blocks for line in block.lines)
    for number, block in enumerate(blocks, start=1):
        if block.table:
            rows = [[join_lines(cell, words) for cell in row] for row in block.table.rows]
            append_table(rows, builder, name=f"table {number}")
        else:
            builder.block(join_lines(block.lines, words))
