"""PowerPoint files. They are read part by part, so that what is damaged or missing costs no more than itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.charts import chart_rows, diagram_texts
from index.readers.dates import parse_date
from index.readers.drawings import attribute, body_paragraphs, chosen, local, paragraph_text, table_rows
from index.readers.ooxml import Package
from index.readers.parts import costing_only
from index.readers.tables import append_table
from index.text import one_line

POWERPOINT = (".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm")
_TITLES = frozenset({"title", "ctrTitle"})
_REPEATED = frozenset({"ftr", "hdr", "dt"})
"""Placeholders that say the same on many slides."""
_SMALL = 64 * 9525
"""In the units of the format, the width and height below which a picture is decoration."""


def read_pptx(data: bytes, name: str) -> Extracted:
    """Read a presentation: for each slide its texts, tables, charts, diagrams, notes and comments.

    The title of a slide is a heading of level 2, the name of a section one of level 1.

    Raises:
        UnreadableDocument: it is no presentation, or damaged as a whole.
    """
    package = Package(data, name)
    try:
        main = package.main_part("presentationml", fallback="ppt/presentation.xml")
        try:
            root = package.xml(main)
        except UnreadableDocument as error:
            raise UnreadableDocument(f"{name}: is damaged or no PPTX file ({error}); save it again") from None
        if local(root) != "presentation":
            raise UnreadableDocument(f"{name}: is no PPTX file; give it the ending of its format")
        builder = _Deck(package, main, root).read()
        properties = package.core_properties
        top = next((heading.text for heading in builder.extracted().headings if heading.level == 2), None)
        return builder.extracted(title=properties.title or top, date=properties.date)
    finally:
        package.close()


class _Deck:
    """A presentation being read."""

    def __init__(self, package: Package, main: str, root: Any) -> None:
        self._package = package
        self._main = main
        self._root = root
        self._builder = TextBuilder()
        self._repeated: set[str] = set()
        self._layouts: dict[str, list[str]] = {}
        """Of each layout that a slide uses, the parts whose own texts are shown, too."""
        self._authors: dict[str, str] | None = None

    def read(self) -> TextBuilder:
        """Read all slides, then what layouts and masters show on them."""
        relations = self._package.relations(self._main)
        sections = self._sections()
        seen = set()
        for number, entry in enumerate(self._root.iterfind("{*}sldIdLst/{*}sldId"), start=1):
            relation = relations.get(_relation_id(entry))
            place = f"slide {number}"
            self._builder.place(place, kind="slide")
            if section := sections.get(entry.get("id", "")):
                self._builder.block(section, level=1)
            if relation is None or relation.target in seen:
                self._builder.unread("damaged_part", place, remedy="save_again")
                continue
            seen.add(relation.target)
            with costing_only(self._builder, place):
                _Slide(self._package, relation.target, place, self._builder, self._repeated, self._layouts).read()
            with costing_only(self._builder, f"{place}, comments"):
                self._append_comments(relation.target, place)
        self._append_layouts()
        return self._builder

    def _sections(self) -> dict[str, str]:
        """Return the names that people gave to sections, by the id of their first slide."""
        first = {}
        for section in self._root.iter("{*}section"):
            entry = next(section.iter("{*}sldId"), None)
            name = one_line(section.get("name", ""))
            if entry is not None and name and name.lower() != "default section":
                first[entry.get("id", "")] = name
        return first

    def _append_comments(self, slide: str, place: str) -> None:
        self._builder.place(f"{place}, comments", kind="note")
        for kind in ("comments", "comment"):  # the older form and the threaded one
            for part in self._package.related(slide, kind):
                for comment in self._package.xml(part).iter("{*}cm"):
                    self._append_comment(comment, "Comment")
                    for reply in comment.iter("{*}reply"):
                        self._append_comment(reply, "Reply")

    def _append_comment(self, comment: Any, what: str) -> None:
        body = comment.find("{*}txBody")
        lines = [comment.findtext("{*}text") or ""]
        if body is not None:
            lines = [text for text, _ in body_paragraphs(body)]
        text = one_line(" ".join(lines))
        author = self._author(comment.get("authorId", ""))
        date = parse_date(comment.get("dt") or comment.get("created") or "")
        if text:
            by = f" by {author}" if author else ""
            self._builder.block(f"{what}{by}{f' ({date})' if date else ''}: {text}")

    def _author(self, author_id: str) -> str:
        if self._authors is None:
            self._authors = {}
            for part in (p for kind in ("commentAuthors", "authors") for p in self._package.related(self._main, kind)):
                with costing_only(self._builder, "names of the authors of comments"):
                    for node in self._package.xml(part).iter("{*}cmAuthor", "{*}author"):
                        self._authors[node.get("id", "")] = one_line(node.get("name", ""))
        return self._authors.get(author_id, "")

    def _append_layouts(self) -> None:
        """Append what layouts and masters show on slides (names, marks of confidentiality), each text once."""
        self._builder.place("on several slides", kind="slide")
        for part in dict.fromkeys(part for parts in self._layouts.values() for part in parts):
            with costing_only(self._builder, "layouts of the slides"):
                for shape in _shapes(self._package.xml(part)):
                    if local(shape) == "sp" and _placeholder(shape) is None:
                        for text, _ in _paragraphs(shape):
                            if text not in self._repeated:
                                self._repeated.add(text)
                                self._builder.block(text)


class _Slide:
    """A slide being read."""

    def __init__(
        self,
        package: Package,
        part: str,
        place: str,
        builder: TextBuilder,
        repeated: set[str],
        layouts: dict[str, list[str]],
    ) -> None:
        self._package = package
        self._part = part
        self._place = place
        self._builder = builder
        self._repeated = repeated
        self._layouts = layouts
        self._sources: list[Any] = []
        """Layout and master, from which placeholders inherit their bullets."""
        self._charts = 0
        self._tables = 0

    def read(self) -> None:
        """Append the slide and its notes."""
        damaged = len(self._package.damaged)
        root = self._package.xml(self._part)
        if len(self._package.damaged) > damaged:
            self._builder.unread("damaged_part", self._place, remedy="save_again")
        self._open_layouts(root.get("showMasterSp") not in ("0", "false"))
        shapes = list(_shapes(root))
        titles = [shape for shape in shapes if _kind(shape) in _TITLES]
        for shape in titles:
            self._builder.block(" ".join(text for text, _ in _paragraphs(shape)), level=2)
        if root.get("show") in ("0", "false"):
            self._builder.block("(hidden slide)")
        for shape in shapes:
            if shape not in titles:
                with costing_only(self._builder, self._place):
                    self._append(shape)
        with costing_only(self._builder, f"{self._place}, notes"):
            self._append_notes()

    def _open_layouts(self, are_shown: bool) -> None:
        for layout in self._package.related(self._part, "slideLayout")[:1]:
            masters = self._package.related(layout, "slideMaster")[:1]
            for part in (layout, *masters):
                with costing_only(self._builder, "layouts of the slides"):
                    self._sources.append(self._package.xml(part))
            if are_shown and self._sources:
                shows_master = self._sources[0].get("showMasterSp") not in ("0", "false")
                self._layouts[layout] = [layout, *(masters if shows_master else [])]

    def _append(self, shape: Any) -> None:
        kind = local(shape)
        if kind in ("sp", "cxnSp"):
            self._append_text(shape)
        elif kind == "pic":
            self._append_picture(shape)
        elif kind == "graphicFrame":
            self._append_alternative_text(shape, "Drawing")
            self._append_frame(shape)
        elif kind == "grpSp":
            self._append_alternative_text(shape, "Drawing")
        elif kind == "contentPart":  # handwriting
            self._builder.unread("picture", self._place, remedy="ocr")

    def _append_text(self, shape: Any) -> None:
        kind = _kind(shape)
        if kind == "sldNum":
            return
        paragraphs = _paragraphs(shape, self._styles(_placeholder(shape)))
        was_item = False
        for text, is_item in paragraphs:
            if kind in _REPEATED:
                if text in self._repeated:
                    continue
                self._repeated.add(text)
            self._builder.block(text, between="\n" if is_item and was_item else "\n\n")
            was_item = is_item
        if not paragraphs:
            self._append_alternative_text(shape, "Drawing")
            if next(shape.iterfind("{*}spPr/{*}blipFill"), None) is not None and not _is_small(shape):
                self._builder.unread("picture", self._place, remedy="ocr")

    def _styles(self, placeholder: Any) -> list[Any]:
        """Return what a placeholder inherits its bullets from, the nearest first."""
        if placeholder is None:
            return []
        index, family = placeholder.get("idx"), _family(placeholder.get("type", "obj"))
        found: list[Any] = []
        for source in self._sources:
            by_index = index is not None and local(source) == "sldLayout"
            for shape in source.iter("{*}sp"):
                other = _placeholder(shape)
                if other is not None and (
                    other.get("idx") == index if by_index else _family(other.get("type", "obj")) == family
                ):
                    found += shape.iterfind("{*}txBody/{*}lstStyle")
                    break
            if local(source) == "sldMaster" and family == "body":
                found += source.iterfind("{*}txStyles/{*}bodyStyle")
        return found

    def _append_alternative_text(self, shape: Any, what: str) -> None:
        properties = next(shape.iterfind("./*/{*}cNvPr"), None)
        if properties is not None:
            text = one_line(properties.get("descr", "")) or one_line(properties.get("title", ""))
            if text:
                self._builder.block(f"{what}: {text}")

    def _append_picture(self, shape: Any) -> None:
        self._append_alternative_text(shape, "Picture")
        if next(shape.iter("{*}videoFile", "{*}audioFile", "{*}wavAudioFile", "{*}media"), None) is not None:
            self._builder.unread("audio_video", self._place)
        elif not _is_small(shape) and next(shape.iter("{*}decorative"), None) is None:
            self._builder.unread("picture", self._place, remedy="ocr")

    def _append_frame(self, frame: Any) -> None:
        for content in frame.iterfind("{*}graphic/{*}graphicData"):
            for node in chosen(content):
                kind = local(node)
                if kind == "tbl":
                    rows, header_rows = table_rows(node)
                    self._tables += 1
                    append_table(rows, self._builder, name=f"table {self._tables}", header_rows=header_rows)
                elif kind == "chart":
                    self._append_chart(_relation_id(node))
                elif kind == "relIds":
                    self._append_diagram(attribute(node, "dm"))
                elif kind == "oleObj":
                    self._builder.unread("embedded_object", self._place, remedy="add_separately")

    def _append_chart(self, relation_id: str) -> None:
        self._charts += 1
        relation = self._package.relations(self._part).get(relation_id)
        try:
            part = relation.target if relation else ""
            title, rows = chart_rows(self._package.read(part))
        except (UnreadableDocument, ValueError):
            self._builder.unread("chart", self._place, remedy="save_again")
            return
        self._builder.block(f"Chart: {title}" if title else "")
        if rows:
            append_table(rows, self._builder, name=f"chart {self._charts}", header_rows=1)
        else:
            self._builder.unread("chart", self._place)
        for drawing in self._package.related(part, "chartUserShapes"):
            for paragraph in self._package.xml(drawing).iter("{*}p"):
                self._builder.block(paragraph_text(paragraph))

    def _append_diagram(self, relation_id: str) -> None:
        relations = self._package.relations(self._part)
        named = [relations[relation_id].target] if relation_id in relations else []
        texts: list[str] = []
        for part in (*named, *([] if named else self._package.related(self._part, "diagramData"))):
            if part in self._package:
                texts = texts or diagram_texts(self._package.read(part))
        if not texts:  # the picture that was drawn of it last
            for part in self._package.related(self._part, "diagramDrawing"):
                texts = texts or [paragraph_text(node) for node in self._package.xml(part).iter("{*}p")]
        for i, text in enumerate(filter(None, texts)):
            self._builder.block(text, between="\n" if i else "\n\n")
        if not any(texts):
            self._builder.unread("diagram", self._place, remedy="save_again")

    def _append_notes(self) -> None:
        for part in self._package.related(self._part, "notesSlide")[:1]:
            self._builder.place(f"{self._place}, notes", kind="note")
            for shape in _shapes(self._package.xml(part)):
                if _kind(shape) not in (*_REPEATED, "sldNum", "sldImg"):
                    for text, _ in _paragraphs(shape):
                        self._builder.block(text)


def _shapes(root: Any) -> Iterator[Any]:
    """Yield the shapes of a slide in the order of the file, which is the one that screen readers read in."""
    tree = next(root.iterfind("{*}cSld/{*}spTree"), None)
    stack = [tree] if tree is not None else []
    while stack:
        node = stack.pop()
        if node is not tree:
            yield node
        if local(node) in ("spTree", "grpSp"):
            stack.extend(reversed(list(chosen(node))))


def _placeholder(shape: Any) -> Any:
    return next(shape.iterfind("./*/{*}nvPr/{*}ph"), None)


def _kind(shape: Any) -> str:
    """Return what a placeholder is for; "" for a shape that is none."""
    placeholder = _placeholder(shape)
    return placeholder.get("type", "obj") if placeholder is not None else ""


def _family(kind: str) -> str:
    """Return which placeholders of a layout or master another one takes after."""
    if kind in ("title", "ctrTitle"):
        return "title"
    return kind if kind in (*_REPEATED, "sldNum") else "body"


def _paragraphs(shape: Any, styles: list[Any] | None = None) -> list[tuple[str, bool]]:
    body = shape.find("{*}txBody")
    return body_paragraphs(body, styles or ()) if body is not None else []


def _is_small(shape: Any) -> bool:
    extent = next(shape.iterfind("{*}spPr/{*}xfrm/{*}ext"), None)
    sizes = [extent.get(side, "") for side in ("cx", "cy")] if extent is not None else []
    return any(size.isdecimal() and int(size) < _SMALL for size in sizes)


def _relation_id(node: Any) -> str:
    """Return the relationship id of an element, whose plain ``id`` means something else."""
    return next((value for key, value in node.attrib.items() if key.startswith("{") and key.endswith("}id")), "")
