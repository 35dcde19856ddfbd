"""The helper process that reads files (``python -m index.readers.child``): see :mod:`index.readers.isolation`.

Protocol on standard input: a line of JSON (name, size, limits), then the bytes of the file. On standard output: twelve
digits, the length of the answer, then the answer as JSON.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import sys
from dataclasses import astuple
from importlib import import_module
from typing import Any, BinaryIO

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.formats import extract

_PRELOADED = (
    "charset_normalizer",
    "defusedxml.ElementTree",
    "docx",
    "pptx",
    "pypdfium2",
    "pypdfium2.raw",
    "python_calamine",
    "selectolax.lexbor",
    "unicodedata",
    "zipfile",
    "bz2",
    "lzma",
)
"""A child can open no files: what a reader imports has to be there before."""


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not be taken for an answer
    _preload()
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        answer = _forked(data, request) if hasattr(os, "fork") else _answer(data, request)
        answers.write(b"%012d" % len(answer) + answer)
        answers.flush()


def _preload() -> None:
    for module in _PRELOADED:
        import_module(module)
    import encodings

    for found in pkgutil.iter_modules(encodings.__path__):
        if found.name not in ("mbcs", "oem"):  # of Windows only
            import_module(f"encodings.{found.name}")
    from charset_normalizer import from_bytes

    from index.readers.warmup import EXAMPLES

    from_bytes("Größe über alles".encode("latin-1")).best()
    for name, data in EXAMPLES.items():
        try:
            extract(data, name)
        except UnreadableDocument:
            continue


def _forked(data: bytes, request: dict[str, Any]) -> bytes:
    """Read in a child; return its answer, or what became of it."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _be_the_child(data, request, sending)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 and answer:
        return answer
    return json.dumps({"failed": f"{request['name']}: {_what_became(status)}"}).encode()


def _be_the_child(data: bytes, request: dict[str, Any], sending: int) -> None:
    """Read, answer and end; never returns."""
    code = 1
    try:
        for stream in (0, 1):  # the helper's own: requests and answers
            os.close(stream)
        _limit(request["limits"])
        with os.fdopen(sending, "wb") as pipe:
            _write(pipe, _answer(data, request))
        code = 0
    except MemoryError:
        code = 3
    finally:
        os._exit(code)


def _limit(limits: dict[str, int]) -> None:
    import resource

    for name in ("SIGXCPU", "SIGALRM", "SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"])
    wanted = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 0,  # nothing new can be opened, no file and no socket
    }
    for kind, value in wanted.items():
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # a system that knows no such limit, or one that is already lower
            continue
    sys.setrecursionlimit(1_000)


def _answer(data: bytes, request: dict[str, Any]) -> bytes:
    name = request["name"]
    try:
        extraction = extract(data, name)
        if sum(len(text.text) for text in extraction.texts) > request["limits"]["text_characters"]:
            raise UnreadableDocument(f"{name}: holds too much text; split it")
        answer: dict[str, Any] = {"texts": [_plain(text) for text in extraction.texts], "skipped": extraction.failed}
    except UnreadableDocument as error:
        answer = {"failed": " ".join(str(error).split())}
    except MemoryError:
        raise
    except RecursionError:
        answer = {"failed": f"{name}: is nested too deeply; save it in a simpler form"}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a parser's own mistake (Rust's panics are no Exception): one failed file
        answer = {"failed": f"{name}: cannot be read ({type(error).__name__}); save it again or in another format"}
    # what is no Unicode (half a surrogate pair, say) could be neither stored nor shown
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def _plain(text: Extracted) -> dict[str, Any]:
    return {
        "text": text.text,
        "title": text.title,
        "date": text.date,
        "headings": [astuple(heading) for heading in text.headings],
        "body_start": text.body_start,
        "places": [astuple(place) for place in text.places],
        "member": text.member,
        "unread": [astuple(item) for item in text.unread],
    }


def _write(pipe: BinaryIO, answer: bytes) -> None:
    pipe.write(answer)
    pipe.flush()


def _what_became(status: int) -> str:
    if os.WIFEXITED(status):
        if os.WEXITSTATUS(status) == 3:
            return "needs more memory than reading a file may take; split it"
        return "reading it failed; save it again or in another format"
    if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
        return "reading it takes too long; split it or save it again"
    return "its reader crashed; save it again or in another format"


if __name__ == "__main__":
    main()
