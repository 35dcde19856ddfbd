"""OpenDocument spreadsheets (.ods, .ots, .fods): cells as LibreOffice shows them, and what stands beside them."""

from __future__ import annotations

import io
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.drawings import attribute, local
from index.readers.grid import Area, Sheet, append_sheet, column_name
from index.readers.opendocument_tables import chart_rows
from index.readers.packages import member_bytes, open_package
from index.readers.parts import costing_only, parse_xml
from index.readers.sheetparts import append_printed, page_text
from index.readers.tables import MAX_ROWS, append_table
from index.readers.workbook import WITHOUT_VALUE
from index.text import one_line

_MOST_COLUMNS = 1024
_MOST_REPEATS = 1000
_SPACES = {"s": " ", "tab": " ", "line-break": " "}
_NOT_SHOWN = frozenset(
    "annotation frame custom-shape note ruby-text g rect sheet-name page-number page-count date time file-name".split()
)
_SHAPES = frozenset(
    {"frame", "custom-shape", "g", "rect", "ellipse", "line", "polygon", "path", "connector", "caption"}
)


def read_ods(data: bytes, name: str) -> Extracted:
    """Read an OpenDocument spreadsheet, packed or flat, sheet by sheet.

    Raises:
        UnreadableDocument: it is none, is encrypted, or damaged as a whole.
    """
    builder = TextBuilder()
    parts = {"content.xml": data, "meta.xml": b""} if data.lstrip()[:1] == b"<" else _parts(data, name)
    _Reader(parts, builder, name).read()
    with costing_only(builder, "headers and footers"):
        _append_printed(parts.get("styles.xml") or parts["content.xml"], builder)
    title, date = "", None
    with costing_only(builder, "properties"):
        meta = parse_xml(parts["meta.xml"], recover=True) if parts.get("meta.xml") else None
        for node in meta.iter("{*}title", "{*}date") if meta is not None else ():
            if local(node) == "title":
                title = one_line(node.text or "")
            else:
                date = parse_date(node.text or "")
    return builder.extracted(title=title or None, date=date)


def _parts(data: bytes, name: str) -> dict[str, bytes]:
    """Return the parts that are read, by name."""
    with open_package(data, name) as package:
        names = set(package.namelist())
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in member_bytes(package, manifest, name):
            raise UnreadableDocument(f"{name}: is encrypted; save it without a password")
        wanted = {
            part for part in names if part in ("content.xml", "meta.xml", "styles.xml") or part.endswith("/content.xml")
        }
        if "content.xml" not in wanted:
            raise UnreadableDocument(f"{name}: is no OpenDocument spreadsheet; save it again")
        return {part: member_bytes(package, part, name) for part in wanted}


