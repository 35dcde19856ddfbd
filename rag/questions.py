"""What kind of thing a question asks for, told by its words alone."""

from __future__ import annotations

import re

from index.text import one_line

_CLOSED = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b|\bor\b", re.IGNORECASE
)
_COUNT = re.compile(r"\bhow (?:many|much|old|tall|long ago)\b|\bwhat (?:number|percentage|share)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"\bhow (?:many|much)\b|\bwhat (?:number|percentage|share)\b", re.IGNORECASE)

_COMMAND = re.compile(r"\b(?:describe|explain|define|tell me about)\b", re.IGNORECASE)
_ASKING = re.compile(r"(?<!\w)(who|whom|whose|when|where|which|what|why|how)(?=\b|s\b)(.*)", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:in|of|to|from|on|at|by|for|with|into|about) $", re.IGNORECASE)
"""A question word behind one of these asks for the thing that the rest of the question is about."""
_IN_WHICH_WAY = re.compile(
    r" (?:is|are|was|were|do|does|did|can|could|will|would|should|must|might|has|have|had|to|come)\b", re.IGNORECASE
)
_IS = re.compile(r"(?:['’]?s|['’]?re| (?:is|are|was|were|happens|happened))\b", re.IGNORECASE)
_DOING = re.compile(r" (?:do|does|did)\b.* (?:do|mean|happen)\W*$", re.IGNORECASE)
_ONE_THING = re.compile(
    r" (?:(?:the|a|an|his|her|its|their|your|my) )?(?:(?!(?:of|for|in|on|at|and|to) )[\w'’-]+ ){0,2}?"
    r"(?:(?:nick)?names?|titles?|terms?|words?|years?|dates?|days?|months?|century|time|number|amount|total|toll|score|result|record|deadline"
    r"|age|height|length|depth|weight|size|price|cost|rate|percentage|population|speed|distance|temperature|country"
    r"|city|town|state|capital|place|location|address|colou?r|currency|language|most|least|first|last|only|\w{2,}est)\b"
    r"|.*\b(?:called|named|known as|referred to as)\W*$",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(
    r"\b(?:meaning|function|purpose|role|definition|cause|reason|effect|difference)s? (?:of|for|between)\b",
    re.IGNORECASE,
)


def is_closed(question: str) -> bool:
    """Tell whether a question is answered by yes or no, or names its choices."""
    return _CLOSED.search(question) is not None


def wants_count(question: str) -> bool:
    """Tell whether a number is asked for."""
    return _COUNT.search(question) is not None


def wants_amount(question: str) -> bool:
    """Tell whether the number of things or a share is asked for: a date is none."""
    return _AMOUNT.search(question) is not None


def wants_description(question: str) -> bool:
    """Tell whether a sentence or more is wanted, rather than a name, a number, a place, a time or a yes.

    "Why …", "how does …", "what is …" and "the meaning of …" want one; "what year …", "what is the capital of …" and
    "what did … invent" do not, nor does a question that nothing tells of.
    """
    question = one_line(question)
    if is_closed(question):
        return False
    if _COMMAND.search(question):
        return True
    asking = _ASKING.search(question)
    if asking is None:
        return _DESCRIBED.search(question) is not None
    word, rest = asking[1].lower(), asking[2]
    if _INSIDE.search(question[: asking.start()]):
        return False
    if word == "why":
        return True
    if word == "how":
        return _IN_WHICH_WAY.match(rest) is not None
    if word != "what":
        return False
    being = _IS.match(rest)
    return _DOING.match(rest) is not None if being is None else not _ONE_THING.match(rest, being.end())
