"""Source code, configuration and logs: the text as it stands; functions and classes at the margin are places."""

from __future__ import annotations

import re

from index.readers.base import Extracted
from index.types import Place, Unread

CODE = frozenset(
    ".bash .bat .c .cc .cfg .clj .cmd .conf .cpp .cs .css .cxx .dart .diff .ex .exs .f90 .go .gradle .graphql .groovy "
    ".h .hpp .hs .ini .java .jl .js .jsx .kt .kts .less .log .lua .m .mjs .pas .patch .php .pl .pm .properties .proto "
    ".ps1 .psm1 .py .pyi .r .rb .rs .sass .scala .scss .sh .sql .svelte .swift .tf .toml .ts .tsx .vb .vue .yaml "
    ".yml .zsh".split()
)
"""Endings of files that are read as they stand."""
_LONGEST_LINE = 5_000
"""A longer line was written by a program for a program."""
_PLACE = re.compile(
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|sealed|async|pub(?:\([\w:]+\))?"
    r"|unsafe|override|open|data|inline|extern|partial)\s+)*"
    r"(?P<kind>def|class|interface|trait|struct|enum|[Ff]unction|fn|func|fun|[Ss]ub|module|impl|object|record"
    r"|(?i:CREATE (?:OR REPLACE )?(?:TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER)))\b\*?\s+(?:\([^)]{0,80}\)\s*)?"
    r"(?P<name>[\w.:\"`<>-]{1,80})"
)
_QUOTES = '`"<:'
_SECTION = re.compile(r"\[{1,2}(?P<name>[^\[\]\n]{1,80})\]{1,2}")


def read_code(text: str) -> Extracted:
    """Read a file of code. Lines that are too long for a person are cut and noted."""
    lines = text.split("\n")
    cut = sum(len(line) > _LONGEST_LINE for line in lines)
    if cut:
        lines = [line[:_LONGEST_LINE] for line in lines]
        text = "\n".join(lines)
    unread = (Unread("too_long", "lines", cut),) if cut else ()
    return Extracted(text=text, places=tuple(_places(lines)), unread=unread)


def _places(lines: list[str]) -> list[Place]:
    """Return where functions and classes, and sections of a configuration, begin at the margin."""
    places: list[Place] = []
    position = 0
    for line in lines:
        if line and not line[0].isspace() and len(line) <= 400:
            if match := _PLACE.match(line):
                places.append(Place(position, f"{match['kind'].lower()} {match['name'].strip(_QUOTES)}", None, "part"))
            elif match := _SECTION.fullmatch(line.strip()):
                places.append(Place(position, f"section {match['name'].strip()}", None, "part"))
        position += len(line) + 1
    return places
