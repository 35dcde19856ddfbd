"""The model's text made safe and plain before anything is done with it."""

from __future__ import annotations

import re

from index.terms import words
from index.text import without_invisible
from rag.words import MAGNITUDES, NUMBER_WORDS, stem

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[^|<>\n]{1,40}\|>")
_MARKER = re.compile(
    r"[ \t]*[\[【]\s*(?:\^|#|sources?|excerpts?|citation|ref)?\s*:?\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
    r"(?:\s*†[^\]】\n]{0,40})?\s*[\]】]"
    r"|[ \t]*\[\s*\^[^\]\n]{0,20}\]",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_MARKER_LINK = re.compile(r"[ \t]*\[\s*[\^#]?\d{1,3}\s*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--.*?-->", re.DOTALL)
_UNWRITABLE = re.compile("[\x0b-\x0d\ud800-\udfff]")
"""Line ends of old, and halves of characters."""
_CONTROL_TOKEN = re.compile(
    r"<(?=\|[^|<>\n]{1,40}\|>|/?s>|(?:start|end)_of_turn>|[be]os>|/?think>)|\[(?=/?INST\])", re.IGNORECASE
)
_SPACED_INITIALS = re.compile(r"\b(?:[A-Z]\. )+[A-Z]\.")
_BRACKETED_NUMBER = re.compile(r"\[(\d+)\]")
_ASIDE = re.compile(r"(?<=\w)\s+\((?:\W*|c(?:a|irca)?\.?\s*)\d[^()]*\)(\W*)$")
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_TIME = re.compile(r"\b(?:when|years?|dates?|days?|months?|century|how (?:long|old))\b", re.IGNORECASE)
_NUMERAL = "|".join((*NUMBER_WORDS, *MAGNITUDES))
_COUNTED = re.compile(
    rf"^(\W*(?:about |around |over |nearly |almost |some )?(?:\d[\d.,]*|{_NUMERAL})(?:[ -](?:{_NUMERAL}))*)"
    r"\s+([^\W\d_][^\W\d_\s'’-]*(?:[\s'’-]+[^\W\d_]+)*)\.?$",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """Return model output as plain prose.

    Out go hidden reasoning, chat-template tokens, citation markers of the model's own (they prove nothing), HTML,
    images, link targets and invisible characters. No ``[digits]`` is left, so that every one in an answer is ours; and
    nothing that was put together by taking out what stood inside it.
    """
    text = _UNWRITABLE.sub("", without_invisible(text))
    while (cleaned := _without_markup(text)) != text:
        text = cleaned
    return text


def _without_markup(text: str) -> str:
    for pattern, replacement in (
        (_THINKING, ""),
        (_SPECIAL, ""),
        (_IMAGE, r"\1"),
        (_MARKER_LINK, ""),
        (_LINK, r"\1"),
        (_TAG, ""),
        (_MARKER, ""),
        (_BRACKETED_NUMBER, ""),
    ):
        text = pattern.sub(replacement, text)
    return text


def well_formed(text: str) -> str:
    """Return ``text`` with lone surrogates replaced: they cannot be written as UTF-8, hence neither sent nor stored."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_content(text: str) -> str:
    """Return ``text`` as it may stand in a message to a model: well-formed, control tokens broken up.

    Runtimes take ``<|im_end|>`` inside a message for the real thing: a document could end its turn and open another.
    """
    return _CONTROL_TOKEN.sub(lambda match: match[0] + " ", well_formed(text))


def restore_initials(text: str, source: str) -> str:
    """Write initials as the sources do: a small model copies ``U.S.`` as ``U. S.``."""

    def restore(match: re.Match[str]) -> str:
        joined = match[0].replace(" ", "")
        return joined if joined in source and match[0] not in source else match[0]

    return _SPACED_INITIALS.sub(restore, text)


def terse(answer: str, question: str) -> str:
    """Return a short answer without what nobody asked for.

    Left out are numbers in brackets behind it, such as another unit or, where no time is asked for, a date; and behind
    a count the words of the question: ``17`` for ``17 seconds`` to "How many seconds were left?".
    """
    bare = _ASIDE.sub(r"\1", answer)
    if _HOW_MANY.search(question):
        counted = _COUNTED.match(bare)
        asked = {stem(word) for word in words(question)}
        return counted[1] if counted and {stem(word) for word in words(counted[2])} <= asked else answer
    return answer if _TIME.search(question) else bare
