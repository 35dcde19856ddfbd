"""What the styles of a Word file say of a paragraph: whether it is a heading, numbered, or hidden."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from index.readers.numbering import W

_HEADING = re.compile(
    r"(?:heading|überschrift|berschrift|titre|título|titulo|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nagwek|nadpis|"
    r"заголовок|title|titlu|címsor|cmsor|başlık|balk|επικεφαλίδα|naslov|antraštė|virsraksts|pealkiri|标题|標題|見出し|제목|"
    r"כותרת|عنوان)[ _-]?([1-9])",
    re.IGNORECASE,
)
_TITLES = frozenset(
    "title titel titre título titulo titolo otsikko název tytuł название заголовок 标题 標題 表題 제목".split()
)
_DEEPEST = 50
"""How many styles may be based on one another."""


class ListPosition(NamedTuple):
    """The list and the level (from 0) that a paragraph belongs to."""

    list_id: str
    level: int | None


def is_on(node: Any) -> bool:
    """Tell whether a switch, such as ``w:vanish``, is there and on."""
    return node is not None and node.get(f"{W}val", "1").lower() not in ("0", "false", "off")


def value_of(node: Any, *path: str) -> str:
    """Return the value of an element below another one, "" where there is none."""
    found = node.find("/".join(f"{W}{name}" for name in path)) if node is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


class Styles:
    """The styles of a file, with what they inherit from each other."""

    def __init__(self, root: Any) -> None:
        """Take the styles from the root of their part; None where there is none."""
        nodes = list(root.iterchildren(f"{W}style")) if root is not None else []
        self._styles = {node.get(f"{W}styleId", ""): node for node in nodes}
        self._default = next(
            (
                node.get(f"{W}styleId", "")
                for node in nodes
                if node.get(f"{W}type") == "paragraph" and node.get(f"{W}default", "0") in ("1", "true", "on")
            ),
            "",
        )
        stated = value_of(root, "docDefaults", "rPrDefault", "rPr", "sz")
        self._size = int(stated) if stated.isdigit() else _USUAL_SIZE
        self.lists = {
            style: number
            for style, node in self._styles.items()
            if node.get(f"{W}type") == "numbering" and (number := value_of(node, "pPr", "numPr", "numId"))
        }
        """For numbering styles, by id: the list that they stand for."""

    def heading_level(self, style: str) -> int | None:
        """Return the level (from 1) of the headings that a style is of, None for text."""
        for name, node in self._chain(style):
            if stated := value_of(node, "pPr", "outlineLvl"):
                return int(stated) + 1 if stated.isdigit() and int(stated) < _BODY_LEVEL else None
            if match := _HEADING.fullmatch(name):
                return int(match[1])
            if name.lower() in _TITLES:
                return 1
        return None

    def is_of_contents(self, style: str) -> bool:
        """Tell whether paragraphs of a style are lines of a table of contents or figures."""
        name = self._chain(style)[0][0].lower() if style else ""
        return re.fullmatch(r"toc ?\d|table of (?:figures|authorities)", name) is not None

    def list_position(self, style: str) -> ListPosition:
        """Return the list that a style puts its paragraphs in; ``list_id`` "" for none, ``level`` None if not said."""
        level = None
        for _, node in self._chain(style):
            numbered = node.find(f"{W}pPr/{W}numPr") if node is not None else None
            if numbered is None:
                continue
            stated = value_of(numbered, "ilvl")
            level = int(stated) if level is None and stated.isdigit() else level
            if list_id := value_of(numbered, "numId"):
                return ListPosition(list_id, level)
        return ListPosition("", level)

    def based_on(self, style: str) -> list[str]:
        """Return a paragraph style and those that it is based on, by id."""
        return [node.get(f"{W}styleId", "") for _, node in self._chain(style) if node is not None]

    def is_hidden(self, style: str) -> bool:
        """Tell whether text of a style is hidden."""
        for _, node in self._chain(style):
            vanish = node.find(f"{W}rPr/{W}vanish") if node is not None else None
            if vanish is not None:
                return is_on(vanish)
        return False

    def type_of(self, style: str) -> tuple[int, bool]:
        """Return the size of the type of a paragraph style, in half points, and whether it is bold."""
        nodes = [node for _, node in self._chain(style) if node is not None]
        sizes = (value_of(node, "rPr", "sz") for node in nodes)
        size = next((int(stated) for stated in sizes if stated.isdigit()), self._size)
        bold = next((mark for node in nodes if (mark := node.find(f"{W}rPr/{W}b")) is not None), None)
        return size, is_on(bold)

    def marks_first_row(self, style: str) -> bool:
        """Tell whether tables of a style show their first row otherwise than the rest."""
        kinds = (f"{W}tblStylePr",)
        return any(
            part.get(f"{W}type") == "firstRow" and len(part) > 0
            for _, node in self._chain(style)
            if node is not None
            for part in node.iterchildren(*kinds)
        )

    def _chain(self, style: str) -> list[tuple[str, Any]]:
        """Return (name, element) of a style and those that it is based on; of one that is not there, its id as name."""
        style = style or self._default
        chain: list[tuple[str, Any]] = []
        seen: set[str] = set()
        while style and style not in seen and len(chain) < _DEEPEST:
            seen.add(style)
            node = self._styles.get(style)
            chain.append((value_of(node, "name").strip() or style, node))
            style = value_of(node, "basedOn")
        return chain


_USUAL_SIZE = 20
_BODY_LEVEL = 9
"""The outline level of what is no heading."""
