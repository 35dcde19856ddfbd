"""The model's text made safe and plain before anything is done with it."""

from __future__ import annotations

import re

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[^|<>\n]{1,40}\|>")
_MARKER = re.compile(
    r"[ \t]*[\[【]\s*(?:\^|#|sources?|excerpts?|citation|ref)?\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\]】]"
    r"|[ \t]*\[\s*\^[^\]\n]{0,20}\]",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--.*?-->", re.DOTALL)
_URL = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BRACKETED_NUMBER = re.compile(r"\[(\d+)\]")


def clean(text: str) -> str:
    """Return model output as plain prose.

    Out go hidden reasoning, chat-template tokens, citation markers of the model's own (they prove nothing), HTML,
    images, link targets and invisible characters. No ``[digits]`` is left, so that every one in an answer is ours.
    """
    for pattern, replacement in (
        (_INVISIBLE, ""),
        (_THINKING, ""),
        (_SPECIAL, ""),
        (_IMAGE, r"\1"),
        (_LINK, r"\1"),
        (_TAG, ""),
    ):
        text = pattern.sub(replacement, text)
    text = _BRACKETED_NUMBER.sub("", _MARKER.sub("", text))
    while _BRACKETED_NUMBER.search(text):
        text = _BRACKETED_NUMBER.sub("", text)
    return text


_SPACED_INITIALS = re.compile(r"\b(?:[A-Z]\. )+[A-Z]\.")


def restore_initials(text: str, source: str) -> str:
    """Write initials as the sources do: a small model copies ``U.S.`` as ``U. S.``."""

    def restore(match: re.Match[str]) -> str:
        joined = match[0].replace(" ", "")
        return joined if joined in source and match[0] not in source else match[0]

    return _SPACED_INITIALS.sub(restore, text)


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space made one space."""
    return " ".join(text.split())
