"""The report as one page: tables, plots, and the worst questions with all that led to their answers.

The page needs nothing but itself: no script, no request. All that comes from documents, questions or a model is
escaped by the template engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from eval.curves import quality
from eval.metrics import hits
from eval.plots import interval_plot, latency_plot, recall_plot, risk_coverage_plot
from eval.predictions import Prediction
from eval.report import LATENCIES, LOWER_IS_BETTER
from eval.scoring import RECALL_DEPTHS
from eval.statistics import Estimate
from eval.testset import Question, TestSet

_WORST = 30
_HEADLINES = (
    "answer.choice_accuracy",
    "answer.contains",
    "answer.rouge_l",
    "abstention.recall",
    "citation.recall",
    "retrieval.recall@5",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A metric as the table shows it; ``left`` and ``width`` place its interval on a bar, in percent."""

    name: str
    figure: Estimate
    lower_is_better: bool
    is_share: bool

    @property
    def left(self) -> float:
        return 100 * self.figure.low

    @property
    def width(self) -> float:
        return max(1.0, 100 * (self.figure.high - self.figure.low))


def render(report: Mapping[str, Any], predictions: Sequence[Prediction], testset: TestSet) -> str:
    """Return the page."""
    metrics = {name: Estimate(**figure) for name, figure in report["metrics"].items()}
    questions = {question.id: question for question in testset.questions}
    worst = [line for line in worst_first(predictions) if line["id"] in questions][:_WORST]
    template = page_template("report.html")
    return template.render(
        report=report,
        rows=[_row(name, figure) for name, figure in metrics.items()],
        plots=_plots(report, metrics, predictions),
        worst=[_shown(line, questions[line["id"]]) for line in worst],
    )


def worst_first(predictions: Iterable[Prediction]) -> list[Prediction]:
    """Return the questions that something is known to be wrong with, worst first, equals in the order of asking."""
    judged = [(line, worth) for line in predictions if (worth := _worth(line)) is not None]
    return [line for line, worth in sorted(judged, key=lambda pair: pair[1]) if worth < 1]


def _worth(line: Prediction) -> float | None:
    """Return how well a question went: by its answer where there is one, else by what was found."""
    answered = quality(line)
    found = line["scores"].get("retrieval.ndcg@10")
    return answered if answered is not None else found


def _row(name: str, figure: Estimate) -> _Row:
    return _Row(name, figure, name in LOWER_IS_BETTER, not name.startswith("latency."))


def _plots(
    report: Mapping[str, Any], metrics: Mapping[str, Estimate], predictions: Sequence[Prediction]
) -> list[tuple[str, Markup]]:
    plots: list[tuple[str, Markup]] = []
    recalls = {k: metrics[f"retrieval.recall@{k}"] for k in RECALL_DEPTHS if f"retrieval.recall@{k}" in metrics}
    if recalls:
        plots.append(("Recall by depth", recall_plot(recalls)))
    if report["risk_coverage"]:
        plots.append(("Risk when only the surest are answered", risk_coverage_plot(report["risk_coverage"])))
    seconds = {name.removeprefix("latency."): _values(predictions, name) for name in LATENCIES}
    seconds = {name: values for name, values in seconds.items() if values}
    if seconds:
        plots.append(("Time to answer", latency_plot(seconds)))
    for metric in _HEADLINES:
        kinds = {
            kind: Estimate(**group["metrics"][metric])
            for kind, group in report["by_kind"].items()
            if metric in group["metrics"]
        }
        if len(kinds) > 1:
            plots.append((f"{metric} by kind of question", interval_plot(f"{metric} by kind", kinds)))
    return plots


def _values(predictions: Iterable[Prediction], name: str) -> list[float]:
    return [line["scores"][name] for line in predictions if name in line["scores"]]


def _shown(line: Prediction, question: Question) -> dict[str, Any]:
    """Return what the page says of one question."""
    golds = [(item.document_id, *span) for item in question.evidence for span in item.spans]
    gold_documents = question.gold_documents
    return {
        "id": line["id"],
        "kind": line["kind"],
        "question": question,
        "scores": {name: value for name, value in line["scores"].items() if name not in LATENCIES},
        "standalone": line.get("standalone_question", ""),
        "text": line.get("text"),
        "abstained": line.get("abstained", False),
        "reason": line.get("reason"),
        "sentences": [] if line.get("abstained") else _sentences(line),
        "citations": [
            {**item, "hit": any(hits((item["document_id"], item["start"], item["end"]), gold) for gold in golds)}
            for item in line.get("citations", ())
        ],
        "has_evidence": bool(golds),
        "passages": [{**item, "gold": item["document_id"] in gold_documents} for item in line.get("passages", ())],
        "missed": sorted(gold_documents - set(line["ranking"])) if "ranking" in line else [],
        "ranking": [{"id": key, "gold": key in gold_documents} for key in line.get("ranking", ())],
    }


def _sentences(line: Prediction) -> list[dict[str, Any]]:
    return [{**item, "text": line["text"][item["start"] : item["end"]]} for item in line.get("sentences", ())]


def page_template(name: str) -> Template:
    """Return a page of ``templates/``; what is put into it is escaped, and nothing may be missing."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files("eval").joinpath("templates", name).read_text("utf-8"))
