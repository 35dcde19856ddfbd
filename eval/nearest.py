"""A run's citations beside the plainest way to cite: for each sentence of an answer the source sentence closest to it.

Only what the model wrote is looked at; sentences quoted from the sources behind it would be closest to themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval import metrics
from eval.compare import read_report
from eval.errors import NotComparable
from eval.predictions import Prediction, read_predictions
from eval.report import as_plain
from eval.statistics import RESAMPLES, Estimate, bootstrap, paired_bootstrap
from eval.testset import Question, TestSet
from index.sentences import split_sentences
from index.types import Embedder
from rag.phrasing import quotation

Cited = list[metrics.Span]
_PLAIN = ("nearest", "nearest_asked")


def run_nearest(
    testset: TestSet, folder: Path, embedder: Embedder, *, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Score the citations of a run against the gold evidence, and those of the closest sentences beside them.

    In the report ``ours.precision`` and ``ours.recall`` are means over the answers with a sentence that the model wrote
    and that was cited; ``nearest.*`` the same for the source sentence closest to the sentence, ``nearest_asked.*`` for
    the one closest to the question and the sentence together; ``gain_over_….*`` the paired differences.

    Raises:
        RunConflict: if ``folder`` holds no run. NotComparable: if it is not finished, or one of another set, or no
            answer of it can be scored.
    """
    ran = read_report(folder)["testset"]
    if ran["sha256"] != testset.content_hash:
        raise NotComparable(
            f"{folder}: is a run of {ran['name']} as it was, or of another set; give the set that was run"
        )
    questions = {question.id: question for question in testset.questions if question.evidence}
    scored: list[dict[str, float]] = []
    for line in read_predictions(folder / "predictions.jsonl"):
        question = questions.get(line["id"])
        if question is not None and question.answerable and not line["abstained"]:
            cited = _cited(line, embedder)
            if cited["ours"]:
                scored.append(_scores(cited, question))
    if not scored:
        raise NotComparable(f"{folder}: no answer with citations and gold evidence; give the set that was run")
    figures: dict[str, Estimate] = {}
    for name in scored[0]:
        values = [row[name] for row in scored]
        figures[name] = bootstrap(values, name=name, seed=seed, resamples=resamples)
    for system in _PLAIN:
        for metric in ("precision", "recall"):
            name = f"gain_over_{system}.{metric}"
            before, after = ([row[f"{which}.{metric}"] for row in scored] for which in (system, "ours"))
            figures[name] = paired_bootstrap(before, after, name=name, seed=seed, resamples=resamples)
    return {"testset": {"name": testset.name, "sha256": testset.content_hash}, "metrics": as_plain(figures)}


def _scores(cited: Mapping[str, Cited], question: Question) -> dict[str, float]:
    evidence = [[(item.document_id, *span) for span in item.spans] for item in question.evidence]
    scores = {}
    for system, spans in cited.items():
        scores[f"{system}.precision"] = metrics.citation_precision(spans, evidence)
        scores[f"{system}.recall"] = metrics.citation_recall(spans, evidence)
    return scores


def _cited(line: Prediction, embedder: Embedder) -> dict[str, Cited]:
    """Return what the model's own sentences cite, and what they would by closeness alone."""
    citations = {item["marker"]: item for item in line["citations"]}
    sources = _source_sentences(line["passages"])
    vectors = embedder.encode_documents([quote for _, quote in sources])
    cited: dict[str, dict[metrics.Span, None]] = {system: {} for system in ("ours", *_PLAIN)}
    for sentence in line["sentences"]:
        used = [citations[marker] for marker in sentence["citations"]]
        text = _without_markers(line["text"][sentence["start"] : sentence["end"]], sentence["citations"])
        if not used or any(quotation(item["quote"]) in text for item in used):
            continue
        cited["ours"] |= dict.fromkeys((item["document_id"], item["start"], item["end"]) for item in used)
        written = embedder.encode_documents([text, f"{line['standalone_question']} {text}"])
        for system, closest in zip(_PLAIN, (vectors @ written.T).argmax(axis=0), strict=True):
            cited[system][sources[int(closest)][0]] = None
    return {system: list(spans) for system, spans in cited.items()}


def _source_sentences(passages: Sequence[dict[str, Any]]) -> list[tuple[metrics.Span, str]]:
    """Return each sentence of the passages in the model's context, with its place."""
    found: dict[metrics.Span, str] = {}
    for passage in passages:
        if passage["in_context"]:
            for span in split_sentences(passage["text"]):
                place = (passage["document_id"], passage["start"] + span.start, passage["start"] + span.end)
                found[place] = passage["text"][span.start : span.end]
    return list(found.items())


def _without_markers(text: str, markers: Sequence[int]) -> str:
    for marker in markers:
        text = text.replace(f" [{marker}]", "")
    return text
