"""What kind of thing a question asks for, told by its words alone."""

from __future__ import annotations

import re

_ASKING = re.compile(r"\b(who|whom|whose|when|where|which|what|why|how)(?=\b|s\b)(.*)", re.IGNORECASE | re.DOTALL)
_MEASURED = re.compile(
    r"\s+(?:many|much|old|long|far|tall|big|large|small|high|low|deep|wide|heavy|fast|often|late|early|soon|close)\b",
    re.IGNORECASE,
)
_IS = re.compile(r"(?:['’]?s|['’]?re|\s+(?:is|are|was|were|does|do|did|happens?|happened))\b", re.IGNORECASE)
_ONE_THING = re.compile(
    r"\s+(?:the|a|an|his|her|its|their|your|my)?\s*(?:[\w'’-]+\s+){0,2}?(?:names?|titles?|year|date|day|month|century|time"
    r"|number|amount|age|height|length|depth|weight|size|price|cost|rate|percentage|population|speed|distance"
    r"|temperature|country|city|town|state|capital|place|location|address|colou?r|currency|language)\b",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(
    r"\b(?:meanings?|functions?|purposes?|roles?|definitions?|causes?|reasons?|effects?|differences?|plot|history)\s+"
    r"(?:of|for|between)\b|\b(?:describe|explain|define|tell\s+me\s+about)\b",
    re.IGNORECASE,
)


def wants_description(question: str) -> bool:
    """Tell whether a sentence or more is wanted, rather than a name, a number, a place, a time or a yes.

    "Why …", "how does …", "what is …" and "the meaning of …" want one; "what year …" and "what is the capital of …"
    do not. Where nothing tells, none is wanted.
    """
    asking = _ASKING.search(question)
    if asking is None:
        return _DESCRIBED.search(question) is not None
    word, rest = asking[1].lower(), asking[2]
    if word == "why":
        return True
    if word == "how":
        return not _MEASURED.match(rest)
    being = _IS.match(rest) if word == "what" else None
    return being is not None and not _ONE_THING.match(rest, being.end())
