"""Does a source say this? Aligns a sentence of an answer with the source sentences that carry it; no model is asked.

Two things are looked at. Closeness: how much of what the sentence says (numbers and names weigh more) stands in the
source sentence, and how near the two are in meaning. And exactness: a number, name or negation of the sentence that its
sources do not hold makes it unsupported however close it is, and so does one that stands in the place of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.periods import without_dates
from index.terms import STOP_WORDS, words
from index.types import Embedder
from rag.alterations import alterations
from rag.context import SourceSentence
from rag.questions import is_closed, wants_amount, wants_count
from rag.words import NUMBER_WORDS, PLAIN_REPLY, normalised, stem

Scores = NDArray[np.float32]

MAX_EVIDENCE = 3
_WORD_SHARE = 0.6
"""Weight of word coverage beside closeness in meaning."""
_PLACE_SHARE = 0.3
"""Weight of the question's words in choosing among source sentences: a few words may stand in several."""
_TITLE_WORDS = 12
"""A longer title is a sentence, which says more than what its document is about."""
_FURTHER_GAIN = 0.2
"""A further source sentence is cited only if it covers this much more of the sentence."""
_FURTHER_COVERAGE = 0.3
"""A further source sentence, or one that supplies a lacking name, must hold this share of the sentence."""
_SAME = 0.7
"""Share of a source sentence's content words from which an answer has said it already."""
_ASKED_SHARE = 0.25
"""Words of the question need little proof: they say which thing is meant, not what is claimed of it."""
_QUANTITY = re.compile(
    r"\b(?:no|none|one|half|both|pair|couple|few|several|some|many|most|all|dozens?|scores|hundreds?|thousands?|millions?"
    r"|billions?|single|twice|double|third|quarter|percent)\b|%",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_NAME = re.compile(r"\b[^\W\d_][\w'’-]*")
_NEGATION = frozenset("not no never none neither nor without cannot nobody nothing denied refused n't".split())


@dataclass(frozen=True, slots=True)
class Support:
    """What was found for one sentence.

    Attributes:
        score: in [0, 1].
        supported: whether it may be shown as supported.
        evidence: indexes into the sources, best first; empty where nothing is close.
        missing: numbers and names of the sentence that its evidence does not hold, and words that it changes.
    """

    score: float
    supported: bool
    evidence: tuple[int, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportChecker:
    """Checks sentences against sources. ``threshold`` is the score from which a sentence counts as supported."""

    embedder: Embedder
    threshold: float = 0.5

    def check(
        self,
        sentence: str,
        sources: Sequence[SourceSentence],
        *,
        question: str = "",
        titles: Sequence[str] = (),
        dates: Sequence[str] = (),
    ) -> Support:
        """Align one sentence.

        Args:
            sentence: of the answer, without markers.
            sources: what was read.
            question: what was asked; its words need no proof, and they place a short answer.
            titles: ``titles[i]`` is the title of the document of ``sources[i]``; it counts as said there, unless it is
                a sentence itself: then only its names and numbers do.
            dates: the same for the date, which proves nothing but takes none away.
        """
        sentence, question = normalised(PLAIN_REPLY.sub("", sentence) or sentence), normalised(question)
        wanted = _weighted_words(sentence, asked=_stems(question))
        if not sources or not wanted:
            return Support(0.0, False, ())
        titles, dates = titles or [""] * len(sources), dates or [""] * len(sources)
        said, held = [], []
        for source, title, date in zip(sources, titles, dates, strict=True):
            said.append(normalised(f"{source.text} {title} {date}"))
            held.append(_stems(f"{source.text} {title}" if len(title.split()) <= _TITLE_WORDS else source.text))
        coverage = np.array([_coverage(wanted, stems) for stems in held], dtype=np.float32)
        closeness = self._closeness(sentence, question, sources)
        asked = _content_stems(question)
        place = np.array([len(asked & stems) / max(1, len(asked)) for stems in held], dtype=np.float32)
        scores: Scores = _WORD_SHARE * coverage + (1 - _WORD_SHARE) * closeness + _PLACE_SHARE * place
        evidence = _pick(wanted, held, scores, coverage)
        evidence = _complete(sentence, question, evidence, said, coverage)
        covered = _coverage(wanted, set().union(*(held[i] for i in evidence)))
        score = float(_WORD_SHARE * covered + (1 - _WORD_SHARE) * max(closeness[i] for i in evidence))
        missing = _missing(sentence, " ".join(said[i] for i in evidence), question)
        missing = tuple(dict.fromkeys((*missing, *alterations(sentence, [source.text for source in sources]))))
        supported = score >= self.threshold and not missing
        return Support(round(min(max(score, 0.0), 1.0), 4), supported, tuple(evidence), missing)

    def _closeness(self, sentence: str, question: str, sources: Sequence[SourceSentence]) -> Scores:
        """Return cosines in [0, 1], shape ``(len(sources),)``; the sentence is taken in the light of the question."""
        texts = [f"{question} {sentence}".strip(), *(source.text for source in sources)]
        vectors = self.embedder.encode_documents(texts)
        cosines: Scores = np.clip(vectors[1:] @ vectors[0], 0.0, 1.0)
        return cosines


def _pick(wanted: dict[str, float], held: Sequence[set[str]], scores: Scores, coverage: Scores) -> list[int]:
    """Take the best source sentence, then those about the same that cover much which the ones taken do not."""
    order = sorted(range(len(held)), key=lambda i: (-scores[i], i))
    taken = [order[0]]
    union = set(held[order[0]])
    total = sum(wanted.values())
    while len(taken) < MAX_EVIDENCE:
        gains = {
            i: sum(weight for word, weight in wanted.items() if word in held[i] and word not in union) / total
            for i in order
            if i not in taken and coverage[i] >= _FURTHER_COVERAGE
        }
        best = max(gains, key=lambda i: (gains[i], scores[i]), default=None)
        if best is None or gains[best] < _FURTHER_GAIN:
            break
        taken.append(best)
        union |= held[best]
    return taken


def _complete(sentence: str, question: str, evidence: list[int], said: Sequence[str], coverage: Scores) -> list[int]:
    """Add, for a number or name that the evidence lacks, the source sentence that holds it and is about the same."""
    taken = list(evidence)
    for _ in range(MAX_EVIDENCE - len(taken)):
        missing = _missing(sentence, " ".join(said[i] for i in taken), question)
        if not missing:
            break
        holders = [
            i
            for i in range(len(said))
            if i not in taken
            and coverage[i] >= _FURTHER_COVERAGE
            and len(_missing(sentence, " ".join(said[j] for j in (*taken, i)), question)) < len(missing)
        ]
        if not holders:
            break
        taken.append(max(holders, key=lambda i: (coverage[i], -i)))
    return taken


def _weighted_words(text: str, asked: set[str]) -> dict[str, float]:
    """Return the stems that want proof, with weights: numbers 2, names 1.5, others 1; a quarter of that if asked."""
    weights: dict[str, float] = {}
    for match in re.finditer(r"\w+(?:['’.,]\w+)*", text):
        for word in words(match[0]):
            if word in STOP_WORDS:
                continue
            weight = 2.0 if word in NUMBER_WORDS or word[0].isdigit() else 1.5 if match[0][0].isupper() else 1.0
            key = stem(word)
            weights[key] = max(weight * (_ASKED_SHARE if key in asked else 1.0), weights.get(key, 0.0))
    return weights


def says_something(text: str, question: str, evidence: str = "") -> bool:
    """Tell whether ``text`` holds a content word that the question does not: an answer that only echoes says nothing.

    Asked how many, it must hold a number that the question does not, or a word of quantity; one that ``evidence`` holds
    only as part of a date counts nothing. A question that is answered by yes or no, or that names its choices, may be
    answered in its own words.
    """
    if is_closed(question):
        return True
    if wants_count(question):
        numbers = _numbers(text) - _numbers(question)
        if wants_amount(question):
            numbers -= _numbers(evidence) - _numbers(without_dates(evidence))
        if not numbers and not _QUANTITY.search(text):
            return False
    return not _content_stems(text) <= _stems(question)


def says_most_of(text: str, source: str) -> bool:
    """Tell whether ``text`` holds nearly all content words of ``source``: quoting it would say the same again."""
    wanted = _content_stems(source)
    return len(wanted & _content_stems(text)) >= _SAME * len(wanted)


def _content_stems(text: str) -> set[str]:
    return {stem(word) for word in words(normalised(text)) if word not in STOP_WORDS}


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(normalised(text))}


def _coverage(wanted: dict[str, float], held: set[str]) -> float:
    return sum(weight for word, weight in wanted.items() if word in held) / sum(wanted.values())


def _missing(sentence: str, said: str, question: str) -> tuple[str, ...]:
    """Return the numbers and names of a sentence that ``said`` does not hold, and ``not`` for a negation of its own."""
    missing = sorted(_numbers(sentence) - _numbers(said))
    known = _stems(said) | _stems(question)
    initials = _initials(said) | _initials(question)
    missing += [
        name
        for name in _names(sentence)
        if not {stem(part) for part in words(name.replace("-", " "))} <= known and name.upper() not in initials
    ]
    negated = _negations(sentence) and not _negations(said) and not _negations(question)
    return (*dict.fromkeys(missing), *(("not",) if negated else ()))


def _numbers(text: str) -> set[str]:
    """Return the numbers in a text as digits, also those spelled below a hundred (but ``one``, which rarely counts)."""
    text = normalised(text)
    digits = {match[0].replace(",", "").rstrip(".") for match in _NUMBER.finditer(text)}
    return digits | {NUMBER_WORDS[word] for word in words(text) if word in NUMBER_WORDS and word != "one"}


def _names(sentence: str) -> Iterable[str]:
    """Yield capitalised words that do not merely open the sentence."""
    for i, match in enumerate(_NAME.finditer(sentence)):
        word = re.sub(r"['’]s?$", "", match[0])
        if word[:1].isupper() and word.lower() not in STOP_WORDS and (i > 0 or (word.isupper() and len(word) > 1)):
            yield word


def _initials(text: str) -> set[str]:
    """Return initialisms that ``text`` holds or spells out: ``US`` and ``United States`` both give ``US``."""
    held = {match[0].upper() for match in _NAME.finditer(text)}
    capitals = re.findall(r"(?:\b[A-Z][\w'’-]+(?:\s+(?:of|the|and|for)\s+|[\s-]+)?){2,}", text)
    return held | {"".join(word[0] for word in re.findall(r"\b[A-Z]\w*", run)) for run in capitals}


def _negations(text: str) -> bool:
    lowered = text.lower()
    return "n't" in lowered or "n’t" in lowered or any(word in _NEGATION for word in words(lowered))
