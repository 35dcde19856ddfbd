"""OpenDocument texts, presentations and drawings, packed or flat, as LibreOffice and others save them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.drawings import marked_header_rows
from index.readers.mathml import linear
from index.readers.opendocument_styles import Counters, Styles, attribute, is_small, local, whole
from index.readers.opendocument_tables import chart_rows, table_rows
from index.readers.packages import member_bytes, open_package
from index.readers.parts import costing_only, parse_xml
from index.readers.tables import append_table
from index.text import one_line

OPENDOCUMENT = (".odt", ".ott", ".fodt", ".odp", ".otp", ".fodp", ".odg", ".otg", ".fodg")
_NOT_SHOWN = frozenset(
    "tracked-changes sequence-decls variable-decls user-field-decls dde-connection-decls "
    "alphabetical-index-auto-mark-file forms scripts script event-listeners annotation-end "
    "index-title-template table-of-content-source "
    "alphabetical-index-source illustration-index-source table-index-source object-index-source user-index-source "
    "bibliography-source page-number page-count number page-thumbnail settings shapes-decls title desc".split()
)
_DRAWN = frozenset(
    "frame custom-shape g a rect line polyline polygon path circle ellipse regular-polygon connector caption measure "
    "control scene page-thumbnail".split()
)
_PLACEHOLDERS = frozenset({"header", "footer", "date-time", "page-number"})


def read_opendocument(data: bytes, name: str) -> Extracted:
    """Read a text, a presentation or a drawing, whose pages are read like slides.

    Raises:
        UnreadableDocument: it is none of these, is encrypted, or damaged as a whole.
    """
    parts = _Parts(data, name)
    content = parts.content
    body = next(content.iterfind("{*}body/*"), None)
    if body is None or local(body) not in ("text", "presentation", "drawing"):
        fault = "is damaged; save it again" if parts.is_damaged else "is no OpenDocument text or presentation"
        raise UnreadableDocument(f"{name}: {fault}")
    builder = TextBuilder()
    if parts.is_damaged:
        builder.unread("damaged_part", remedy="save_again")
    styles = parts.xml("styles.xml", builder)
    styles = content if styles is None else styles
    reader = _Reader(parts, Styles(styles, content), builder)
    if local(body) == "text":
        reader.append(body)
        reader.append_headers(styles)
    else:
        reader.append_pages(body, styles, "slide" if local(body) == "presentation" else "page")
    meta = parts.xml("meta.xml", builder)
    title, date = _properties(content if meta is None else meta)
    first = next((heading.text for heading in builder.extracted().headings if local(body) != "text"), None)
    return builder.extracted(title=title or first, date=date)


def _properties(root: Any) -> tuple[str, str | None]:
    stated = {local(node): node.text or "" for meta in root.iter("{*}meta") for node in meta.iterchildren("{*}*")}
    dates = (parse_date(one_line(stated.get(field, ""))) for field in ("date", "creation-date"))
    return one_line(stated.get("title", "")), next((date for date in dates if date and date > "1990"), None)


class _Parts:
    """The parts of a file, which are one where it is flat."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._package = None if data.lstrip()[:1] == b"<" or data[:3] == b"\xef\xbb\xbf" else open_package(data, name)
        if b"encryption-data" in self._bytes("META-INF/manifest.xml"):
            raise UnreadableDocument(f"{name}: is encrypted; save it without a password")
        content = data if self._package is None else member_bytes(self._package, "content.xml", name)
        self.is_damaged = False
        try:
            self.content = parse_xml(content)
        except ValueError:
            self.is_damaged = True
            try:
                self.content = parse_xml(content, recover=True)
            except ValueError as error:
                raise UnreadableDocument(f"{name}: is damaged ({one_line(error)[:120]}); save it again") from None

    def xml(self, part: str, builder: TextBuilder) -> Any:
        """Return the root of a part, None if there is none; one that cannot be read is noted."""
        data = self._bytes(part)
        if data:
            with costing_only(builder, part):
                return parse_xml(data)
        return None

    def _bytes(self, part: str) -> bytes:
        if self._package is None or part not in self._package.namelist():
            return b""
        try:
            return member_bytes(self._package, part, self._name)
        except UnreadableDocument:
            return b"<"


