"""Runs: every question asked once and only once, the same report twice, nothing lost when killed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eval_fakes import FirstSentence, Parts
from fakes import WordCountEmbedder
from filelock import FileLock

from eval.bench import Bench, Mode
from eval.compare import compare
from eval.errors import BrokenTestSet, GotWorse, NotComparable, RunConflict
from eval.predictions import read_predictions
from eval.runner import run
from index.library import Library
from rag.errors import QuestionError
from rag.types import Answer, Message, Style

TEXTS = {
    "sea": "The sea rises twice a day. Salt stays behind.",
    "moon": "The moon pulls the water. It has no light of its own.",
    "bread": "Bread needs flour, water and time.",
}
QUESTIONS: list[dict[str, Any]] = [
    {
        "_id": "q-sea",
        "text": "How often does the sea rise?",
        "metadata": {
            "answerable": True,
            "kind": "fact",
            "answers": ["twice a day"],
            "evidence": [{"document_id": "sea", "quote": "The sea rises twice a day."}],
        },
    },
    {
        "_id": "q-moon",
        "text": "What does it pull?",
        "metadata": {
            "answerable": True,
            "kind": "follow-up",
            "answers": ["the water"],
            "long_answers": ["It pulls the water of the sea."],
            "history": [{"role": "user", "text": "Tell me of the moon."}],
        },
    },
    {"_id": "q-none", "text": "Who baked the first pie?", "metadata": {"answerable": False, "kind": "none"}},
    {
        "_id": "q-choice",
        "text": "What does bread need?",
        "metadata": {"answerable": True, "kind": "choice", "choices": ["sugar", "flour"], "answer_choice": 1},
    },
]
QRELS = [("q-sea", "sea"), ("q-moon", "moon"), ("q-choice", "bread")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A test set on disk, with a cache of its own."""
    monkeypatch.setenv("PINCITE_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "set"
    (path / "qrels").mkdir(parents=True)
    corpus = [{"_id": key, "title": key.title(), "text": text} for key, text in TEXTS.items()]
    (path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus))
    (path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    rows = ["query-id\tcorpus-id\tscore", *(f"{question}\t{document}\t1" for question, document in QRELS)]
    (path / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n")
    return path


def test_a_run_asks_as_a_user_would_and_scores_what_the_set_has_gold_for(folder: Path, tmp_path: Path) -> None:
    parts = Parts()
    report = run(folder, out=tmp_path / "out", style="short", bench=parts.bench)

    assert parts.asked == [
        ("How often does the sea rise?", 0, "short"),
        ("What does it pull?", 1, "short"),
        ("Who baked the first pie?", 0, "short"),
        ("What does bread need?\nChoose one: sugar; flour", 0, "short"),
    ]
    values = {name: (figure.value, figure.n) for name, figure in report.metrics.items()}
    assert values["retrieval.recall@1"] == (1.0, 3)
    assert values["answer.contains"] == (1.0, 2)
    assert values["answer.exact_match"] == (0.0, 2)
    assert values["answer.rouge_l"][1] == 1
    assert values["answer.choice_accuracy"] == (1.0, 1)
    assert values["citation.recall"] == (1.0, 1)
    assert values["citation.document_precision"] == (1.0, 3)
    assert values["abstention.recall"] == (1.0, 1)
    assert values["abstention.false_rate"] == (0.0, 3)
    assert values["support.rate"] == (1.0, 3)
    assert values["latency.first_token_s.p50"] == (pytest.approx(0.2), 4)
    assert set(report.data["by_kind"]) == {"fact", "follow-up", "none", "choice"}
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_a_set_has_no_gold_for_is_absent(folder: Path, tmp_path: Path) -> None:
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q-sea", "text": "How often does the sea rise?"}) + "\n")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq-sea\tsea\t1\n")
    report = run(folder, out=tmp_path / "out", bench=Parts().bench)
    families = {name.split(".")[0] for name in report.metrics}
    assert families == {"retrieval", "support", "latency"}


def without_timing(folder: Path) -> Any:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    report.pop("timing")
    report["metrics"] = {name: value for name, value in report["metrics"].items() if not name.startswith("latency.")}
    return report


def test_two_runs_with_one_seed_give_one_report_but_for_timings(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run(folder, out=tmp_path / name, limit=3, seed=4, bench=Parts().bench)
    assert without_timing(tmp_path / "a") == without_timing(tmp_path / "b")

    run(folder, out=tmp_path / "c", limit=3, seed=5, bench=Parts().bench)
    assert without_timing(tmp_path / "a") != without_timing(tmp_path / "c")


def test_a_second_run_embeds_no_document_again(folder: Path, tmp_path: Path) -> None:
    first, second = Parts(), Parts()
    run(folder, out=tmp_path / "a", bench=first.bench)
    run(folder, out=tmp_path / "b", bench=second.bench)
    assert len(first.embedder.embedded) == 3  # each document, its sentences in the same pass
    assert second.embedder.embedded == []

    changed = json.dumps({"_id": "new", "text": "A new document."}) + "\n"
    with (folder / "corpus.jsonl").open("a") as file:
        file.write(changed)
    third = Parts()
    run(folder, out=tmp_path / "c", bench=third.bench)
    assert len(third.embedder.embedded) == 4


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.mark.parametrize("survivors", [0, 1, 3])
def test_a_killed_run_goes_on_without_asking_twice_or_losing_one(folder: Path, tmp_path: Path, survivors: int) -> None:
    out = tmp_path / "out"
    whole = run(folder, out=tmp_path / "whole", bench=Parts().bench)

    dying = Parts()
    make = dying.bench.assistant

    class Mortal:
        def __init__(self, library: Library) -> None:
            self._inner = make(library, dying.generator)

        def ask(self, question: str, *, history: Sequence[Message] = (), style: Style = "chat") -> Answer:
            if len(dying.asked) == survivors:
                raise Killed
            return self._inner.ask(question, history=history, style=style)

    mortal = Bench(lambda: dying.embedder, lambda: dying.generator, lambda library, _: Mortal(library))
    with pytest.raises(Killed):
        run(folder, out=out, bench=mortal)
    with (out / "predictions.jsonl").open("ab") as file:
        file.write(b'{"id": "q-half", "scor')

    second = Parts()
    report = run(folder, out=out, bench=second.bench)

    assert len(second.asked) == 4 - survivors
    assert [line["id"] for line in report.predictions] == [line["id"] for line in whole.predictions]
    assert without_timing(out) == without_timing(tmp_path / "whole")


def test_a_finished_run_asks_nothing_when_started_again(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "out", bench=Parts().bench)
    again = Parts()
    run(folder, out=tmp_path / "out", bench=again.bench)
    assert again.asked == []


def test_a_folder_with_another_run_in_it_is_refused(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "out", seed=1, bench=Parts().bench)
    with pytest.raises(RunConflict, match=r"another run|holds a run with another seed; delete it or choose"):
        run(folder, out=tmp_path / "out", seed=2, bench=Parts().bench)


def test_a_folder_with_other_files_in_it_is_refused_and_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").write_text("mine")
    with pytest.raises(RunConflict, match="not empty"):
        run(folder, out=tmp_path / "out", bench=Parts().bench)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["diary.txt"]


def test_a_damaged_journal_is_refused_with_its_line(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "out", bench=Parts().bench)
    journal = tmp_path / "out" / "predictions.jsonl"
    rows = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([rows[0], b"{}", *rows[2:]]))
    with pytest.raises(RunConflict, match=r"predictions\.jsonl:2: not a prediction"):
        run(folder, out=tmp_path / "out", bench=Parts().bench)
    journal.write_bytes(b"\n".join([rows[0], rows[0], b""]))
    with pytest.raises(RunConflict, match=r'predictions\.jsonl:2: question "q-sea" is there twice'):
        run(folder, out=tmp_path / "out", bench=Parts().bench)


def test_retrieval_alone_loads_no_language_model(folder: Path, tmp_path: Path) -> None:
    def none(*_: object) -> Any:
        raise AssertionError("loaded")

    bench = Bench(WordCountEmbedder, none, none)
    report = run(folder, out=tmp_path / "out", mode=Mode.RETRIEVAL, bench=bench)

    assert {name.split(".")[0] for name in report.metrics} == {"retrieval", "latency"}
    assert report.data["model"] is None
    first = report.predictions[0]
    assert first["ranking"][0] == "sea"
    assert first["passages"][0]["document_id"] == "sea"


def test_the_oracle_reads_gold_documents_alone_and_leaves_out_questions_without(folder: Path, tmp_path: Path) -> None:
    parts = Parts()
    report = run(folder, out=tmp_path / "out", mode=Mode.ORACLE, bench=parts.bench)

    assert report.data["skipped"] == {"no gold document": 1}
    assert [line["id"] for line in report.predictions] == ["q-sea", "q-moon", "q-choice"]
    assert [line["passages"][0]["document_id"] for line in report.predictions] == ["sea", "moon", "bread"]
    assert not any(name.startswith("retrieval.") for name in report.metrics)


def test_the_closed_book_gives_no_document_and_takes_not_knowing_for_a_refusal(folder: Path, tmp_path: Path) -> None:
    parts = Parts("I don't know.")
    report = run(folder, out=tmp_path / "out", mode=Mode.CLOSED_BOOK, bench=parts.bench)

    sent = [request for request in parts.generator.requests if request.max_tokens > 1]
    assert len(sent) == 4
    assert not any(text in message.text for request in sent for message in request.messages for text in TEXTS.values())
    assert report.metrics["abstention.recall"].value == 1.0
    assert report.metrics["abstention.false_rate"].value == 1.0
    assert {name.split(".")[0] for name in report.metrics} == {"answer", "abstention", "latency"}


@pytest.mark.parametrize("mode", [Mode.BM25, Mode.DENSE, Mode.RRF])
def test_baselines_rank_whole_documents(folder: Path, tmp_path: Path, mode: Mode) -> None:
    if mode is not Mode.DENSE:
        pytest.importorskip("bm25s")
    report = run(folder, out=tmp_path / "out", mode=mode, bench=Parts().bench)
    rankings = {line["id"]: line["ranking"] for line in report.predictions}
    assert rankings["q-sea"][0] == "sea"
    assert rankings["q-choice"][0] == "bread"
    assert {name.split(".")[0] for name in report.metrics} == {"retrieval"}


def test_a_broken_set_costs_nothing_but_the_message(folder: Path, tmp_path: Path) -> None:
    (folder / "queries.jsonl").write_text("{")
    with pytest.raises(BrokenTestSet):
        run(folder, out=tmp_path / "out", bench=Parts().bench)
    assert not (tmp_path / "out").exists()


def test_runs_are_compared_question_by_question(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "before", bench=Parts().bench)
    run(folder, out=tmp_path / "after", mode=Mode.CLOSED_BOOK, bench=Parts("Nobody can tell.").bench)

    comparison = compare(tmp_path / "before", tmp_path / "after")
    changes = {change.metric: change for change in comparison.changes}

    assert comparison.paired == 4
    assert (changes["answer.contains"].before, changes["answer.contains"].after) == (1.0, 0.0)
    assert changes["answer.contains"].verdict == "worse"
    assert changes["abstention.recall"].verdict == "worse"
    assert {(flip.metric, flip.question_id) for flip in comparison.flips} >= {
        ("answer.contains", "q-sea"),
        ("answer.contains", "q-moon"),
        ("abstention.recall", "q-none"),
    }
    with pytest.raises(GotWorse, match=r"answer\.contains by 1\.000"):
        comparison.require_no_worse(["answer.contains"])
    with pytest.raises(NotComparable, match="is not in both runs"):
        comparison.require_no_worse(["citation.recall"])
    compare(tmp_path / "after", tmp_path / "before").require_no_worse(["answer.contains", "abstention.recall"])


def test_more_refusals_of_answerable_questions_are_worse(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "before", bench=Parts().bench)
    run(folder, out=tmp_path / "after", mode=Mode.CLOSED_BOOK, bench=Parts("I do not know").bench)
    changes = {change.metric: change for change in compare(tmp_path / "before", tmp_path / "after").changes}
    assert changes["abstention.false_rate"].verdict == "worse"
    assert changes["abstention.recall"].verdict == "same"


def test_a_folder_without_a_finished_run_cannot_be_compared(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "before", bench=Parts().bench)
    with pytest.raises(NotComparable, match="no finished run"):
        compare(tmp_path / "before", tmp_path / "nowhere")


def test_predictions_hold_the_answer_object_and_its_scores(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "out", bench=Parts().bench)
    first = read_predictions(tmp_path / "out" / "predictions.jsonl")[0]
    assert {"question", "text", "abstained", "sentences", "citations", "passages", "timings", "model"} <= set(first)
    (citation,) = first["citations"]
    assert TEXTS["sea"][citation["start"] : citation["end"]] == citation["quote"]
    assert first["scores"]["answer.contains"] == 1.0


def test_a_second_process_in_the_same_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    run(folder, out=tmp_path / "out", bench=Parts().bench)
    with FileLock(tmp_path / "out" / ".run.lock"), pytest.raises(RunConflict, match="another process is running"):
        run(folder, out=tmp_path / "out", bench=Parts().bench)


def test_a_folder_left_by_a_run_killed_before_its_first_question_is_taken_up(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".run.lock").touch()
    (tmp_path / "out" / ".run.json.partial").write_text("{")
    assert len(run(folder, out=tmp_path / "out", bench=Parts().bench).predictions) == 4


def test_a_question_that_is_turned_away_counts_as_refused_and_the_run_goes_on(folder: Path, tmp_path: Path) -> None:
    parts = Parts()

    class Strict(FirstSentence):
        def ask(self, question: str, *, history: Sequence[Message] = (), style: Style = "chat") -> Answer:
            if "rise" in question:
                raise QuestionError("too long")
            return super().ask(question, history=history, style=style)

    strict = replace(parts.bench, assistant=lambda library, _: Strict(library, parts.asked))
    report = run(folder, out=tmp_path / "out", bench=strict)

    assert report.predictions[0]["abstained"] is True
    assert report.metrics["abstention.false_rate"].value == pytest.approx(1 / 3)
    assert report.metrics["answer.contains"].value == 0.5
