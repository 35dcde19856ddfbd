"""Word files (.docx, .docm, .dotx, .dotm): text as it is shown once all tracked changes are accepted.

Headings, automatic numbers, tables, notes, comments, text boxes, equations, charts, headers and footers are part of the
text; pictures and embedded objects are noted as not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.charts import chart_rows, diagram_texts
from index.readers.numbering import BULLET, Numbering, W
from index.readers.ooxml import Package, note_damaged
from index.readers.tables import append_table
from index.readers.word_headings import headings_by_type
from index.readers.word_parts import WordParts
from index.readers.word_styles import is_on, value_of
from index.readers.word_tables import Table, table_of
from index.readers.word_text import MC, A, Attached, Line, LineReader, M, R, text_of, turn_of
from index.text import one_line

WORD = (".docx", ".docm", ".dotx", ".dotm")
"""Endings of the names of Word files."""
_MAIN = "word/document.xml"
_CONTENT_TYPES = (
    "wordprocessingml.document.main",
    "wordprocessingml.template.main",
    "ms-word.document.macroEnabled.main",
    "ms-word.template.macroEnabledTemplate.main",
)
_LONGEST_HEADING = 250
_DELETED_MARKS = (f"{W}del", f"{W}moveFrom")
_WITHOUT_PARAGRAPH = (f"{W}r", f"{W}hyperlink", f"{W}fldSimple", f"{M}oMath", f"{M}oMathPara")
_CONTENTS = ("table of contents", "contents")
_CHART = re.compile(rb"<(?:\w+:)?(area|bar|bubble|doughnut|line|pie|radar|scatter|stock|surface)(?:3D)?Chart[ >]")
_LISTED = re.compile(r"(?:-|\d+[.)]) ")


@dataclass(slots=True)
class _Story:
    """A stretch of text of its own (the body, a footnote, a header): where it stands and how it is read.

    ``carried`` is what stands before a paragraph mark that was deleted: it belongs to the next paragraph.
    """

    part: str
    lines: LineReader
    numbering: Numbering
    carried: Line | None = None
    after_item: bool = False
    place: tuple[str, str] = ("", "")
    """What the paragraphs themselves say of where they stand: label and kind."""


def read_word(data: bytes, name: str) -> Extracted:
    """Read a Word file.

    Raises:
        UnreadableDocument: it is no Word file, is encrypted or damaged, or unpacks to too much.
    """
    package = Package(data, name)
    try:
        main = package.main_part(*_CONTENT_TYPES, fallback=_MAIN)
        root = package.xml(main) if main in package else None
        body = root.find(f"{W}body") if root is not None else None
        if body is None:
            raise UnreadableDocument(f"{name}: is damaged or no Word file (it has no text part); save it again")
        reader = _WordReader(package, main)
        reader.read(body)
        for note in note_damaged(package):
            reader.builder.unread(note.what, note.where, note.count, note.remedy)
        return reader.builder.extracted(title=package.core_properties.title, date=package.core_properties.date)
    finally:
        package.close()


class _WordReader:
    """Writes what a file says, in order, to ``builder``."""

    def __init__(self, package: Package, main: str) -> None:
        self.builder = TextBuilder()
        self._parts = WordParts(package, main, self.builder)
        self._package = package
        self._out = self.builder
        self._counts = {"footnote": 0, "endnote": 0}
        self._tables = 0
        self._charts = 0
        self._by_type: dict[Any, int] = {}
        self._put_off: list[tuple[Attached, _Story]] | None = None

    def read(self, body: Any) -> None:
        """Read headers, body and footers."""
        self._by_type = headings_by_type(body, self._parts.styles)
        self._margins(body, "header")
        self._story(body, self._new_story(body, self._parts.main))
        self._margins(body, "footer")

    def _new_story(self, root: Any, part: str, *, in_margin: bool = False) -> _Story:
        lines = LineReader(root, self._parts.styles, without_page_numbers=in_margin)
        return _Story(part, lines, self._parts.numbering())

    def _story(self, root: Any, story: _Story) -> None:
        part = story.part.rpartition("/")[2]
        for number, block in enumerate(list(root.iterchildren("{*}*")), start=1):
            with self._costing_only_itself(f"{part}, block {number}", block):
                self._block(block, story)
        self._end_carried(story)

    @contextmanager
    def _costing_only_itself(self, where: str, element: Any = None) -> Iterator[None]:
        """Note what cannot be read, with the text that can still be made out, and go on."""
        out = self._out
        try:
            yield
        except MemoryError:
            raise
        except Exception:  # whatever is wrong with one part must not keep the others out
            self._out = out
            self.builder.unread("damaged_part", where, remedy="save_again")
            if element is not None:
                self._out.block(_plain(element))

    @contextmanager
    def _aside(self) -> Iterator[TextBuilder]:
        """Write to a builder of its own what is to be put somewhere as one text."""
        out, self._out = self._out, TextBuilder()
        try:
            yield self._out
        finally:
            self._out = out

    # Paragraphs and what holds them

    def _block(self, element: Any, story: _Story) -> None:
        tag = element.tag
        if tag == f"{W}p":
            self._paragraph(element, story)
        elif tag == f"{W}tbl":
            self._end_carried(story)
            self._table(element, story)
        elif tag == f"{W}altChunk":
            self._end_carried(story)
            self._inserted_file(element.get(f"{R}id", ""), story)
        elif tag == f"{MC}AlternateContent":
            self._blocks(next(element.iterchildren(f"{MC}Choice", f"{MC}Fallback"), None), story)
        elif tag in _WITHOUT_PARAGRAPH:
            paragraph = element.makeelement(f"{W}p")
            element.addprevious(paragraph)
            paragraph.append(element)
            self._paragraph(paragraph, story)
        elif tag not in _DELETED_MARKS and not tag.endswith("Pr"):
            self._blocks(element, story)  # content controls and the like

    def _blocks(self, container: Any, story: _Story) -> None:
        if container is not None:
            for child in list(container.iterchildren("{*}*")):
                self._block(child, story)

    def _paragraph(self, element: Any, story: _Story) -> None:
        line = story.lines.read(element)
        if story.carried is not None:
            line.text = story.carried.text + line.text
            line.attached = story.carried.attached + line.attached
            story.carried = None
        mark = element.find(f"{W}pPr/{W}rPr")
        if mark is not None and any(mark.find(deleted) is not None for deleted in _DELETED_MARKS):
            story.carried = line
            return
        is_hidden = mark is not None and is_on(mark.find(f"{W}vanish")) and not line.text.strip()
        self._write(element, line, "" if is_hidden else self._label(element, story), story)
        self._attachments(line.attached, story)

    def _end_carried(self, story: _Story) -> None:
        if story.carried is not None:
            line, story.carried = story.carried, None
            self._out.block(text_of(line))
            self._attachments(line.attached, story)

    def _write(self, element: Any, line: Line, label: str, story: _Story) -> None:
        text = text_of(line)
        is_number = bool(label.strip(f"{BULLET} "))
        if not text and not (is_number and self._put_off is not None):  # a cell may hold its number alone
            return
        time, said = turn_of(text)
        in_contents = self._parts.styles.is_of_contents(value_of(element, "pPr", "pStyle"))
        self._stand(story, (time, "time") if time else _CONTENTS if in_contents else ("", ""))
        level = self._heading_level(element)
        if level is None and not label.startswith(BULLET):
            level = self._by_type.get(element)
        is_heading = level is not None and len(text) <= _LONGEST_HEADING
        is_item = not is_heading and _LISTED.match(label) is not None
        between = "\n" if is_item and story.after_item else "\n\n"
        self._out.block(
            label + (one_line(said) if is_heading else said), level if is_heading else None, between=between
        )
        story.after_item = is_item

    def _stand(self, story: _Story, place: tuple[str, str]) -> None:
        if place != story.place:
            self._out.place(place[0], kind=place[1])
            story.place = place

    def _heading_level(self, element: Any) -> int | None:
        stated = value_of(element, "pPr", "outlineLvl")
        level = self._parts.styles.heading_level(value_of(element, "pPr", "pStyle"))
        if stated.isdigit():
            level = int(stated) + 1 if int(stated) < 9 else None
        return min(level, 6) if level is not None else None

    def _label(self, element: Any, story: _Story) -> str:
        """Count a numbered paragraph; return its number or bullet with the space after it, "" for others."""
        style = value_of(element, "pPr", "pStyle")
        by_style = self._parts.styles.list_position(style)
        list_id = value_of(element, "pPr", "numPr", "numId") or by_style.list_id
        if not list_id or list_id == "0":
            return ""
        stated = value_of(element, "pPr", "numPr", "ilvl")
        if stated.isdigit():
            return story.numbering.label(list_id, int(stated))
        levels = (story.numbering.level_of_style(list_id, one) for one in self._parts.styles.based_on(style))
        linked = next((level for level in levels if level is not None), None)
        return story.numbering.label(list_id, linked if linked is not None else by_style.level or 0)

    # Tables

    def _table(self, element: Any, story: _Story) -> None:
        table = table_of(element, self._parts.styles)
        story.after_item = False
        if table.is_layout:
            for cell in table.cells:
                self._blocks(cell, story)
                self._end_carried(story)
            return
        if self._put_off is not None:  # inside another one
            self._rows(table, story, name="")
            return
        put_off = self._put_off = []
        self._tables += 1
        self._stand(story, ("", ""))
        try:
            self._rows(table, story, name=f"table {self._tables}")
        finally:
            self._put_off = None
            for attached, of_story in put_off:
                self._attachment(attached, of_story)

    def _rows(self, table: Table, story: _Story, *, name: str) -> None:
        texts = {cell: self._cell_text(cell, story) for cell in table.cells}
        rows = [[texts.get(cell, "") for cell in row] for row in table.rows]
        append_table(rows, self._out, name=name, header_rows=_header_rows(table, rows))

    def _cell_text(self, cell: Any, story: _Story) -> str:
        """Return what a cell holds on one line; the rows of a table in it are divided by semicolons."""
        with self._aside() as inner:
            self._blocks(cell, story)
            self._end_carried(story)
        text = inner.extracted().text
        return one_line(re.sub(r"(?<=[^\n])\n(?=[^\n]* \| )", "; ", text))

    # What hangs on paragraphs

    def _attachments(self, attached: Sequence[Attached], story: _Story) -> None:
        for one in attached:
            if self._put_off is not None and one.kind in ("footnote", "endnote", "comment"):
                self._put_off.append((one, story))  # a note within a table would break its row
            else:
                self._attachment(one, story)

    def _attachment(self, attached: Attached, story: _Story) -> None:
        kind, value = attached.kind, attached.value
        with self._costing_only_itself(kind):
            if kind == "box":
                self._blocks(value, story)
            elif kind in self._counts:
                self._counts[kind] += 1
                number = self._parts.note_number(kind, self._counts[kind])
                self._note(kind, value, f"{kind} {number}", f"{kind.capitalize()} {number}: ")
            elif kind == "comment":
                comment = self._parts.aside(kind, value)
                author = one_line(comment.get(f"{W}author", "")) if comment is not None else ""
                self._note(kind, value, "comment", f"Comment by {author}: " if author else "Comment: ")
            elif kind == "chart":
                self._chart(self._target(value, story))
            elif kind == "diagram":
                for text in diagram_texts(self._package.read(self._target(value, story))):
                    self._out.block(text)
            elif kind == "picture":
                self._out.block(f"Picture: {value}" if value else "")
                if not attached.is_small:
                    self.builder.unread("picture", remedy="ocr")
            elif kind == "object":
                is_equation = value.lower().startswith("equation")
                self.builder.unread(
                    "formula" if is_equation else "embedded_object",
                    remedy="convert" if is_equation else "add_separately",
                )
            elif kind == "control":
                self.builder.unread("form_field", remedy="convert")
            else:
                self._out.block(one_line(value))

    def _target(self, relation: str, story: _Story) -> str:
        return self._package.relations(story.part)[relation].target

    def _note(self, kind: str, number: str, label: str, opening: str) -> None:
        """Write a note in a place of its own. The opening makes it say what it is where it is read by itself."""
        content = self._parts.aside(kind, number)
        if content is None:
            return
        with self._aside() as inner:
            self._story(content, self._new_story(content, self._parts.part_of_asides(kind)))
        text = inner.extracted().text
        if text:
            self._out.part(label, "note")
            self._out.block(opening + text)
            self._out.end_part()

    def _chart(self, part: str) -> None:
        content = self._package.read(part)
        title, rows = chart_rows(content)
        self._charts += 1
        kind = _CHART.search(content)
        named = f"{kind[1].decode().capitalize()} chart" if kind else "Chart"
        self._out.block(f"{named}: {title}" if title else named)
        if rows:
            append_table(rows, self._out, name=f"chart {self._charts}", header_rows=1)
        else:
            self.builder.unread("chart", f"chart {self._charts}")
        for drawing in self._package.related(part, "chartUserShapes"):  # what was written into the chart
            for paragraph in self._package.xml(drawing).iter(f"{A}p"):
                self._out.block(one_line("".join(text.text or "" for text in paragraph.iter(f"{A}t"))))

    def _inserted_file(self, relation: str, story: _Story) -> None:
        """Read a file that was put in as it is (``altChunk``), if it is a web page or plain text."""
        from index.readers.html import append_html
        from index.readers.plain import decode

        target = self._package.relations(story.part).get(relation)
        with self._costing_only_itself("inserted file"):
            part = target.target if target is not None and not target.is_external else ""
            content = self._package.read(part) if part in self._package else b""
            if re.search(rb"<(?:html|body|p|div)\b", content[:4096], re.IGNORECASE):
                append_html(decode(content, part), self._out)
            elif part.lower().endswith(".txt"):
                self._out.block(decode(content, part))
            else:
                self.builder.unread("embedded_object", remedy="add_separately")

    # Headers and footers

    def _margins(self, body: Any, kind: str) -> None:
        """Write the headers or footers that are shown, each once."""
        texts: dict[str, None] = {}
        for part in self._parts.margin_parts(body, kind):
            with self._costing_only_itself(f"page {kind}"), self._aside() as inner:
                root = self._package.xml(part)
                self._story(root, self._new_story(root, part, in_margin=True))
                texts[inner.extracted().text] = None
        for text in texts:
            self.builder.place(f"page {kind}")
            self.builder.block(text)
        if texts:
            self.builder.place("")


def _header_rows(table: Table, rows: Sequence[Sequence[str]]) -> int | None:
    """Return how many rows name the columns, not counting titles over the whole width and empty rows."""
    if table.header_rows is None or table.header_rows >= len(rows):
        return None
    heads = [row for row in rows[: table.header_rows] if any(row)]
    while heads and len({cell for cell in heads[0] if cell}) == 1:
        heads.pop(0)
    return len(heads) or None


def _plain(element: Any) -> str:
    """Return the text in an element, whatever else there is in it."""
    parts = (" " if node.tag == f"{W}p" else node.text or "" for node in element.iter(f"{W}t", f"{W}p"))
    return one_line("".join(parts))
