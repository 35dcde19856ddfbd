"""Fits the calibration of abstention: ``python -m eval.fit_abstention TESTSET... --out rag/calibration.json``.

Every question is asked of its library, and every answerable one with known documents once more of the library
without them: what it then finds is near, and does not hold the answer. A logistic regression learns from the signals;
thresholds are set on probabilities that each come from a fit to the other questions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from eval.bench import Bench, product_bench
from eval.corpora import open_corpus
from eval.loading import load_testset
from eval.restricted import RestrictedStore
from eval.testset import Question, TestSet
from index.library import Library
from rag import Assistant
from rag.signals import Signals
from rag.types import Generator, Style

FALSE_REFUSALS = {"helpful": 0.05, "balanced": 0.15, "strict": 0.25}
"""Share of answerable questions that each caution may decline, on questions not fitted to."""
_FOLDS = 10
_REGULARISATION = 0.3


def collect(testset: TestSet, library: Library, generator: Generator, style: Style) -> Iterator[dict[str, Any]]:
    """Yield one line a question and a library it is asked of: its signals, and whether the answer is there."""
    for question in testset.questions:
        if question.answerable is not None:
            yield _line(testset.name, question, Assistant(library, generator), style, question.answerable)
        if question.answerable and question.gold_documents:
            others = {document.id for document in testset.documents} - question.gold_documents
            view = Library(RestrictedStore(library.store, others), library.embedder)
            yield _line(testset.name, question, Assistant(view, generator), style, False)


def _line(name: str, question: Question, assistant: Assistant, style: Style, answerable: bool) -> dict[str, Any]:
    signals = assistant.assess(question.text, history=question.history, style=style)
    values = None if signals is None else list(astuple(signals))
    return {"set": name, "id": question.id, "answerable": answerable, "signals": values}


def fit(lines: Sequence[dict[str, Any]], *, seed: int = 0) -> dict[str, Any]:
    """Return the content of ``calibration.json`` but for what it was fitted for."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    usable = [line for line in lines if line["signals"] is not None]
    x = np.array([line["signals"] for line in usable], dtype=np.float64)
    y = np.array([line["answerable"] for line in usable])
    groups = np.array([f"{line['set']} {line['id']}" for line in usable])
    weights = _balanced(usable)
    centres, scales = x.mean(axis=0), x.std(axis=0)
    standard = (x - centres) / scales

    def trained(rows: NDArray[np.int64]) -> LogisticRegression:
        return LogisticRegression(C=_REGULARISATION).fit(standard[rows], y[rows], sample_weight=weights[rows])

    apart = np.zeros(len(y))
    for train, held_out in GroupKFold(_FOLDS, shuffle=True, random_state=seed).split(standard, y, groups):
        apart[held_out] = trained(train).predict_proba(standard[held_out])[:, 1]
    model = trained(np.arange(len(y)))
    names = Signals.names()
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": _named(names, model.coef_[0]),
        "centres": _named(names, centres),
        "scales": _named(names, scales),
        "thresholds": {name: _threshold(apart, y, weights, share) for name, share in FALSE_REFUSALS.items()},
        "held_out": _held_out(usable, apart),
    }


def _balanced(lines: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    """Weigh sets alike whatever their size, and within each the answerable and the others."""
    keys = [(line["set"], line["answerable"]) for line in lines]
    return np.array([1.0 / keys.count(key) for key in keys]) * len(keys) / len(set(keys))


def _threshold(
    probability: NDArray[np.float64], y: NDArray[np.bool_], weights: NDArray[np.float64], share: float
) -> float:
    """Return the probability below which ``share`` of the answerable lie, by weight."""
    order = np.argsort(probability[y])
    reached = np.cumsum(weights[y][order]) / weights[y].sum()
    return round(float(probability[y][order][int(np.searchsorted(reached, share))]), 4)


def _held_out(lines: Sequence[dict[str, Any]], probability: NDArray[np.float64]) -> dict[str, Any]:
    """Return for each set how well held-out probabilities part the answerable from the others (area under ROC)."""
    from sklearn.metrics import roc_auc_score

    found = {}
    for name in sorted({line["set"] for line in lines}):
        rows = [i for i, line in enumerate(lines) if line["set"] == name]
        truth = [lines[i]["answerable"] for i in rows]
        if len(set(truth)) == 2:
            auc = roc_auc_score(truth, probability[rows])
            found[name] = {"n": len(rows), "answerable": sum(truth), "auc": round(float(auc), 3)}
    return found


def _named(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


@click.command()
@click.argument("testsets", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--signals", type=click.Path(path_type=Path), required=True, help="Where signals are kept; resumes.")
@click.option("--out", type=click.Path(path_type=Path), help="The calibration to write.")
@click.option("--limit", type=int, help="Questions a set.")
@click.option("--model", help="Language model to fit for.")
def main(testsets: tuple[Path, ...], signals: Path, out: Path | None, limit: int | None, model: str | None) -> None:
    """Collect signals of TESTSETS, fit, and write the calibration."""
    bench = product_bench(model)
    lines = [json.loads(line) for line in signals.read_text().splitlines()] if signals.exists() else []
    generator = bench.generator()
    for folder in testsets:
        lines += _collected(load_testset(folder).sample(limit, 0), bench, generator, signals, lines)
    data = fit(lines)
    info = generator.info
    click.echo(json.dumps(data.pop("held_out"), indent=2))
    data["fitted"] = {
        "model": info.name,
        "sha256": info.sha256,
        "questions": len(lines),
        "answerable": sum(line["answerable"] for line in lines),
    }
    generator.close()
    click.echo(json.dumps(data, indent=2))
    if out is not None:
        out.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def _collected(
    testset: TestSet, bench: Bench, generator: Generator, path: Path, known: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Ask what has not been asked; each line is on the disk before the next question."""
    done = {line["id"] for line in known if line["set"] == testset.name}
    remaining = tuple(question for question in testset.questions if question.id not in done)
    style: Style = "chat" if any(question.long_answers for question in testset.questions) else "short"
    library = open_corpus(testset, bench.embedder())
    new = []
    with path.open("a", encoding="utf-8") as file, tqdm(total=len(remaining), desc=testset.name) as bar:
        for question in remaining:
            one = TestSet(testset.name, testset.documents, (question,))
            for line in collect(one, library, generator, style):
                file.write(json.dumps(line) + "\n")
                new.append(line)
            file.flush()
            bar.update()
    library.close()
    return new


if __name__ == "__main__":
    main()
