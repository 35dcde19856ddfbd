"""Text as it may stand in the page: escaped, dated, placed, shortened. Pure functions."""

from __future__ import annotations

import re

from ui.words import ENGLISH, phrase, say

_ENTITIES = {ord(character): f"&#{ord(character)};" for character in "&<>\"'`${}\r"}
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MONTHS = (
    *(phrase("January"), phrase("February"), phrase("March"), phrase("April"), phrase("May"), phrase("June")),
    *(phrase("July"), phrase("August"), phrase("September"), phrase("October"), phrase("November")),
    phrase("December"),
)
_PLACES = {
    "page": phrase("page {n}"),
    "slide": phrase("slide {n}"),
    "sheet": phrase("sheet {n}"),
    "table": phrase("table {n}"),
    "row": phrase("row {n}"),
    "item": phrase("item {n}"),
    "record": phrase("record {n}"),
    "line": phrase("line {n}"),
    "clause": phrase("clause {n}"),
}
_PLACE = re.compile(r"(page|slide|row|item|record|line|clause) (\d\S*)|(sheet|table) (\S.*)", re.IGNORECASE)


def escape(text: str) -> str:
    """Return ``text`` as HTML text or attribute value that no parser and no template engine takes for markup.

    Control characters and lone surrogates, which cannot be shown or sent, become the replacement character.
    """
    return _UNSHOWABLE.sub("\ufffd", text).translate(_ENTITIES)


def human_date(date: str, language: str = ENGLISH) -> str:
    """Return an ISO date as ``3 February 2024``; anything else as it is."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", date)
    if match is None or not 1 <= int(match[2]) <= 12:
        return date
    month = say(language, _MONTHS[int(match[2]) - 1])
    return say(language, "{day} {month} {year}", day=int(match[3]), month=month, year=match[1])


def human_place(locator: str, language: str = ENGLISH) -> str:
    """Return the place of a passage, such as ``page 7, table 1``, in the words of ``language``; any other as it is."""
    parts = []
    for part in locator.split(", "):
        match = _PLACE.fullmatch(part)
        kind, name = (match[1] or match[3], match[2] or match[4]) if match else ("", "")
        parts.append(say(language, _PLACES[kind.lower()], n=name) if match else part)
    return ", ".join(parts)


def shortened(text: str, limit: int) -> str:
    """Return ``text`` cut to ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
