"""Reading files in a process apart: whatever a file does to its reader, it is one failed file.

A helper process imports the readers once and then forks a child for every file. The child gets the file's bytes, gives
up the right to open anything (files, sockets) and is held by the kernel to limits of memory, processor time and wall
time. Its answer comes back as JSON. Where there is no fork (Windows), each file has a fresh helper, held to such limits
as the system has. What holds where: :mod:`index.readers.sandbox`.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.members import Extraction
from index.readers.sandbox import what_became
from index.types import Heading, Place, Unread

_GRACE_SECONDS = 3.0
"""How much longer than a child may take its answer is waited for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take.

    Attributes:
        file_bytes: size of the file.
        memory_bytes: address space of the child.
        cpu_seconds: processor time.
        wall_seconds: time on the clock.
        text_characters: length of what it says.
    """

    file_bytes: int = 200 * 1024 * 1024
    memory_bytes: int = 2 * 1024 * 1024 * 1024
    cpu_seconds: int = 120
    wall_seconds: int = 240
    text_characters: int = 20_000_000


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file held when it was read. ``content_hash`` is the sha256 of its bytes, in hex."""

    extraction: Extraction
    content_hash: str


class FileReader:
    """Reads files, each in a child process. Use it as a context manager; it is not for several threads at once."""

    _forks = hasattr(os, "fork")

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._helper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> FileReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> FileContent:
        """Read a file.

        Raises:
            UnreadableDocument: it cannot be read, or reading it went beyond a limit.
        """
        data = read_bytes(path, self._limits.file_bytes)
        return FileContent(self.extract(data, path.name), hashlib.sha256(data).hexdigest())

    def extract(self, data: bytes, name: str) -> Extraction:
        """Return what the bytes of a file called ``name`` say.

        Raises:
            UnreadableDocument: they cannot be read, or reading them went beyond a limit.
        """
        try:
            answer = self._ask(data, name)
        except (OSError, EOFError, ValueError):  # the helper itself was killed
            raise UnreadableDocument(f"{name}: {self._ended_how()}") from None
        except BaseException:  # interrupted: what is under way belongs to nobody
            self.close()
            raise
        if not self._forks:
            self.close()
        if "error" in answer:
            raise UnreadableDocument(str(answer["error"]))
        try:
            return _extraction(answer)
        except (LookupError, TypeError, ValueError, AttributeError):  # of a reader that a file has taken over
            raise UnreadableDocument(f"{name}: its reader gave no sensible answer; save it again") from None

    def close(self) -> None:
        """End the helper process; calling it twice does no harm."""
        helper, self._helper = self._helper, None
        if helper is not None:
            with suppress(OSError, AttributeError):  # with all that a file may have started; Windows has no groups
                os.killpg(helper.pid, signal.SIGKILL)
            helper.kill()
            for stream in (helper.stdin, helper.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            helper.wait()

    def _ended_how(self) -> str:
        """End the helper; return why it did not answer."""
        status = None
        if not self._forks and self._helper is not None:  # it has read the file itself
            with suppress(subprocess.TimeoutExpired):
                status = self._helper.wait(_GRACE_SECONDS)
        self.close()
        return "reading it was cut off; add it again" if status is None else what_became(status)

    def _ask(self, data: bytes, name: str) -> dict[str, Any]:
        if self._helper is None or self._helper.poll() is not None:
            self.close()
            self._helper = _start()
        stdin, stdout = self._helper.stdin, self._helper.stdout
        assert stdin is not None
        assert stdout is not None
        shown = name.encode("utf-8", "replace").decode("utf-8")
        request = {"name": shown, "size": len(data), "limits": asdict(self._limits), "fork": self._forks}
        header = json.dumps(request).encode() + b"\n"
        stdin.write(header)
        stdin.write(data)
        stdin.flush()
        deadline = time.monotonic() + self._limits.wall_seconds + _GRACE_SECONDS
        head = _read_exactly(stdout.fileno(), 12, deadline, shown)
        while head.startswith(b"+"):  # pictures of text take longer, and so do files that are converted
            deadline += int(head)
            head = _read_exactly(stdout.fileno(), 12, deadline, shown)
        size = int(head)
        answer = json.loads(_read_exactly(stdout.fileno(), size, deadline, shown))
        if not isinstance(answer, dict):
            raise ValueError("no answer")
        return answer


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """Return a file's bytes, with the system's refusals as one-line reasons."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe would wait for ever
            raise UnreadableDocument(f"{path}: is not an ordinary file; add one with text in it")
        if limit is not None and path.stat().st_size > limit:
            size = path.stat().st_size // 2**20
            raise UnreadableDocument(f"{path}: has {size} MiB, more than {limit // 2**20}; split it")
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableDocument(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise UnreadableDocument(f"{path}: is a folder, not a file") from None
    except PermissionError:
        raise UnreadableDocument(f"{path}: permission denied; make it readable for you") from None
    except OSError as error:
        raise UnreadableDocument(f"{path}: cannot be read ({error.strerror or error})") from None


def _start() -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        # -P: no module is taken from the folder that one happens to work in, which may hold anybody's files
        [sys.executable, "-P", "-m", "index.readers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # Ctrl-C is for the parent, which ends the helper
    )


def _read_exactly(descriptor: int, size: int, deadline: float, name: str) -> bytes:
    """Read ``size`` bytes from a pipe before the deadline."""
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while size:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise UnreadableDocument(f"{name}: reading it takes too long; split it or save it again")
            part = os.read(descriptor, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def _extraction(answer: dict[str, Any]) -> Extraction:
    texts = tuple(
        _checked(
            Extracted(
                text=item["text"],
                title=item["title"],
                date=item["date"],
                headings=tuple(Heading(*heading) for heading in item["headings"]),
                body_start=item["body_start"],
                places=tuple(Place(*place) for place in item["places"]),
                member=item["member"],
                unread=tuple(Unread(*noted) for noted in item["unread"]),
            )
        )
        for item in answer["texts"]
    )
    failed, skipped = (
        tuple((str(name), str(reason)) for name, reason in answer[key]) for key in ("failed_members", "skipped_members")
    )
    return Extraction(texts, failed, skipped)


def _checked(extracted: Extracted) -> Extracted:
    """Return what a child has answered, once its offsets lie in its text."""
    length = len(extracted.text)
    marks = [extracted.body_start, *(h.start for h in extracted.headings), *(p.start for p in extracted.places)]
    ends = [heading.end for heading in extracted.headings]
    if not all(0 <= mark <= length for mark in (*marks, *ends)):
        raise ValueError("offsets outside the text")
    return extracted
