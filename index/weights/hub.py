"""The Hugging Face hub as a source: of the catalogue's weights by pinned revision, and of any model by its name."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from index.errors import WeightsError
from index.progress import Progress, silent
from index.weights.cache import (
    Mark,
    cache_dir,
    mark_of,
    publish,
    read_stamp,
    sha256_of,
    size_below,
    write_stamp,
)
from index.weights.catalogue import Weights
from index.weights.child import run_child
from index.weights.failures import SourceFailed, short_line
from index.weights.locking import exclusive

REPO_ID = re.compile(r"(?!\.)[\w.-]+/(?!\.)[\w.-]+")
REVISION_FILE = "pincite-revision.txt"


class RunHub(Protocol):
    """Asks the hub. Replaceable, so that tests need no network."""

    def __call__(self, request: dict[str, Any], work: Path, tick: Callable[[], None]) -> dict[str, Any]:
        """Carry out ``request`` (see ``hub_child``) and return its answer.

        Args:
            work: an existing folder for the log and the answer.
            tick: called several times a second meanwhile.

        Raises:
            SourceFailed: the hub cannot be reached or refuses; the message is its reason.
        """


def run_hub(request: dict[str, Any], work: Path, tick: Callable[[], None]) -> dict[str, Any]:
    """Ask the hub in a child process, which is online whatever this one is. See :class:`RunHub`."""
    if find_spec("huggingface_hub") is None:
        raise SourceFailed("huggingface_hub is not installed (remedy: pip install huggingface_hub)")
    log, answer = work / "hub-log.txt", work / "hub-answer.json"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-P", str(Path(__file__).with_name("hub_child.py"))]
    line = json.dumps({**request, "answer": str(answer)})
    code = run_child(command, environment=_environment(), log=log, tick=tick, request=line)
    if code != 0 or not answer.exists():
        raise SourceFailed(_last_line(log))
    result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return result


@dataclass(frozen=True, slots=True)
class Hub:
    """The official publication of catalogued weights. See :class:`index.weights.fetch.Source`.

    Only required files are asked for, and each must have the catalogue's hash, the small ones too: another tokeniser
    or pooling would shift every vector as surely as other weights.
    """

    run: RunHub = run_hub
    label: str = "upstream hub"

    def space_needed(self, weights: Weights, partial: Path) -> int:
        """Return the bytes of disk a fetch still takes at its peak."""
        return max(0, (weights.bytes or 0) - size_below([_folder(partial)]))

    def stage(self, weights: Weights, partial: Path, progress: Progress) -> dict[str, Path]:
        """Fetch the weights' files into ``partial`` and return where each lies. The caller checks their hashes.

        Raises:
            SourceFailed: the hub cannot be reached or has no such files.
        """
        folder = _folder(partial)
        folder.mkdir(exist_ok=True)
        total = sum(file.bytes for file in weights.required_files)

        def tick() -> None:
            progress(f"Fetching {weights.name} from upstream", min(size_below([folder]), total), total, "B")

        tick()
        names = [file.path for file in weights.required_files]
        upstream = weights.upstream
        request = {"repo": upstream.repo, "revision": upstream.revision, "files": names, "folder": str(folder)}
        self.run(request, partial, tick)
        return {name: folder / name for name in names if (folder / name).is_file()}

    def discard(self, weights: Weights, partial: Path) -> None:
        """Forget everything kept for resuming, because the result of it was wrong."""
        shutil.rmtree(_folder(partial), ignore_errors=True)


def locate_hub_model(repo_id: str) -> Path | None:
    """Return the folder of a model pulled before, or None where it is absent or its files have changed since."""
    folder = _model_folder(repo_id)
    marks = read_stamp(folder)
    if not marks or any(not _unchanged(folder / name, mark) for name, mark in marks.items()):
        return None
    return folder


def pull_hub_model(repo_id: str, progress: Progress = silent, run: RunHub = run_hub) -> Path:
    """Fetch any model of the hub (``org/name``, newest revision) and return its folder.

    Only safetensors, JSON, text and tokeniser files are taken: nothing that can carry code. Large files must have the
    sha256 the hub states; the stamp remembers all hashes. A model that is already there is returned as it is.

    Raises:
        WeightsError: no such model, no network, no safetensors in it, or a file with another hash.
    """
    folder = _model_folder(repo_id)
    partial = cache_dir() / "hub" / ".partial" / folder.name
    try:
        with exclusive(cache_dir() / "hub" / ".locks" / f"{folder.name}.lock", repo_id, progress):
            if present := locate_hub_model(repo_id):
                return present
            partial.mkdir(parents=True, exist_ok=True)
            return _pull(repo_id, partial, folder, progress, run)
    except SourceFailed as error:
        raise WeightsError(f"cannot pull {repo_id}: {error}; check the name and the network, then try again") from error
    except OSError as error:
        raise WeightsError(f"cannot write {partial}: {error}; free some space or set PINCITE_CACHE") from error


def _pull(repo_id: str, partial: Path, target: Path, progress: Progress, run: RunHub) -> Path:
    model = _folder(partial)
    model.mkdir(exist_ok=True)

    def tick() -> None:
        progress(f"Fetching {repo_id}", size_below([model]), None, "B")

    tick()
    answer = run({"repo": repo_id, "folder": str(model)}, partial, tick)
    # The hub client keeps its notes for resuming in there; they are no part of the model.
    shutil.rmtree(model / ".cache", ignore_errors=True)
    _remove_others(model, set(answer["files"]))
    marks = _hash_model(model, answer["sha256"])
    if not any(name.endswith(".safetensors") for name in marks):
        raise SourceFailed("it has no .safetensors weights, the only format that is loaded")
    (model / REVISION_FILE).write_text(answer["revision"], encoding="utf-8")
    write_stamp(model, marks)
    publish(model, target)
    shutil.rmtree(partial, ignore_errors=True)
    return target


def _remove_others(model: Path, names: set[str]) -> None:
    """Delete what an earlier, interrupted pull left of another revision."""
    for path in _files_below(model):
        if path.relative_to(model).as_posix() not in names:
            path.unlink()


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _hash_model(model: Path, stated: dict[str, str]) -> dict[str, Mark]:
    """Hash every file; one whose hash is not the stated one is deleted, so that the next pull fetches it again."""
    marks: dict[str, Mark] = {}
    for path in _files_below(model):
        name = path.relative_to(model).as_posix()
        marks[name] = mark_of(path, sha256_of(path))
        if stated.get(name, marks[name].sha256) != marks[name].sha256:
            path.unlink()
            raise SourceFailed(f"{name} arrived with another sha256")
    return marks


def _unchanged(path: Path, mark: Mark) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    if status.st_size != mark.size:
        return False
    return status.st_mtime_ns == mark.mtime_ns or sha256_of(path) == mark.sha256


def _model_folder(repo_id: str) -> Path:
    if not REPO_ID.fullmatch(repo_id):
        raise WeightsError(f"{repo_id!r} is not a model's name; write it as org/name")
    return cache_dir() / "hub" / repo_id.replace("/", "--")


def _folder(partial: Path) -> Path:
    return partial / "hub"


def _environment() -> dict[str, str]:
    """Return the user's environment with the hub switched on for this one errand, and its telemetry off."""
    switches = {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    others = {key: value for key, value in os.environ.items() if key != "TRANSFORMERS_OFFLINE"}
    return {**others, **switches}


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return short_line(lines[-1]) if lines else "the hub client ended without a reason"
