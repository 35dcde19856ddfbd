"""What is inside a file that holds others (an archive, a message): whatever goes wrong with one costs that one only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from index.errors import UnreadableDocument
from index.readers.base import MEMBER_MARK, Extracted
from index.text import one_line


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a file holds: at least one text.

    Attributes:
        texts: the documents in it.
        failed: (name inside, reason) of what should have been read and could not be.
        skipped: (name inside, reason) of what was left out, since its format is not read.
    """

    texts: tuple[Extracted, ...]
    failed: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


ReadMember = Callable[[bytes, str], Extraction]
"""Reads a file inside another, given its bytes and its name."""


class UnknownFormat(UnreadableDocument):
    """A file of a format that is not read."""


class Members:
    """Collects what the files inside a file say.

    Args:
        read: reads one of them.
    """

    def __init__(self, read: ReadMember) -> None:
        self._read = read
        self._texts: list[Extracted] = []
        self._failed: list[tuple[str, str]] = []
        self._skipped: list[tuple[str, str]] = []

    def add(self, name: str, content: Callable[[], bytes]) -> bool:
        """Read one; return whether it could be read. ``content`` gives its bytes, and may fail as reading may."""
        return self.take(name, lambda shown: self._read(content(), shown))

    def take(self, name: str, read: Callable[[str], Extraction]) -> bool:
        """Read one that is no file by itself: ``read`` is given its name. Return whether it could be read."""
        shown = safe_name(name)
        try:
            inner = read(shown)
        except UnknownFormat as error:
            self.skip(shown, str(error).removeprefix(f"{shown}: "))
            return False
        except BaseException as error:  # a parser's own mistake (Rust's panics are no Exception)
            self._failed.append((shown, reason_for(error, shown)))
            return False
        self._texts += [replace(text, member=_joined(shown, text.member)) for text in inner.texts]
        self._failed += [(_joined(shown, name), reason) for name, reason in inner.failed]
        self._skipped += [(_joined(shown, name), reason) for name, reason in inner.skipped]
        return True

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been read."""
        return not self._texts

    def fail(self, name: str, reason: str) -> None:
        """Note one that cannot be read."""
        self._failed.append((safe_name(name), one_line(reason)))

    def skip(self, name: str, reason: str) -> None:
        """Note one that is left out."""
        self._skipped.append((safe_name(name), one_line(reason)))

    def extraction(self, name: str, *around: Extracted) -> Extraction:
        """Return what has been collected, after the texts of the file ``name`` itself.

        Raises:
            UnreadableDocument: nothing in it could be read.
        """
        texts = [*(text for text in around if text.text), *self._texts]
        if not texts:
            noted = [reason for _, reason in self._failed] + [f"{inner}: {reason}" for inner, reason in self._skipped]
            reason = noted[0] if noted else "holds no file of a format that can be read"
            more = f" (and {len(noted) - 1} more files in it)" if len(noted) > 1 else ""
            raise UnreadableDocument(": ".join((name, reason + more)))  # put together of reasons, none of its own
        return Extraction(tuple(_distinct(texts)), tuple(self._failed), tuple(self._skipped))


def reason_for(error: BaseException, name: str) -> str:
    """Return, in one line, why a file could not be read; what is no matter of the file is raised again."""
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error
    if isinstance(error, UnreadableDocument):
        return one_line(error)
    if isinstance(error, MemoryError):
        return f"{name}: needs more memory than reading a file may take; split it"
    if isinstance(error, RecursionError):
        return f"{name}: is nested too deeply; save it in a simpler form"
    return f"{name}: cannot be read ({type(error).__name__}); save it again or in another format"


def safe_name(name: str) -> str:
    """Return a name as it is shown: one line, without parts that lead out of the archive."""
    parts = [part for part in re.split(r"[\\/]", one_line(name)) if part not in ("", ".", "..")]
    return "/".join(parts)[-200:] or "unnamed"


def _joined(outer: str, inner: str) -> str:
    return f"{outer}{MEMBER_MARK}{inner}" if inner else outer


def _distinct(texts: list[Extracted]) -> list[Extracted]:
    """Give files of one name (an archive may hold several) names of their own."""
    used = {text.member for text in texts}
    seen: set[str] = set()
    distinct = []
    for text in texts:
        name, count = text.member, 1
        while name in seen or (count > 1 and name in used):
            count += 1
            name = f"{text.member} ({count})"
        seen.add(name)
        distinct.append(replace(text, member=name))
    return distinct