class _Reader:
    """Writes elements of a text one after the other."""

    def __init__(self, parts: _Parts, styles: Styles, builder: TextBuilder) -> None:
        self._parts = parts
        self._styles = styles
        self._builder = builder
        self._main = builder
        """What notes are made in; a cell of a table is written to a builder of its own."""
        self._place = ""
        self._waiting: list[Any] = []
        """Notes, comments and frames of the paragraph that is being read, which follow it."""
        self._lists: dict[str, Counters] = {}
        self._latest: dict[str, Counters] = {}
        self._outline = Counters("", {})
        self._tables = self._charts = 0
        self._seen: set[str] = set()
        self._is_item = False

    def append(self, parent: Any) -> None:
        """Append everything below an element."""
        for node in parent.iterchildren("{*}*"):
            with costing_only(self._main, self._place):
                self._append_node(node)

    def _append_node(self, node: Any) -> None:
        kind = local(node)
        if kind in _NOT_SHOWN:
            if (
                kind == "forms"
                and next(node.iter("{*}text", "{*}textarea", "{*}checkbox", "{*}listbox"), None) is not None
            ):
                self._main.unread("form_field", self._place, sum(1 for _ in node.iterfind(".//{*}properties/..")))
        elif kind in ("p", "h"):
            self._append_paragraph(node)
        elif kind == "list":
            self._append_list(node, 1, None)
        elif kind == "table":
            self._append_table(node)
        elif kind in ("annotation", "note"):
            self._append_aside(node)
        elif kind in _DRAWN:
            self._append_drawn(node)
        else:  # sections, indexes and whatever else holds text
            self.append(node)

    def _append_paragraph(self, node: Any, label: str = "") -> None:
        style = attribute(node, "style-name")
        level = self._styles.heading_level(style)
        if local(node) == "h":
            level = whole(attribute(node, "outline-level"), 1, 6) or 1
            if not label and attribute(node, "is-list-header") != "true":
                label = self._styles.heading_number(self._outline, whole(attribute(node, "outline-level"), 1, 10) or 1)
            label = label.removeprefix("-")
        waiting, self._waiting = self._waiting, []
        text = one_line("".join(self._inline(node)))
        self._write(f"{label} {text}" if label and text else text, level, is_item=bool(label))
        after, self._waiting = self._waiting, waiting
        for aside in after:
            if self._builder is not self._main and local(aside) in ("note", "annotation"):
                self._waiting.append(aside)  # it follows the table
                continue
            with costing_only(self._main, self._place):
                self._append_node(aside)

    def _write(self, text: str, level: int | None = None, *, is_item: bool = False) -> None:
        if text:
            self._builder.block(text, level, between="\n" if is_item and self._is_item and level is None else "\n\n")
            self._is_item = is_item and level is None

    def _inline(self, node: Any) -> Iterator[str]:
        """Yield the text of a paragraph; what follows it is put aside."""
        yield node.text or ""
        for child in node:
            kind = local(child) if isinstance(child.tag, str) else ""
            if kind in ("", "s", "tab", "line-break"):  # "": an entity, which is not resolved
                yield " "
            elif kind == "ruby-text":
                yield f" ({''.join(child.itertext())})"
            elif kind == "frame" and (math := self._formula(child)):
                yield f" {math} "
            elif kind in ("note", "annotation") or kind in _DRAWN - {"a"}:
                self._waiting.append(child)
            elif kind not in _NOT_SHOWN or kind == "title":  # a field may show the title
                yield from self._inline(child)
            yield child.tail or ""

    def _append_list(self, node: Any, level: int, around: Counters | None) -> None:
        style = attribute(node, "style-name") or (around.style if around else "")
        if not style:
            first = next(node.iter("{*}p", "{*}h"), None)
            style = self._styles.list_of(attribute(first, "style-name")) if first is not None else ""
        counters = around
        if counters is None:
            before = self._lists.get(attribute(node, "continue-list") or "none")
            if before is None and attribute(node, "continue-numbering") == "true":
                before = self._latest.get(style)
            counters = Counters(style, before.reached if before else {})
            self._lists[attribute(node, "id")] = self._latest[style] = counters
        elif style != counters.style:
            counters = Counters(style, counters.reached)
        for item in node.iterchildren("{*}list-header", "{*}list-item"):
            label = ""
            if local(item) == "list-item" and next(item.iterchildren("{*}p", "{*}h"), None) is not None:
                start = attribute(item, "start-value")
                label = self._styles.label(counters, level, whole(start, 1) if start else None)
            for child in item.iterchildren("{*}*"):
                if local(child) in ("p", "h"):
                    self._append_paragraph(child, label)
                    label = ""
                elif local(child) == "list":
                    self._append_list(child, level + 1, counters)
                else:
                    self._append_node(child)

    def _append_table(self, node: Any) -> None:
        outer = self._builder

        def cell_text(cell: Any) -> str:
            self._builder = TextBuilder()
            self.append(cell)
            return one_line(self._builder.extracted().text)

        try:
            rows, header_rows = table_rows(node, cell_text)
        finally:
            self._builder, self._is_item = outer, False
        if not header_rows and attribute(node, "use-first-row-styles") == "true":  # of presentations
            header_rows = marked_header_rows(rows) or 0
        self._tables += 1
        append_table(rows, self._builder, name=f"table {self._tables}", header_rows=header_rows or None)
        if self._builder is self._main:
            asides, self._waiting = self._waiting, []
            for aside in asides:
                with costing_only(self._main, self._place):
                    self._append_aside(aside)

    def _append_aside(self, node: Any) -> None:
        """Append a footnote, an endnote or a comment, each a place of its own."""
        if local(node) == "note":
            kind = "endnote" if attribute(node, "note-class") == "endnote" else "footnote"
            number = (
                one_line("".join(node.find("{*}note-citation").itertext()))
                if node.find("{*}note-citation") is not None
                else ""
            )
            self._builder.part(f"{kind} {number}".strip(), "note")
            for body in node.iterchildren("{*}note-body"):
                self.append(body)
        else:
            author, date = one_line(node.findtext("{*}creator") or ""), parse_date(node.findtext("{*}date") or "")
            text = one_line(" ".join("".join(self._inline(p)) for p in node.iter("{*}p")))
            self._builder.part("comment", "note")
            by = f" by {author}" if author else ""
            self._write(f"Comment{by}{f' ({date})' if date else ''}: {text}" if text else "")
        self._builder.end_part()

    def _append_drawn(self, node: Any) -> None:
        self._is_item = False
        described = [one_line(node.findtext(f"{{*}}{kind}") or "") for kind in ("desc", "title")]
        if local(node) == "frame":
            self._append_frame(node, next(filter(None, described), ""))
        elif local(node) == "control":
            self._main.unread("form_field", self._place)
        else:
            has_text = next(node.iter("{*}p"), None) is not None
            self._write("" if has_text or not any(described) else f"Drawing: {next(filter(None, described))}")
            self.append(node)

    def _append_frame(self, frame: Any, described: str) -> None:
        """Append a frame; of several forms of one content (an object and its picture) the first that can be read."""
        for node in frame.iterchildren("{*}*"):
            kind = local(node)
            if kind in ("text-box", "table"):
                self.append(node) if kind == "text-box" else self._append_table(node)
            elif kind == "object":
                self._append_object(frame, node)
            elif kind == "object-ole":
                self._main.unread("embedded_object", self._place, remedy="add_separately")
            elif kind in ("plugin", "applet", "floating-frame"):
                self._main.unread("audio_video" if kind == "plugin" else "embedded_object", self._place)
            elif kind == "image":
                self._write(f"Picture: {described}" if described else "")
                if not is_small(frame):
                    self._main.unread("picture", self._place, remedy="ocr")
            else:
                continue
            return

    def _append_object(self, frame: Any, node: Any) -> None:
        if math := self._formula(frame):
            self._write(math)
            return
        root = self._object(node)
        chart = next(root.iterfind("{*}body/{*}chart/{*}chart"), None) if root is not None else None
        if chart is None:
            self._main.unread("embedded_object", self._place, remedy="add_separately")
            return
        title, rows = chart_rows(chart)
        self._charts += 1
        self._write(f"Chart: {title}" if title else "")
        if rows:
            append_table(rows, self._builder, name=f"chart {self._charts}", header_rows=1)
        else:
            self._main.unread("chart", self._place)

    def _object(self, node: Any) -> Any:
        """Return the root of an embedded document, which is a part of its own or stands in place."""
        inside = next(node.iterchildren("{*}document", "{*}math"), None)
        path = attribute(node, "href").removeprefix("./")
        return inside if inside is not None or not path else self._parts.xml(f"{path}/content.xml", self._main)

    def _formula(self, frame: Any) -> str:
        for node in frame.iterchildren("{*}object"):
            root = self._object(node)
            if root is not None and local(root) == "math":
                return one_line(linear(root))
        return ""

    def append_headers(self, styles: Any) -> None:
        """Append the headers and footers of pages, each text once."""
        for page in styles.iterfind("{*}master-styles/{*}master-page"):
            for node in page.iterchildren("{*}*"):
                kind = local(node).partition("-")[0]
                if kind in ("header", "footer"):
                    self._append_once(node, f"page {kind}")

    def append_pages(self, body: Any, styles: Any, kind: str) -> None:
        """Append the pages of a presentation or a drawing."""
        declared = {
            attribute(node, "name"): "".join(node.itertext())
            for node in body.iterchildren("{*}*")
            if local(node).endswith("-decl")
        }
        masters: dict[str, None] = {}
        for number, page in enumerate(body.iterchildren("{*}page"), start=1):
            self._place = f"{kind} {number}"
            self._builder.place(self._place, kind=kind)
            masters[attribute(page, "master-page-name")] = None
            with costing_only(self._main, self._place):
                self._append_page(page, declared)
        self._place = ""
        for master in styles.iterfind("{*}master-styles/{*}master-page"):
            if attribute(master, "name") in masters:
                shapes = [
                    node
                    for node in master.iterchildren("{*}*")
                    if not attribute(node, "class") and local(node) in _DRAWN
                ]
                for shape in shapes:
                    self._append_once(shape, f"on several {kind}s")

    def _append_page(self, page: Any, declared: dict[str, str]) -> None:
        place = self._place
        shapes = [node for node in page.iterchildren("{*}*") if attribute(node, "class") not in _PLACEHOLDERS]
        titles = [node for node in shapes if attribute(node, "class") == "title"]
        for node in titles:
            texts = (one_line("".join(self._inline(paragraph))) for paragraph in node.iter("{*}p", "{*}h"))
            self._write(" ".join(filter(None, texts)), level=2)
        if self._styles.is_hidden(attribute(page, "style-name")):
            self._write("(hidden slide)")
        notes = [node for node in shapes if local(node) == "notes"]
        for node in shapes:
            if node not in titles and node not in notes:
                with costing_only(self._main, place):
                    self._append_node(node)
        for use in ("use-header-name", "use-footer-name", "use-date-time-name"):
            text = one_line(declared.get(attribute(page, use), ""))
            if text not in self._seen:
                self._seen.add(text)
                self._write(text)
        for node in notes:
            self._builder.place(f"{place}, notes", kind="note")
            for frame in node.iterchildren("{*}*"):
                if attribute(frame, "class") not in _PLACEHOLDERS:
                    self._append_node(frame)

    def _append_once(self, node: Any, place: str) -> None:
        outer, self._builder = self._builder, TextBuilder()
        try:
            self._append_node(node) if local(node) in _DRAWN else self.append(node)
            text = self._builder.extracted().text
        finally:
            self._builder = outer
        if text and text not in self._seen:
            self._seen.add(text)
            self._builder.place(place, kind="note")
            self._write(text)
