"""What the language model gets to read: the sentences that matter with their neighbours, within a budget.

Reading is what costs time on a CPU, and a small model answers better from few sentences than from many. So whole chunks
are read only while they fit; otherwise the sentences closest to the question are taken, best first, each with the
sentences beside it, until the budget is used. The closest come first, and a model that is sure by then reads no others.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from index.fusion import SECONDARY_WEIGHT, is_secondary
from index.periods import days_in, is_day_first, without_dates
from index.references import references_in
from index.terms import content_words
from index.types import RetrievedPassage

_WORD_OVERLAP_WEIGHT = 0.3
"""How much a sentence gains for holding all of the question's words, on the scale of a cosine."""
_REFERENCE_WEIGHT = 0.5
"""How much a sentence gains for being the clause or step that the question names by its number."""
_QUESTION = re.compile(r"\?[\s\"'”’»)*_]*$")
_TITLE_CHARS = 50
"""More of a title is not read: it stands before every passage."""


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A sentence of a source that was (or could be) read.

    Attributes:
        passage: index into the passages that were retrieved.
        start: offset into the document's text, as is ``end``.
        relevance: closeness to the question; higher is closer.
    """

    passage: int
    document_id: str
    start: int
    end: int
    text: str
    relevance: float

    @property
    def is_question(self) -> bool:
        """Whether it asks: what a source asks (in a list of questions, minutes, a form) proves nothing."""
        return _QUESTION.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read.

    Attributes:
        passages: all that were retrieved, best first.
        sentences: those that are read, in the order in which they are: the closest with its neighbours, then the others
            by passage and in document order.
        order: indexes of the passages that are read, most useful first.
        candidates: all sentences of the passages considered, read or not.
        opening: how many of ``sentences`` are the closest and its neighbours.
    """

    passages: tuple[RetrievedPassage, ...]
    sentences: tuple[SourceSentence, ...]
    order: tuple[int, ...]
    candidates: tuple[SourceSentence, ...]
    opening: int = 0

    def in_context(self) -> list[SourceSentence]:
        """Return all sentences of the passages of which some are read."""
        return [sentence for sentence in self.candidates if sentence.passage in self.order]

    def steps(self) -> Iterator[Reading]:
        """Yield the opening, then all: the text of each begins with that of the one before."""
        if 0 < self.opening < len(self.sentences):
            yield replace(self, sentences=self.sentences[: self.opening], order=self.order[:1])
        yield self

    def as_read(self) -> str:
        """Return the excerpts, each below its title and heading; a title that the one before has is not read again.

        ``…`` stands between sentences of a passage that do not follow each other.
        """
        parts: list[str] = []
        previous: SourceSentence | None = None
        for sentence in self.sentences:
            if previous is not None and previous.passage == sentence.passage:
                parts.append(self._between(previous, sentence))
            else:
                before = None if previous is None else previous.document_id
                parts.append(f"\n\n[{_heading(self.passages[sentence.passage], before)}]\n")
            if not self.is_heading(sentence):
                parts.append(" ".join(sentence.text.split()))
            previous = sentence
        return "".join(parts).lstrip()

    def is_heading(self, sentence: SourceSentence) -> bool:
        """Tell whether a sentence is the heading or the title that stands above the excerpts of its passage."""
        passage = self.passages[sentence.passage]
        text = sentence.text.strip("#* \n")
        is_title = text == passage.title and len(text) <= _TITLE_CHARS
        return is_title or text == passage.chunk.heading.rpartition(" > ")[2]

    def _between(self, first: SourceSentence, second: SourceSentence) -> str:
        """Return what stands between two sentences of a passage: nothing behind a heading, a new line before a row."""
        if self.is_heading(first):
            return ""
        chunk = self.passages[first.passage].chunk
        between = chunk.text[first.end - chunk.start : second.start - chunk.start]
        if first.end > second.start or between.strip():
            return " … "
        return "\n" if " | " in second.text or " | " in first.text else " "


def select(
    question: str,
    passages: Sequence[RetrievedPassage],
    *,
    count_tokens: Callable[[str], int],
    budget: int,
    depth: int,
    margin: float = math.inf,
    sentence_margin: float = math.inf,
) -> Reading:
    """Choose what is read.

    Args:
        question: the standalone question.
        passages: retrieved ones, best first.
        count_tokens: of the language model.
        budget: tokens that may be read; the best sentence is always read.
        depth: how many of the passages are considered.
        margin: by how much a passage's score may stay below the best one's; one that a better passage names may be
            further below. What is far behind the best distracts a small model more than it helps.
        sentence_margin: the same for sentences, by their relevance; neighbours come along.
    """
    considered = [
        (index, passage)
        for index, passage in enumerate(passages[:depth])
        if passage.named_by is not None or passage.score >= passages[0].score - margin
    ]
    candidates = _sentences(question, _without_repeats(considered))
    named = {index for index, passage in considered if passage.named_by is not None}
    chosen = _choose(candidates, count_tokens, budget, sentence_margin, named)
    order = sorted(
        {candidates[i].passage for i in chosen},
        key=lambda p: (-max(candidates[i].relevance for i in chosen if candidates[i].passage == p), p),
    )
    opening = _opening(candidates, chosen)
    rest = [i for p in order for i in sorted(chosen - set(opening)) if candidates[i].passage == p]
    read = tuple(candidates[i] for i in (*opening, *rest))
    return Reading(tuple(passages), read, tuple(order), tuple(candidates), len(opening))


