"""Words that carry meaning: for lexical search and for comparing sentences."""

from __future__ import annotations

import re

_WORD = re.compile(r"\d+(?:[.,]\d+)+(?!\w)|\w+(?:['’]\w+)?")
_IDENTIFIER = re.compile(r"(?=[\w./:-]*\d)\w+(?:[./:-]\w+)+")

STOP_WORDS = frozenset(
    "a about after again all also am an and any are as at be because been before being between both but "
    "by can could did do does doing down during each few for from further had has have having he her here "
    "hers him his how i if in into is it its just me more most my no nor not now of off on once only or "
    "other our out over own same she should so some such than that the their them then there these they "
    "this those through to too under until up very was we were what when where which while who whom whose "
    "why will with would you your".split()
)


def words(text: str) -> list[str]:
    """Return the words of ``text`` in order, lower case, possessive endings dropped; a number such as 5.10 is one."""
    return [re.sub(r"['’]s?$", "", match[0].lower()) for match in _WORD.finditer(text)]


def identifiers(text: str) -> list[str]:
    """Return the numbers and codes that punctuation divides into several words, lower case: ``3.2``, ``e-4021``."""
    return [match[0].lower() for match in _IDENTIFIER.finditer(text)]


def content_words(text: str) -> list[str]:
    """Return the words that are not function words; all words where nothing else is left."""
    found = words(text)
    return [word for word in found if word not in STOP_WORDS] or found
