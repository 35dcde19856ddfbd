"""Nothing leaves the machine: the commands work where every connection beyond loopback is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import network
import pytest

ROOT = Path(network.__file__).parents[1]


def run(*arguments: str, library: Path, timeout: float = 180) -> subprocess.CompletedProcess[str]:
    """Run ``python -m …`` under the rule that only loopback may be reached."""
    environment = {**os.environ, "PINCITE_LIBRARY": str(library), "PYTHONPATH": str(ROOT)}
    environment.pop("HF_HUB_OFFLINE", None)
    return subprocess.run(
        [sys.executable, network.__file__, *arguments],
        env=environment, cwd=library.parent, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


def succeeded(*arguments: str, library: Path) -> str:
    """Run a command of pincite and return what it printed."""
    done = run("ui.cli", *arguments, library=library)
    assert done.returncode == 0, done.stderr
    assert "NetworkUse" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offline")
    (folder / "walrus.txt").write_text("A walrus weighs about 900 kilograms. It sleeps on the ice. It dives for clams.")
    return folder / "library"


def test_the_rule_is_kept_by_force(library: Path) -> None:
    """A program that does reach out is stopped, whatever it uses."""
    for number, attempt in enumerate(
        (
            "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
            "import socket; socket.getaddrinfo('pincite.invalid', 80)",
            "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
            "import httpx; httpx.get('http://192.0.2.1/', timeout=1)",
        )
    ):
        (library.parent / f"reaches_out_{number}.py").write_text(attempt)
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{library.parent}"}
        done = subprocess.run(
            [sys.executable, network.__file__, f"reaches_out_{number}"],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert "NetworkUse" in done.stderr


@pytest.mark.weights
def test_models_are_listed(library: Path) -> None:
    listed = json.loads(succeeded("models", "list", "--json", library=library))
    assert {"all-minilm-l6-v2", "smollm2-135m-instruct"} <= {row["name"] for row in listed}


@pytest.mark.weights
def test_documents_are_added_searched_and_asked(library: Path) -> None:
    added = json.loads(succeeded("add", str(library.parent / "walrus.txt"), "--json", library=library))
    assert len(added["added"]) == 1
    passages = json.loads(succeeded("search", "What does a walrus weigh?", "--json", "-k", "1", library=library))
    assert "900 kilograms" in passages[0]["text"]
    asked = ("ask", "What does a walrus weigh?", "--json", "--model", "smollm2-135m-instruct")
    answer = json.loads(succeeded(*asked, library=library))
    assert answer["library"]["documents"] == 1
    assert all(passage["title"] for passage in answer["passages"])
    streamed = succeeded("ask", "What does a walrus weigh?", "--model", "smollm2-135m-instruct", library=library)
    assert streamed.strip()