def _heading(passage: RetrievedPassage, document_before: str | None) -> str:
    if passage.chunk.document_id == document_before:
        return f"… > {passage.chunk.heading}".rstrip(" >")
    title = passage.title
    if len(title) > _TITLE_CHARS:
        title = f"{title[:_TITLE_CHARS].rsplit(' ', 1)[0]} …"
    name = " > ".join(filter(None, (title, passage.chunk.heading)))
    return f"{name} ({passage.date})" if passage.date else name


def _without_repeats(considered: Sequence[tuple[int, RetrievedPassage]]) -> list[tuple[int, RetrievedPassage]]:
    """Return those whose text did not stand in a better one."""
    seen: set[str] = set()
    kept = []
    for index, passage in considered:
        text = " ".join(passage.chunk.text.split())
        if text not in seen:
            seen.add(text)
            kept.append((index, passage))
    return kept


def _sentences(question: str, passages: Sequence[tuple[int, RetrievedPassage]]) -> list[SourceSentence]:
    """Return all sentences of the passages with their relevance; what follows a question of a source has that of it."""
    references = references_in(question)
    spans = [(index, passage.chunk, ranked) for index, passage in passages for ranked in passage.sentences]
    texts = [chunk.text[ranked.start - chunk.start : ranked.end - chunk.start] for _, chunk, ranked in spans]
    shares = _shares_of_words(question, texts)
    found: list[SourceSentence] = []
    for (index, chunk, ranked), text, share in zip(spans, texts, shares, strict=True):
        relevance = ranked.cosine + _WORD_OVERLAP_WEIGHT * share + _REFERENCE_WEIGHT * references.begin(text)
        if is_secondary(chunk.place_at(ranked.start)):
            relevance -= SECONDARY_WEIGHT
        before = found[-1] if found and found[-1].passage == index else None
        if before is not None and before.is_question:
            relevance = max(relevance, before.relevance)
        found.append(SourceSentence(index, chunk.document_id, ranked.start, ranked.end, text, relevance))
    return found


def _shares_of_words(question: str, texts: Sequence[str]) -> list[float]:
    """Return, for each text, how much of the question's words it holds: 0 to 1, a word counts more where few hold it.

    In a table every row has the names of the columns, and only one the name or number that is asked about. A date
    counts as one word, however it is written.
    """
    days = days_in(question)
    if any(len(day) == len("2024-04-03") for day in days):  # the day is asked for, not its month
        days = frozenset(day for day in days if len(day) == len("2024-04-03"))
    asked = set(content_words(without_dates(question) if days else question)) | days
    day_first = is_day_first(texts) if days else None
    held = [asked & {*content_words(text), *(days_in(text, day_first=day_first) if days else ())} for text in texts]
    counts = Counter(word for words in held for word in words)
    weights = {word: math.log(1 + len(texts) / (1 + counts[word])) for word in asked}
    total = sum(weights.values()) or 1.0
    return [sum(weights[word] for word in words) / total for words in held]


def _choose(
    candidates: Sequence[SourceSentence],
    count_tokens: Callable[[str], int],
    budget: int,
    sentence_margin: float,
    named: Set[int],
) -> set[int]:
    """Take sentences best first with their neighbours while they fit; a lone sentence where its neighbours do not."""
    costs = [count_tokens(sentence.text) for sentence in candidates]
    chosen: set[int] = set()
    used = 0
    ranked = sorted(range(len(candidates)), key=lambda i: (-candidates[i].relevance, i))
    for best in ranked:
        behind = candidates[best].relevance < candidates[ranked[0]].relevance - sentence_margin
        if behind and candidates[best].passage not in named:
            continue
        for group in (_with_neighbours(candidates, best), {best}):
            new = group - chosen
            cost = sum(costs[i] for i in new)
            if used + cost <= budget or (not chosen and group == {best}):
                chosen |= new
                used += cost
                break
    return chosen


def _opening(candidates: Sequence[SourceSentence], chosen: Set[int]) -> list[int]:
    """Return the closest sentence and those beside it, as far as they are read, in document order."""
    if not chosen:
        return []
    best = min(chosen, key=lambda i: (-candidates[i].relevance, i))
    return sorted(_with_neighbours(candidates, best) & chosen)


def _with_neighbours(candidates: Sequence[SourceSentence], i: int) -> set[int]:
    """Return ``i`` and the sentences of its passage beside it."""
    beside = range(max(0, i - 1), min(len(candidates), i + 2))
    return {j for j in beside if candidates[j].passage == candidates[i].passage}
