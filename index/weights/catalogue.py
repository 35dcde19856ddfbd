"""The weights pincite knows: what they are, where they come from, and the hashes that prove it.

The facts are data (``catalogue.json``); a hash there, not the name of a package or a host, is what is trusted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files as resource_files
from pathlib import PurePosixPath
from typing import Any, Literal

from index.errors import WeightsError

Role = Literal["embedder", "generator"]


@dataclass(frozen=True, slots=True)
class Upstream:
    """The official publication. ``sha256`` is that of ``file`` at the pinned ``revision`` of ``repo``."""

    repo: str
    revision: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that carries weights: never installed, only read.

    ``member`` is a file in it (one part of the whole), or a folder when it ends with a slash. ``bytes`` is the size of
    the wheel itself.
    """

    requirement: str
    sha256: str
    bytes: int
    member: str


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of published weights, by its path below their folder (with forward slashes).

    An ``optional`` file documents the weights and does not change what they compute: it is kept when it comes along
    with the right hash, and never missed.
    """

    path: str
    bytes: int
    sha256: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's weights.

    Attributes:
        role: what they are for.
        bytes: size on disk, or None where it is not known.
        wheels: in the order in which their parts are joined.
        files: what is published; one file for a generator, a folder's files for an embedder.
        summary: one line for a list.
        default: used unless the configuration names others of the same role.
        next_best: the name of the weights to fall back to, or None.
    """

    name: str
    role: Role
    licence: str
    bytes: int | None
    upstream: Upstream
    wheels: tuple[Wheel, ...]
    files: tuple[WeightsFile, ...]
    summary: str
    default: bool = False
    next_best: str | None = None

    @property
    def is_folder(self) -> bool:
        """True where a folder is handed out, False where it is a single file."""
        return self.role == "embedder"

    @property
    def required_files(self) -> tuple[WeightsFile, ...]:
        """The files without which the weights are not whole."""
        return tuple(file for file in self.files if not file.optional)


def all_weights() -> tuple[Weights, ...]:
    """Return every known weights, in the catalogue's order."""
    return _packaged_catalogue()


def find(name: str, catalogue: Sequence[Weights] | None = None) -> Weights:
    """Return the weights called ``name``.

    Raises:
        WeightsError: there are none of that name; the message lists those there are.
    """
    known = all_weights() if catalogue is None else catalogue
    for weights in known:
        if weights.name == name:
            return weights
    names = ", ".join(weights.name for weights in known)
    raise WeightsError(f"unknown weights {name!r}; choose one of: {names}")


def default_generator() -> Weights:
    """Return the language model used unless another is asked for."""
    return _default("generator")


def default_embedder() -> Weights:
    """Return the embedding model used unless another is asked for."""
    return _default("embedder")


def parse_catalogue(text: str) -> tuple[Weights, ...]:
    """Read a catalogue from JSON.

    Raises:
        WeightsError: a file's path leads out of its folder.
    """
    return tuple(_parse_weights(entry) for entry in json.loads(text)["weights"])


@lru_cache(maxsize=1)
def _packaged_catalogue() -> tuple[Weights, ...]:
    return parse_catalogue((resource_files(__package__) / "catalogue.json").read_text(encoding="utf-8"))


def _default(role: Role) -> Weights:
    return next(weights for weights in all_weights() if weights.role == role and weights.default)


def _parse_weights(entry: dict[str, Any]) -> Weights:
    upstream = Upstream(**entry["upstream"])
    return Weights(
        name=entry["name"],
        role=entry["role"],
        licence=entry["licence"],
        bytes=entry["bytes"],
        upstream=upstream,
        wheels=tuple(_parse_wheel(wheel) for wheel in entry["wheels"]),
        files=_parse_files(entry, upstream),
        summary=entry["summary"],
        default=entry["default"],
        next_best=entry["next_best"],
    )


def _parse_wheel(entry: dict[str, Any]) -> Wheel:
    return Wheel(entry["requirement"], entry["wheel_sha256"], entry["wheel_bytes"], entry["member"])


def _parse_files(entry: dict[str, Any], upstream: Upstream) -> tuple[WeightsFile, ...]:
    """Return the listed files, or the single upstream file where none are listed."""
    listed = [WeightsFile(**file) for file in entry.get("files", ())]
    found = tuple(listed or [WeightsFile(upstream.file, entry["bytes"], upstream.sha256)])
    for file in found:
        _check_inside(file.path)
    return found


def _check_inside(path: str) -> None:
    """Refuse a path that could name a place outside the folder it is joined to, on any platform."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or ":" in path:
        raise WeightsError(f"the catalogue of weights names an unsafe path {path!r}; reinstall pincite")
