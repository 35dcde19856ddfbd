"""Lives of libraries in processes of their own, which are killed or made to fail, and looked after."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STEPS = 5
"""Steps of a life before the upgrade, which is one more."""


@dataclass(frozen=True)
class Ended:
    """How a process ended: what it said, and the number of steps that it acknowledged."""

    code: int
    acknowledged: int
    said: list[str]
    error: str


class Lives:
    """Runs the lives of libraries in processes of their own."""

    def __init__(self, folder: Path, shim: Path) -> None:
        self._folder = folder
        self._shim = shim
        self._count = 0
        self.known = folder / "known.json"
        self.old_known = folder / "old-known.json"
        self.old = folder / "old"
        self.run(["record", str(folder / "model"), 0, STEPS, str(self.known)])
        shutil.copytree(folder / "model", self.old)
        program = "import sys, older_formats; older_formats.to_format_2(__import__('pathlib').Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", program, str(self.old / "library")], env=environment(), check=True)
        shutil.copytree(self.old, folder / "old-model")
        self.run(["record", str(folder / "old-model"), STEPS, STEPS + 1, str(self.old_known)])

    def fresh(self, *, of_old_format: bool = False) -> Path:
        """Return a folder for another life: empty, or with a library of an older format."""
        self._count += 1
        folder = self._folder / f"life-{self._count}"
        if of_old_format:
            shutil.copytree(self.old, folder)
        return folder

    def run(self, *commands: list[object], check: bool = True, fault: dict[str, str] | None = None) -> Ended:
        """Run commands of ``life.py`` one after the other in one process."""
        process = self.start(*commands, fault=fault)
        out, error = process.communicate(timeout=120)
        assert not check or process.returncode == 0, error
        return ended(process.returncode, out, error)

    def start(self, *commands: list[object], fault: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Begin to run commands."""
        return subprocess.Popen(
            [sys.executable, str(HERE / "life.py"), *map(json.dumps, commands)],
            env=environment() | ({"LD_PRELOAD": str(self._shim), **fault} if fault else {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def changes(self, folder: Path, start: int, stop: int) -> int:
        """Return how many changes to the library's folder the steps make when nothing disturbs them."""
        log = self._folder / "changes"
        fault = {"FAULT_DIR": f"{folder}/library", "FAULT_MODE": "count", "FAULT_LOG": str(log)}
        self.run(["live", str(folder), start, stop], fault=fault)
        return int(log.read_text())


def environment() -> dict[str, str]:
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests", HERE)))
    return {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


def ended(code: int, out: str, error: str) -> Ended:
    said = out.split("\n")
    steps = [int(line) for line in said if line.isdecimal()]
    return Ended(code, max(steps, default=0), said, error)


def spread(total: int, wanted: int) -> list[int]:
    """Return ``wanted`` of the numbers 1 to ``total``, evenly spread."""
    return sorted({1 + i * (total - 1) // max(1, wanted - 1) for i in range(wanted)})


def chained(lives: Lives, moments: Iterable[tuple[str, int]], *, start: int, stop: int, known: Path) -> Iterator[Ended]:
    """Kill a life at each moment; each process first looks after the life of the one before, and goes on with it."""
    checks: list[list[object]] = []
    for mode, at in moments:
        folder = lives.fresh(of_old_format=start > 0)
        fault = {"FAULT_DIR": f"{folder}/library", "FAULT_MODE": mode, "FAULT_AT": str(at)}
        result = lives.run(*checks, ["live", str(folder), start, stop], check=False, fault=fault)
        assert not checks or "check done" in result.said, result.error
        own = [
            int(line) for line in result.said[result.said.index("check done") if checks else 0 :] if line.isdecimal()
        ]
        checks = [["check", str(folder), max(own, default=start), stop, str(known)]]
        yield result
    lives.run(*checks)
