"""Markdown: the source text as it stands, with its headings, and title and date from front matter."""

from __future__ import annotations

import re

from index.readers.base import Extracted
from index.readers.dates import parse_date
from index.types import Heading

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<body>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>title|date)[ \t]*:[ \t]*(?P<value>\S.*)$", re.IGNORECASE | re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>.*)$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")


def read_markdown(text: str) -> Extracted:
    """Read Markdown; ATX (``# …``) and setext (underlined) headings outside code fences count."""
    front = _FRONT_MATTER.match(text)
    fields = {m["key"].lower(): m["value"].strip(" \t\"'") for m in _FIELD.finditer(front["body"])} if front else {}
    body_start = front.end() if front else 0
    headings = tuple(_headings(text, body_start))
    top = next((h.text for h in headings if h.level == 1), None)
    return Extracted(
        text=text,
        title=fields.get("title") or top,
        date=parse_date(fields.get("date", "")),
        headings=headings,
        body_start=body_start,
    )


def _headings(text: str, start: int) -> list[Heading]:
    found: list[Heading] = []
    fence: str | None = None
    previous: tuple[int, str] | None = None
    position = start
    for line in text[start:].splitlines(keepends=True):
        bare = line.rstrip("\n")
        mark = _FENCE.match(bare)
        if mark:
            closes = fence is not None and mark[1].startswith(fence)
            fence = None if closes else fence or mark[1]
        elif fence is None:
            heading = _atx(bare, position) or _setext(bare, position, previous)
            if heading:
                found.append(heading)
            previous = (position, bare) if bare.strip() and not heading else None
        position += len(line)
    return found


def _atx(line: str, position: int) -> Heading | None:
    match = _ATX.match(line)
    text = _without_closing_marks(match["text"].strip()) if match else ""
    if match is None or not text:
        return None
    return Heading(start=position, end=position + len(line), level=len(match["marks"]), text=text)


def _without_closing_marks(text: str) -> str:
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else text


def _setext(line: str, position: int, previous: tuple[int, str] | None) -> Heading | None:
    match = _SETEXT.match(line)
    if match is None or previous is None or previous[1].lstrip()[:1] in "-*+>|#":
        return None
    level = 1 if match[1].startswith("=") else 2
    return Heading(start=previous[0], end=position + len(line), level=level, text=previous[1].strip())
