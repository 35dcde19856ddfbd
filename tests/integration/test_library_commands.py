"""``list``, ``show``, ``remove`` and ``doctor`` as they are typed, over a real library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

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
