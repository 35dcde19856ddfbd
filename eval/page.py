"""A page for evaluators beside the chat window: run a small test set, watch it, open the report.

A run is a process of its own, so that it can be ended at any moment and cannot take the chat window down with it. One
run at a time; its report stays until the next begins.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.loading import load_testset
from index.errors import PinciteError

MOST_QUESTIONS = 50
"""A small set: at a few seconds a question, minutes."""
_MODES = ("answers", "retrieval-only")
_PATIENCE_SECONDS = 3.0
_CHILD = "import sys; from eval.child import main; sys.exit(main(sys.argv[1:]))"

Speaker = Callable[[MutableMapping[str, Any]], tuple[str, Callable[..., str]]]
"""From a request's ASGI scope to the language of who sent it, and what puts a text into that language."""


class PageError(PinciteError):
    """What the page asked for cannot be done."""


@dataclass(slots=True)
class Runs:
    """The one run there may be. Methods may be called from any thread."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _folder: TemporaryDirectory[str] | None = None
    _process: subprocess.Popen[str] | None = None
    _asked: int = 0
    _cancelled: bool = False

    def start(self, testset: str, *, limit: int, mode: str) -> None:
        """Start a run.

        Args:
            testset: folder or SQuAD file; the bundled set where empty.
            limit: how many questions are asked, 1 to :data:`MOST_QUESTIONS`.
            mode: ``answers`` or ``retrieval-only``.

        Raises:
            PinciteError: the set is broken, the arguments are off, or a run is under way.
        """
        if mode not in _MODES or not 1 <= limit <= MOST_QUESTIONS:
            raise PageError(f"choose 1 to {MOST_QUESTIONS} questions, and {' or '.join(_MODES)}")
        path = Path(testset).expanduser() if testset.strip() else bundled_testset()
        loaded = load_testset(path)
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                raise PageError("a run is under way; wait for it or stop it")
            self._discard()
            self._folder = TemporaryDirectory(prefix="pincite-evaluation-")
            self._asked, self._cancelled = min(limit, len(loaded.questions)), False
            arguments = [str(path), str(self._out), str(limit), mode]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, *arguments],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                text=True,
            )

    def stop(self) -> None:
        """End the run under way, if there is one."""
        with self._lock:
            self._cancelled = self._process is not None and self._process.poll() is None
            self._end()

    def close(self) -> None:
        """End the run and remove what it wrote."""
        with self._lock:
            self._discard()

    def state(self) -> dict[str, Any]:
        """Return how far it is: ``state`` is ``idle``, ``running``, ``done``, ``stopped`` or ``failed``."""
        with self._lock:
            if self._process is None:
                return {"state": "idle"}
            code = self._process.poll()
            progress = {"done": self._done(), "total": self._asked}
            if code is None:
                return {"state": "running", **progress}
            if self._cancelled:
                return {"state": "stopped", **progress}
            if code == 0 and (report := self.report()) is not None:
                metrics = json.loads((self._out / "report.json").read_text(encoding="utf-8"))["metrics"]
                return {"state": "done", **progress, "metrics": metrics, "bytes": len(report)}
            assert self._process.stderr is not None
            reason = self._process.stderr.read().strip().splitlines() if not self._process.stderr.closed else []
            return {"state": "failed", **progress, "reason": reason[-1] if reason else "it ended without a word"}

    def report(self) -> str | None:
        """Return the report of the last run as a page of its own, or None."""
        with suppress(OSError, PageError):
            return (self._out / "report.html").read_text(encoding="utf-8")
        return None

    @property
    def _out(self) -> Path:
        if self._folder is None:
            raise PageError("there is no run")
        return Path(self._folder.name) / "run"

    def _done(self) -> int:
        with suppress(OSError):
            return (self._out / "predictions.jsonl").read_bytes().count(b"\n")
        return 0

    def _end(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _discard(self) -> None:
        self._end()
        if self._process is not None and self._process.stderr is not None:
            self._process.stderr.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._process = self._folder = None


def bundled_testset() -> Path:
    """Return the question set about the default library."""
    return Path(str(files("eval"))) / "testsets" / "seed"


def in_english(scope: MutableMapping[str, Any]) -> tuple[str, Callable[..., str]]:
    """Speak English to everyone."""
    return "en", lambda text, **values: text.format_map(values)


def build(runs: Runs | None = None, *, speaker: Speaker = in_english) -> Any:
    """Return the page as an ASGI application, to be mounted by whoever serves it.

    Its script asks the server for ``/pincite/words.js``, by which a text is put into the page's language.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, Response
    from starlette.routing import Route

    from eval.html import page_template

    run = runs or Runs()
    atexit.register(run.close)
    templates = files("eval") / "templates"
    form = page_template("evaluate.html")

    async def page(request: Request) -> Response:
        language, say = speaker(request.scope)
        html = form.render(language=language, say=say, most=MOST_QUESTIONS)
        return HTMLResponse(html, headers={"vary": "Accept-Language, Cookie"})

    async def script(request: Request) -> Response:
        return Response((templates / "evaluate.js").read_text(encoding="utf-8"), media_type="text/javascript")

    async def state(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(run.state))

    async def start(request: Request) -> Response:
        try:
            testset, limit, mode = _arguments(await request.json())
            await run_in_threadpool(run.start, testset, limit=limit, mode=mode)
        except (PinciteError, ValueError) as error:
            reason = str(error) if isinstance(error, PinciteError) else "the request is no JSON object"
            return JSONResponse({"reason": reason}, status_code=400)
        return JSONResponse({}, status_code=202)

    async def stop(request: Request) -> Response:
        await run_in_threadpool(run.stop)
        return JSONResponse({})

    async def report(request: Request) -> Response:
        found = await run_in_threadpool(run.report)
        return HTMLResponse(found) if found else Response("There is no report yet.\n", 404, media_type="text/plain")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/evaluate.js", script),
            Route("/state", state),
            Route("/start", start, methods=["POST"]),
            Route("/stop", stop, methods=["POST"]),
            Route("/report", report),
        ]
    )


def _arguments(body: object) -> tuple[str, int, str]:
    if not isinstance(body, Mapping):
        raise ValueError("no object")
    testset, limit, mode = body.get("testset", ""), body.get("limit", 10), body.get("mode", "answers")
    if not isinstance(testset, str) or not isinstance(limit, int) or not isinstance(mode, str):
        raise PageError("testset and mode are text, limit is a number")
    return testset, limit, mode
