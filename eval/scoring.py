"""From one question and what came of it to its scores, by the names that the report uses.

A score is there only if the set has gold for it and the mode can earn it: what is absent is not 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval import metrics
from eval.testset import Question
from rag.types import Answer, Passage

RECALL_DEPTHS = (1, 3, 5, 10)
RANKING_DEPTH = 10
"""How many documents of a ranking are scored."""

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a system made of one question.

    Attributes:
        answer: None where the mode only retrieves.
        ranking: ids of the documents found, best first, each once; None where the mode does not search.
        passages: what was retrieved, where the answer does not say it already.
        retrieve_s: seconds of the search, where the answer does not say it already.
        cites: whether the mode had documents to cite.
    """

    answer: Answer | None = None
    ranking: tuple[str, ...] | None = None
    passages: tuple[Passage, ...] = ()
    retrieve_s: float | None = None
    cites: bool = True


def score(question: Question, outcome: Outcome) -> Scores:
    """Return every score that ``question`` has gold for and ``outcome`` can earn."""
    scores: Scores = {}
    if outcome.ranking is not None and question.relevant_documents:
        scores |= _retrieval(question, outcome.ranking)
    if outcome.answer is not None:
        scores |= _answer(question, outcome.answer)
        scores |= _abstention(question, outcome.answer)
        if outcome.cites:
            scores |= _citations(question, outcome.answer)
            scores |= _support(outcome.answer)
    return scores | _latency(outcome)


def plain_text(answer: Answer) -> str:
    """Return the answer's text without its citation markers."""
    markers = "|".join(str(citation.marker) for citation in answer.citations)
    return re.sub(rf"\s*\[(?:{markers})\]", "", answer.text).strip() if markers else answer.text.strip()


def unique(document_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids in order, each at its first place: a document counts once, at its best chunk."""
    return tuple(dict.fromkeys(document_ids))


def _retrieval(question: Question, ranking: tuple[str, ...]) -> Scores:
    relevant = question.relevant_documents
    scores = {f"retrieval.recall@{k}": metrics.recall_at(k, ranking, relevant) for k in RECALL_DEPTHS}
    scores["retrieval.mrr@10"] = metrics.reciprocal_rank_at(10, ranking, relevant)
    scores["retrieval.ndcg@10"] = metrics.ndcg_at(10, ranking, question.relevant)
    return scores


def _answer(question: Question, answer: Answer) -> Scores:
    """Score the words of an answer. A refusal of a question that has an answer scores 0 throughout."""
    scores: Scores = {}
    said = "" if answer.abstained else plain_text(answer)
    if question.answerable and question.answers:
        golds = question.answers
        scores["answer.exact_match"] = 0.0 if answer.abstained else metrics.exact_match(said, golds)
        scores["answer.token_f1"] = 0.0 if answer.abstained else metrics.token_f1(said, golds)
        scores["answer.contains"] = 0.0 if answer.abstained else metrics.contains(said, golds)
    if question.answerable and question.long_answers:
        scores["answer.rouge_l"] = 0.0 if answer.abstained else metrics.rouge_l(said, question.long_answers)
    if question.answerable is not False and question.answer_choice is not None:
        picked = None if answer.abstained else metrics.chosen(said, question.choices)
        scores["answer.choice_accuracy"] = float(picked == question.answer_choice)
    return scores


def _abstention(question: Question, answer: Answer) -> Scores:
    match question.answerable:
        case True:
            return {"abstention.false_rate": float(answer.abstained)}
        case False:
            return {"abstention.recall": float(answer.abstained)}
        case None:
            return {}


def _citations(question: Question, answer: Answer) -> Scores:
    """Score citations against gold. Precision exists where something was cited, recall wherever there is evidence."""
    if not question.answerable:
        return {}
    scores: Scores = {}
    cited = [(item.document_id, item.start, item.end) for item in answer.citations]
    evidence = [[(item.document_id, *span) for span in item.spans] for item in question.evidence]
    if evidence:
        scores["citation.recall"] = metrics.citation_recall(cited, evidence)
    if evidence and cited:
        scores["citation.precision"] = metrics.citation_precision(cited, evidence)
    if cited and question.gold_documents:
        scores["citation.document_precision"] = metrics.document_precision(cited, question.gold_documents)
    return scores


def _support(answer: Answer) -> Scores:
    if answer.abstained or not answer.sentences:
        return {}
    return {"support.rate": sum(item.supported for item in answer.sentences) / len(answer.sentences)}


def _latency(outcome: Outcome) -> Scores:
    seconds: dict[str, float | None] = {"latency.retrieve_s": outcome.retrieve_s}
    if outcome.answer is not None:
        timings = outcome.answer.timings
        seconds["latency.first_token_s"] = timings.first_token_s
        seconds["latency.total_s"] = timings.total_s
        seconds["latency.rewrite_s"] = timings.rewrite_s or None
        seconds["latency.read_s"] = timings.read_s
    return {name: value for name, value in seconds.items() if value is not None}
