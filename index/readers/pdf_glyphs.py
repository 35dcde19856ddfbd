"""The words of a PDF's page with their boxes, turned upright, as pdfium gives its characters.

Coordinates are points and y grows upwards. Text that runs in other directions than the page's own makes groups of its
own, each turned so that it can be read like any other.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from index.readers.layout import Run, is_right_to_left

_SPACE = 0.18
"""A gap of so many times the size of the type parts words; letters that are kerned stand closer."""
_LIKELY_SPACE = 0.04
"""The same where pdfium, which knows the font, takes a gap for a space: slanting letters reach into theirs."""
_DOUBLE = 0.13
"""The same letter closer than this to itself has been drawn twice, to look bold."""
_SMALLEST = 0.5
"""Type of so few points cannot be read by anybody."""
_INVISIBLE_MODE = 3
_BULLETS = {chr(code): "•" for code in (0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF0FC, 0xF02D, 0x25CF, 0x25AA, 0x25A0)}
_ACCENTS = dict(
    zip("´`¨ˇ˚˜ˆ¸˘˙˝˛¯", "\u0301\u0300\u0308\u030c\u030a\u0303\u0302\u0327\u0306\u0307\u030b\u0328\u0304", strict=True)
)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_ACCENTS = 1_000
_HYPHEN = "\x02"
"""What pdfium writes for a hyphen at the end of a line."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character in upright coordinates; ``baseline`` is its y.

    ``after_space`` and ``after_gap`` tell whether a space precedes it: a character, or what pdfium takes for one.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    after_space: bool
    after_gap: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What runs in one direction: its words, and how a point of the page is turned into its coordinates."""

    degrees: int
    words: list[Run]
    turned: Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Style:
    """What the characters of a text object have in common."""

    degrees: int
    turned: Callable[[float, float], tuple[float, float]]
    size: float
    is_light: bool
    is_transparent: bool
    is_invisible: bool


def read_groups(
    page: Any, seen: Callable[[float, float], bool], is_dark: Callable[[float, float], bool]
) -> list[Group]:
    """Return the words of a page by their direction, those that are upright for the reader first.

    Args:
        page: of pypdfium2.
        seen: whether invisible text at a point belongs to a picture there (the text layer of a scan).
        is_dark: whether something is painted behind a point, so that white text can be seen.
    """
    rotation = page.get_rotation()
    by_direction: dict[int, list[Glyph]] = defaultdict(list)
    for degrees, glyph in _glyphs(page, seen, is_dark):
        by_direction[degrees].append(glyph)
    order = sorted(by_direction, key=lambda d: ((d - rotation) % 360 != 0, -len(by_direction[d]), d))
    return [Group(d, _words(_accented(_once(by_direction[d]))), turning(d)) for d in order]


def turning(degrees: int) -> Callable[[float, float], tuple[float, float]]:
    """Return what turns a point clockwise, so that text that runs at ``degrees`` becomes upright."""
    exact = {0: (1.0, 0.0), 90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}
    cosine, sine = exact.get(degrees) or (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    return lambda x, y: (x * cosine + y * sine, y * cosine - x * sine)


def _glyphs(
    page: Any, seen: Callable[[float, float], bool], is_dark: Callable[[float, float], bool]
) -> list[tuple[int, Glyph]]:
    """Return the visible characters in the order in which pdfium gives them, each with its direction."""
    import pypdfium2.raw as raw

    left, bottom, right, top = page.get_bbox()
    holder_of_text = page.get_textpage()
    text_page = holder_of_text.raw
    found: list[tuple[int, Glyph]] = []
    styles: dict[int, _Style] = {}
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    after_space = after_gap = False
    try:
        for i in range(holder_of_text.count_chars()):
            if raw.FPDFText_IsGenerated(text_page, i):
                after_gap = True
                continue
            text = _text(raw.FPDFText_GetUnicode(text_page, i))
            if not text or text.isspace():
                after_space = True
                continue
            holder = raw.FPDFText_GetTextObject(text_page, i)
            key = ctypes.addressof(holder.contents) if holder else -i - 1
            style = styles.get(key)
            if style is None:
                style = styles[key] = _style(raw, text_page, i, holder)
            if not raw.FPDFText_GetCharOrigin(text_page, i, x, y) or not raw.FPDFText_GetLooseCharBox(
                text_page, i, box
            ):
                continue
            middle = x_middle, y_middle = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
            is_outside = not (left <= x_middle <= right and bottom <= y_middle <= top)
            if is_outside or style.size < _SMALLEST or style.is_transparent:
                continue
            if (style.is_invisible and not seen(*middle)) or (style.is_light and not is_dark(*middle)):
                continue
            glyph = _upright(text, (x.value, y.value), box, style, after_space)
            found.append((style.degrees, replace(glyph, after_gap=after_gap)))
            after_space = after_gap = False
    finally:
        holder_of_text.close()
    return found


def _text(code: int) -> str:
    """Return a character as it is read: ligatures and Arabic forms as letters, control characters left out."""
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return ""
    character = chr(code)
    if character in _BULLETS:
        return _BULLETS[character]
    if 0xFB00 <= code <= 0xFB06 or 0xFB1D <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:
        return unicodedata.normalize("NFKC", character)
    if character in ("\u00ad", "\ufffe"):
        return _HYPHEN
    return character if character == _HYPHEN or unicodedata.category(character) != "Cc" else ""


def _style(raw: Any, text_page: Any, i: int, holder: Any) -> _Style:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text_page, i, matrix)
    degrees = round(math.degrees(math.atan2(matrix.b, matrix.a))) % 360
    nearest = round(degrees / 90) * 90
    if abs(degrees - nearest) <= 3:
        degrees = nearest % 360
    scale = math.hypot(matrix.c, matrix.d) or 1.0
    colours = [ctypes.c_uint() for _ in range(4)]
    has_colour = raw.FPDFText_GetFillColor(text_page, i, *colours)
    red, green, blue, alpha = (colour.value for colour in colours) if has_colour else (0, 0, 0, 255)
    mode = raw.FPDFTextObj_GetTextRenderMode(holder) if holder else 0
    return _Style(
        degrees=degrees,
        turned=turning(degrees),
        size=abs(raw.FPDFText_GetFontSize(text_page, i)) * scale,
        is_light=min(red, green, blue) >= 250 and mode in (0, -1),
        is_transparent=alpha == 0 and mode == 0,
        is_invisible=mode == _INVISIBLE_MODE,
    )


def _upright(text: str, origin: tuple[float, float], box: Any, style: _Style, after_space: bool) -> Glyph:
    if style.degrees == 0:
        return Glyph(text, box.left, box.right, origin[1], style.size, after_space)
    start, baseline = style.turned(*origin)
    if style.degrees % 90 == 0:
        edges = [style.turned(box.left, box.bottom)[0], style.turned(box.right, box.top)[0]]
        return Glyph(text, min(edges), max(edges), baseline, style.size, after_space)
    width = 0.75 * style.size * len(text)  # a box around slanting text says nothing
    return Glyph(text, start, start + width, baseline, style.size, after_space)


def _once(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return glyphs without those that are drawn again over themselves; a ligature's letters share one box."""
    kept: list[Glyph] = []
    near: dict[tuple[str, int, int], list[Glyph]] = {}
    for glyph in glyphs:
        reach = _DOUBLE * glyph.size
        column, row = int(glyph.left // 8), int(glyph.baseline // 8)
        columns = {int((glyph.left - reach) // 8), column, int((glyph.left + reach) // 8)}
        rows = {int((glyph.baseline - reach) // 8), row, int((glyph.baseline + reach) // 8)}
        others = [other for c in columns for r in rows for other in near.get((glyph.text, c, r), ())]
        if others and any(_covers(other, glyph) for other in others) and not (glyph.text == "f" and kept[-1] == glyph):
            continue
        near.setdefault((glyph.text, column, row), []).append(glyph)
        kept.append(glyph)
    return kept


def _covers(other: Glyph, glyph: Glyph) -> bool:
    reach = _DOUBLE * glyph.size
    shared = min(other.right, glyph.right) - max(other.left, glyph.left)
    return (
        abs(other.left - glyph.left) < reach
        and abs(other.baseline - glyph.baseline) < reach
        and abs(other.size - glyph.size) < reach
        and shared >= 0.5 * min(other.right - other.left, glyph.right - glyph.left)
    )


def _accented(glyphs: list[Glyph]) -> list[Glyph]:
    """Return glyphs with accents that are drawn by themselves put on the letters that stand there."""
    letters = list(glyphs)
    dropped = set()
    for i in [i for i, glyph in enumerate(glyphs) if glyph.text in _ACCENTS][:_MOST_ACCENTS]:
        accent = glyphs[i]
        middle = (accent.left + accent.right) / 2
        below = (
            j
            for j, letter in enumerate(letters)
            if letter.left <= middle <= letter.right and abs(letter.baseline - accent.baseline) < 0.5 * letter.size
        )
        for j in below:
            base = {"ı": "i", "ȷ": "j"}.get(letters[j].text, letters[j].text)
            whole = unicodedata.normalize("NFC", base + _ACCENTS[accent.text])
            if base.isalpha() and len(whole) == 1:
                after_space = letters[j].after_space or (j == i + 1 and accent.after_space)
                letters[j] = replace(letters[j], text=whole, after_space=after_space)
                dropped.add(i)
                break
    return [glyph for i, glyph in enumerate(letters) if i not in dropped]


def _words(glyphs: Sequence[Glyph]) -> list[Run]:
    words: list[list[Glyph]] = []
    gaps = _letter_gaps(glyphs)
    for i, glyph in enumerate(glyphs):
        last = words[-1][-1] if words else None
        if last is not None and _share_a_box(last, glyph):  # a ligature's letters
            turned_round = is_right_to_left(last.text + glyph.text)  # pdfium takes them for letters in visual order
            words[-1].insert(-1 if turned_round else len(words[-1]), glyph)
        elif last is not None and not glyph.after_space and _follows(last, glyph, gaps.get(i, 0.0)):
            if last.text.isdigit() and _is_raised_digit(last, glyph):  # a power, or a note behind a number
                glyph = replace(glyph, text=glyph.text.translate(_RAISED))
            words[-1].append(glyph)
        else:
            words.append([glyph])
    return [_word(word, number) for number, word in enumerate(words)]


def _is_raised_digit(last: Glyph, glyph: Glyph) -> bool:
    if last.text in "⁰¹²³⁴⁵⁶⁷⁸⁹":
        is_raised = abs(glyph.baseline - last.baseline) < 0.1 * last.size
    else:
        is_raised = glyph.size < 0.85 * last.size and glyph.baseline > last.baseline + 0.2 * last.size
    return is_raised and glyph.text in "0123456789"


def _share_a_box(a: Glyph, b: Glyph) -> bool:
    return (a.left, a.right, a.baseline) == (b.left, b.right, b.baseline)


def _follows(last: Glyph, glyph: Glyph, usual: float) -> bool:
    """Tell whether a character goes on with the word of the one before, to its right or (Arabic, say) to its left."""
    size = max(last.size, glyph.size)
    if abs(glyph.baseline - last.baseline) > 0.6 * size:
        return False
    gap = glyph.left - last.right if glyph.left >= last.left else last.left - glyph.right
    if glyph.left < last.left and not is_right_to_left(last.text + glyph.text) and gap > -0.5 * size:
        return False
    is_level = glyph.baseline == last.baseline and glyph.left > last.left
    return -0.8 * size < gap < (_LIKELY_SPACE if glyph.after_gap and is_level else _SPACE) * size + usual


def _letter_gaps(glyphs: Sequence[Glyph]) -> dict[int, float]:
    """Return, for characters in letter-spaced lines, the distance that letters keep there."""
    found: dict[int, float] = {}
    start = 0
    for i in range(1, len(glyphs) + 1):
        same = (
            i < len(glyphs)
            and abs(glyphs[i].baseline - glyphs[i - 1].baseline) < 0.1
            and glyphs[i].left > glyphs[i - 1].left
        )
        if same:
            continue
        line = glyphs[start:i]
        pitches = Counter(round(b.left - a.left, 1) for a, b in pairwise(line) if not b.after_space)
        pitch, times = pitches.most_common(1)[0] if pitches else (0.0, 0)
        if times >= 4 and times >= 0.6 * sum(pitches.values()) and pitch < 1.1 * line[0].size:  # of one width each
            even = [j for j in range(start + 1, i) if abs(glyphs[j].left - glyphs[j - 1].left - pitch) < 0.1]
            # most letters of some fonts are as wide as a narrow one and a space: where they touch, nothing is spaced
            if median(glyphs[j].left - glyphs[j - 1].right for j in even) > 0.25 * _SPACE * line[0].size:
                found.update(dict.fromkeys(even, pitch))
        gaps = sorted(b.left - a.right for a, b in pairwise(line) if not b.after_space)
        if len(gaps) >= 4 and gaps[len(gaps) // 2] > 0.5 * _SPACE * line[0].size and gaps[-1] < 3 * line[0].size:
            found.update(dict.fromkeys(range(start, i), gaps[len(gaps) // 2]))
        start = i
    return found


def _word(glyphs: Sequence[Glyph], number: int) -> Run:
    size, baseline = _usual([(round(glyph.size, 2), round(glyph.baseline, 1)) for glyph in glyphs])
    return Run(
        text="".join(glyph.text for glyph in glyphs),
        left=min(glyph.left for glyph in glyphs),
        bottom=baseline - 0.22 * size,
        right=max(glyph.right for glyph in glyphs),
        top=baseline + 0.72 * size,
        size=size,
        number=number,
    )


def _usual(found: list[tuple[float, float]]) -> tuple[float, float]:
    return found[0] if found.count(found[0]) == len(found) else Counter(found).most_common(1)[0][0]
