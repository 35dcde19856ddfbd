"""Which files a path stands for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.readers import SUFFIXES

IGNORE_FILE = ".pinciteignore"
"""Patterns as in ``.gitignore``, for the folder it lies in and all below."""


def files_of(path: Path, failed: list[tuple[str, str]]) -> Iterator[Path]:
    """Yield the files that a path stands for, sorted. A path that is no folder stands for itself, readable or not.

    A folder stands for all files of readable formats below it. Hidden ones and those that ``.pinciteignore`` names are
    left out, links to folders are not followed, and a link to a file that lies elsewhere is left out.

    Args:
        path: a file or folder.
        failed: what cannot be listed is noted here, with the reason.
    """
    if not path.is_dir():
        yield path.resolve()
        return

    def note(error: OSError) -> None:
        reason = f"{error.filename}: cannot be listed ({error.strerror}); make it readable for you"
        failed.append((str(error.filename), reason))

    root = path.resolve()
    rules: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}
    for name, subfolders, names in os.walk(root, onerror=note):
        folder = Path(name)
        rules[folder] = [*rules.get(folder.parent, []), *_own_rules(folder, failed)]
        subfolders[:] = sorted(
            sub for sub in subfolders if not sub.startswith(".") and not _is_ignored(folder / sub, rules[folder], True)
        )
        for leaf in sorted(names):
            file = folder / leaf
            if (
                not leaf.startswith(".")
                and file.suffix.lower() in SUFFIXES
                and not _is_ignored(file, rules[folder], False)
                and not (file.is_symlink() and not file.resolve().is_relative_to(root))
            ):
                yield file


def _own_rules(folder: Path, failed: list[tuple[str, str]]) -> list[tuple[Path, GitIgnoreSpec]]:
    path = folder / IGNORE_FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [(folder, GitIgnoreSpec.from_lines(lines))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:  # a pattern or an encoding that cannot be understood
        failed.append((str(path), f"{path}: cannot be understood ({error}); correct it"))
        return []


def _is_ignored(path: Path, rules: Sequence[tuple[Path, GitIgnoreSpec]], is_folder: bool) -> bool:
    """Tell whether the rules leave a path out; the innermost file that has something to say of it decides."""
    for folder, spec in reversed(rules):
        relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        said = spec.check_file(relative).include
        if said is not None:
            return said
    return False