class _Reader:
    """Reads the sheets one after the other."""

    def __init__(self, parts: dict[str, bytes], builder: TextBuilder, name: str) -> None:
        self._parts = parts
        self._builder = builder
        self._name = name
        self._hidden: set[str] = set()
        self._left = MAX_ROWS
        self._start()

    def _start(self) -> None:
        self._sheet = Sheet("")
        self._row = 0
        self._without_value = 0
        self._unread_rows = 0
        self._shapes: list[Any] = []

    def read(self) -> None:
        """Append all sheets."""
        from lxml import etree

        tags = [f"{{*}}{tag}" for tag in ("table-row", "table", "style", "spreadsheet", "shapes", "table-column")]
        context = etree.iterparse(
            io.BytesIO(self._parts["content.xml"]),
            events=("start", "end"),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=False,
        )
        depth, is_sheet = 0, False
        try:
            for event, node in context:
                kind = local(node)
                if kind == "spreadsheet":
                    is_sheet = True
                elif kind == "table":
                    depth += 1 if event == "start" else -1
                    if depth == 1 and event == "start":
                        self._open(node)
                    elif depth == 0 and event == "end":
                        self._close(node)
                elif event == "end" and depth <= 1:
                    self._take(kind, node)
        except etree.XMLSyntaxError:
            if not is_sheet:
                raise UnreadableDocument(f"{self._name}: is damaged; save it again") from None
            self._builder.unread("damaged_part", self._sheet.label if self._sheet.name else "", remedy="save_again")
            if self._sheet.rows:
                self._close(None)
        if not is_sheet:
            raise UnreadableDocument(f"{self._name}: is no OpenDocument spreadsheet; give it the ending of its format")

    def _take(self, kind: str, node: Any) -> None:
        if kind == "style":
            for properties in node.iterchildren("{*}table-properties"):
                if attribute(properties, "display") == "false":
                    self._hidden.add(attribute(node, "name"))
        elif kind == "shapes":
            self._shapes += list(node.iterchildren("{*}*"))
        elif kind == "table-column":
            self._column(node)
        elif kind == "table-row":
            with costing_only(self._builder, self._sheet.label):
                self._append_row(node)
            if not any(shape in self._shapes for shape in node.iter("{*}frame")):
                node.clear()

    def _open(self, node: Any) -> None:
        self._start()
        self._columns = 0
        name = one_line(attribute(node, "name")) or "unnamed"
        self._sheet = Sheet(name, is_hidden=attribute(node, "style-name") in self._hidden)

    def _column(self, node: Any) -> None:
        times = min(_whole(attribute(node, "number-columns-repeated"), 1), _MOST_COLUMNS)
        if attribute(node, "visibility") in ("collapse", "filter"):
            self._sheet.hidden_columns += range(self._columns + 1, self._columns + times + 1)
        self._columns += times

    def _close(self, node: Any) -> None:
        sheet, builder = self._sheet, self._builder
        last = max((max(row) for row in sheet.rows.values() if row), default=0)
        sheet.hidden_columns = [column for column in sheet.hidden_columns if column <= last]
        append_sheet(sheet, builder)
        charts = 0
        for shape in self._shapes:
            with costing_only(builder, f"{sheet.label}, drawings"):
                charts = self._append_shape(shape, charts)
        if self._without_value:
            builder.unread("formula", sheet.label, self._without_value, "save_again")
        if self._unread_rows:
            builder.unread("too_long", sheet.label, self._unread_rows)
        if node is not None:
            node.clear()

    def _append_row(self, node: Any) -> None:
        times = _whole(attribute(node, "number-rows-repeated"), 1)
        first = self._row + 1
        self._row += times
        cells = self._cells(node, first)
        if not cells:
            return
        for number in range(first, first + min(times, _MOST_REPEATS)):
            self._left -= 1
            if self._left < 0:
                self._unread_rows += 1
                continue
            self._sheet.rows[number] = dict(cells)
            if attribute(node, "visibility") in ("collapse", "filter"):
                self._sheet.hidden_rows.append(number)

    def _cells(self, row: Any, number: int) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 1
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            times = _whole(attribute(cell, "number-columns-repeated"), 1)
            if local(cell) == "table-cell" and column <= _MOST_COLUMNS:
                text = self._text(cell)
                if text:
                    for place in range(column, min(column + times, _MOST_COLUMNS + 1)):
                        cells[place] = text
                wide = _whole(attribute(cell, "number-columns-spanned"), 1)
                tall = _whole(attribute(cell, "number-rows-spanned"), 1)
                if wide > 1 or tall > 1:
                    self._sheet.merged.append(Area(number, column, number + tall - 1, column + wide - 1))
                self._beside(cell, number, column)
            column += times
        return cells

    def _beside(self, cell: Any, number: int, column: int) -> None:
        """Take the comment on a cell, and the shapes that are anchored to it."""
        for child in cell.iterchildren("{*}*"):
            kind = local(child)
            if kind == "annotation":
                author = one_line(child.findtext("{*}creator") or "")
                text = one_line(" ".join(_paragraph(p) for p in child.iter("{*}p")))
                by = f" by {author}" if author else ""
                if text:
                    note = f"Comment on {column_name(column)}{number}{by}: {text}"
                    self._sheet.notes.setdefault(number, []).append(note)
            elif kind in _SHAPES:
                self._shapes.append(child)

    def _text(self, cell: Any) -> str:
        kind = attribute(cell, "value-type")
        shown = one_line(" ".join(_paragraph(p) for p in cell.iterchildren("{*}p", "{*}h")))
        if not kind and not shown and attribute(cell, "formula"):
            self._without_value += 1
            return WITHOUT_VALUE
        if kind == "date" and attribute(cell, "date-value"):
            return attribute(cell, "date-value").removesuffix("T00:00:00").replace("T", " ")
        if not shown or set(shown) == {"#"}:
            return attribute(cell, "value") or one_line(attribute(cell, "string-value"))
        return shown

    def _append_shape(self, shape: Any, charts: int, depth: int = 0) -> int:
        """Append the texts and charts of a shape and those in it; return how many charts there are so far."""
        builder, kind = self._builder, local(shape)
        if kind == "object":
            part = f"{attribute(shape, 'href').removeprefix('./')}/content.xml"
            content = parse_xml(self._parts[part], recover=True) if part in self._parts else shape
            chart = next((node for node in content.iter("{*}chart") if node.find("{*}plot-area") is not None), None)
            if chart is None:
                builder.unread("embedded_object", self._sheet.label, remedy="add_separately")
                return charts
            charts += 1
            title, rows = chart_rows(chart)
            builder.block(f"Chart: {title}" if title else "Chart" if rows else "")
            append_table(rows, builder, name=f"chart {charts}", header_rows=1)
            if not rows:
                builder.unread("chart", self._sheet.label)
            return charts
        if kind == "image":
            builder.unread("picture", self._sheet.label, remedy="ocr")
        elif kind == "p":
            builder.block(one_line(_paragraph(shape)))
        elif kind == "desc":
            builder.block(f"Picture: {one_line(shape.text or '')}" if one_line(shape.text or "") else "")
        elif depth < 20:
            inner = list(shape.iterchildren("{*}*"))
            if any(local(child) == "object" for child in inner):  # the image beside it is a picture of it
                inner = [child for child in inner if local(child) != "image"]
            for child in inner:
                charts = self._append_shape(child, charts, depth + 1)
        return charts


def _append_printed(data: bytes, builder: TextBuilder) -> None:
    """Append what is printed above and below each page."""
    texts = []
    for node in parse_xml(data, recover=True).iter("{*}header", "{*}footer"):
        if attribute(node, "display") != "false":
            kind = "Header" if local(node) == "header" else "Footer"
            parts = (one_line(_paragraph(p)) for p in node.iter("{*}p"))
            texts.append(page_text(kind, "&C".join(part.replace("&", "&&") for part in parts)))
    builder.place("")
    append_printed(texts, builder)


def _paragraph(node: Any) -> str:
    parts = [node.text or ""]
    for child in node.iterchildren("{*}*"):
        kind = local(child)
        if kind in _SPACES:
            parts.append(_SPACES[kind])
        elif kind not in _NOT_SHOWN:
            parts.append(_paragraph(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else default
