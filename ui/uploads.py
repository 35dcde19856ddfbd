"""Files that come in through the page: received whole or not at all, kept in the library's folder, then indexed.

They lie in ``files/`` of the library, so that whoever deletes the library deletes them, and a file that comes again
under its name replaces what it was.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect

from index.errors import PinciteError, UnreadableDocument
from index.library import Library
from index.readers.formats import SUFFIXES
from index.types import DocumentRecord, SyncReport
from ui.tickets import LibraryLike

FOLDER = "files"
_PART = ".part-"
_BEFORE = ".before-"
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_YIELD_SECONDS = 0.2
_PATIENCE_SECONDS = 60.0
"""How long indexing steps back at a time: where questions never end, files still come in."""
_STALE_SECONDS = 24 * 60 * 60.0
SILENCE_SECONDS = 60.0
"""How long the rest of a file is waited for."""
READ_OFF_SECONDS = 30.0
"""How long the rest of a file that is refused is read, for the sake of who sends it."""
LEFT_FREE = 512 * 2**20
"""Bytes of the disk that files from the page leave to everything else."""


class UploadError(PinciteError):
    """A file cannot be received."""


class CalledOff(PinciteError):
    """The person left before a file was indexed."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came in whole, still under a name of its own, and where it belongs."""

    part: Path
    target: Path


class Upload:
    """How far the indexing of one file is; also its :class:`index.progress.Progress`. Threads may share it."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._is_busy: Callable[[], bool] = lambda: False
        self.state: dict[str, Any] = {"description": "waiting", "done": 0, "total": None}

    def cancel(self) -> None:
        """Call it off; the indexing stops at the next sign of progress."""
        self._cancelled.set()

    def watch(self, is_busy: Callable[[], bool]) -> None:
        """Step back as long as ``is_busy``."""
        self._is_busy = is_busy

    def __call__(self, description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
        """Take note of the state; wait while a question is being answered; stop if it was called off."""
        patience = time.monotonic() + _PATIENCE_SECONDS
        while True:
            if self._cancelled.is_set() and (total is None or done < total):  # what is done is not undone
                raise CalledOff("called off; nothing of the file was taken in")
            if not self._is_busy() or time.monotonic() > patience:
                break
            self.state = {"description": "waiting for an answer under way", "done": done, "total": total}
            time.sleep(_YIELD_SECONDS)
        self.state = {"description": description, "done": done, "total": total}


class Uploads:
    """Receives files for one library and indexes them, one after the other.

    Args:
        library: the library, once it is open.
        is_busy: whether a question is being answered, which goes first.
    """

    def __init__(self, library: Callable[[], LibraryLike], is_busy: Callable[[], bool]) -> None:
        self._library = library
        self._is_busy = is_busy
        self._one = threading.Lock()
        self._is_reconciled = False

    @property
    def _folder(self) -> Path:
        return Path(self._library().info().path).resolve() / FOLDER

    def held(self) -> Callable[[DocumentRecord], bool]:
        """Return a function that tells whether a document is of a file that was uploaded."""
        folder = self._folder
        return lambda record: _file_of(record.source).parent == folder

    def _changeable(self) -> Library:
        library = self._library()
        if not isinstance(library, Library):
            raise UploadError("this library cannot be changed from here; use 'pincite add'")
        return library

    async def receive(self, name: str, body: AsyncIterator[bytes]) -> Received:
        """Write a file that comes in to the disk, as a part until it is whole.

        Raises:
            UploadError: its name or size will not do, or it cannot be written.
        """
        library = self._changeable()
        target = self._folder / file_name(name)
        limit = library.limits.file_bytes
        part = self._folder / f"{_PART}{secrets.token_hex(8)}"
        size = 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _sweep(self._folder)
            with part.open("xb") as file:
                async for data in _in_time(body):
                    size += len(data)
                    if shutil.disk_usage(self._folder).free < LEFT_FREE + len(data):
                        raise UploadError(f"{target.name}: the disk is nearly full; make room on it")
                    if size > limit:
                        raise UploadError(f"{target.name}: is larger than {limit // 2**20} MiB; see 'max_file_mb'")
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException as error:
            part.unlink(missing_ok=True)
            if isinstance(error, TimeoutError):
                raise UploadError(f"{target.name}: nothing more came of it; send it again") from None
            if isinstance(error, OSError):
                raise UploadError(f"{target.name}: cannot be kept ({error.strerror}); make room on the disk") from None
            raise
        return Received(part, target)

    def bring_in(self, received: Received, upload: Upload) -> SyncReport:
        """Put a received file in its place and index it; return what 'pincite add' would report.

        Raises:
            PinciteError: another process is writing, it was called off, or it cannot be kept.
        """
        upload.watch(self._is_busy)
        try:
            with self._one:
                upload("waiting", 0, None, "")
                self._reconcile(upload)
                return self._index(received, upload)
        except OSError as error:
            raise UploadError(f"{received.target.name}: cannot be kept ({error.strerror})") from None
        finally:
            with suppress(OSError):
                received.part.unlink(missing_ok=True)

    def _reconcile(self, upload: Upload) -> None:
        """Take in what a process that was killed had put in its place but not indexed; once."""
        if self._is_reconciled or not self._folder.exists():
            return
        with suppress(UnreadableDocument):  # nothing lies there
            self._changeable().add([self._folder], progress=upload)
        self._is_reconciled = True

    def _index(self, received: Received, upload: Upload) -> SyncReport:
        earlier = _set_aside(received.target)
        is_in = False
        os.replace(received.part, received.target)
        try:
            report = self._changeable().add([received.target], progress=upload)
            # An archive is in though some of its files are not.
            is_in = str(received.target) in (*report.added, *report.updated, *report.unchanged)
            return report
        finally:
            if not is_in:
                _put_back(earlier, received.target)
            elif earlier is not None:
                earlier.unlink(missing_ok=True)

    def remove(self, record: DocumentRecord) -> None:
        """Take a document out of the library, and its files as far as they were uploaded.

        An archive goes with the last of its documents.
        """
        with self._one:
            library = self._changeable()
            library.remove([record.id])
            still = {_file_of(source) for r in library.catalogue() for source in (r.source, *r.copies)}
            for file in {_file_of(source) for source in (record.source, *record.copies)} - still:
                if file.parent == self._folder:
                    with suppress(OSError):
                        file.unlink(missing_ok=True)


async def _in_time(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what comes in; TimeoutError when nothing comes any more, as from a computer that fell asleep."""
    pieces = aiter(body)
    while True:
        async with asyncio.timeout(SILENCE_SECONDS):
            try:
                data = await anext(pieces)
            except StopAsyncIteration:
                return
        yield data


