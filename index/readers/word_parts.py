"""The parts of a Word file beside its text: styles, lists, settings, notes, comments, headers and footers."""

from __future__ import annotations

from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import TextBuilder
from index.readers.numbering import Numbering, W, formatted
from index.readers.ooxml import Package
from index.readers.word_styles import Styles, is_on, value_of
from index.readers.word_text import R

_MARGIN_KINDS = ("first", "default", "even")


class WordParts:
    """What the text of a file refers to. A part that is damaged is noted, and as good as not there.

    Attributes:
        package: the file.
        main: the name of the part that holds the text.
        styles: the styles.
    """

    def __init__(self, package: Package, main: str, builder: TextBuilder) -> None:
        """Read the parts; what cannot be read is noted with ``builder``."""
        self.package = package
        self.main = main
        self._builder = builder
        self.styles = Styles(self._optional("styles"))
        self._numbering = self._optional("numbering")
        self._settings = self._optional("settings")
        self._asides = {kind: self._by_id(kind) for kind in ("footnote", "endnote", "comment")}

    def numbering(self) -> Numbering:
        """Return the lists, for a story of its own: every number still to be counted."""
        return Numbering(self._numbering, self.styles.lists)

    def aside(self, kind: str, number: str) -> Any:
        """Return the element of a ``footnote``, ``endnote`` or ``comment`` by its id; None where there is none."""
        return self._asides[kind].get(number)

    def part_of_asides(self, kind: str) -> str:
        """Return the name of the part that holds the footnotes, endnotes or comments."""
        return next(iter(self.package.related(self.main, f"{kind}s")), f"word/{kind}s.xml")

    def note_number(self, kind: str, count: int) -> str:
        """Return the number of the n-th footnote or endnote as the file has them written."""
        stated = value_of(self._settings, f"{kind}Pr", "numFmt")
        return formatted(count, stated or ("lowerRoman" if kind == "endnote" else "decimal"))

    def margin_parts(self, body: Any, kind: str) -> list[str]:
        """Return the names of the parts of the headers or footers (``kind``) that are shown on some page."""
        has_even = self._settings is not None and is_on(self._settings.find(f"{W}evenAndOddHeaders"))
        relations = self.package.relations(self.main)
        parts: dict[str, None] = {}
        for section in body.iter(f"{W}sectPr"):
            shown = {"first": is_on(section.find(f"{W}titlePg")), "default": True, "even": has_even}
            found = {
                node.get(f"{W}type", "default"): relations.get(node.get(f"{R}id", ""))
                for node in section.iterchildren(f"{W}{kind}Reference")
            }
            for which in _MARGIN_KINDS:
                relation = found.get(which)
                if relation is not None and shown[which] and relation.target in self.package:
                    parts[relation.target] = None
        return list(parts)

    def _optional(self, kind: str) -> Any:
        """Return the root of a part that a file may have; None where it has none, or a damaged one."""
        for part in (*self.package.related(self.main, kind), f"word/{kind}.xml"):
            if part in self.package:
                try:
                    return self.package.xml(part)
                except UnreadableDocument:
                    self._builder.unread("damaged_part", part.rpartition("/")[2], remedy="save_again")
        return None

    def _by_id(self, kind: str) -> dict[str, Any]:
        root = self._optional(f"{kind}s")
        nodes = root.iterchildren(f"{W}{kind}") if root is not None else ()
        return {node.get(f"{W}id", ""): node for node in nodes}
