"""Text as people see it."""

from __future__ import annotations

import re

# Controls, and the invisible and direction-changing characters that make a text read other than it looks.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)


def without_invisible(text: str) -> str:
    """Return ``text`` without control characters and characters that are not seen or change the direction."""
    return _INVISIBLE.sub("", text)


def one_line(text: object) -> str:
    """Return ``text`` on one line, runs of white space made one space, without invisible characters."""
    return " ".join(without_invisible(str(text)).split())
