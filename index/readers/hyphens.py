"""The lines of a paragraph as one text: divided words become whole, compounds keep their own hyphen.

``words.json`` holds the whole words of bert-base-uncased's vocabulary (Apache-2.0).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from index.text import one_line

HYPHEN = "\x02"
"""A hyphen at the end of a line, as pdfium marks it."""
_END = re.compile(rf"([^\W\d_]+)[-‐{HYPHEN}]$")
_LONGEST_WORD = 80
_START = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*")
_WITHOUT_SPACES = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
"""Chinese and Japanese."""
_NEVER_ALONE = frozenset(
    "over under out up down fore in on off back super sub inter counter mis dis per for with any some every them him "
    "her your our my no an un re de pre pro con com be by a en to so as at is it or if".split()
)
"""English words that begin other words so often that the second part decides nothing."""


class Words:
    """How often words stand in a document where no line divides them: what tells a divided word from a compound."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        for line in lines:
            whole = line[: -len(match[0])] if (match := _END.search(line)) else line
            self._counts.update(word.casefold().replace("‐", "-") for word in _WORD.findall(whole))

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Tell whether the hyphen between two parts, at the end of a line, belongs to the word.

        The document's own spelling decides; where it has none, two known words that make no known word are a compound.
        """
        if after[0].isupper() and not before.isupper():
            return True
        first, second = before.casefold(), after.casefold()
        hyphened, joined = self._counts[f"{first}-{second}"], self._counts[first + second]
        if hyphened or joined:
            return hyphened > joined
        common = _common_words()
        if first + second in common or len(second) < 4 or first in _NEVER_ALONE:
            return False
        return self._is_known(first, common) and self._is_known(second, common)

    def _is_known(self, word: str, common: frozenset[str]) -> bool:
        return word in common or (len(word) > 3 and self._counts[word] > 1)


def join_lines(lines: Sequence[str], words: Words) -> str:
    """Return lines as one text."""
    text = ""
    for line in lines:
        end, start = _END.search(text[-_LONGEST_WORD:]), _START.match(line)
        if end and start:
            hyphen = "-" if words.keeps_hyphen(end[1], start[0]) else ""
            text = f"{text[:-1]}{hyphen}{line}"
        elif not text or _goes_on_without_space(text[-2:], line[:1]):
            text += line
        else:
            text = f"{text} {line}"
    return one_line(text.replace(HYPHEN, "-"))


def _goes_on_without_space(end: str, start: str) -> bool:
    """Tell whether two lines are one word (``COVID-`` and ``19``), or are written without spaces between words."""
    if _WITHOUT_SPACES.match(end[-1]) and _WITHOUT_SPACES.match(start):
        return True
    return end[-1] in f"-{HYPHEN}" and end[:1].isalnum() and start.isalnum()


@cache
def _common_words() -> frozenset[str]:
    """Return common English words, lower case."""
    return frozenset(json.loads(files("index.readers").joinpath("words.json").read_text("ascii")).split())
