"""The helper process that reads files (``python -m index.readers.child``): see :mod:`index.readers.isolation`.

Protocol on standard input: a line of JSON (name, size, limits), then the bytes of the file. On standard output: twelve
digits, the length of the answer, then the answer as JSON.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from dataclasses import astuple
from typing import Any, BinaryIO

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.formats import extract
from index.readers.members import reason_for
from index.readers.sandbox import OUT_OF_MEMORY, WATCH_SECONDS, confine, resident_bytes, what_became
from index.readers.warmup import preload


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not be taken for an answer
    preload()
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        if request["fork"]:
            _write(answers, _forked(data, request))
        else:
            _answer_and_end(data, request, answers)


def _forked(data: bytes, request: dict[str, Any]) -> bytes:
    """Read in a child; return its answer, or what became of it."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _be_the_child(data, request, sending)
    os.close(sending)
    answer = _received(receiving, child, request["limits"]["memory_bytes"])
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 and answer:
        return answer
    reason = what_became(OUT_OF_MEMORY if answer is None else os.waitstatus_to_exitcode(status))
    return json.dumps({"error": f"{request['name']}: {reason}"}).encode()


def _received(descriptor: int, child: int, memory_bytes: int) -> bytes | None:
    """Return what a child writes; None where it has been ended since it held more memory than it may."""
    parts: list[bytes] = []
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        while True:
            while WATCH_SECONDS and not select.select([pipe], [], [], WATCH_SECONDS)[0]:
                if resident_bytes(child) > memory_bytes:
                    os.kill(child, signal.SIGKILL)
                    return None
            part = pipe.read(1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)


def _be_the_child(data: bytes, request: dict[str, Any], sending: int) -> None:
    """Read, answer and end; never returns."""
    code = 1
    try:
        for stream in (0, 1):  # the helper's own: requests and answers
            os.close(stream)
        confine(request["limits"])
        with os.fdopen(sending, "wb") as pipe:
            pipe.write(_answer(data, request))
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _answer_and_end(data: bytes, request: dict[str, Any], answers: BinaryIO) -> None:
    """Read in this very process, which then has had its only file: for systems without fork."""
    code = 1
    try:
        confine(request["limits"])
        _write(answers, _answer(data, request))
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _answer(data: bytes, request: dict[str, Any]) -> bytes:
    name = request["name"]
    try:
        extraction = extract(data, name)
        if sum(len(text.text) for text in extraction.texts) > request["limits"]["text_characters"]:
            raise UnreadableDocument(f"{name}: holds too much text; split it")
        answer: dict[str, Any] = {
            "texts": [_plain(text) for text in extraction.texts],
            "failed_members": extraction.failed,
            "skipped_members": extraction.skipped,
        }
    except MemoryError:
        raise
    except BaseException as error:  # a parser's own mistake (Rust's panics are no Exception): one failed file
        answer = {"error": reason_for(error, name)}
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


def _write(answers: BinaryIO, answer: bytes) -> None:
    answers.write(b"%012d" % len(answer) + answer)
    answers.flush()


if __name__ == "__main__":
    main()
