"""What the styles of an OpenDocument file say about its text: what a heading is, and how lists are numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from index.readers.numbering import formatted
from index.text import one_line

_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DEEPEST = 10
_LENGTH = re.compile(r"([\d.]+)(cm|mm|in|pt|pc|px)")
_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0, "pt": 1 / 72, "pc": 1 / 6, "px": 1 / 96}
_SMALL = 64 / 96
"""The width and height in inches below which a picture is decoration."""


def local(node: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def attribute(node: Any, name: str) -> str:
    """Return an attribute whatever its namespace, or ""."""
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def whole(text: str, default: int, most: int = 1_000_000) -> int:
    """Return a whole number that an attribute states, held to a bound."""
    return min(int(text), most) if text.isdecimal() and len(text) < 10 else default


def is_small(frame: Any) -> bool:
    """Tell whether a frame is too small for a picture that says something."""
    sizes = (_LENGTH.fullmatch(attribute(frame, side)) for side in ("width", "height"))
    return any(float(size[1]) * _INCHES[size[2]] < _SMALL for size in sizes if size and size[1].count(".") < 2)


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list style. ``form`` is "" where nothing is shown, ``-`` for a bullet."""

    form: str
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1


@dataclass(slots=True)
class Counters:
    """The numbers that the levels of a list have reached."""

    style: str
    reached: dict[int, int]


class Styles:
    """The styles of a file, the named ones and the automatic ones."""

    def __init__(self, *roots: Any) -> None:
        self._lists: dict[str, dict[int, _Level]] = {}
        self._paragraphs: dict[str, Any] = {}
        self._pages: dict[str, Any] = {}
        self._outline: dict[int, _Level] = {}
        for root in roots:
            for style in root.iter("{*}style", "{*}list-style", "{*}outline-style"):
                name = attribute(style, "name")
                if local(style) == "outline-style":
                    self._outline = _levels(style)
                elif local(style) == "list-style":
                    self._lists[name] = _levels(style)
                elif attribute(style, "family") == "paragraph":
                    self._paragraphs[name] = style
                elif attribute(style, "family") == "drawing-page":
                    self._pages[name] = style

    def heading_level(self, name: str) -> int | None:
        """Return the level of a heading that a paragraph's style makes of it, None for other paragraphs."""
        for style in self._chain(name):
            shown = (attribute(style, "display-name") or attribute(style, "name")).lower()
            if shown == "title":
                return 1
            if level := attribute(style, "default-outline-level"):
                return whole(level, 6, 6) or None
        return None

    def list_of(self, name: str) -> str:
        """Return the list style that a paragraph's style brings along, or ""."""
        return next(filter(None, (attribute(style, "list-style-name") for style in self._chain(name))), "")

    def is_hidden(self, page_style: str) -> bool:
        """Tell whether a page of a presentation is left out when it is shown."""
        style = self._pages.get(page_style)
        properties = style.iter("{*}drawing-page-properties") if style is not None else ()
        return any(attribute(node, "visibility") == "hidden" for node in properties)

    def label(self, counters: Counters, level: int, start: int | None = None) -> str:
        """Count one item of a list and return its number or bullet.

        Args:
            counters: of the list, which are counted on.
            level: from 1.
            start: the number that the item is given, if it is given one.
        """
        levels = self._lists.get(counters.style, {})
        return _count(counters.reached, levels, level, start)

    def heading_number(self, counters: Counters, level: int) -> str:
        """Count one heading and return its number, "" where headings have none."""
        return _count(counters.reached, self._outline, level, None)

    def _chain(self, name: str) -> list[Any]:
        """Return a style and those that it is based on."""
        found: list[Any] = []
        while name in self._paragraphs and len(found) < _DEEPEST:
            found.append(self._paragraphs[name])
            name = attribute(found[-1], "parent-style-name")
        return found


def _levels(style: Any) -> dict[int, _Level]:
    levels = {}
    for node in style.iterchildren("{*}*"):
        number = whole(attribute(node, "level"), 0)
        if local(node) in ("list-level-style-bullet", "list-level-style-image"):
            has_sign = local(node) == "list-level-style-image" or bool(one_line(attribute(node, "bullet-char")))
            levels[number] = _Level("-" if has_sign else "")
        elif local(node) in ("list-level-style-number", "outline-level-style"):
            levels[number] = _Level(
                attribute(node, "num-format"),
                attribute(node, "num-prefix"),
                attribute(node, "num-suffix"),
                whole(attribute(node, "start-value"), 1),
                whole(attribute(node, "display-levels"), 1),
            )
    return levels


def _count(reached: dict[int, int], levels: dict[int, _Level], number: int, start: int | None) -> str:
    level = levels.get(number, _Level(""))
    first = level.start if start is None else start
    reached[number] = first if start is not None or number not in reached else reached[number] + 1
    for deeper in [other for other in reached if other > number]:
        del reached[deeper]
    if level.form in ("", "-"):
        return level.form
    parts = []
    for other in range(max(1, number - level.shown + 1), number + 1):
        form = levels.get(other, level).form
        if form not in ("", "-"):
            parts.append(formatted(reached.get(other, levels.get(other, level).start), _FORMS.get(form, "decimal")))
    return one_line(f"{level.prefix}{'.'.join(parts)}{level.suffix}")
