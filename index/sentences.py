"""Sentence boundaries with exact offsets, by rule, for any script.

A boundary is a terminator (with closing quotes, brackets and note marks such as ``[3]``) followed by white space, a
blank line, or a list item.
After ``.`` the next word decides: a lower-case word never starts a sentence, and after an abbreviation or an initial
only a word that commonly opens one does. CJK and similar terminators need no white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open code-point offsets into some text."""

    start: int
    end: int


_CLOSERS = "\"'”’»)\\]}*_"
_BOUNDARY = re.compile(
    rf"(?P<latin>(?<![.!?…])[.!?…]+[{_CLOSERS}]*(?:\[\d{{1,3}}\])*)(?P<space>\s+)(?=\S)"
    rf"|(?P<wide>[。！？｡।؟۔]+[{_CLOSERS}」』）]*)(?P<wide_space>\s*)"
    r"|(?P<blank>\n[ \t]*\n\s*)"
    r"|(?P<item>\n)(?=[ \t]*(?:[-*+•|]|\d+[.)])[ \t])"
)
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[]+$")
_NEXT_WORD = re.compile(r"[\"'“‘«(\[*_`]*([^\s\"'“‘«(\[*_`]+)")

_TITLES = frozenset(
    "mr mrs ms dr prof sen rep gov gen col lt sgt capt cmdr adm rev hon st mt ft pres messrs sr jr".split()
)
"""Before a name: never the end of a sentence."""

_ABBREVIATIONS = frozenset(
    "etc vs cf al e.g i.e viz approx ca dept est inc ltd co corp bros no nos vol vols pp fig figs eq sec "
    "ch ed eds trans jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri "
    "sat sun a.m p.m am pm ave blvd rd hrs min max".split()
)
_OPENERS = frozenset(
    "the a an this that these those it its he she his her they their we our i you your there here in on "
    "at by for from with as after before during when while if although though since because however but "
    "and so yet then also both many most some all no not one two three what who why how where which "
    "according despite meanwhile moreover furthermore additionally later earlier today yesterday last".split()
)
"""Words that open a sentence often enough to end one even after an abbreviation."""


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Split ``text[start:end]`` into sentences.

    Returns:
        Spans in order, without surrounding white space, never empty, never overlapping. Every character outside them is
        white space.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    position = start
    for cut, following in _boundaries(text, start, stop):
        _append_trimmed(spans, text, position, cut)
        position = following
    _append_trimmed(spans, text, position, stop)
    return spans


def _boundaries(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for match in _BOUNDARY.finditer(text, start, stop):
        if match["latin"] is None or _ends_sentence(text, start, match):
            terminator = "latin" if match["latin"] else "wide" if match["wide"] else None
            yield match.end(terminator) if terminator else match.start(), match.end()


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if "\n" in match["space"] and match["space"].count("\n") > 1:
        return True
    found = _NEXT_WORD.match(text, match.end())
    following = found[1] if found else ""
    if not match["latin"].startswith("."):
        return not following[:1].islower()
    if following[:1].islower():
        return False
    last = _LAST_WORD.search(text, max(start, match.start() - 40), match.start())
    return _may_end_after(last[0] if last else "", following)


def _may_end_after(last: str, following: str) -> bool:
    """Decide whether ``last + "."`` before the word ``following`` closes a sentence."""
    word = last.lower()
    if word in _TITLES:
        return False
    opens = following.lower().rstrip(".,;:") in _OPENERS
    if word in _ABBREVIATIONS or re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", last):
        return opens
    if len(last) == 1 and last.isalpha() and last.isupper():
        return opens
    return not (word.isdigit() and len(word) <= 2 and _is_ordinal_month(following))


def _is_ordinal_month(word: str) -> bool:
    """Tell whether ``word`` is a month after a German or Turkish style ordinal (``3. Februar``)."""
    return word.lower().rstrip(".,") in _ORDINAL_MONTHS


_ORDINAL_MONTHS = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember ocak şubat mart "
    "nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık".split()
)


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append(Span(start, end))
