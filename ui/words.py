"""What the page says, in the language of the person who reads it: texts, numbers, and which language that is.

A text is looked up by its English words, so that code reads as what it says. The catalogues, one JSON file a language
in ``assets/words``, are shared with the page's own script. They hold no sign that means something in HTML (a test sees
to it), so what :func:`say` returns may stand in a page if the values it was given may.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "es": "Español", "tr": "Türkçe"}
"""Each with its name in itself."""

ENGLISH = "en"
COOKIE = "pincite-language"
"""Written by the page's settings; without it the browser's wish counts."""

_MOST_READ = 1_000
"""Characters of an ``Accept-Language`` header that are looked at."""
_LONGEST_FAILURE = 2_000
_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,60})?\s*(?:;\s*[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)
_EXCHANGED = {ord(","): ".", ord("."): ","}


def say(language: str, text: str, **values: object) -> str:
    """Return ``text`` in ``language``, its ``{placeholders}`` filled; what is in no catalogue stays as it is."""
    said = _catalogue(language).get(text, text)
    return said.format_map(values) if values else said


def count(language: str, n: int, one: str, many: str) -> str:
    """Return the text for one thing or for ``n`` of them, with ``n`` in the place of ``{n}``."""
    return say(language, one if n == 1 else many, n=number(language, n))


def phrase(text: str) -> str:
    """Return ``text``, which is put into a language only where it is shown: the mark by which it is found."""
    return text


def restated(language: str, failure: str) -> str:
    """Return a stated failure in ``language``, with the values it came with; one that is in no catalogue as it is.

    Failures are raised in English, far from any page. Their texts stand in the catalogues with ``{0}``, ``{1}`` and so
    on where values do, and are known again by what is between these.
    """
    said = _catalogue(language).get(failure)
    if said is not None:
        return said
    for pattern, text in _failures(language):
        if found := pattern.fullmatch(failure[:_LONGEST_FAILURE]):
            return text.format(*found.groups())
    return failure


def number(language: str, value: float, digits: int = 0) -> str:
    """Return a number as the language writes it: ``1,234.5`` or ``1.234,5``."""
    shown = f"{value:,.{digits}f}"
    return shown if language == ENGLISH else shown.translate(_EXCHANGED)


def language_of(cookies: Mapping[str, str], accepted: str) -> str:
    """Return the language of a person: the one chosen, or the best that the browser accepts, or English.

    Args:
        cookies: what the browser sent.
        accepted: its ``Accept-Language`` header, "" if there was none.
    """
    chosen = cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else _best(accepted)


def _best(accepted: str) -> str:
    weights: dict[str, float] = {}
    for part in accepted[:_MOST_READ].split(","):
        if match := _RANGE.fullmatch(part):
            name = match[1].lower()
            weights[name] = max(weights.get(name, 0.0), float(match[2] or 1))
    rest = weights.get("*", 0.0)
    candidates = [*(name for name in weights if name in LANGUAGES), *(n for n in LANGUAGES if n not in weights)]
    best = max(candidates, key=lambda name: weights.get(name, rest))  # the first of several
    return best if weights.get(best, rest) > 0 else ENGLISH


@lru_cache(maxsize=len(LANGUAGES))
def _failures(language: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """Return the texts with numbered values, each with what it looks like in English; the most telling first."""
    texts = [(text, said) for text, said in _catalogue(language).items() if "{0}" in text]
    texts.sort(key=lambda item: -len(re.sub(r"\{\d\}", "", item[0])))
    return [
        (re.compile("(.*?)".join(map(re.escape, re.split(r"\{\d\}", text))), re.DOTALL), said) for text, said in texts
    ]


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> Mapping[str, str]:
    if language == ENGLISH or language not in LANGUAGES:
        return {}
    text = (files(__package__) / "assets" / "words" / f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found
