"""Sources that say otherwise: a sentence that follows a cited one but for one number, date, name or denial."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from index.terms import content_words
from index.text import one_line
from rag.alterations import alterations, departures
from rag.context import Reading, SourceSentence
from rag.words import stem

_AGREEING = 0.6
"""Share of the content words of a cited sentence that a sentence must hold to be about the same."""
_POINTS_BACK = re.compile(r"^\W*(?:he|she|it|they|this|that|these|those|his|her|its|their)\b", re.IGNORECASE)
_MOST = 3
_AS_CLOSE = 0.05
"""Difference of two scores that says nothing about which of two sources a question means."""
_AMENDS = re.compile(
    r"\b(?:amend(?:ed|ing|ment)s?|addend(?:um|a)|correct(?:ed|ion)s?|errat(?:um|a)|corrigend(?:um|a)|supersed(?:es|ing)"
    r"|revis(?:ed|ion)s?|nachtrag|berichtigung|adenda|enmienda|fe de erratas|düzeltme|zeyilname)\b",
    re.IGNORECASE,
)
"""What the name of a document that changes another says."""


def conflicts(cited: Sequence[SourceSentence], reading: Reading) -> list[SourceSentence]:
    """Return sentences of other documents that say otherwise than a cited one does.

    Looked at are all sentences of the passages of which some were read: a small model may have been spared the very
    sentence that contradicts the one it follows.
    """
    found: dict[str, SourceSentence] = {}
    for sentence in cited:
        for other in _others(sentence, reading):
            found.setdefault(one_line(other.text), other)  # copies say it once
    said = {one_line(sentence.text) for sentence in cited}
    return [other for text, other in found.items() if text not in said][:_MOST]


def precedence(sentence: SourceSentence, reading: Reading) -> tuple[bool, str]:
    """Return what decides between sources that disagree: an amendment before what it amends, then the newer date."""
    passage = reading.passages[sentence.passage]
    name = f"{passage.title} {PurePath(passage.source).stem} {passage.chunk.heading}".replace("_", " ")
    return _AMENDS.search(name) is not None, passage.date or ""


def is_as_close(one: SourceSentence, other: SourceSentence, reading: Reading) -> bool:
    """Tell whether one sentence and its passage are about as close to the question as another and its passage.

    Of two documents of one form (two leases, two invoices) the question means one, and the other is not newer news.
    """
    scores = [reading.passages[sentence.passage].score for sentence in (one, other)]
    return one.relevance >= other.relevance - _AS_CLOSE and scores[0] >= scores[1] - _AS_CLOSE


def _others(sentence: SourceSentence, reading: Reading) -> Iterator[SourceSentence]:
    for other in reading.in_context():
        if other.document_id != sentence.document_id:
            titles = [_bare(reading.passages[item.passage].title) for item in (sentence, other)]
            if _contradicts(sentence.text, other.text, is_one_subject=titles[0] == titles[1]):
                yield other


def _contradicts(one: str, two: str, *, is_one_subject: bool) -> bool:
    """Tell whether two sentences cannot both be true.

    In the same words they hold another name or number in one place beyond their opening; where their documents bear one
    title, in the opening or in two places, too. What points back to a title says nothing of one with another title.
    """
    if not is_one_subject and (_POINTS_BACK.match(one) or _POINTS_BACK.match(two)):
        return False
    apart = departures(one, two)
    if apart is not None and (apart.opening or apart.further):
        places = (apart.opening, apart.further)
        return places in ((1, 0), (0, 1), (0, 2)) if is_one_subject else places == (0, 1) and not apart.worded
    stems, other_stems = ({stem(word) for word in content_words(text)} for text in (one, two))
    if len(stems & other_stems) < _AGREEING * max(len(stems), len(other_stems)):
        return False
    return len(alterations(two, [one])) in (1, 2)  # a name may have two words; more is another matter


def _bare(title: str) -> str:
    return " ".join(content_words(re.sub(r"\([^()]*\)", "", title)))
