"""The evaluators' page: what it starts, stops, shows and refuses."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from eval import page
from eval.page import Runs, build, bundled_testset
from index.errors import PinciteError

REPORT = """
import json, pathlib, sys, time
testset, out, limit, mode = sys.argv[1:]
folder = pathlib.Path(out)
folder.mkdir(parents=True)
with (folder / "predictions.jsonl").open("a") as file:
    for n in range(int(limit)):
        file.write("{}\\n")
figure = {"value": 0.5, "low": 0.25, "high": 0.75, "n": int(limit)}
(folder / "report.json").write_text(json.dumps({"metrics": {"answer.contains": figure}}))
(folder / "report.html").write_text(f"<p>{mode}</p>")
"""
FAILS = "import sys; sys.exit('the model is missing; run pincite models pull')"
SLEEPS = "import time; time.sleep(60)"


@pytest.fixture
def runs() -> Iterator[Runs]:
    made = Runs()
    yield made
    made.close()


def wait(runs: Runs) -> dict[str, Any]:
    until = time.monotonic() + 20
    while (now := runs.state())["state"] == "running" and time.monotonic() < until:
        time.sleep(0.02)
    return now


def test_a_run_is_watched_and_its_report_opened(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_CHILD", REPORT)
    assert runs.state() == {"state": "idle"}
    assert runs.report() is None
    runs.start("", limit=3, mode="retrieval-only")
    now = wait(runs)
    assert (now["state"], now["done"], now["total"]) == ("done", 3, 3)
    assert now["metrics"]["answer.contains"]["n"] == 3
    assert runs.report() == "<p>retrieval-only</p>"


def test_a_run_that_fails_says_why(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_CHILD", FAILS)
    runs.start("", limit=1, mode="answers")
    now = wait(runs)
    assert (now["state"], now["reason"]) == ("failed", "the model is missing; run pincite models pull")


def test_a_run_can_be_stopped_and_another_begun(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_CHILD", SLEEPS)
    runs.start("", limit=1, mode="answers")
    with pytest.raises(PinciteError, match="under way"):
        runs.start("", limit=1, mode="answers")
    runs.stop()
    assert runs.state()["state"] == "stopped"
    runs.start("", limit=1, mode="answers")
    assert runs.state()["state"] == "running"


def test_closing_ends_the_process_and_removes_what_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_CHILD", SLEEPS)
    runs = Runs()
    runs.start("", limit=1, mode="answers")
    process, folder = runs._process, runs._folder
    assert isinstance(process, subprocess.Popen)
    assert folder is not None
    runs.close()
    assert process.poll() is not None
    assert not Path(folder.name).exists()


@pytest.mark.parametrize(("limit", "mode"), [(0, "answers"), (51, "answers"), (5, "closed-book"), (5, "")])
def test_what_is_off_is_refused(runs: Runs, limit: int, mode: str) -> None:
    with pytest.raises(PinciteError, match="1 to 50"):
        runs.start("", limit=limit, mode=mode)


def test_a_broken_set_is_refused_before_anything_starts(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(PinciteError) as caught:
        runs.start(str(tmp_path / "none"), limit=1, mode="answers")
    assert "\n" not in str(caught.value)
    assert runs.state() == {"state": "idle"}


def test_the_bundled_set_is_there() -> None:
    assert (bundled_testset() / "queries.jsonl").exists()


@pytest.mark.parametrize("body", ["[]", "nonsense", '{"limit": "ten"}', '{"limit": 900}', '{"testset": 1}'])
def test_bad_requests_are_answered_with_a_reason(runs: Runs, body: str) -> None:
    client = TestClient(build(runs))
    answer = client.post("/start", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.text)["reason"]


def test_the_page_loads_nothing_from_elsewhere(runs: Runs) -> None:
    client = TestClient(build(runs))
    for path in ("/", "/evaluate.js"):
        text = client.get(path).text
        assert "http://" not in text
        assert "https://" not in text
    assert client.get("/state").json() == {"state": "idle"}
    assert client.get("/report").status_code == 404


def test_the_page_is_in_the_language_of_the_request(runs: Runs) -> None:
    def speaker(scope: MutableMapping[str, Any]) -> tuple[str, Callable[..., str]]:
        accepted = dict(scope["headers"]).get(b"accept-language", b"en").decode()
        return accepted, lambda text, **values: f"<{accepted}>{text.format_map(values)}"

    client = TestClient(build(runs, speaker=speaker))
    page = client.get("/", headers={"accept-language": "xx"})
    assert '<html lang="xx" data-language="xx">' in page.text
    assert "<h1>&lt;xx&gt;Evaluation</h1>" in page.text
    assert "&lt;xx&gt;Questions, at most 50" in page.text
    assert page.headers["vary"] == "Accept-Language, Cookie"


def test_without_a_speaker_the_page_is_in_english(runs: Runs) -> None:
    text = TestClient(build(runs)).get("/").text
    assert '<html lang="en" data-language="en">' in text
    assert "Questions, at most 50" in text
