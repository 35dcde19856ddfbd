"""Sentences made false by changing one thing, in English. Each function returns None where there is nothing to change.

A changed sentence reads almost like the true one, which is what a check of support must not be taken in by.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence

_YEAR = re.compile(r"(?<![\d.,$€£#-])(?:1[0-9]|20)\d\d(?![\ds%-]|[.,]\d)")
_MONTHS = "January February March April May June July August September October November December".split()
_CALENDAR = frozenset([*_MONTHS, *"Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()])
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_COUNTS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()
_COUNT = re.compile(rf"\b(?:{'|'.join(_COUNTS)})\b", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)(?<![.!?:;] )(?<![\w'’-])[A-Z][\w'’-]+(?: (?:of |the |de |van |von )*[A-Z][\w'’-]+)*")
_NOT = re.compile(r"\s(?:not|never)\b|n['’]t\b|(?<=\bcan)not\b")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|will|would|may|might|should|must|does|did|do)\b(?!\s*n[o'’]t)"
)
_DIRECTIONS = (
    "increased/decreased",
    "increases/decreases",
    "increase/decrease",
    "rose/fell",
    "rises/falls",
    "rising/falling",
    "more/less",
    "higher/lower",
    "highest/lowest",
    "larger/smaller",
    "largest/smallest",
    "most/least",
    "before/after",
    "north/south",
    "northern/southern",
    "east/west",
    "eastern/western",
    "won/lost",
    "wins/loses",
    "first/last",
    "above/below",
    "oldest/youngest",
    "older/younger",
    "early/late",
    "earlier/later",
    "began/ended",
    "begins/ends",
    "supported/opposed",
    "supports/opposes",
    "allowed/forbidden",
    "accepted/rejected",
    "longest/shortest",
    "longer/shorter",
    "men/women",
    "father/mother",
    "brother/sister",
    "son/daughter",
    "husband/wife",
    "northwest/southeast",
    "northeast/southwest",
    "inside/outside",
    "minimum/maximum",
)
_OPPOSITE = {a: b for pair in _DIRECTIONS for a, b in (pair.split("/"), pair.split("/")[::-1])}
_DIRECTION = re.compile(rf"\b(?:{'|'.join(sorted(_OPPOSITE, key=len, reverse=True))})\b")
"""In lower case only: a capital makes it part of a name (the Middle East)."""
_EQUALS = re.compile(r"^[\s,]*(?:and|or|,|&|/|-|–|'s|’s)?[\s,]*$")

Change = Callable[[str, Sequence[str], random.Random], str | None]
"""Takes a sentence, names that occur around it, and the source of choices."""


def change_number(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Give another number: a figure that is no year, or a number word."""
    years = [match.span() for match in _YEAR.finditer(sentence)]
    figures = [match for match in _NUMBER.finditer(sentence) if match.span() not in years]
    found = figures or list(_COUNT.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    return _put(sentence, match, _other_digits(match[0], chance) if figures else _other(match[0], _COUNTS, chance))


def change_date(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Give another year or month."""
    found = list(_YEAR.finditer(sentence)) or list(_MONTH.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    if match[0].isdigit():
        return _put(sentence, match, str(int(match[0]) + chance.choice([-11, -7, -3, -2, 2, 3, 7, 11])))
    return _put(sentence, match, _other(match[0], _MONTHS, chance))


def change_name(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Put another name in place of one; it occurs around the sentence, so its being there proves nothing."""
    found = _names(sentence)
    others = [name for name in names if name not in sentence and not any(word in sentence for word in name.split())]
    if not found or not others:
        return None
    return _put(sentence, chance.choice(found), chance.choice(others))


def change_negation(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Take a negation out, or put one in."""
    negations = list(_NOT.finditer(sentence))
    if negations:
        return _put(sentence, negations[0], "")
    auxiliary = _AUXILIARY.search(sentence)
    return None if auxiliary is None else f"{sentence[: auxiliary.end()]} not{sentence[auxiliary.end() :]}"


def change_direction(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Put the opposite in place of a word of direction, order or degree."""
    found = list(_DIRECTION.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    return _put(sentence, match, _OPPOSITE[match[0]])


def change_role(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Let two names trade places, unless they merely stand side by side in a list."""
    for left, right in itertools.pairwise(_names(sentence)):
        between = sentence[left.end() : right.start()]
        if left[0] != right[0] and not _EQUALS.match(between):
            return f"{sentence[: left.start()]}{right[0]}{between}{left[0]}{sentence[right.end() :]}"
    return None


CHANGES: Mapping[str, Change] = {
    "number": change_number,
    "date": change_date,
    "name": change_name,
    "negation": change_negation,
    "direction": change_direction,
    "role": change_role,
}


def names_in(text: str) -> list[str]:
    """Return the names in ``text`` that do not merely open a sentence, in order, each once."""
    return list(dict.fromkeys(match[0] for match in _names(text)))


def falsify(text: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Return ``text`` with one thing changed: a number, else a date, else a name."""
    for kind in ("number", "date", "name"):
        changed = CHANGES[kind](text, names, chance)
        if changed is not None:
            return changed
    return None


def _names(text: str) -> list[re.Match[str]]:
    """Names of people, places and things; the calendar's are none, nor are syllables such as Inc and III."""
    return [match for match in _NAME.finditer(text) if len(match[0]) > 3 and match[0] not in _CALENDAR]


def _put(sentence: str, match: re.Match[str], replacement: str) -> str:
    return sentence[: match.start()] + replacement + sentence[match.end() :]


def _other(word: str, words: Sequence[str], chance: random.Random) -> str:
    chosen = chance.choice([item for item in words if item.lower() != word.lower()])
    return chosen.capitalize() if word[0].isupper() else chosen


def _other_digits(number: str, chance: random.Random) -> str:
    """Change the first digit: the size stays, the value does not."""
    digit = int(number[0])
    choices = [d for d in range(1, 10) if d != digit]
    return str(chance.choice(choices)) + number[1:]
