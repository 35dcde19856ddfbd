"""Run a child process to its end: progress is told on the way, and it never outlives an interruption."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TICK_SECONDS = 0.2
GRACE_SECONDS = 3.0


def run_child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    tick: Callable[[], None],
    request: str | None = None,
) -> int:
    """Run ``command`` and return its exit code. Whatever is raised meanwhile (Ctrl-C too) stops the child first.

    Args:
        log: a file for what the child prints, both streams; a file cannot fill up and block it as a pipe would.
        tick: called several times a second while the child works.
        request: written to the child's stdin, which then stays open until the child or this process ends, so that
            the child can notice the death of its parent. None: the child has no stdin.
    """
    stdin = subprocess.DEVNULL if request is None else subprocess.PIPE
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=stdin, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _send(process, request)
            return _wait(process, tick)
        finally:
            _stop(process)


def _send(process: subprocess.Popen[bytes], request: str | None) -> None:
    if process.stdin and request is not None:
        # A child that failed at once is not an error here: its exit code and its log tell more.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(request.encode() + b"\n")
            process.stdin.flush()


def _wait(process: subprocess.Popen[bytes], tick: Callable[[], None]) -> int:
    while True:
        try:
            return process.wait(TICK_SECONDS)
        except subprocess.TimeoutExpired:
            tick()


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
