"""What an answer and a ranking are worth: pure functions from what was said and what is right to a number.

Every function scores one question; a report's figure is the mean over the questions that have gold for it.
Scores lie in [0, 1], higher is better.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ROUGE_BREAK = re.compile(r"[^a-z0-9]+")

Span = tuple[str, int, int]
"""A place in a document: its id, start and end, in code points, half-open."""


# --- Retrieval: ``ranking`` holds document ids, best first, each once ---


def recall_at(k: int, ranking: Sequence[str], relevant: Iterable[str]) -> float:
    """Return the share of the relevant documents among the first ``k`` (trec_eval's ``recall_k``)."""
    wanted = set(relevant)
    return len(wanted.intersection(ranking[:k])) / len(wanted)


def reciprocal_rank_at(k: int, ranking: Sequence[str], relevant: Iterable[str]) -> float:
    """Return 1 / rank of the first relevant document, 0 where the first ``k`` hold none."""
    wanted = set(relevant)
    return next((1 / rank for rank, item in enumerate(ranking[:k], start=1) if item in wanted), 0.0)


def ndcg_at(k: int, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return the normalised discounted cumulative gain (trec_eval's ``ndcg_cut_k``: gain is the grade itself)."""
    gains = [max(0, grades.get(item, 0)) for item in ranking[:k]]
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


# --- Short answers: SQuAD's definitions, best over the golds ---


def normalize_answer(text: str) -> str:
    """Return ``text`` as SQuAD's script compares it: lower case, no punctuation, no articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(text: str, golds: Sequence[str]) -> float:
    """Return 1 where ``text`` equals a gold answer after normalisation, else 0."""
    said = normalize_answer(text)
    return float(any(said == normalize_answer(gold) for gold in golds))


def token_f1(text: str, golds: Sequence[str]) -> float:
    """Return the best harmonic mean of word precision and recall (SQuAD 2.0: two empty answers agree)."""
    said = normalize_answer(text).split()
    return max(_f1(said, normalize_answer(gold).split()) for gold in golds)


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = (Counter(said) & Counter(gold)).total()
    return 2 * common / (len(said) + len(gold))


def contains(text: str, golds: Sequence[str]) -> float:
    """Return 1 where the words of a gold answer stand in ``text`` side by side (normalised, whole words), else 0."""
    said = f" {normalize_answer(text)} "
    return float(any(_holds(said, normalize_answer(gold)) for gold in golds))


def _holds(said: str, gold: str) -> bool:
    """A gold of nothing but articles and punctuation is in every text; it must be all of it."""
    return f" {gold} " in said if gold else not said.strip()


# --- Long answers ---


def rouge_l(text: str, golds: Sequence[str]) -> float:
    """Return the best Rouge-L F-measure (Lin 2004) over ``golds``, as ``rouge-score`` has it without its stemmer.

    No stemmer, because the published figures on CLAP NQ were computed without.
    """
    said = rouge_tokens(text)
    return max(_rouge_l(said, rouge_tokens(gold)) for gold in golds)


def rouge_tokens(text: str) -> list[str]:
    """Return the runs of ``a-z0-9`` in the lowered text; everything else separates."""
    return _ROUGE_BREAK.sub(" ", text.lower()).split()


def _rouge_l(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return 0.0
    return 2 * longest_common_subsequence(said, gold) / (len(said) + len(gold))


def longest_common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    """Return its length, by the bit-parallel method (Hyyrö 2004): one machine-word row for all of ``left``."""
    places: dict[str, int] = {}
    for position, token in enumerate(left):
        places[token] = places.get(token, 0) | 1 << position
    full = (1 << len(left)) - 1
    row = full
    for token in right:
        met = row & places.get(token, 0)
        row = (row + met | row - met) & full
    return len(left) - row.bit_count()


# --- Multiple choice ---


def chosen(text: str, choices: Sequence[str]) -> int | None:
    """Return the index of the choice that ``text`` states, or None where it states none, or more than one.

    A choice named word for word beats one merely resembled (by token F1). A choice named only as part of another
    that is named ("guilty" in "not guilty") does not count.
    """
    said = f" {normalize_answer(text)} "
    named = {i: key for i, key in enumerate(map(normalize_answer, choices)) if _holds(said, key)}
    whole = [i for i, key in named.items() if not any(_is_part(key, other) for other in named.values())]
    if whole:
        return whole[0] if len(whole) == 1 else None
    return _only_best([token_f1(text, [choice]) for choice in choices])


def _is_part(key: str, other: str) -> bool:
    return key != other and _holds(f" {other} ", key)


def _only_best(scores: Sequence[float]) -> int | None:
    """Return the index of the highest score, or None where it is 0 or shared."""
    best = max(scores, default=0.0)
    return scores.index(best) if best > 0 and scores.count(best) == 1 else None


# --- Citations ---


def hits(cited: Span, gold: Span) -> bool:
    """Return whether two spans of one document overlap by at least half of the shorter."""
    if cited[0] != gold[0]:
        return False
    overlap = min(cited[2], gold[2]) - max(cited[1], gold[1])
    shorter = min(cited[2] - cited[1], gold[2] - gold[1])
    return overlap > 0 and 2 * overlap >= shorter


def citation_precision(cited: Sequence[Span], evidence: Sequence[Sequence[Span]]) -> float:
    """Return the share of citations (at least one) that hit a quote; ``evidence[i]`` are the places of quote ``i``."""
    return sum(any(hits(span, gold) for places in evidence for gold in places) for span in cited) / len(cited)


def citation_recall(cited: Sequence[Span], evidence: Sequence[Sequence[Span]]) -> float:
    """Return the share of quotes that some citation hits, at any of the quote's places."""
    return sum(any(hits(span, gold) for span in cited for gold in places) for places in evidence) / len(evidence)


def document_precision(cited: Sequence[Span], gold_documents: Iterable[str]) -> float:
    """Return the share of citations that point into a gold document; ``cited`` holds at least one."""
    gold = set(gold_documents)
    return sum(span[0] in gold for span in cited) / len(cited)
