"""Gathers the inline text of a page and emits it block by block, with the bullets, numbers and terms of its lists."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from index.readers.markup_parts import list_marker
from index.text import one_line

Leave = Callable[[], None]
"""What is to be done at the end of an element."""
Emit = Callable[[str, int | None, str], None]
"""Takes a block: its text, its level if it is a heading, and what goes between it and the block before."""
_LONE_PICTURE = re.compile(r"\[(Picture: [^\[\]]*)\]")


@dataclass(slots=True)
class _List:
    ordered: bool
    next_number: int
    step: int
    style: str
    is_first: bool = True


class Blocks:
    """What a walk through a page has gathered and not emitted yet, and the lists that it is in."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._inline: list[str] = []
        self._flushes = 0
        self._prefix = ""
        self._between = ""
        self._terms: list[str] = []
        self._is_defined = False
        self._lists: list[_List] = []
        self._pre = 0
        self._unseen = False

    def _text(self, text: str) -> None:
        if self._unseen:
            return
        self._inline.append(text if self._pre else re.sub(r"\s+", " ", text))

    def _block(self, leave: Leave) -> Leave:
        self._flush()
        return leave

    def _wrapping(self, change: Callable[[str, str], str]) -> Leave:
        """Return what changes the inline text that has been gathered from here on: ``change(text, text before)``."""
        start, flushes = len(self._inline), self._flushes

        def leave() -> None:
            if flushes == self._flushes and (text := "".join(self._inline[start:])).strip():
                before = self._inline[start - 1] if start else ""
                self._inline[start:] = [change(text, before)]

        return leave

    def _list(self, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> Leave:
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

    def _item(self, attributes: dict[str, str | None]) -> Leave:
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

    def _definitions(self) -> Leave:
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

    def _term(self) -> Leave:
        self._flush()
        if self._is_defined:
            self._terms, self._is_defined = [], False

        def leave() -> None:
            text = one_line("".join(self._inline))
            self._drop_inline()
            if text:
                self._terms.append(text)

        return leave

    def _definition(self) -> Leave:
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

    def _preformatted(self) -> Leave:
        self._flush()
        self._pre += 1

        def leave() -> None:
            text = textwrap.dedent("".join(self._inline).expandtabs(4).strip("\n"))
            self._drop_inline()
            self._pre -= 1
            self._emit_block("\n".join(line.rstrip() for line in text.split("\n")), None)

        return leave

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
