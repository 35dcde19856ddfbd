"""The command: what it takes, what it prints, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eval_fakes import Parts

from eval import cli
from eval.bench import Mode
from eval.errors import GotWorse, NotComparable
from eval.report import Report
from eval.runner import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small set, and the working directory beside it."""
    monkeypatch.setenv("PINCITE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sea"
    (path / "qrels").mkdir(parents=True)
    (path / "corpus.jsonl").write_text('{"_id": "d", "text": "The sea rises twice a day. Salt stays."}\n')
    rows = [
        {"_id": f"q{i}", "text": f"How often does the sea rise? ({i})", "metadata": {"answers": ["twice a day"]}}
        for i in range(6)
    ]
    (path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command asked of the runner, which works with fakes."""
    calls: list[dict[str, Any]] = []

    def runner(testset: Path, **options: Any) -> Report:
        calls.append(options)
        return run(testset, **{**options, "show_progress": False}, bench=Parts().bench)

    monkeypatch.setattr(cli, "run_testset", runner)
    return calls


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli.command, [str(argument) for argument in arguments])


def test_a_folder_is_measured_and_the_page_named(folder: Path, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    result = call(folder, "--out", tmp_path / "out", "--limit", 3, "--style", "short")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("sea: 3 questions, answer, scripted\n")
    assert re.search(r"^answer\.contains +1\.000  \[1\.000, 1\.000\]  n=3$", result.output, re.MULTILINE)
    assert result.output.rstrip().endswith("report.html")
    assert (asked[0]["style"], asked[0]["limit"], asked[0]["mode"]) == ("short", 3, Mode.ANSWER)


def test_options_may_come_before_the_folder(folder: Path, asked: list[dict[str, Any]]) -> None:
    assert call("--limit", 2, "--seed", 5, folder).exit_code == 0
    assert (asked[0]["limit"], asked[0]["seed"]) == (2, 5)


def test_json_is_the_report_and_nothing_else(folder: Path, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    result = call(folder, "--out", tmp_path / "out", "--json")
    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "report.json").read_text())


@pytest.mark.parametrize(
    ("flags", "mode"),
    [
        (["--retrieval-only"], Mode.RETRIEVAL),
        (["--closed-book"], Mode.CLOSED_BOOK),
        (["--oracle"], Mode.ORACLE),
        (["--baseline", "dense"], Mode.DENSE),
    ],
)
def test_flags_choose_the_mode(folder: Path, asked: list[dict[str, Any]], flags: list[str], mode: Mode) -> None:
    call(folder, *flags)
    assert asked[0]["mode"] is mode


def test_modes_exclude_each_other(folder: Path, asked: list[dict[str, Any]]) -> None:
    result = call(folder, "--oracle", "--baseline", "bm25")
    assert result.exit_code == 2
    assert "exclude each other" in result.output
    assert asked == []


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--style", "long"], ["--baseline", "best"], ["--unknown"]])
def test_wrong_usage_ends_with_2(folder: Path, asked: list[dict[str, Any]], arguments: list[str]) -> None:
    assert call(folder, *arguments).exit_code == 2


def test_help_shows_options_and_commands() -> None:
    text = call("--help").output
    for part in (
        "TESTSET [OPTIONS]",
        "--retrieval-only",
        "--baseline [bm25|dense|rrf]",
        "compare",
        "support",
        "robustness",
    ):
        assert part in text


def test_runs_are_compared_and_a_loss_ends_with_an_error(
    folder: Path, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    run(folder, out=before, bench=Parts().bench)
    run(folder, out=after, mode=Mode.CLOSED_BOOK, bench=Parts("Nobody knows.").bench)

    told = call("compare", before, after)
    assert told.exit_code == 0
    assert "answer.contains" in told.output
    assert "1.000 -> 0.000" in told.output
    assert "worse" in told.output
    assert "q3" in told.output

    failed = call("compare", before, after, "--fail-on", "answer.contains", "--json")
    assert isinstance(failed.exception, GotWorse)
    assert json.loads(failed.stdout)["paired"] == 6
    assert call("compare", after, before, "--fail-on", "answer.contains").exit_code == 0
    assert isinstance(call("compare", before, after, "--fail-on", "answer.beauty").exception, NotComparable)
