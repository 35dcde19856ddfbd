"""Walks a parsed page of HTML and writes what a reader of the page sees, block by block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from index.readers import markup_tables as tables
from index.readers.base import TextBuilder
from index.readers.markup_blocks import Blocks, Emit, Leave
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
_CELL_END = re.compile(r"[.:;,!?…。]$")


def _nothing() -> None:
    return None


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


class Walker(Blocks):
    """Reads elements one by one. Nesting depth is the page's choice: nothing here recurses."""

    def __init__(self, shared: _Shared, emit: Emit, *, is_aside: bool = False, is_cell: bool = False) -> None:
        super().__init__(emit)
        self._shared = shared
        self._is_aside = is_aside
        self._is_cell = is_cell

    def walk(self, root: LexborNode) -> None:
        """Visit the tree in document order with an explicit stack."""
        stack: list[LexborNode | Leave] = [root]
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

    def _enter(self, node: LexborNode, tag: str, *, is_root: bool) -> Leave | None:
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

    def _opened(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> Leave | None:
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

    def _inline_element(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> Leave | None:
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

    def _table(self, node: LexborNode) -> Leave | None:
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
        while self._inline and self._inline[-1].isspace():
            self._inline.pop()
        before = self._inline[-1].rstrip() if self._inline else ""
        label = "" if before else self._label(attributes)
        asked = before or label
        if asked and asked[-1] not in ":?>":
            self._inline[-1:] = [f"{asked}:"]
        elif label:
            self._inline.append(label)
        self._text(f" {value} ")

    def _label(self, attributes: dict[str, str | None]) -> str:
        label = self._shared.labels.get(attributes.get("id") or "") or attributes.get("aria-label")
        if shown := one_line(label or attributes.get("placeholder") or ""):
            return shown
        name = re.sub(r"[\W_]+", " ", attributes.get("name") or "").strip()
        return name if len(name) > 2 else ""

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
