"""Jupyter notebooks: Markdown cells as pages, code cells and their text outputs. Each cell is a place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.html import append_html
from index.readers.markdown import append_markdown
from index.text import one_line

_LONGEST_OUTPUT = 20_000
"""Characters of one output that are read: logs of training and printed tables run on."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PICTURE = re.compile(r"image/(?!svg)|image/svg")


def read_notebook(text: str, name: str) -> Extracted:
    """Read a notebook of format 3 or 4.

    Raises:
        UnreadableDocument: it is no notebook.
    """
    try:
        notebook = json.loads(text)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        metadata = notebook.get("metadata", {})
    except RecursionError:
        raise UnreadableDocument(f"{name}: is nested too deeply; save it in a simpler form") from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise UnreadableDocument(f"{name}: is not a notebook; save it again in Jupyter") from None
    builder = TextBuilder()
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        builder.place(f"cell {number}", kind="record")
        try:
            _append(cell, builder, f"cell {number}")
        except (ValueError, KeyError, TypeError, AttributeError):
            builder.unread("damaged_part", f"cell {number}", remedy="save_again")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    return builder.extracted(title=one_line(title) if isinstance(title, str) else None)


def _append(cell: dict[str, Any], builder: TextBuilder, where: str) -> None:
    source = _joined(cell.get("source", cell.get("input", "")))
    match cell.get("cell_type"):
        case "markdown":
            append_markdown(source, builder)
        case "heading":
            builder.block(one_line(source), min(6, max(1, int(cell.get("level", 1)))))
        case _:
            builder.block(source)
    for name in cell.get("attachments", {}):
        builder.unread("picture", f"{where}, {one_line(name)[:60]}", remedy="add_separately")
    for output in cell.get("outputs", []):
        _append_output(output, builder, where)


def _append_output(output: dict[str, Any], builder: TextBuilder, where: str) -> None:
    data = output.get("data", output)
    if output.get("output_type") in ("error", "pyerr"):
        builder.block(f"{output.get('ename', 'Error')}: {_ANSI.sub('', str(output.get('evalue', '')))}")
    elif "text/html" in data and "<table" in (html := _joined(data["text/html"])):
        append_html(html[: 10 * _LONGEST_OUTPUT], builder)
    elif text := _joined(data.get("text/markdown") or data.get("text/plain") or data.get("text") or ""):
        text = "\n".join(_lines(_ANSI.sub("", text)))
        if len(text) > _LONGEST_OUTPUT:
            builder.unread("too_long", where)
        is_picture = any(_PICTURE.match(kind) for kind in data)
        builder.block("" if is_picture else text[:_LONGEST_OUTPUT])
    for _ in filter(_PICTURE.match, data):
        builder.unread("picture", where, remedy="ocr")
        break


def _lines(text: str) -> Iterator[str]:
    """Yield lines as a terminal shows them: a bar of progress is written over again and again."""
    for line in text.split("\n"):
        yield line.rstrip("\r").rpartition("\r")[2]


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
