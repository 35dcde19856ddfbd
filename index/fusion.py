"""One score for a chunk from what speaks for it: its meaning, its best sentence, its words, and who names it.

Scores are fused, not ranks: a rank hides by how much one side is surer than the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.periods import Period
from index.references import NOTHING, References
from index.titles import keys_named_in, title_key
from index.types import Candidate, Candidates, Place

_SENTENCE_SHARE = 0.5
"""Weight of the closest sentence beside the whole chunk."""
_LEXICAL_WEIGHT = 0.2
"""What the lexically best chunk gains, on the scale of a cosine; others gain in proportion to their BM25 score."""
_NAMING_DEPTH = 3
"""How many of the best chunks may lead to documents whose titles they name."""
_NAMING_WEIGHT = 0.3
"""Share of the naming chunk's score that the named document gains; it never passes the one that names it."""
_BELOW = 1e-4
_DATE_WEIGHT = 0.1
"""What a document gains for being of the time that the question names, or for being the newest where that is asked."""
_PLACE_WEIGHT = 0.5
"""What a chunk gains for standing at a place that the question names, such as page 2 or clause 3.2."""
_SECONDARY = frozenset({"quoted", "contents"})
SECONDARY_WEIGHT = 0.3
"""What older mail that a newer message repeats loses, and a table of contents: what it leads to comes first."""
_DATED_DEPTH = 20
"""The newest is looked for among so many of the best chunks."""


@dataclass(frozen=True, slots=True)
class Fused:
    """A chunk with its score, higher is better, and the better chunk that led to it, if that raised the score."""

    candidate: Candidate
    score: float
    named_by: Candidate | None = None


def fuse(found: Sequence[Candidate]) -> list[Fused]:
    """Return the chunks best first: ``(cosine + best sentence's cosine) / 2 + 0.2 * bm25 / highest bm25``.

    Equal scores go to the smaller chunk id.
    """
    return _fused(found, _highest(found))


def names_of_the_best(found: Sequence[Candidate]) -> list[str]:
    """Return the title keys that the best chunks name, those of their own documents left out."""
    best = fuse(found)[:_NAMING_DEPTH]
    return [key for item in best for key in _named_by(item.candidate)]


def fuse_all(
    candidates: Candidates,
    *,
    period: Period | None = None,
    latest: bool = False,
    references: References = NOTHING,
) -> list[Fused]:
    """Fuse what was found, then raise the documents that the best chunks name: questions often need both.

    Args:
        candidates: what the store considers.
        period: when the question is about; documents of that time are raised.
        latest: whether the newest is asked for.
        references: what the question names; passages at these places are raised.
    """
    highest = _highest(candidates.found)
    ranked = {item.candidate.chunk.id: item for item in _fused(candidates.found, highest)}
    raised = dict(ranked)
    for item in list(ranked.values())[:_NAMING_DEPTH]:
        for key in _named_by(item.candidate):
            for best in _best_of_each_document(_fused(candidates.named.get(key, ()), highest)):
                gained = min(best.score + _NAMING_WEIGHT * item.score, item.score - _BELOW)
                identity = best.candidate.chunk.id
                if gained > raised.get(identity, best).score:
                    raised[identity] = replace(best, score=gained, named_by=item.candidate)
    ranked_all = sorted(raised.values(), key=_order)
    gains = _gains_by_date(ranked_all, period, latest)
    placed = [
        replace(
            item,
            score=item.score
            + gains.get(item.candidate.record.date, 0.0)
            + (_PLACE_WEIGHT if references.hold(item.candidate.chunk) else 0.0)
            - (SECONDARY_WEIGHT if _is_secondary(item.candidate) else 0.0),
        )
        for item in ranked_all
    ]
    return sorted(placed, key=_order)


def _is_secondary(candidate: Candidate) -> bool:
    places = candidate.chunk.places
    return bool(places) and all(is_secondary(place) for place in places)


def is_secondary(place: Place | None) -> bool:
    """Tell whether what stands at a place is older mail that a newer message repeats, or a table of contents."""
    return place is not None and place.kind in _SECONDARY


def _gains_by_date(ranked: Sequence[Fused], period: Period | None, latest: bool) -> dict[str | None, float]:
    """Return what the documents of each date gain; those without a date gain nothing."""
    dates = sorted({item.candidate.record.date or "" for item in ranked[:_DATED_DEPTH]} - {""})
    if period is not None:
        return {day: _DATE_WEIGHT for item in ranked if period.holds(day := item.candidate.record.date)}
    if latest and len(dates) > 1:
        return {day: _DATE_WEIGHT * place / (len(dates) - 1) for place, day in enumerate(dates)}
    return {}


def _fused(found: Sequence[Candidate], highest: float) -> list[Fused]:
    return sorted((Fused(candidate, _score(candidate, highest)) for candidate in found), key=_order)


def _score(candidate: Candidate, highest: float) -> float:
    closest = max((sentence.cosine for sentence in candidate.sentences), default=candidate.cosine)
    meaning = (1 - _SENTENCE_SHARE) * candidate.cosine + _SENTENCE_SHARE * closest
    return meaning + (_LEXICAL_WEIGHT * candidate.bm25 / highest if highest > 0 else 0.0)


def _highest(found: Sequence[Candidate]) -> float:
    return max((candidate.bm25 for candidate in found), default=0.0)


def _order(item: Fused) -> tuple[float, str]:
    return -item.score, item.candidate.chunk.id


def _named_by(candidate: Candidate) -> list[str]:
    own = title_key(candidate.record.title)
    return [key for key in keys_named_in(candidate.chunk.text) if key != own]


def _best_of_each_document(ranked: Sequence[Fused]) -> list[Fused]:
    best: dict[str, Fused] = {}
    for item in ranked:
        best.setdefault(item.candidate.record.id, item)
    return list(best.values())
