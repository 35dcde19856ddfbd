"""Sources that say otherwise: a sentence that follows a cited one but for one number, date, name or denial."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.terms import content_words
from rag.alterations import alterations
from rag.context import Reading, SourceSentence
from rag.words import stem

_AGREEING = 0.6
"""Share of the content words of a cited sentence that a sentence must hold to be about the same."""
_POINTS_BACK = re.compile(r"^\W*(?:he|she|it|they|this|that|these|those|his|her|its|their)\b", re.IGNORECASE)
_MOST = 3


def conflicts(cited: Sequence[SourceSentence], reading: Reading) -> list[SourceSentence]:
    """Return sentences of other documents that say otherwise than a cited one does.

    Looked at are all sentences of the passages of which some were read: a small model may have been spared the very
    sentence that contradicts the one it follows.
    """
    found: dict[tuple[str, int], SourceSentence] = {}
    for sentence in cited:
        for other in _others(sentence, reading):
            found.setdefault((other.document_id, other.start), other)
    said = {(sentence.document_id, sentence.start) for sentence in cited}
    return [other for place, other in found.items() if place not in said][:_MOST]


def _others(sentence: SourceSentence, reading: Reading) -> Iterator[SourceSentence]:
    for other in reading.in_context():
        if other.document_id != sentence.document_id and _same_subject(sentence, other, reading):
            changed = alterations(other.text, [sentence.text])
            if len(changed) in (1, 2):  # a name may have two words; more is another matter, not another opinion
                yield other


def _same_subject(sentence: SourceSentence, other: SourceSentence, reading: Reading) -> bool:
    """Tell whether two sentences are about one thing: most words are the same, and neither merely points back to it."""
    one, two = ({stem(word) for word in content_words(item.text)} for item in (sentence, other))
    if len(one & two) < _AGREEING * max(len(one), len(two)):
        return False
    titles = [_bare(reading.passages[item.passage].title) for item in (sentence, other)]
    points_back = _POINTS_BACK.match(sentence.text) or _POINTS_BACK.match(other.text)
    return not points_back or titles[0] == titles[1]


def _bare(title: str) -> str:
    return " ".join(content_words(re.sub(r"\([^()]*\)", "", title)))
