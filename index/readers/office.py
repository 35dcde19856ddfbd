"""Word and PowerPoint files, by python-docx and python-pptx."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.packages import open_package
from index.text import one_line

_HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(data: bytes, name: str) -> Extracted:
    """Read a Word file: paragraphs, lists and tables in order; the styles ``Title`` and ``Heading n`` are headings."""
    document = _opened(data, name, "docx")
    builder = TextBuilder()
    styles = _heading_levels(document)
    for element in document.element.body.iterchildren():
        _append_block(element, styles, builder)
    properties = document.core_properties
    return builder.extracted(title=one_line(properties.title or ""), date=_date(properties))


def read_pptx(data: bytes, name: str) -> Extracted:
    """Read a presentation: the texts, tables and notes of each slide; the title of a slide is a heading."""
    presentation = _opened(data, name, "pptx")
    builder = TextBuilder()
    for number, slide in enumerate(presentation.slides, start=1):
        builder.place(f"slide {number}")
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            builder.block(one_line(title.text_frame.text), level=2)
        for shape in _shapes(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                _append_shape(shape, builder)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            builder.block(one_line(slide.notes_slide.notes_text_frame.text))
    properties = presentation.core_properties
    title_text = one_line(properties.title or "")
    if title_text.lower() == "powerpoint presentation":  # what PowerPoint writes where nobody gave one
        title_text = ""
    return builder.extracted(title=title_text or _first_heading(builder), date=_date(properties))


def _opened(data: bytes, name: str, kind: str) -> Any:
    open_package(data, name).close()
    try:
        if kind == "docx":
            from docx import Document

            return Document(io.BytesIO(data))
        from pptx import Presentation

        return Presentation(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # these libraries let through whatever goes wrong in a damaged file
        raise UnreadableDocument(
            f"{name}: is damaged or no {kind.upper()} file ({one_line(str(error))[:120]}); save it again"
        ) from None


def _heading_levels(document: Any) -> dict[str, int]:
    """Return the level of each style (by its id) whose name says that it is of headings."""
    levels = {}
    for style in document.styles.element.iterchildren(f"{_W}style"):
        named = style.find(f"{_W}name")
        style_name = named.get(f"{_W}val", "") if named is not None else ""
        match = _HEADING_STYLE.fullmatch(style_name.strip())
        if match:
            levels[style.get(f"{_W}styleId")] = int(match[1])
        elif style_name.lower() == "title":
            levels[style.get(f"{_W}styleId")] = 1
    return levels


def _append_block(element: Any, styles: dict[str, int], builder: TextBuilder) -> None:
    if element.tag == f"{_W}p":
        style = element.find(f"{_W}pPr/{_W}pStyle")
        level = styles.get(style.get(f"{_W}val")) if style is not None else None
        is_item = element.find(f"{_W}pPr/{_W}numPr") is not None
        text = one_line(_text(element))
        builder.block(f"- {text}" if is_item and text and level is None else text, level)
    elif element.tag == f"{_W}tbl":
        for row in element.iterchildren(f"{_W}tr"):
            cells = [one_line(" ".join(_text(p) for p in cell.iter(f"{_W}p"))) for cell in row.iterchildren(f"{_W}tc")]
            builder.block(" | ".join(cell for cell in cells if cell))
    elif element.tag == f"{_W}sdt":  # a content control: its content stands one level deeper
        content = element.find(f"{_W}sdtContent")
        for inner in content.iterchildren() if content is not None else ():
            _append_block(inner, styles, builder)


def _text(paragraph: Any) -> str:
    """Return a paragraph's text: runs, links and insertions, not what was deleted."""
    parts = []
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
        parts.append({"t": node.text or "", "noBreakHyphen": "-"}.get(node.tag.removeprefix(_W), " "))
    return "".join(parts)


def _shapes(shapes: Any) -> Iterator[Any]:
    """Yield shapes in reading order of the file, groups opened."""
    stack = list(reversed(list(shapes)))
    while stack:
        shape = stack.pop()
        inner = getattr(shape, "shapes", None)
        if inner is None:
            yield shape
        else:
            stack.extend(reversed(list(inner)))


def _append_shape(shape: Any, builder: TextBuilder) -> None:
    if getattr(shape, "has_text_frame", False) and shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            text = one_line("".join(run.text for run in paragraph.runs) or paragraph.text)
            builder.block(text)
    elif getattr(shape, "has_table", False) and shape.has_table:
        for row in shape.table.rows:
            builder.block(" | ".join(filter(None, (one_line(cell.text) for cell in row.cells))))


def _first_heading(builder: TextBuilder) -> str | None:
    headings = builder.extracted().headings
    return headings[0].text if headings else None


def _date(properties: Any) -> str | None:
    try:
        stamp = properties.modified or properties.created
    except (ValueError, TypeError, AttributeError):
        return None
    return stamp.date().isoformat() if isinstance(stamp, datetime) and stamp.year > 1990 else None
