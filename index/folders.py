"""Which files a path stands for, and what they are now."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.errors import UnreadableDocument
from index.readers import why_not_read
from index.types import FileRecord

IGNORE_FILE = ".pinciteignore"
"""Patterns as in ``.gitignore``, for the folder it lies in and all below."""
_CLOCK_NS = 2_500_000_000
"""A file changed so shortly before it was read may have been changed again with the same time stamp."""


def files_of(path: Path, failed: list[tuple[str, str]], skipped: list[tuple[str, str]]) -> Iterator[Path]:
    """Yield the files that a path stands for, sorted. A path that is no folder stands for itself, readable or not.

    A folder stands for all files of readable formats below it. Hidden ones and those that ``.pinciteignore`` names are
    left out, links to folders are not followed, and a link to a file that lies elsewhere is left out.

    Args:
        path: a file or folder.
        failed: what cannot be listed is noted here, with the reason.
        skipped: what is left out is noted here, with the reason; a folder that is left out counts once.
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
        kept = []
        for leaf in sorted(subfolders):
            reason = _left_out(folder / leaf, rules[folder], is_folder=True)
            if reason is None:
                kept.append(leaf)
            else:
                skipped.append((shown_path(folder / leaf), reason))
        subfolders[:] = kept
        for leaf in sorted(names):
            file = folder / leaf
            reason = _left_out(file, rules[folder], is_folder=False)
            if reason is None and file.is_symlink() and not file.resolve().is_relative_to(root):
                reason = "is a link to a file outside the folder"
            if reason is None:
                yield file
            elif leaf != IGNORE_FILE:
                skipped.append((shown_path(file), reason))


def _left_out(path: Path, rules: Sequence[tuple[Path, GitIgnoreSpec]], *, is_folder: bool) -> str | None:
    """Return why a file or folder is left out, or None."""
    if path.name.startswith("."):
        return "is hidden"
    if _is_ignored(path, rules, is_folder):
        return f"is named in {IGNORE_FILE}"
    return None if is_folder else why_not_read(path.name)


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


def look_at(file: Path, before: FileRecord | None, limit: int) -> FileRecord:
    """Return what a file is now.

    Args:
        file: an absolute path.
        before: what was known of it. Where size and time are the same it is returned, and the file not opened.
        limit: bytes that the file may have.

    Raises:
        UnreadableDocument: that cannot be told; the file is too large, or none.
    """
    if not _is_unicode(str(file)):
        raise UnreadableDocument(f"{shown_path(file)}: the name is not valid Unicode; rename the file")
    now = time.time_ns()
    try:
        state = file.stat()
        if before is not None and _looks_the_same(before, state):
            return before
        content_hash = hash_of(file, limit)
    except FileNotFoundError:
        raise UnreadableDocument(f"{file}: no such file; check the path") from None
    except OSError as error:
        raise UnreadableDocument(f"{file}: cannot be read ({error.strerror}); make it readable for you") from None
    seen = FileRecord(str(file), content_hash, state.st_size, state.st_mtime_ns, now)
    if before is None:
        return seen
    if before.content_hash != content_hash:
        return replace(seen, tags=before.tags)
    return replace(seen, reason=before.reason, tags=before.tags, unread=before.unread, reading=before.reading)


def hash_of(file: Path, limit: int) -> str:
    """Return the sha256 of a file's bytes, in hex.

    Raises:
        UnreadableDocument: it is no ordinary file, or has more bytes than ``limit``.
        OSError: the system refuses.
    """
    if file.is_dir():
        raise UnreadableDocument(f"{file}: is a folder, not a file")
    if not file.is_file():  # reading a pipe would wait for ever
        raise UnreadableDocument(f"{file}: is not an ordinary file; add one with text in it")
    size = file.stat().st_size
    if size > limit:
        raise UnreadableDocument(
            f"{file}: has {size // 2**20} MiB, more than {limit // 2**20}; split it, or raise the setting max_file_mb"
        )
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def shown_path(file: Path) -> str:
    """Return a path as text, whatever bytes it is made of."""
    return os.fsencode(file).decode("utf-8", "replace")


def _looks_the_same(before: FileRecord, state: os.stat_result) -> bool:
    unchanged = (before.size, before.modified_ns) == (state.st_size, state.st_mtime_ns)
    return unchanged and before.modified_ns + _CLOCK_NS < before.read_ns


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:  # bytes of another encoding, kept as surrogates
        return False
    return True
