"""The cache folder: where weights lie, how their hashes are remembered, how they are put in place.

Layout, below :func:`cache_dir`::

    weights/NAME/verified.json        what was hashed: sha256, size and mtime of every file
    weights/NAME/FILE.gguf            a generator
    weights/NAME/model/…              an embedder's folder
    weights/.partial/NAME/            a fetch under way, kept for resuming; never handed out
    weights/.locks/NAME.lock          held by whoever fetches

A folder in place is always whole: it is built under ``.partial`` and arrives by one rename, stamp included.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from platformdirs import user_cache_dir

from index.weights.catalogue import Weights, WeightsFile

CACHE_VARIABLE = "PINCITE_CACHE"
STAMP_NAME = "verified.json"
STAMP_VERSION = 1
HASH_BLOCK = 1 << 20


class Status(StrEnum):
    """The state of weights on disk."""

    OK = "ok"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What looking at weights on disk found.

    ``path`` is what would be handed out, or None when nothing is there; ``detail`` is one line for people.
    """

    name: str
    status: Status
    path: Path | None
    detail: str

    @property
    def ok(self) -> bool:
        """True where the weights are whole."""
        return self.status is Status.OK


@dataclass(frozen=True, slots=True)
class Mark:
    """What was true of a file when its hash was last computed."""

    sha256: str
    size: int
    mtime_ns: int


def cache_dir() -> Path:
    """Return the folder for everything that can be fetched again: ``PINCITE_CACHE``, else the platform's."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else Path(user_cache_dir("pincite"))


def handed_out(folder: Path, weights: Weights) -> Path:
    """Return what users of the weights open: the model folder of an embedder, the file of a generator."""
    return folder / "model" if weights.is_folder else folder / weights.files[0].path


def file_path(folder: Path, weights: Weights, file: WeightsFile) -> Path:
    """Return where ``file`` lies when the weights' own folder is ``folder``."""
    return (folder / "model" if weights.is_folder else folder) / file.path


def sha256_of(path: Path, advance: Callable[[int], None] | None = None) -> str:
    """Return the sha256 of a file in hex; ``advance`` is told the size of each block read."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(HASH_BLOCK):
            digest.update(block)
            if advance:
                advance(len(block))
    return digest.hexdigest()


def check(weights: Weights, folder: Path, *, full: bool, advance: Callable[[int], None] | None = None) -> VerifyResult:
    """Compare the files in ``folder`` with the catalogue.

    Args:
        full: hash every file. Otherwise a file is hashed only when its size or mtime is no longer that of the stamp.
    """
    handed = handed_out(folder, weights)
    paths = {file.path: file_path(folder, weights, file) for file in weights.required_files}
    if not any(path.exists() for path in paths.values()):
        return VerifyResult(weights.name, Status.MISSING, None, "not in the cache")
    marks = {} if full else read_stamp(folder)
    found: dict[str, Mark] = {}
    for file in weights.required_files:
        mark = _trusted_mark(paths[file.path], file, marks.get(file.path), advance)
        if mark is None:
            return VerifyResult(weights.name, Status.DAMAGED, handed, f"{file.path} is missing or has another sha256")
        found[file.path] = mark
    if found != marks:
        # A cache may be read-only; then the same files are hashed again next time.
        with contextlib.suppress(OSError):
            write_stamp(folder, found)
    return VerifyResult(weights.name, Status.OK, handed, "every file has its published sha256")


def _trusted_mark(
    path: Path, file: WeightsFile, known: Mark | None, advance: Callable[[int], None] | None
) -> Mark | None:
    """Return the mark of a file that is the catalogued one, or None."""
    try:
        status = path.stat()
        if status.st_size != file.bytes:
            return None
        now = Mark(file.sha256, status.st_size, status.st_mtime_ns)
        return now if now == known or sha256_of(path, advance) == file.sha256 else None
    except OSError:
        return None


def mark_of(path: Path, sha256: str) -> Mark:
    """Return the mark of a file whose hash has just been computed."""
    status = path.stat()
    return Mark(sha256, status.st_size, status.st_mtime_ns)


def read_stamp(folder: Path) -> dict[str, Mark]:
    """Return the marks of a folder by relative path; an absent or unreadable stamp is an empty one."""
    try:
        stored = json.loads((folder / STAMP_NAME).read_text(encoding="utf-8"))
        if stored["version"] != STAMP_VERSION:
            return {}
        return {path: Mark(**mark) for path, mark in stored["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_stamp(folder: Path, marks: dict[str, Mark]) -> None:
    """Record the marks of a folder, replacing the former record in one step."""
    files = {path: {"sha256": m.sha256, "size": m.size, "mtime_ns": m.mtime_ns} for path, m in sorted(marks.items())}
    write_json(folder / STAMP_NAME, {"version": STAMP_VERSION, "files": files})


def write_json(path: Path, data: object) -> None:
    """Write JSON so that a reader sees the old file or the new one, never a piece."""
    # Not tempfile: its files are for their owner only, and a cache may be shared.
    temporary = path.with_name(f"{path.name}.{uuid4().hex}.tmp")
    try:
        with temporary.open("x", encoding="utf-8") as stream:
            json.dump(data, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def publish(ready: Path, target: Path) -> None:
    """Put the folder ``ready`` in the place of ``target`` by rename, after everything in it has reached the disk.

    Both must be on one filesystem. A former ``target`` is moved aside first and deleted last, so at any moment there
    is the old folder, none, or the new one.
    """
    sync_tree(ready)
    target.parent.mkdir(parents=True, exist_ok=True)
    former = Path(tempfile.mkdtemp(dir=ready.parent, prefix="former-"))
    if target.exists():
        target.rename(former / target.name)
    ready.rename(target)
    _sync_folder(target.parent)
    shutil.rmtree(former, ignore_errors=True)


def sync_tree(folder: Path) -> None:
    """Force the files and folders below ``folder`` to the disk."""
    for current, _, names in os.walk(folder):
        for name in names:
            with (Path(current) / name).open("rb+") as stream:
                os.fsync(stream.fileno())
        _sync_folder(Path(current))


def _sync_folder(folder: Path) -> None:
    """Force a folder's entries to the disk, where the platform can open folders."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def size_below(folders: Iterable[Path]) -> int:
    """Return the bytes in all files below ``folders``; what vanishes meanwhile counts as nothing."""
    total = 0
    for folder in folders:
        for current, _, names in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):
                    total += (Path(current) / name).stat().st_size
    return total
