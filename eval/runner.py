"""Runs a test set: asks every question once, keeps every answer, and reports."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from tqdm import tqdm

from eval.bench import Bench, Mode, Setup, prepare, product_bench
from eval.corpora import code_hash
from eval.errors import RunConflict
from eval.html import render
from eval.loading import load_testset
from eval.predictions import Journal, prediction
from eval.report import Report, assemble, write_json
from eval.scoring import score
from eval.statistics import RESAMPLES
from eval.testset import Question, TestSet
from index.progress import Progress
from rag.types import Style

_RUN, _PREDICTIONS, _REPORT, _PAGE = "run.json", "predictions.jsonl", "report.json", "report.html"
_LOCK = ".run.lock"


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What decides which questions are asked, and how."""

    mode: Mode = Mode.ANSWER
    style: Style = "chat"
    limit: int | None = None
    seed: int = 0


def run(
    testset: TestSet | str | Path,
    *,
    out: str | Path | None = None,
    mode: Mode | str = Mode.ANSWER,
    style: Style = "chat",
    limit: int | None = None,
    seed: int = 0,
    model: str | None = None,
    resamples: int = RESAMPLES,
    show_progress: bool = False,
    bench: Bench | None = None,
) -> Report:
    """Measure the product, or a part of it, on a test set.

    A run that was interrupted goes on where it stopped when started again with the same arguments.

    Args:
        testset: a loaded set, or where it lies.
        out: folder for ``report.json``, ``predictions.jsonl`` and ``report.html``; below ``eval-results`` unless told.
        mode: what is measured, see :class:`Mode`.
        style: how answers are asked for.
        limit: ask only so many questions, chosen by ``seed``.
        seed: chooses the sample and the resamples of the intervals.
        model: language model, by name or path; that of the settings unless told.
        resamples: how many bootstrap resamples an interval is made from.
        show_progress: whether to draw progress on stderr.
        bench: other parts than the product's.

    Raises:
        BrokenTestSet: the set cannot be trusted. RunConflict: ``out`` holds another run.
    """
    config = RunConfig(Mode(mode), style, limit, seed)
    whole = testset if isinstance(testset, TestSet) else load_testset(testset)
    parts = bench or product_bench(model)
    began = datetime.now(UTC)
    setup = prepare(parts, config.mode, whole, style, progress=_bar_for(show_progress))
    try:
        identity = _identity(whole, config, parts, setup)
        folder = Path(out) if out is not None else _default_folder(whole, config, identity)
        with _claimed(folder, identity):
            journal = Journal(folder / _PREDICTIONS)
            skipped = _ask_all(whole.sample(limit, seed), setup, journal, show_progress)
            report = assemble(
                identity,
                journal.predictions,
                skipped=skipped,
                command=command_line(whole, config, model),
                timing={"started": began.isoformat(), "elapsed_s": (datetime.now(UTC) - began).total_seconds()},
                resamples=resamples,
            )
            write_json(folder / _REPORT, report)
            (folder / _PAGE).write_text(render(report, journal.predictions, whole), encoding="utf-8")
    finally:
        setup.close()
    return Report(report, tuple(journal.predictions), folder)


def command_line(testset: TestSet, config: RunConfig, model: str | None) -> str:
    """Return the command that measures this again."""
    words = ["pincite", "eval", testset.name]
    match config.mode:
        case Mode.RETRIEVAL | Mode.ORACLE | Mode.CLOSED_BOOK:
            words.append(f"--{config.mode}")
        case Mode.BM25 | Mode.DENSE | Mode.RRF:
            words += ["--baseline", config.mode.removeprefix("baseline-")]
    if config.mode.writes:
        words += ["--style", config.style]
    if config.limit is not None:
        words += ["--limit", str(config.limit)]
    words += ["--seed", str(config.seed)]
    return shlex.join(words + (["--model", model] if model else []))


def _identity(testset: TestSet, config: RunConfig, bench: Bench, setup: Setup) -> dict[str, Any]:
    """Return what must be the same for two runs to be one: the set, the settings, the weights and the code."""
    counts = {"documents": len(testset.documents), "questions": len(testset.questions)}
    return {
        "testset": {"name": testset.name, **counts, "sha256": testset.content_hash},
        "config": {**asdict(config), "assistant": dict(bench.config) if config.mode.writes else {}},
        "model": setup.model,
        "index": setup.index,
        "code": code_hash(),
    }


def _default_folder(testset: TestSet, config: RunConfig, identity: Mapping[str, Any]) -> Path:
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode("utf-8")).hexdigest()[:8]
    return Path("eval-results") / f"{testset.name}-{config.mode}-{key}"


@contextmanager
def _claimed(folder: Path, identity: Mapping[str, Any]) -> Iterator[None]:
    """Make the output folder this run's own, or see that it already is, and keep other processes out meanwhile."""
    if not (folder / _RUN).exists() and folder.exists() and any(not _is_ours(item) for item in folder.iterdir()):
        raise RunConflict(f"{folder}: not empty, and no run of ours; choose another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / _LOCK, timeout=0):
            _check_identity(folder, identity)
            yield
    except Timeout:
        raise RunConflict(f"{folder}: another process is running there; wait for it, or choose another --out") from None


def _is_ours(path: Path) -> bool:
    """Tell what a run that was killed before it had begun may have left."""
    return path.name in (_LOCK, f".{_RUN}.partial")


def _check_identity(folder: Path, identity: Mapping[str, Any]) -> None:
    path = folder / _RUN
    if not path.exists():
        write_json(path, identity)
        return
    try:
        former = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunConflict(f"{path}: cannot be read; delete the folder or choose another with --out") from None
    changed = _differences(former, identity)
    if changed:
        what = ", ".join(changed)
        raise RunConflict(f"{folder}: holds a run with another {what}; delete it or choose another folder with --out")


def _differences(former: Mapping[str, Any], identity: Mapping[str, Any]) -> list[str]:
    """Return the names of what is not the same, those of settings by their own name."""
    changed = [key for key in identity if key != "config" and former.get(key) != identity[key]]
    settings = former.get("config", {})
    return changed + [key for key, value in identity["config"].items() if settings.get(key) != value]


def _ask_all(sample: TestSet, setup: Setup, journal: Journal, show_progress: bool) -> dict[str, int]:
    """Ask what has not been asked; return how many questions cannot be, by reason."""
    reasons = {question.id: setup.system.skips(question) for question in sample.questions}
    wanted = [question for question in sample.questions if reasons[question.id] is None]
    waiting = [question for question in wanted if question.id not in journal]
    with tqdm(
        total=len(wanted),
        initial=len(wanted) - len(waiting),
        desc=sample.name,
        unit="question",
        disable=None if show_progress else True,
    ) as bar:
        for question in waiting:
            _ask(question, setup, journal)
            bar.update()
    return dict(sorted(Counter(reason for reason in reasons.values() if reason is not None).items()))


def _ask(question: Question, setup: Setup, journal: Journal) -> None:
    outcome = setup.system.outcome(question)
    journal.append(prediction(question, outcome, score(question, outcome)))


def _bar_for(show_progress: bool) -> Progress:
    """Return a progress that draws one bar a description."""
    bars: dict[str, tqdm[Any]] = {}

    def draw(description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
        if not show_progress:
            return
        bar = bars.get(description)
        if bar is None:
            bar = bars[description] = tqdm(total=total, desc=description, unit=unit, disable=None)
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return draw
