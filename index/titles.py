"""Titles as other texts name them: how one document leads to another."""

from __future__ import annotations

import re
from functools import lru_cache

_ASIDE = re.compile(r"\s*\([^()]*\)")
_WORD = re.compile(r"\w+")
_SHORTEST = 4
_LONGEST_WORDS = 8


def title_key(title: str) -> str:
    """Return a title as it is looked up: words in lower case, without what stands in brackets; "" for one too short."""
    key = " ".join(_WORD.findall(_ASIDE.sub("", title).lower()))
    return key if len(key) >= _SHORTEST else ""


@lru_cache(maxsize=512)
def keys_named_in(text: str) -> tuple[str, ...]:
    """Return every run of words in ``text`` that could be a title's key, each once.

    A single word must be written like a name, with a capital or a digit in it: most words are somebody's title.
    """
    words = _WORD.findall(text)
    lowered = [word.lower() for word in words]
    found: dict[str, None] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_WORDS, len(words)) + 1):
            key = " ".join(lowered[start:end])
            if len(key) >= _SHORTEST and (end > start + 1 or not words[start].islower()):
                found[key] = None
    return tuple(found)
