"""When to decline, and in what words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Generator, Message, Reason

MESSAGES: dict[Reason, str] = {
    Reason.NO_DOCUMENTS: "This library holds no documents yet, so there is nothing to answer from.",
    Reason.NOTHING_RELEVANT: "I don't know: nothing in the documents is about this.",
    Reason.NOT_IN_SOURCES: "I don't know: the documents touch on this, but they do not state the answer.",
    Reason.UNSUPPORTED_ANSWER: "I don't know: I found no answer that the documents support.",
}
"""What an abstention says."""

_REPLY = re.compile(r"\s*stated:\s*(?P<stated>yes|no)\b[.,;]?\s*(?:in [a-z, ]{4,90}:)?\s*", re.IGNORECASE)
_SOURCES = r"(?:documents?|excerpts?|sources?|texts?|passages?|articles?)"
_SAY = r"(?:say|state|mention|provide|specify|contain|give|answer|include|indicate|reveal|name|disclose|tell)"
_SAID = r"(?:stated|mentioned|specified|provided|given|named|disclosed|found|available|included|answered)"
_REFUSAL = re.compile(
    # "I don't know", "I cannot find …", "Sorry, …", "Unknown.", "Not stated"
    r"^\W*(?:i(?:['’]m| am) (?:sorry|not (?:sure|able))"
    r"|i (?:do not|don['’]t|cannot|can['’]t) (?:know|find|answer|tell|provide)"
    rf"|sorry\b|unknown\W*$|not {_SAID}\b"
    r"|(?:there is )?no (?:mention|information|answer|indication)\b"
    # "The answer is not in the excerpts", "The information cannot be found"
    r"|(?:the|this) (?:answer|information)\b[^.]{0,60}?"
    rf"\b(?:(?:is|are) not|isn['’]t|cannot be|can['’]t be) (?:{_SAID}|in)\b"
    # "No document mentions …"
    rf"|(?:no|none of the) {_SOURCES} {_SAY}s?\b)"
    # "The excerpts do not say …", "… is not stated in the text"
    rf"|\b{_SOURCES} (?:do not|does not|don['’]t|doesn['’]t|did not) (?:\w+ ){{0,2}}{_SAY}\b"
    rf"|\b(?:is|are|was|were) not (?:\w+ )?{_SAID} in the (?:\w+ )?{_SOURCES}",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Tell whether a model's text says that it has no answer."""
    return _REFUSAL.search(text.strip()[:400]) is not None


def stated_probability(generator: Generator, messages: Sequence[Message]) -> float | None:
    """Return the model's probability that what it read states the answer; ``messages`` end before its yes or no.

    None where the model gives no probabilities.
    """
    probabilities = generator.choose(messages, ("yes", "no"))
    return None if probabilities is None else probabilities[0]


def split_reply(text: str) -> tuple[bool, str]:
    """Return whether a reply, taken from its beginning, answers, and the answer in it."""
    found = _REPLY.match(text)
    answer = text[found.end() :] if found else text
    return found is None or (found["stated"].lower() == "yes" and bool(answer.strip())), answer
