"""The helper process that reads files (``python -m index.readers.child``): see :mod:`index.readers.isolation`.

Protocol on standard input: a line of JSON (name, size, limits), then the bytes of the file. On standard output: twelve
digits, the length of the answer, then the answer as JSON; before it, ``+`` and eleven digits for so many seconds more.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from dataclasses import astuple
from pathlib import PurePath
from typing import Any, BinaryIO

from index.errors import UnreadableDocument
from index.readers import legacy, ocr
from index.readers.base import Extracted
from index.readers.formats import extract
from index.readers.members import reason_for
from index.readers.sandbox import OUT_OF_MEMORY, WATCH_SECONDS, confine, resident_bytes, what_became
from index.readers.warmup import preload

_HAS_PICTURES = b'{"seconds_for_pictures"'


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not be taken for an answer
    preload()
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        if legacy.is_to_be_converted(data, request["name"]):
            seconds = request["limits"]["wall_seconds"]
            _ask_for_time(answers, seconds)
            try:
                data = legacy.converted(
                    data, request["name"], seconds=seconds, most_bytes=request["limits"]["memory_bytes"] // 4
                )
            except UnreadableDocument as error:
                _write(answers, json.dumps({"error": str(error)}).encode())
                continue
        if request["fork"]:
            answer = _forked(data, request)
            if seconds := _seconds_for_pictures(answer):
                _ask_for_time(answers, seconds)
                answer = _forked(data, _with_time(request, seconds))
            _write(answers, answer)
        else:
            _answer_and_end(data, request, answers)


def _seconds_for_pictures(answer: bytes) -> int:
    """Return how much time it takes to recognize the text in a file's pictures, 0 if there are none or no means."""
    if not answer.startswith(_HAS_PICTURES):
        return 0
    try:
        seconds = int(json.loads(answer)["seconds_for_pictures"])
    except (ValueError, TypeError, RecursionError):  # of a reader that a file has taken over
        return 0
    return max(0, min(seconds, ocr.MOST_SECONDS)) if ocr.load() else 0


def _with_time(request: dict[str, Any], seconds: int) -> dict[str, Any]:
    limits = dict(request["limits"])
    limits["cpu_seconds"] += seconds
    limits["wall_seconds"] += seconds
    limits["memory_bytes"] = max(limits["memory_bytes"], ocr.MEMORY_BYTES)
    return {**request, "limits": limits, "seconds_for_pictures": seconds}


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
        if PurePath(request["name"]).suffix.lower() in ocr.SUFFIXES and ocr.load():
            request = {**request, "seconds_for_pictures": request["limits"]["cpu_seconds"] // 2}
        confine(request["limits"])
        _write(answers, _answer(data, request))
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _answer(data: bytes, request: dict[str, Any]) -> bytes:
    name = request["name"]
    ocr.begin(request.get("seconds_for_pictures", 0))
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
    if seconds := ocr.seconds_wanted():
        answer = {"seconds_for_pictures": seconds, **answer}
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


def _ask_for_time(answers: BinaryIO, seconds: int) -> None:
    """Say how much longer the answer is to be waited for."""
    answers.write(b"+%011d" % seconds)
    answers.flush()


def _write(answers: BinaryIO, answer: bytes) -> None:
    answers.write(b"%012d" % len(answer) + answer)
    answers.flush()


if __name__ == "__main__":
    main()
