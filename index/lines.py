"""Text to units of meaning, by its lines: paragraphs, items, rows, records, turns and lines that stand alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.words import OPENERS

_BULLET = r"[-*+•‣▪●◦⁃–—][ \t]+"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,3})?)?(?:\s?[ap]\.?m\.?(?![a-z]))?"
_DAY = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?:T|,?[ \t]{1,2})"
_LABEL = r"(?P<label>[^\W_](?:[^:\n!?;]|:(?=\S)){0,48}?)"

_ITEM = re.compile(rf"{_BULLET}|\d{{1,3}}[.)]{{1,2}}[ \t]|\((?:[a-z]|[ivx]{{1,5}}|\d{{1,3}})\)[ \t]|[a-z]\)[ \t]")
_WEAK_ITEM = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){1,5}[.)]?[ \t]+[^\W\d_a-zß-ÿ]|(?:[IVXLC]{1,6}|[A-Z])\.[ \t]|§{1,2} ?\d"
    r"|(?:Art(?:icle|ikel)?|Clause|Section|Rule|Step|Schritt|Annex|Schedule|Chapter|Kapitel)\.? \d"
)
"""What may number a clause, and may as well be the wrapped rest of a sentence that mentions one."""
_ITEM_ONLY = re.compile(
    r"(?:(?:§{1,2}|Art(?:icle|ikel)?|Clause|Section|Rule|Step|Schritt)\.? ?)?"
    r"(?:\d{1,3}(?:\.\d{1,3}){0,5}[.)]?|\([a-z0-9]{1,4}\)|[IVXLC]{1,6}\.|[A-Z]\.)"
)
_TIMED = re.compile(
    rf"(?P<sure>[\[(](?:{_DAY})?{_CLOCK}[\])]|{_DAY}{_CLOCK})(?=\W|$)"
    rf"|(?:{_CLOCK})(?=[ \t]*[-–|]?[ \t]*{_LABEL}:[ \t])"
    rf"|(?P<unsure>{_CLOCK})(?=[ \t]|$)"
)
_NAME_THEN_TIME = re.compile(rf"[^\W\d_][^\n:]{{0,40}}?[ \t]+[\[(]?(?:{_DAY})?{_CLOCK}[\])]?:?(?:[ \t]|$)")
_LABELLED = re.compile(rf"(?:{_BULLET}|\d{{1,3}}[.)][ \t]+)?{_LABEL}:(?P<value>[ \t]+\S)?(?=[ \t]|$)?")
_ASKED = re.compile(
    r"(?:\d{1,3}[.)][ \t]+)?(?:Q|A|Question|Answer|Frage|Antwort|F|P|R|Pregunta|Respuesta)(?: ?\d+)?:[ \t]"
)
_RULE = re.compile(r"([=\-~^*_#+.:])\1{2,}")
_HASH = re.compile(r"#{1,6}[ \t]|={1,6}[ \t]+\S")
_JOINING = re.compile(
    r"[,&/(\[–-]$|(?<![\w’'])(?:the|a|an|of|and|or|to|in|on|at|by|for|from|with|as|that|which|is|are|der|die|das|den|dem|des"
    r"|ein|eine|und|oder|von|zu|im|mit|für|auf|el|la|los|las|de|del|y|o|en|con|para|por|le|les|du|des|et|ou|ve|ile)$"
)
"""A line that ends like this goes on in the next one."""
_NARROW, _WIDE = 45, 180
"""Wrapped prose has lines of such lengths at the longest."""
_NEARLY_FULL, _FULL_IN_PROSE = 0.9, 0.75
"""The share of the width that a line takes up with the next line's first word, if it was wrapped."""
_NEAR = 4
_MID_SENTENCE = re.compile(r"[.!?][\"'”’)\]]* +\S")
_LABEL_WORDS = 7


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that no sentence crosses: ``text[start:end]``, without white space around it."""

    start: int
    end: int
    is_row: bool = False
    is_whole: bool = False


@dataclass(slots=True)
class _Line:
    """A line that holds something. ``column`` is where it ends, ``block`` counts the blank lines above it."""

    start: int
    end: int
    words: str
    indent: int
    block: int
    is_row: bool
    label: str
    has_value: bool
    is_timed: bool
    is_sure: bool
    is_record: bool = False
    is_turn: bool = False

    @property
    def column(self) -> int:
        return self.indent + len(self.words)


def units_of(text: str, start: int, stop: int) -> Iterator[Unit]:
    """Yield the units of ``text[start:stop]`` in order; all that lies outside them is white space."""
    lines = list(_lines(text, start, stop))
    _tell_records_and_turns(lines)
    first = 0
    for i in range(1, len(lines) + 1 if lines else 0):
        if i == len(lines) or _divides(lines, first, i):
            head = lines[first]
            yield Unit(head.start, lines[i - 1].end, head.is_row, head.is_record or head.is_turn)
            first = i


def _lines(text: str, start: int, stop: int) -> Iterator[_Line]:
    block = 0
    position = start
    for raw in text[start:stop].split("\n"):
        words = raw.strip()
        if not words:
            block += 1
        else:
            indent = len(raw) - len(raw.lstrip())
            timed = _TIMED.match(words) or _NAME_THEN_TIME.match(words)
            label = _LABELLED.match(words)
            named = label["label"] if label and len(label["label"].split()) <= _LABEL_WORDS else ""
            begin = position + indent
            yield _Line(
                begin,
                begin + len(words),
                words,
                indent,
                block,
                is_row=" | " in words or words.startswith("|"),
                label=named,
                has_value=bool(named and label and label["value"]),
                is_timed=timed is not None,
                is_sure=timed is not None and timed.groupdict().get("unsure") is None,
            )
        position += len(raw) + 1


def _tell_records_and_turns(lines: Sequence[_Line]) -> None:
    """Mark turns and ``Label: value`` lines: most of them are known by their neighbours being such lines too."""
    labels = Counter(line.label for line in lines if line.label)
    for i, line in enumerate(lines):
        near = [lines[n] for n in (i - 1, i + 1) if 0 <= n < len(lines) and abs(lines[n].block - line.block) <= 1]
        speaks = bool(line.label) and labels[line.label] > 1
        line.is_turn = line.is_timed and (line.is_sure or any(other.is_timed for other in near))
        line.is_turn |= speaks and (not line.has_value or any(other.has_value for other in near))
        line.is_record = _ASKED.match(line.words) is not None or (
            line.has_value and any(other.has_value for other in near)
        )


def _width(lines: Sequence[_Line], i: int) -> int:
    """Return the column at which the longest of the lines around line ``i`` ends that no blank line parts from it."""
    around = lines[max(0, i - _NEAR) : i + _NEAR]
    return max(line.column for line in around if line.block == lines[i].block and not line.is_row)


def _divides(lines: Sequence[_Line], first: int, i: int) -> bool:
    """Tell whether a unit that began with line ``first`` ends before line ``i``."""
    head, above, line = lines[first], lines[i - 1], lines[i]
    if above.block != line.block or above.is_row or line.is_row:
        return True
    if _RULE.fullmatch(line.words):
        return bool(_RULE.fullmatch(above.words))
    if line.is_turn or line.is_record or _HASH.match(line.words) or _HASH.match(above.words):
        return True
    if _RULE.fullmatch(above.words) or _ITEM.match(line.words):
        return True
    if _ITEM_ONLY.fullmatch(above.words) and i - 1 == first:
        return bool(_WEAK_ITEM.match(line.words))
    if head.is_turn:
        return False
    if line.indent > head.indent and (_ITEM.match(head.words) or _WEAK_ITEM.match(head.words) or head.label):
        return False
    return not _goes_on(head, above, line, _width(lines, i))


def _goes_on(head: _Line, above: _Line, line: _Line, width: int) -> bool:
    """Tell whether a line is the rest of the paragraph above it, wrapped at ``width``."""
    word = line.words.split(None, 1)[0]
    is_prose = head is not above or _MID_SENTENCE.search(above.words) is not None
    needed = (_FULL_IN_PROSE if is_prose else _NEARLY_FULL) * width
    is_wrapped = _NARROW <= width <= _WIDE and above.column + 1 + len(word) >= needed
    if _JOINING.search(above.words[-12:]):
        return True
    if word[0].islower():
        return is_wrapped or is_prose or not head.words[0].islower()
    if _WEAK_ITEM.match(line.words) and not is_wrapped:
        return False
    ends = above.words.rstrip("\"'”’)]*_")[-1:] in (".", "!", "?", "…")
    if word.lower().rstrip(",") in OPENERS and word != "I" and not ends:
        return False
    return is_wrapped
