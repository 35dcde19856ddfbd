"""Text in drawings (DrawingML): paragraphs with their bullets and numbers, and tables.

Elements are found by their local names, so that shapes of slides, charts and spreadsheets are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from index.readers.equations import equation_text
from index.readers.numbering import formatted
from index.readers.tables import is_number
from index.text import one_line

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LEVELS = 9
_FORMS = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}


def local(node: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def attribute(node: Any, name: str) -> str:
    """Return an attribute whatever its namespace, or ""."""
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def chosen(node: Any) -> Iterator[Any]:
    """Yield the children of an element; of those that are stored in several forms, the first with anything in it."""
    for child in node.iterchildren("{*}*"):
        if local(child) == "AlternateContent":
            choice = next((form for form in child.iterchildren("{*}*") if len(form)), None)
            if choice is not None:
                yield from chosen(choice)
        else:
            yield child


def paragraph_text(paragraph: Any) -> str:
    """Return the text of a paragraph on one line: runs, fields, line breaks and equations."""
    return one_line("".join(_pieces(paragraph)))


def _pieces(paragraph: Any) -> Iterator[str]:
    for child in chosen(paragraph):
        kind = local(child)
        if kind in ("r", "fld"):
            yield _ESCAPED.sub(lambda match: chr(int(match[1], 16)), child.findtext("{*}t") or "")
        elif kind == "br":
            yield " "
        elif kind in ("m", "oMath", "oMathPara"):
            yield equation(child)


def equation(node: Any) -> str:
    """Return an equation, or the equations below an element, as a line of text."""
    maths = [node] if local(node) == "oMath" else list(node.iter("{*}oMath"))
    return " ".join(equation_text(math) for math in maths)


def body_paragraphs(body: Any, styles: Sequence[Any] = ()) -> list[tuple[str, bool]]:
    """Return the paragraphs of a text body and whether each is an item of a list, with its bullet or number before it.

    Args:
        body: an element such as ``p:txBody``.
        styles: what it inherits its bullets from (``lstStyle`` and the like), the nearest first.
    """
    own = body.find("{*}lstStyle")
    chain = [*([own] if own is not None else []), *styles]
    counters = _Counters()
    found = []
    for paragraph in body.iterchildren("{*}p"):
        text = paragraph_text(paragraph)
        if text:
            mark = counters.mark(paragraph, chain)
            found.append((f"{mark} {text}" if mark else text, bool(mark)))
    return found


class _Counters:
    """The numbers that automatically numbered paragraphs have reached, by level."""

    def __init__(self) -> None:
        self._reached: dict[int, tuple[str, int]] = {}

    def mark(self, paragraph: Any, chain: Sequence[Any]) -> str:
        """Return the bullet or the number of the next paragraph, "" if it has none."""
        own = paragraph.find("{*}pPr")
        stated = own.get("lvl", "0") if own is not None else "0"
        level = min(int(stated) if stated.isdecimal() else 0, _LEVELS - 1)
        inherited = (style.find(f"{{*}}lvl{level + 1}pPr") for style in chain)
        bullet = next(filter(None, (_bullet(node) for node in (own, *inherited) if node is not None)), None)
        for deeper in [other for other in self._reached if other > level]:
            del self._reached[deeper]
        if bullet is None or bullet[0] != "buAutoNum":
            self._reached.pop(level, None)
            return "-" if bullet and bullet[0] != "buNone" else ""
        scheme, start = bullet[1].get("type", "arabicPeriod"), bullet[1].get("startAt", "1")
        before = self._reached.get(level)
        first = int(start) if start.isdecimal() else 1
        number = before[1] + 1 if before and before[0] == scheme + start else first
        self._reached[level] = (scheme + start, number)
        return _numbered(number, scheme)


def _bullet(properties: Any) -> tuple[str, Any] | None:
    """Return what properties of a paragraph say about its bullet."""
    for child in properties.iterchildren("{*}buNone", "{*}buChar", "{*}buAutoNum", "{*}buBlip"):
        return local(child), child
    return None


def _numbered(number: int, scheme: str) -> str:
    shown = formatted(number, _FORMS.get(scheme[:7], "decimal"))
    if scheme.endswith("ParenBoth"):
        return f"({shown})"
    return shown + (")" if scheme.endswith("ParenR") else "" if scheme.endswith("Plain") else ".")


def table_rows(table: Any) -> tuple[list[list[str]], int | None]:
    """Return the rows of a table, merged cells repeated, and how many of them name the columns (None: to be told)."""
    rows: list[list[str]] = []
    for row in table.iterchildren("{*}tr"):
        cells: list[str] = []
        for cell in row.iterchildren("{*}tc"):
            if _is_on(cell.get("hMerge")) and cells:
                text = cells[-1]
            elif _is_on(cell.get("vMerge")) and rows and len(cells) < len(rows[-1]):
                text = rows[-1][len(cells)]
            else:
                body = cell.find("{*}txBody")
                text = " ".join(text for text, _ in body_paragraphs(body)) if body is not None else ""
            cells.append(text)
        rows.append(cells)
    properties = table.find("{*}tblPr")
    is_marked = properties is not None and _is_on(properties.get("firstRow"))
    return rows, marked_header_rows(rows) if is_marked else None


def marked_header_rows(rows: Sequence[Sequence[object]]) -> int | None:
    """Return how many rows name the columns where the first one is marked: also the one below, if that names groups.

    Programs mark the first row of every new table, be it one of labels and values: with two columns it says nothing.
    """
    if len(rows) < 2 or len(rows[0]) < 3 or len(set(rows[0])) == 1:
        return None
    is_grouped = any(a and a == b for a, b in pairwise(rows[0]))
    return 2 if is_grouped and len(rows) > 2 and not any(is_number(str(cell)) for cell in rows[1]) else 1


def _is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")