async def read_off(body: AsyncIterator[bytes]) -> None:
    """Read what is left of a file that is refused: a browser that is still sending would not hear why."""
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(READ_OFF_SECONDS):
            async for _ in body:
                pass


def _file_of(source: str) -> Path:
    """Return the file that a document is of: itself, or the archive that holds it."""
    return Path(source.partition("!/")[0])


def file_name(name: str) -> str:
    """Return ``name`` as one that every system takes, its ending kept.

    Raises:
        UploadError: nothing of it can stay, or its format is not read.
    """
    kept = _UNFIT.sub("_", name).strip(" .")
    stem, _, suffix = kept.rpartition(".")
    if not stem or f".{suffix.lower()}" not in SUFFIXES:
        raise UploadError(f"{kept[:80] or 'a file without a name'}: this format is not read; {_formats()} are")
    cut = f"{stem.encode()[:150].decode('utf-8', 'ignore').rstrip(' .')}"
    if f"{cut}.{suffix}" != name:  # other names must not become the same
        cut += f" {sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    cut += f".{suffix}"
    return f"_{cut}" if _DEVICES.fullmatch(cut) else cut


def _formats() -> str:
    return ", ".join(sorted(suffix.removeprefix(".") for suffix in SUFFIXES))


def _set_aside(target: Path) -> Path | None:
    """Copy a file that is there, so that it can be put back; at no moment is there none."""
    if not target.exists():
        return None
    aside = target.with_name(f"{_BEFORE}{secrets.token_hex(8)}")
    shutil.copyfile(target, aside)
    return aside


def _put_back(earlier: Path | None, target: Path) -> None:
    """Leave things as they were: the file of before in its place, or none."""
    with suppress(OSError):
        if earlier is not None:
            os.replace(earlier, target)
        else:
            target.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Delete what processes that were killed left half done a day ago."""
    for pattern in (f"{_PART}*", f"{_BEFORE}*"):
        for left in folder.glob(pattern):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                    left.unlink()
