"""How an answer is put into words from what the model wrote and what the sources say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.sentences import Span
from index.text import one_line
from rag.context import Reading, SourceSentence
from rag.text import clean

_COMMA = re.compile(r",\s+(?:(?:and|or)\s+)?")
_BETWEEN = r",?\s+(?:(?:and|or)\s+)?(?:(?:the|an?)\s+)?"


def capitalised(text: str) -> str:
    """Return ``text`` with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def as_sentence(text: str) -> str:
    """Return a few words with a capital and a full stop."""
    text = capitalised(text)
    return text if re.search(r"[.!?…:][\"'”’»)\]]*$", text) else f"{text}."


def quotation(text: str) -> str:
    """Return a source sentence as it is quoted in an answer."""
    return as_sentence(one_line(clean(text)))


def as_listed(answer: str, source: str) -> str:
    """Return an answer in which things are listed as the source lists them: a small model leaves out the "and"."""
    things = _COMMA.split(answer)
    written, first = [], 0
    while first < len(things):
        last, listed = first + 1, things[first]
        for end in range(first + 2, len(things) + 1):
            found = re.search(_listed(things[first:end]), source, re.IGNORECASE)
            if found is None:
                break
            last, listed = end, one_line(found[0])
        written.append(listed)
        first = last
    return answer if len(written) == len(things) else ", ".join(written)


def _listed(things: Sequence[str]) -> str:
    """Return the pattern of things in a row, as whole words, with or without "and" and an article between them."""
    return r"(?<!\w)" + _BETWEEN.join(re.escape(thing) for thing in things) + r"(?!\w)"


def said_otherwise(sentence: SourceSentence, reading: Reading, *, is_older: bool = False) -> str:
    """Return the words that show a source which disagrees, with the date it states."""
    which = "An older source" if is_older else "Another source"
    return f"{which} ({_where(sentence, reading)}) says otherwise: “{one_line(clean(sentence.text))}”"


def said_last(sentence: SourceSentence, reading: Reading) -> str:
    """Return the words that show the source which counts among those that disagree, with the date it states."""
    return f"{quotation(sentence.text)} ({_where(sentence, reading)})"


def _where(sentence: SourceSentence, reading: Reading) -> str:
    passage = reading.passages[sentence.passage]
    return clean(f"{passage.title}, {passage.date}" if passage.date else passage.title or passage.source)


def repeats(text: str) -> bool:
    """Tell whether the last stretch of text stands three times in a row: a small model has got stuck."""
    tail = text[-240:]
    return any(
        len(tail) >= 3 * n and tail[-n:].strip() and tail[-n:] == tail[-2 * n : -n] == tail[-3 * n : -2 * n]
        for n in range(12, 81)
    )


def without_repeats(prose: str, spans: Sequence[Span]) -> list[Span]:
    """Drop sentences that were already said word for word."""
    first: dict[str, Span] = {}
    for span in spans:
        first.setdefault(one_line(prose[span.start : span.end]).lower(), span)
    return list(first.values())
