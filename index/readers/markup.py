"""Walks a parsed page of HTML and writes what a reader of the page sees, block by block."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from index.readers import markup_tables as tables
from index.readers.base import TextBuilder
from index.readers.markup_parts import (
    AUDIO_VIDEO,
    Aside,
    aside_kind,
    font_is_zero,
    form_value,
    formula,
    heading_level,
    is_hidden,
    link_note,
    list_marker,
    picture_text,
    raised,
    select_text,
    svg_texts,
)
from index.readers.tables import append_table
from index.text import one_line

_BLOCKS = frozenset(
    "p div section article main header footer aside nav form fieldset legend search blockquote figcaption caption "
    "tr td th table thead tbody tfoot address details summary body html figure center hgroup dialog optgroup "
    "marquee frameset".split()
)
_LISTS = frozenset("ul ol menu dir".split())
_LONE_PICTURE = re.compile(r"\[(Picture: [^\[\]]*)\]")
_CELL_END = re.compile(r"[.:;,!?…。]$")
_Leave = Callable[[], None]
Emit = Callable[[str, int | None, str], None]


def _nothing() -> None:
    return None


@dataclass(slots=True)
class _List:
    ordered: bool
    next_number: int
    step: int
    style: str
    is_first: bool = True


@dataclass(slots=True)
class _Shared:
    """What one page has only one of."""

    builder: TextBuilder
    labels: dict[str, str]
    where: str
    tables: int = 0
    checks_left: int = 200
    asides: list[tuple[str, LexborNode]] = field(default_factory=list)


def append_page(root: LexborNode, builder: TextBuilder, labels: dict[str, str], where: str, place_level: int) -> None:
    """Append the text below ``root``; navigation, cookie banners and advertisements come last.

    Args:
        root: the element to read.
        builder: what is appended to.
        labels: the text of each ``label``, by the id of the field that it is for.
        where: the place that notes of what is not read name.
        place_level: headings down to this level begin a place.
    """
    shared = _Shared(builder, labels, where)

    def emit(text: str, level: int | None, between: str) -> None:
        if level is not None and level <= place_level:
            builder.place(one_line(text), kind="heading")
        builder.block(text, level, between=between)

    Walker(shared, emit).walk(root)
    for label, node in shared.asides:
        builder.part(label, label)
        Walker(shared, emit, is_aside=True).walk(node)
    if shared.asides:
        builder.end_part()


class Walker:
    """Gathers inline text and emits it block by block. Nesting depth is the page's choice: nothing here recurses."""

    def __init__(self, shared: _Shared, emit: Emit, *, is_aside: bool = False, is_cell: bool = False) -> None:
        self._shared = shared
        self._emit = emit
        self._is_aside = is_aside
        self._is_cell = is_cell
        self._inline: list[str] = []
        self._flushes = 0
        self._prefix = ""
        self._between = ""
        self._terms: list[str] = []
        self._is_defined = False
        self._lists: list[_List] = []
        self._pre = 0
        self._unseen = False

    def walk(self, root: LexborNode) -> None:
        """Visit the tree in document order with an explicit stack."""
        stack: list[LexborNode | _Leave] = [root]
        while stack:
            node = stack.pop()
            if not isinstance(node, LexborNode):
                node()
            elif node.tag == "-text":
                self._text(node.text_content or "")
            elif (leave := self._enter(node, node.tag or "", is_root=node is root)) is not None:
                stack.append(leave)
                stack.extend(reversed(list(node.iter(include_text=True))))
        self._flush()

    def _text(self, text: str) -> None:
        if self._unseen:
            return
        self._inline.append(text if self._pre else re.sub(r"\s+", " ", text))

    def _enter(self, node: LexborNode, tag: str, *, is_root: bool) -> _Leave | None:
        """Begin an element; return what ends it, or None if there is nothing (more) to read in it."""
        attributes = node.attributes
        if tag[:1] in "-_!" or is_hidden(node, tag, attributes):
            return None
        if not (self._is_aside or self._is_cell or is_root) and self._set_aside(node, tag, attributes):
            return None
        leave = self._flush if is_root else self._opened(node, tag, attributes)
        style = attributes.get("style")
        if leave is None or not style or (zero := font_is_zero(style)) is None or zero == self._unseen:
            return leave
        self._unseen, ends = zero, leave

        def restore() -> None:
            self._unseen = not zero
            ends()

        return restore

    def _set_aside(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        kind = aside_kind(tag, attributes)
        if kind is None:
            return False
        if kind is not Aside.NAVIGATION:
            self._shared.checks_left -= 1
            if self._shared.checks_left < 0 or tables.text_is_longer(node, 3_000):
                return False
        self._flush()
        self._shared.asides.append((kind.value, node))
        return True

    def _opened(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> _Leave | None:
        level = heading_level(tag, attributes)
        if level is not None:
            return self._block(lambda: self._flush(level))
        if tag in _LISTS:
            return self._list(tag, node, attributes)
        match tag:
            case "table":
                return self._table(node)
            case "li":
                return self._item(attributes)
            case "dt":
                return self._term()
            case "dl":
                return self._definitions()
            case "dd":
                return self._definition()
            case "pre" | "listing" | "xmp" | "plaintext":
                return self._preformatted()
            case "br":
                self._inline.append("\n")
                return None
            case "hr":
                self._flush()
                return None
        if tag in _BLOCKS:
            if self._is_cell and tag in ("td", "th"):
                self._inline.append(" / " if node.prev is not None else "")
                return _nothing
            return self._block(self._flush)
        return self._inline_element(node, tag, attributes)

    def _inline_element(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> _Leave | None:
        match tag:
            case "sup":
                return self._wrapping(lambda text, before: raised(text, before))
            case "s" | "del" | "strike":
                return self._wrapping(lambda text, _: text if "~~" in text else f"~~{text}~~")
            case "q":
                return self._wrapping(lambda text, _: f"“{text}”")
            case "rt" if node.prev is None or node.prev.tag != "rp":
                return self._wrapping(lambda text, _: f"({text})")
            case "a" if attributes.get("href"):
                href = attributes["href"] or ""
                return self._wrapping(lambda text, _: text + link_note(href, text))
            case "button":
                self._text(" ")
                return lambda: self._text(" ")
            case "img":
                self._picture(attributes)
            case "input" | "textarea":
                self._value(form_value(node, tag, attributes), attributes, is_tick=attributes.get("type") or "")
            case "select":
                self._value(select_text(node), attributes)
            case "math":
                self._text(f" {formula(node)} ")
            case "svg":
                self._lines(svg_texts(node))
            case "iframe" | "object" | "embed" | "audio" | "video":
                self._note_embedded(tag, attributes)
            case _:
                return _nothing
        return None

    def _block(self, leave: _Leave) -> _Leave:
        self._flush()
        return leave

    def _wrapping(self, change: Callable[[str, str], str]) -> _Leave:
        """Return what changes the inline text that has been gathered from here on: ``change(text, text before)``."""
        start, flushes = len(self._inline), self._flushes

        def leave() -> None:
            if flushes == self._flushes and (text := "".join(self._inline[start:])).strip():
                before = self._inline[start - 1] if start else ""
                self._inline[start:] = [change(text, before)]

        return leave

    def _list(self, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> _Leave:
        self._flush()
        if not self._lists:
            self._release_prefix()
        ordered = tag == "ol"
        is_reversed = "reversed" in attributes
        count = sum(child.tag == "li" for child in node.iter()) if is_reversed else 1
        start = attributes.get("start") or ""
        number = int(start) if re.fullmatch(r"-?\d{1,9}", start.strip()) else count
        self._lists.append(_List(ordered, number, -1 if is_reversed else 1, attributes.get("type") or "1"))

        def leave() -> None:
            self._flush()
            self._lists.pop()
            self._between = self._indent() if self._lists else ""

        return leave

    def _indent(self) -> str:
        return "\n" + "  " * (min(len(self._lists), 12) - 1)

    def _item(self, attributes: dict[str, str | None]) -> _Leave:
        self._flush()
        if not self._lists:
            self._prefix = "- "
            return self._end_item
        of = self._lists[-1]
        value = (attributes.get("value") or "").strip()
        if of.ordered and re.fullmatch(r"-?\d{1,9}", value):
            of.next_number = int(value)
        # an item that begins with a list of its own shows both numbers
        outer = self._prefix if any(map(str.isalnum, self._prefix)) else ""
        self._prefix = outer + (f"{list_marker(of.next_number, of.style)} " if of.ordered else "- ")
        of.next_number += of.step
        self._between = "\n\n" if of.is_first and len(self._lists) == 1 else self._indent()
        of.is_first = False
        return self._end_item

    def _end_item(self) -> None:
        self._flush()
        self._prefix = ""

    def _definitions(self) -> _Leave:
        self._flush()
        self._release_prefix()
        terms, self._terms = self._terms, []
        is_defined, self._is_defined = self._is_defined, False

        def leave() -> None:
            self._flush()
            if self._terms and not self._is_defined:
                self._emit_block(" / ".join(self._terms), None)
            self._terms, self._is_defined = terms, is_defined

        return leave

    def _term(self) -> _Leave:
        self._flush()
        if self._is_defined:
            self._terms, self._is_defined = [], False

        def leave() -> None:
            text = one_line("".join(self._inline))
            self._drop_inline()
            if text:
                self._terms.append(text)

        return leave

    def _definition(self) -> _Leave:
        self._flush()
        self._is_defined = True
        term = " / ".join(self._terms)
        self._prefix = f"{term} " if term.endswith((":", "?")) else f"{term}: " if term else ""

        def leave() -> None:
            self._flush()
            self._release_prefix()

        return leave

    def _release_prefix(self) -> None:
        """Emit a term or number whose text cannot follow on its line; bullets are dropped."""
        prefix, self._prefix = self._prefix.strip(), ""
        if any(map(str.isalnum, prefix)):
            self._emit_block(prefix, None)

    def _preformatted(self) -> _Leave:
        self._flush()
        self._pre += 1

        def leave() -> None:
            text = textwrap.dedent("".join(self._inline).expandtabs(4).strip("\n"))
            self._drop_inline()
            self._pre -= 1
            self._emit_block("\n".join(line.rstrip() for line in text.split("\n")), None)

        return leave

    def _table(self, node: LexborNode) -> _Leave | None:
        self._flush()
        if self._is_cell or tables.is_layout(node):
            return self._flush
        self._release_prefix()
        self._shared.tables += 1
        name = f"table {self._shared.tables}"
        for caption in tables.captions(node):
            self._emit_block(self.cell_text(caption), None)
        for segment in tables.segments(tables.grid(node, self.cell_text)):
            append_table(
                [cell.texts for cell in segment.rows],
                self._shared.builder,
                name=name,
                header_rows=segment.header_rows,
                first_row=segment.first_row,
            )
        return None

    def cell_text(self, node: LexborNode) -> str:
        """Return what an element says on one line."""
        blocks: list[str] = []
        walker = Walker(self._shared, lambda text, _level, _between: blocks.append(one_line(text)), is_cell=True)
        walker._unseen = self._unseen
        walker.walk(node)
        return "".join(
            block if i + 1 == len(blocks) else block + (" " if _CELL_END.search(block) else "; ")
            for i, block in enumerate(blocks)
        )

    def _picture(self, attributes: dict[str, str | None]) -> None:
        text, is_unread = picture_text(attributes)
        if text:
            self._text(f" {text} ")
        if is_unread and not self._is_aside:
            remedy = "ocr" if (attributes.get("src") or "").startswith("data:") else "add_separately"
            self._shared.builder.unread("picture", self._shared.where, remedy=remedy)

    def _value(self, value: str, attributes: dict[str, str | None], is_tick: str = "") -> None:
        if not value:
            return
        if is_tick in ("checkbox", "radio"):
            self._text(f" {value} ")
            return
        before = "".join(self._inline).strip()
        label = "" if before else self._label(attributes)
        mark = ": " if (before and before[-1] not in ":?>") or (label and label[-1] not in ":?") else " "
        self._text(f"{label}{mark}{value} ")

    def _label(self, attributes: dict[str, str | None]) -> str:
        label = self._shared.labels.get(attributes.get("id") or "") or attributes.get("aria-label")
        return one_line(label or attributes.get("placeholder") or "")

    def _note_embedded(self, tag: str, attributes: dict[str, str | None]) -> None:
        source = (attributes.get("src") or attributes.get("data") or "") if tag != "video" else "video"
        is_tiny = any((attributes.get(side) or "") in ("0", "1", "0px", "1px") for side in ("width", "height"))
        if source and not is_tiny and not self._is_aside:
            what = "audio_video" if tag in ("audio", "video") or AUDIO_VIDEO.search(source) else "embedded_object"
            self._shared.builder.unread(what, self._shared.where, remedy="add_separately")

    def _lines(self, texts: list[str]) -> None:
        if texts:
            self._flush()
            self._emit_block("\n".join(texts), None)

    def _drop_inline(self) -> None:
        self._inline.clear()
        self._flushes += 1

    def _flush(self, level: int | None = None) -> None:
        """Emit what has been gathered; two line breaks in a row part paragraphs."""
        text = "".join(self._inline)
        self._drop_inline()
        paragraphs = re.split(r"\n[^\S\n]*\n\s*", text) if level is None else [text.replace("\n", " ")]
        for paragraph in paragraphs:
            lines = [one_line(line) for line in paragraph.split("\n")]
            shown = "\n".join(filter(None, lines))
            if lone := _LONE_PICTURE.fullmatch(shown):
                shown = lone[1]
            if shown:
                self._emit_block(shown, level)

    def _emit_block(self, text: str, level: int | None) -> None:
        if not text.strip():
            return
        self._emit(self._prefix + text, level, self._between or "\n\n")
        self._prefix = ""
        self._between = self._indent() if self._lists else ""
