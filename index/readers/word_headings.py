"""Headings of Word files without heading styles: short lines in bold or large type that stand above text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.readers.numbering import W
from index.readers.word_styles import Styles, is_on, value_of

_MOST_WORDS = 12
_MOST_IN_A_ROW = 3
_LARGER = 4
"""In half points: by so much larger than most of the text is large type."""
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Look:
    """A paragraph and the type it is set in: size in half points, and whether all of it is bold."""

    element: Any
    text: str
    size: int
    is_bold: bool


def headings_by_type(body: Any, styles: Styles) -> dict[Any, int]:
    """Return the level of each paragraph that only its type makes a heading.

    Files in which a style or an outline level makes a heading below the title have none: their authors say what a
    heading is. The first line is the title (level 1) if none is larger and it is larger than the text.
    """
    looks = [look for look in _looks(body, styles) if look is None or look.text]
    shown = [look for look in looks if look is not None]
    styled = [look for look in shown if _is_styled(look.element, styles)]
    if not shown or (styled and styled != shown[:1]):
        return {}
    sizes: Counter[int] = Counter()
    for one in shown:
        sizes[one.size] += len(one.text)
    usual = sizes.most_common(1)[0][0]
    bold = sum(len(one.text) for one in shown if one.is_bold)
    is_mostly_bold = bold > sum(sizes.values()) / 2
    chosen: list[_Look] = []
    run: list[_Look] = []
    for look in looks:
        if look is not None and look not in styled and _stands_out(look, usual, is_mostly_bold):
            run.append(look)
            continue
        chosen += run if len(run) <= _MOST_IN_A_ROW else []
        run = []
    ranks = sorted({look.size for look in chosen}, reverse=True)
    levels = {look.element: min(2 + ranks.index(look.size), _DEEPEST) for look in chosen}
    first = shown[0]
    if first.element in levels and first.size == ranks[0] and first.size >= usual + _LARGER:
        levels[first.element] = 1
    return levels


def _looks(container: Any, styles: Styles) -> Iterator[_Look | None]:
    """Yield the paragraphs outside tables in order; None for anything else that stands between them."""
    for element in container.iterchildren(f"{W}p", f"{W}tbl", f"{W}sdt", f"{W}sdtContent"):
        if element.tag == f"{W}p":
            yield _look(element, styles)
        elif element.tag == f"{W}tbl":
            yield None
        else:
            yield from _looks(element, styles)


def _look(paragraph: Any, styles: Styles) -> _Look:
    by_style = styles.type_of(value_of(paragraph, "pPr", "pStyle"))
    text, sizes, bold = "", [], []
    for run in paragraph.iter(f"{W}r"):
        words = "".join(node.text or "" for node in run.iterchildren(f"{W}t"))
        if words.strip():
            properties = run.find(f"{W}rPr")
            stated = value_of(properties, "sz")
            sizes.append(int(stated) if stated.isdigit() else by_style[0])
            mark = properties.find(f"{W}b") if properties is not None else None
            bold.append(by_style[1] if mark is None else is_on(mark))
        text += words
    return _Look(paragraph, text.strip(), min(sizes, default=0), bool(bold) and all(bold))


def _is_styled(paragraph: Any, styles: Styles) -> bool:
    stated = value_of(paragraph, "pPr", "outlineLvl")
    return stated.isdigit() or styles.heading_level(value_of(paragraph, "pPr", "pStyle")) is not None


def _stands_out(look: _Look, usual: int, is_mostly_bold: bool) -> bool:
    is_short = len(look.text.split()) <= _MOST_WORDS and re.search(r"[^\W\d_]", look.text) is not None
    is_large = look.size >= usual + _LARGER or (look.is_bold and not is_mostly_bold and look.size >= usual)
    return is_short and is_large and not look.text.endswith((".", ",", ";"))
