"""``pincite eval``: measure a test set; ``compare``, ``support`` and ``robustness`` beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import click

from eval.attacks import VARIANTS
from eval.bench import Mode, product_bench
from eval.compare import compare as compare_runs
from eval.console import comparison_table, figures_table, report_table
from eval.loading import load_testset
from eval.nearest import run_nearest
from eval.report import write_json
from eval.robustness import run_robustness
from eval.runner import run as run_testset
from eval.support_benchmark import run_support
from rag.types import Style


class _WithDefault(click.Group):
    """A group whose first word need not be a command: anything else is the test set to run."""

    default = "run"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "TESTSET [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        params = [item for item in self.commands[self.default].get_params(ctx) if isinstance(item, click.Option)]
        with formatter.section("Options"):
            formatter.write_dl([row for item in params if (row := item.get_help_record(ctx)) is not None])
        self.format_commands(ctx, formatter)


@click.command(cls=_WithDefault)
def command() -> None:
    """Measure answers, citations, refusals and speed on a test set.

    TESTSET is a folder in BEIR layout (corpus.jsonl or documents under corpus/, queries.jsonl, qrels/test.tsv) or a
    SQuAD .json file. report.json, predictions.jsonl and report.html are written; an interrupted run goes on when
    started again. A folder that is called like a command is named by its path: ./compare.
    """


_SEED = click.option("--seed", type=int, default=0, show_default=True, help="Chooses the sample and the intervals.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
_MODEL = click.option("--model", metavar="NAME", help="Language model, by name or path.")
_LIMIT = click.option("--limit", type=click.IntRange(min=1), help="Ask only so many questions, the same for a seed.")
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Folder to write to.")


def _style(default: str) -> Callable[[Any], Any]:
    return click.option(
        "--style", type=click.Choice(["chat", "short"]), default=default, show_default=True, help="Kind of answer."
    )


@command.command(hidden=True)
@click.argument("testset", type=click.Path(path_type=Path))
@_OUT
@_LIMIT
@_SEED
@_style("chat")
@click.option("--retrieval-only", is_flag=True, help="Search only; no language model.")
@click.option("--oracle", is_flag=True, help="Give the gold documents as context.")
@click.option("--closed-book", is_flag=True, help="Give no document at all.")
@click.option("--baseline", type=click.Choice(["bm25", "dense", "rrf"]), help="Measure a retrieval baseline instead.")
@_MODEL
@_JSON
def run(
    testset: Path,
    out: Path | None,
    limit: int | None,
    seed: int,
    style: str,
    retrieval_only: bool,
    oracle: bool,
    closed_book: bool,
    baseline: str | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Measure the test set."""
    chosen = {
        Mode.RETRIEVAL: retrieval_only,
        Mode.ORACLE: oracle,
        Mode.CLOSED_BOOK: closed_book,
        Mode(f"baseline-{baseline or 'bm25'}"): baseline is not None,
    }
    modes = [mode for mode, wanted in chosen.items() if wanted]
    if len(modes) > 1:
        raise click.UsageError("--retrieval-only, --oracle, --closed-book and --baseline exclude each other")
    report = run_testset(
        testset,
        out=out,
        mode=modes[0] if modes else Mode.ANSWER,
        style=cast(Style, style),
        limit=limit,
        seed=seed,
        model=model,
        show_progress=True,
    )
    _show(report.data, report_table(report), as_json)
    if not as_json:
        click.echo(f"\n{report.folder / 'report.html'}")


@command.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--fail-on", multiple=True, metavar="METRIC", help="Exit 1 if this metric got worse beyond its interval.")
@_SEED
@_JSON
def compare(before: Path, after: Path, fail_on: tuple[str, ...], seed: int, as_json: bool) -> None:
    """Compare two runs, question by question.

    BEFORE and AFTER are output folders of runs on one test set.
    """
    comparison = compare_runs(before, after, seed=seed)
    _show(comparison.to_dict(), comparison_table(comparison), as_json)
    comparison.require_no_worse(fail_on)


def _show(data: Any, table: str, as_json: bool) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else table)


@command.command()
@click.argument("testset", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), default=150, show_default=True, help="True sentences to take.")
@_SEED
@_OUT
@_JSON
def support(testset: Path, limit: int, seed: int, out: Path | None, as_json: bool) -> None:
    """Measure the check of support.

    True sentences are taken from TESTSET, and made false by changing a number, date, name, negation, direction or
    role. Reports how many false ones are found, and how many true ones are taken for false.
    """
    bench = product_bench()
    checker = bench.checker(bench.embedder())
    report, checked = run_support(load_testset(testset), checker, limit=limit, seed=seed)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "support.json", report | {"cases": [item.to_dict() for item in checked]})
    _show(report, figures_table(report["metrics"]), as_json)


@command.command()
@click.argument("testset", type=click.Path(path_type=Path))
@click.argument("finished", type=click.Path(path_type=Path), metavar="RUN")
@_SEED
@_JSON
def citations(testset: Path, finished: Path, seed: int, as_json: bool) -> None:
    """Measure what a run's citations gain over citing the closest sentence.

    RUN is the output folder of a run on TESTSET. Looked at are the sentences that the model wrote itself.
    """
    report = run_nearest(load_testset(testset), finished, product_bench().embedder(), seed=seed)
    _show(report, figures_table(report["metrics"]), as_json)


@command.command()
@click.argument("testset", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), default=15, show_default=True, help="Questions for each variant.")
@_SEED
@click.option("--variant", "chosen", multiple=True, type=click.Choice(VARIANTS), help="Only this; may be repeated.")
@_style("short")
@_OUT
@_MODEL
@_JSON
def robustness(
    testset: Path,
    limit: int,
    seed: int,
    chosen: tuple[str, ...],
    style: str,
    out: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Measure how answers hold among noise, copies, falsified copies and planted instructions.

    TESTSET's questions are asked of the documents as they are, and again for each variant. Reports accuracy, and how
    often an attack got its way.
    """
    loaded = load_testset(testset)
    report = run_robustness(
        loaded,
        out=out or Path("eval-results") / f"{loaded.name}-robustness",
        limit=limit,
        seed=seed,
        chosen=chosen or VARIANTS,
        style=cast(Style, style),
        model=model,
        show_progress=True,
    )
    _show(report, figures_table(report["metrics"]), as_json)
