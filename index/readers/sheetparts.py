"""What stands beside the cells of an Excel sheet: comments, text boxes, charts, pictures, headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import TextBuilder
from index.readers.charts import chart_rows, diagram_texts
from index.readers.drawings import attribute, body_paragraphs, chosen, local
from index.readers.ooxml import Package
from index.readers.parts import costing_only
from index.readers.tables import append_table
from index.text import one_line

_ANSWERABLE = "tc={"
"""How the name of the author begins in the plain copy of a comment that can be answered."""
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)", re.IGNORECASE)
_SMALL = 64 * 9525
"""In the units of the format, the width and height below which a picture is decoration."""
_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|[A-Z])')
_OF_PAGES = re.compile(r"\b(?:page|seite|pagina|página|sayfa|of|von|de|di)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def read_comments(package: Package, part: str, people: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the number of the row and the text of each comment on a sheet, with its cell and its author.

    Args:
        package: the workbook.
        part: the sheet.
        people: names by the ids that comments refer to.
    """
    answered: set[str] = set()
    for target in package.related(part, "threadedComment"):
        for node in package.xml(target).iter("{*}threadedComment"):
            cell = node.get("ref", "")
            answered.add(cell)
            text = one_line(" ".join(child.text or "" for child in node.iterchildren("{*}text")))
            what = "Reply" if node.get("parentId") else "Comment"
            yield from _comment(what, cell, people.get(node.get("personId", ""), ""), text, node.get("dT", "")[:10])
    for target in package.related(part, "comments"):
        root = package.xml(target)
        authors = [one_line(node.text or "") for node in root.iterfind("{*}authors/{*}author")]
        for node in root.iter("{*}comment"):
            number = node.get("authorId", "")
            author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
            cell = node.get("ref", "")
            if author.startswith(_ANSWERABLE) and cell in answered:
                continue
            runs = [text.text or "" for text in node.iter("{*}t") if local(text.getparent()) != "rPh"]
            text = one_line("".join(runs))
            if author and text.lower().startswith(f"{author.lower()}:"):
                text = text[len(author) + 1 :].strip()
            yield from _comment("Comment", cell, "" if author.startswith(_ANSWERABLE) else author, text)


def _comment(what: str, cell: str, author: str, text: str, day: str = "") -> Iterator[tuple[int, str]]:
    row = _DIGITS.search(cell)
    if text:
        by = f" by {author}" if author else ""
        yield int(row[0]) if row else 0, f"{what} on {cell}{by}{f' ({day})' if day else ''}: {text}"


def append_page_texts(root: Any, builder: TextBuilder) -> None:
    """Append what is printed above and below each page of a sheet, without numbers of pages, dates and the like."""
    texts: list[str] = []
    for node in root.iter("{*}headerFooter"):
        for child in node.iterchildren("{*}*"):
            texts.append(page_text("Header" if local(child).endswith("Header") else "Footer", child.text or ""))
    append_printed(texts, builder)


def page_text(kind: str, code: str) -> str:
    """Return the words in the code of a header or a footer, "" where there are none but of pages."""
    parts = [one_line(_CODES.sub("", part)) for part in re.split("&[LCR]", code.replace("&&", "\x01"))]
    shown = " | ".join(part for part in parts if any(map(str.isalpha, _OF_PAGES.sub("", part))))
    return f"{kind}: {shown}".replace("\x01", "&") if shown else ""


def append_printed(texts: Sequence[str], builder: TextBuilder) -> None:
    """Append what is printed on each page, each text once."""
    found = list(dict.fromkeys(filter(None, texts)))
    if found:
        builder.part("printed on each page", "note")
        for text in found:
            builder.block(text)
        builder.end_part()


def append_drawings(package: Package, part: str, where: str, builder: TextBuilder) -> None:
    """Append the text boxes, charts and diagrams on a sheet, and note its pictures.

    Args:
        package: the workbook.
        part: the sheet.
        where: what the sheet is called.
        builder: what is appended to.
    """
    charts = 0
    for target in package.related(part, "drawing"):
        with costing_only(builder, f"{where}, drawings"):
            charts = _Drawing(package, target, where, builder, charts).read()
    for target in package.related(part, "vmlDrawing"):
        with costing_only(builder, f"{where}, form controls"):
            _append_controls(package.xml(target), builder)
    objects = sum(
        relation.kind in ("oleObject", "package") and not relation.is_external
        for relation in package.relations(part).values()
    )
    if objects:
        builder.unread("embedded_object", where, objects, "add_separately")


