"""Text as it may stand in the page: escaped, counted, dated, shortened. Pure functions."""

from __future__ import annotations

import re

_ENTITIES = {ord(character): f"&#{ord(character)};" for character in "&<>\"'`${}\r"}
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def escape(text: str) -> str:
    """Return ``text`` as HTML text or attribute value that no parser and no template engine takes for markup.

    Control characters and lone surrogates, which cannot be shown or sent, become the replacement character.
    """
    return _UNSHOWABLE.sub("\ufffd", text).translate(_ENTITIES)


def counted(number: int, noun: str) -> str:
    """Return ``number`` with its noun: ``1 document``, ``1,234 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def human_date(date: str) -> str:
    """Return an ISO date as ``3 February 2024``; anything else as it is."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", date)
    if match is None or not 1 <= int(match[2]) <= 12:
        return date
    return f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}"


def shortened(text: str, limit: int) -> str:
    """Return ``text`` cut to ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
