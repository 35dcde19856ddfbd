"""Follow-ups: a question that leans on the conversation is rewritten to stand alone; others are left as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import STOP_WORDS, words
from index.text import one_line
from rag import prompts
from rag.text import clean
from rag.types import GenerationRequest, Generator, Message

_TURNS = 3
_TURN_CHARS = {"user": 300, "assistant": 160, "system": 0}
"""Reading takes most of the time, and what a conversation is about stands at the beginning of an answer."""
_MAX_TOKENS = 60
_POINTING = frozenset(
    "it its they them their theirs he him his she her hers this that these those there then one ones same "
    "such former latter other others another else both either neither also too".split()
)
_OPENING = re.compile(
    r"\s*(?:and|but|or|so|why|what about|how about|how so|how come|what else|who else|where else)\b", re.IGNORECASE
)
_COMMON = STOP_WORDS | frozenset("many much long far old say said happen happened mean tell know think about".split())
_FOREIGN_SHARE = 0.34
"""A rewrite with more new content words than this share has begun to answer or to invent."""


def needs_rewrite(question: str, history: Sequence[Message]) -> bool:
    """Tell whether a question leans on what was said: by pointing words, an elliptic opening, or hardly any content."""
    if not history:
        return False
    asked = words(question)
    content = [word for word in asked if word not in _COMMON]
    if len(content) <= 1 or any(word in _POINTING for word in asked):
        return True
    return _OPENING.match(question) is not None and len(content) <= 3


def asked_before(history: Sequence[Message]) -> str:
    """Return the user's last turn, or ""."""
    return next((turn.text for turn in reversed(history) if turn.role == "user"), "")


def rewrite(question: str, history: Sequence[Message], generator: Generator) -> str:
    """Return a standalone form of the question; if the model's is no good, the question behind the one it follows."""
    recent = history[-_TURNS:]
    conversation = "\n".join(_abridged(turn) for turn in recent)
    prompt = prompts.render("rewrite", conversation=conversation, question=question)
    pieces = generator.stream(GenerationRequest((Message("user", prompt),), max_tokens=_MAX_TOKENS, stop=("\n",)))
    candidate = one_line(clean("".join(pieces))).strip("\"'“” ")
    candidate = re.sub(r"^(?:rewritten )?question:\s*", "", candidate, flags=re.IGNORECASE)
    return candidate if _is_faithful(candidate, question, recent) else _joined(question, recent)


def _abridged(turn: Message) -> str:
    return f"{turn.role.capitalize()}: {one_line(turn.text)[: _TURN_CHARS[turn.role]]}"


def _is_faithful(candidate: str, question: str, history: Sequence[Message]) -> bool:
    """Accept a question made of words that were said, which keeps the content words that were asked."""
    if not candidate.endswith("?") or len(candidate) > 2 * len(question) + 200:
        return False
    said = set(words(question)) | {word for turn in history for word in words(turn.text)}
    new = [word for word in words(candidate) if word not in _COMMON]
    asked = {word for word in words(question) if word not in _COMMON | _POINTING}
    foreign = sum(word not in said for word in new)
    return bool(new) and foreign <= _FOREIGN_SHARE * len(new) and len(asked - set(new)) <= len(asked) // 2


def _joined(question: str, history: Sequence[Message]) -> str:
    previous = asked_before(history)
    return one_line(f"{previous} {question}") if previous else question