class _Drawing:
    """Reads the shapes that lie on a sheet."""

    def __init__(self, package: Package, part: str, where: str, builder: TextBuilder, charts: int) -> None:
        self._package = package
        self._part = part
        self._where = where
        self._builder = builder
        self._charts = charts

    def read(self) -> int:
        """Append all shapes; return how many charts there are on the sheet so far."""
        root = self._package.xml(self._part)
        for anchor in sorted(chosen(root), key=_position):
            for shape in chosen(anchor):
                with costing_only(self._builder, f"{self._where}, drawings"):
                    self._append(shape, anchor)
        return self._charts

    def _append(self, shape: Any, anchor: Any, depth: int = 0) -> None:
        kind = local(shape)
        if kind in ("sp", "cxnSp"):
            for body in shape.iterchildren("{*}txBody"):
                for i, (text, is_item) in enumerate(body_paragraphs(body)):
                    self._builder.block(text, between="\n" if i and is_item else "\n\n")
        elif kind == "grpSp" and depth < 20:
            for inner in chosen(shape):
                self._append(inner, anchor, depth + 1)
        elif kind == "pic":
            self._append_picture(shape, anchor)
        elif kind == "graphicFrame":
            for content in shape.iterfind("{*}graphic/{*}graphicData"):
                for node in chosen(content):
                    if local(node) == "chart":
                        self._append_chart(attribute(node, "id"))
                    elif local(node) == "relIds":
                        self._append_diagram(attribute(node, "dm"))

    def _append_picture(self, shape: Any, anchor: Any) -> None:
        properties = next(shape.iter("{*}cNvPr"), None)
        text = one_line(properties.get("descr", "")) if properties is not None else ""
        if text and not _FILE_NAME.fullmatch(text):
            self._builder.block(f"Picture: {text}")
        if not _is_small(shape, anchor):
            self._builder.unread("picture", self._where, remedy="ocr")

    def _append_chart(self, relation_id: str) -> None:
        self._charts += 1
        relation = self._package.relations(self._part).get(relation_id)
        try:
            title, rows = chart_rows(self._package.read(relation.target if relation else ""))
        except (UnreadableDocument, ValueError):
            self._builder.unread("chart", self._where, remedy="save_again")
            return
        if not rows:
            self._builder.unread("chart", self._where)
        self._builder.block(f"Chart: {title}" if title else "Chart" if rows else "")
        append_table(rows, self._builder, name=f"chart {self._charts}", header_rows=1)

    def _append_diagram(self, relation_id: str) -> None:
        relation = self._package.relations(self._part).get(relation_id)
        texts = diagram_texts(self._package.read(relation.target)) if relation else []
        for i, text in enumerate(texts):
            self._builder.block(text, between="\n" if i else "\n\n")
        if not texts:
            self._builder.unread("diagram", self._where, remedy="save_again")


def _append_controls(root: Any, builder: TextBuilder) -> None:
    """Append the labels of buttons, boxes and fields, and whether a box is ticked."""
    for shape in root.iter("{*}shape"):
        data = next(shape.iterchildren("{*}ClientData"), None)
        kind = data.get("ObjectType", "") if data is not None else ""
        if data is None or kind in ("Note", "Pict", ""):
            continue
        text = one_line(" ".join(part for box in shape.iterchildren("{*}textbox") for part in box.itertext()))
        if text and kind in ("Checkbox", "Radio"):
            text = f"[{'x' if data.findtext('{*}Checked') == '1' else ' '}] {text}"
        builder.block(text)


def _position(anchor: Any) -> tuple[int, int]:
    """Return the row and the column in which a shape begins."""
    start = next(anchor.iterchildren("{*}from"), None)
    if start is None:
        return (0, 0)
    found = [start.findtext(f"{{*}}{name}") or "" for name in ("row", "col")]
    row, column = (int(text) if text.isdecimal() else 0 for text in found)
    return row, column


def _is_small(shape: Any, anchor: Any) -> bool:
    """Tell whether a picture is an icon; one whose size is not stated is none."""
    size = next((node for above in (shape, anchor) for node in above.iter("{*}ext") if node.get("cx")), None)
    stated = [size.get(side, "") for side in ("cx", "cy")] if size is not None else []
    return bool(stated) and all(side.isdecimal() and 0 < int(side) < _SMALL for side in stated)
