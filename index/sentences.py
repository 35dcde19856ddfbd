"""Sentence boundaries with exact offsets, by rule, for any script.

Text is first divided at its lines into units: paragraphs, list items, clauses, table rows, ``Label: value`` lines,
questions and answers, turns of a conversation, log entries, lines that stand alone. A line break inside a wrapped
paragraph divides nothing. Rows, records and turns stay whole, because half of one says nothing; everything else is
divided at its terminators (with closing quotes, brackets and note marks such as ``[3]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.lines import Unit, units_of
from index.words import may_end_sentence


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open code-point offsets into some text."""

    start: int
    end: int


_CLOSERS = "\"'”’“‘»«›‹)\\]}*_"
_BOUNDARY = re.compile(
    rf"(?P<latin>(?<![.!?…])(?:\.(?: \.){{2,9}}|[.!?…]+)[{_CLOSERS}]*(?:\[\d{{1,3}}\])*)(?P<space>\s+)(?=\S)"
    r"|(?P<wide>[。！？｡।॥؟۔։።။]+[\"'”’»)\]}」』）*_]*)\s*"
    r"|(?P<bullet>[ \t]+)(?=[•‣▪●◦⁃][ \t]?\S)"
    r"|(?P<item>[ \t]+)(?=(?P<number>\d{1,3}|[b-z])(?P<style>[.)]{1,2})[ \t])"
)
_NUMBER_ONLY = re.compile(
    r"(?:[•‣▪●◦⁃*+-]\s*)?"
    r"(?:(?:§{1,2}|Art(?:icle)?|Artikel|Clause|Section|Sec|Rule|Step|Item|Fig|No|Nr|Abs|Ziff|Schritt)\.?\s?)?"
    r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,5}[a-z]?|[IVXLC]{1,6}|[ivx]{1,5}|[A-Za-z])[.)]{1,2}"
)
"""The number of a clause, a step or an item: it belongs to what follows."""
_FIRST_NUMBER = re.compile(r"(?P<number>\d{1,3}|[a-z])(?P<style>[.)]{1,2})[ \t]")
_STARTS_ITEM = re.compile(r"\((?:[a-z]|[ivx]{1,5}|\d{1,3})\)\s|[a-z]\)\s")
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[]+$")
_NEXT_WORD = re.compile(r"[\"'“„‘«(\[*_`¿¡]*([^\s\"'“‘«(\[*_`]+)")
_ENTRIES = re.compile(r"[.!?;]\s+(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2})[ \t]*[:–-][ \t]")
"""Several entries of a log on one line."""
_WHOLE = 400
"""A turn or a record that is longer is divided like any other text."""


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Split ``text[start:end]`` into sentences.

    Returns:
        Spans in order, without surrounding white space, never empty, never overlapping. Every character outside them is
        white space.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    for unit in units_of(text, start, stop):
        is_whole = unit.is_whole and unit.end - unit.start <= _WHOLE and not _ENTRIES.search(text, unit.start, unit.end)
        if unit.is_row or is_whole:
            spans.append(Span(unit.start, unit.end))
            continue
        spans += _sentences(text, unit)
    return spans


def _sentences(text: str, unit: Unit) -> Iterator[Span]:
    position = unit.start
    for match in _BOUNDARY.finditer(text, unit.start, unit.end):
        if match.end() < position or not _divides(text, unit.start, position, match):
            continue
        cut = match.end("latin") if match["latin"] else match.end("wide") if match["wide"] else match.start()
        yield from _trimmed(text, position, cut)
        position = match.end()
    yield from _trimmed(text, position, unit.end)


def _divides(text: str, start: int, position: int, match: re.Match[str]) -> bool:
    """Tell whether there is a boundary at a match, in a sentence that began at ``position``."""
    if match["latin"]:
        return _ends_sentence(text, start, match) and not _NUMBER_ONLY.fullmatch(text, position, match.end("latin"))
    if match["wide"]:  # what is quoted is part of a sentence that goes on with a particle
        return not ("\u3040" <= text[match.end() : match.end() + 1] <= "\u309f" and match["wide"][-1] in "」』）”")
    if match["bullet"]:
        return text[position] == text[match.end()]
    before = _FIRST_NUMBER.match(text, position)
    return before is not None and before["style"] == match["style"] and _follows(before["number"], match["number"])


def _follows(number: str, other: str) -> bool:
    """Tell whether an item's number is the one after another's: 2 after 1, b after a."""
    if number.isdigit() and other.isdigit():
        return int(other) == int(number) + 1
    return not number.isdigit() and not other.isdigit() and ord(other) == ord(number) + 1


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    after = match.end()
    if text[after] in ",;:)" or text[match.start() - 1 : match.end()].startswith("[..."):
        return False
    if match["latin"].startswith(". ."):
        return len(match["latin"]) > len(". . .")
    found = _NEXT_WORD.match(text, after)
    following = found[1] if found else ""
    if following[:1].islower() and not _STARTS_ITEM.match(text, after):
        return False
    if not match["latin"].startswith("."):
        return True
    before = text[max(start, match.start() - 40) : match.start()]
    last = _LAST_WORD.search(before)
    return may_end_sentence(before, last[0] if last else "", following)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)
