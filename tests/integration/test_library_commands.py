"""``list``, ``show``, ``remove`` and ``doctor`` as they are typed, over a real library."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.library import Library
from index.weights import require
from ui.cli import main

pytestmark = pytest.mark.weights

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command over a library of two notes: exit code, output, errors."""
    require("all-minilm-l6-v2")
    notes = tmp_path / "notes"
    (notes / "old").mkdir(parents=True)
    (notes / "lease.md").write_text("# Lease\n\nThe lease ends on 4 May 2031.\n", encoding="utf-8")
    (notes / "boat.txt").write_text("The boat is moored at Torsk.\n", encoding="utf-8")
    (notes / "old" / "boat.txt").write_text("The boat was moored at Varn.\n", encoding="utf-8")
    monkeypatch.setenv("PINCITE_LIBRARY", str(tmp_path / "library"))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(str(ended.value.code)), out, err

    assert call("add", str(notes))[0] == 0
    return call


def test_a_document_is_listed_shown_and_removed(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("list")
    assert code == 0
    assert "Lease" in out
    assert out.endswith("3 documents\n")
    records = json.loads(run("list", "--json")[1])
    lease = next(record for record in records if record["title"] == "Lease")
    assert Path(lease["source"]) == tmp_path / "notes" / "lease.md"

    for reference in (lease["id"], lease["source"], "lease.md"):
        code, out, _ = run("show", reference)
        assert code == 0
        assert "The lease ends on 4 May 2031." in out
    assert json.loads(run("show", "lease.md", "--json")[1])["id"] == lease["id"]

    code, out, _ = run("remove", "lease.md")
    assert (code, out) == (0, f"removed: {lease['source']}\n")
    assert Path(lease["source"]).exists(), "the file is the user's"
    assert "Lease" not in run("list")[1]
    assert "lease" not in run("search", "When does the lease end?")[1]
    code, _, err = run("show", lease["id"])
    assert code == 1
    assert err == f"pincite: {lease['id']}: no such document; 'pincite list' names those there are\n"


def test_a_name_that_two_documents_have_is_refused_and_nothing_is_removed(run: Run) -> None:
    code, _, err = run("remove", "lease.md", "boat.txt")
    assert code == 1
    assert "2 documents have this name" in err
    assert run("list")[1].endswith("3 documents\n")


def test_a_library_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    for command in (("list",), ("show", "x"), ("remove", "x"), ("doctor",)):
        code, _, err = run(*command, "--library", str(tmp_path / "none"))
        assert code == 1
        assert "holds no library" in err
    assert not (tmp_path / "none").exists()
    (tmp_path / "empty").mkdir()
    assert run("list", "--library", str(tmp_path / "empty"))[0] == 1
    assert not list((tmp_path / "empty").iterdir())


def test_the_doctor_says_what_is_wrong_and_mends_it(run: Run, tmp_path: Path) -> None:
    require("qwen2.5-coder-1.5b-instruct")
    code, out, _ = run("doctor")
    assert code == 0
    assert out.endswith("everything is in order\n")

    run("search", "boat")
    cache = tmp_path / "library" / "vectors.faiss"
    cache.write_bytes(cache.read_bytes()[:-1])
    code, out, err = run("doctor")
    assert code == 1
    assert "vectors.faiss: is damaged" in out
    assert err.endswith("pincite: 1 found that is not in order; see above\n")
    report = json.loads(run("doctor", "--json")[1])
    assert (report["ok"], report["findings"][0]["subject"]) == (False, "vectors.faiss")
    code, out, _ = run("doctor", "--repair")
    assert code == 0
    assert "repaired" in out
    assert run("doctor")[0] == 0


def test_questions_go_to_the_documents_that_are_named(run: Run, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    assert run("add", str(notes / "lease.md"), "--tag", "home", "--tag", "papers")[0] == 0

    def found(*options: str) -> set[str]:
        code, out, _ = run("search", "Where is the boat moored, and when does the lease end?", "--json", *options)
        assert code == 0
        return {Path(passage["source"]).relative_to(notes).as_posix() for passage in json.loads(out)}

    assert found() == {"lease.md", "boat.txt", "old/boat.txt"}
    assert found("--in", str(notes / "old")) == {"old/boat.txt"}
    assert found("--in", "*.md") == found("--tag", "home") == {"lease.md"}
    assert found("--in", "boat.txt", "--in", "*.md") == {"lease.md", "boat.txt", "old/boat.txt"}
    assert found("--since", "2020-01-01") == set(), "no note states a date"
    assert "#home" in run("list")[1]
    code, _, err = run("search", "x", "--since", "lately")
    assert code == 2
    assert "2024-01-31" in err


def test_a_copy_of_a_library_is_a_library(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    code, out, _ = run("backup", str(copy / "library.sqlite3"))
    assert code == 0
    assert "3 documents" in out
    assert "Lease" in run("list", "--library", str(copy))[1]
    assert run("doctor", "--library", str(copy))[0] == 0
    code, _, err = run("backup", str(tmp_path / "nowhere" / "file"))
    assert code == 1
    assert "cannot be written" in err


def test_what_a_sync_did_is_said_in_full(run: Run, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    (notes / "lease.md").rename(notes / "contract.md")
    (notes / "bad.json").write_text("{")
    (notes / "boat.txt").unlink()
    code, out, err = run("add", str(notes))
    assert code == 0
    assert out == "0 added, 0 updated, 1 unchanged, 1 renamed, 1 removed, 1 failed\n"
    assert "bad.json: is not valid JSON" in err
    report = json.loads(run("add", str(notes), "--json")[1])
    assert {kind: len(items) for kind, items in report.items()} == {
        "added": 0, "updated": 0, "unchanged": 2, "removed": 0, "renamed": 0, "failed": 1, "skipped": 0,
        "unread": 0,
    }  # fmt: skip


def test_a_folder_is_followed_until_ctrl_c(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# A\n\nText of a.")
    command = [sys.executable, "-m", "ui.cli", "add", str(notes), "--watch", "--library", str(tmp_path / "library")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("1 added")
    (notes / "b.md").write_text("# B\n\nText of b.")
    assert process.stdout.readline().startswith("1 added, 0 updated, 1 unchanged")
    (notes / "a.md").unlink()
    assert "1 removed" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    with Library.open(tmp_path / "library", create=False) as library:
        assert [record.title for record in library.catalogue()] == ["B"]


def test_a_name_made_to_deceive_is_shown_as_plain_text(run: Run, tmp_path: Path) -> None:
    name = "\x1b[2J\u202egnp.\u202c\u200b\nfailed: all.md"
    (tmp_path / "notes" / name).write_text("Some words.")
    (tmp_path / "notes" / "\x1b[31mbad.json").write_text("{")
    shown = [run("add", str(tmp_path / "notes")), run("list"), run("show", str(tmp_path / "notes" / name))]
    shown += [run("search", "words"), run("remove", str(tmp_path / "notes" / name)), run("show", "\x1b[31m")]
    for _, out, err in shown:
        assert not set("\x1b\u202e\u202c\u200b") & set(out + err)
    assert "gnp. failed: all.md" in shown[1][1]
