"""Words as they are compared: spelled numbers as digits, initialisms without dots, forms of one word as one stem."""

from __future__ import annotations

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = {name: str(value) for value, name in enumerate(_UNITS)} | {
    name: str(value) for value, name in zip(range(20, 100, 10), _TENS, strict=True)
}
"""Number words below a hundred, without the compounds, to digits."""
MAGNITUDES = frozenset("hundred thousand million billion trillion dozen".split())
_TENS_AND_UNIT = re.compile(rf"\b({'|'.join(_TENS)})[-\s]({'|'.join(_UNITS[1:10])})\b", re.IGNORECASE)
PLAIN_REPLY = re.compile(r"^\W*(?:yes|no)\b[.,:;!]\s*", re.IGNORECASE)
"""``No.`` before a sentence answers the question; it denies nothing of what follows."""
_INITIALS = re.compile(r"\b(?:[A-Z]\.\s?){2,}")


def normalised(text: str) -> str:
    """Return ``text`` with ``U.S.`` and ``U. S.`` written ``US``, and ``forty-five`` written ``45``."""
    text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match[0]) + " ", text)
    return _TENS_AND_UNIT.sub(lambda m: str(int(NUMBER_WORDS[m[1].lower()]) + _UNITS.index(m[2].lower())), text)


def stem(word: str) -> str:
    """Return a crude stem: enough to bring together the forms of one word within a sentence or two."""
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if word[0].isdigit() or len(word) < 4:
        return word
    for ending in ("ations", "ation", "ings", "ing", "ied", "ies", "ers", "ed", "es", "er", "ly", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
