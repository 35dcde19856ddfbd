"""The libraries that a page may ask: the one it was started with, and those whose folders lie beside it."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from index.library import Library
from index.store.sqlite import DATABASE
from rag.errors import QuestionError

_NAME = re.compile(r"\w[\w .-]{0,62}\w|\w")
"""What a library made on the page may be called: no way leads out of the folder."""


class Shelf:
    """Opens libraries by the names of their folders, each once; all have the embedder of the first.

    Threads may share it.
    """

    def __init__(self, first: Library) -> None:
        self._first = first
        self._folder = Path(first.info().path).resolve()
        self._open: dict[str, Library] = {self._folder.name: first}
        self._lock = threading.Lock()

    @property
    def first(self) -> str:
        """The name of the library that the page was started with."""
        return self._folder.name

    def names(self) -> list[str]:
        """Return the names of all libraries there are, in order."""
        try:
            beside = [path.parent.name for path in self._folder.parent.glob(f"*/{DATABASE}")]
        except OSError:
            beside = []
        return sorted({self.first, *(name for name in beside if _NAME.fullmatch(name))}, key=str.casefold)

    def get(self, name: str) -> Library:
        """Return the library of that name; "" is the first.

        Raises:
            QuestionError: there is none. PinciteError: it cannot be opened.
        """
        if name in ("", self.first):
            return self._first
        known = self._open.get(name)
        if known is not None and self._is_there(name):
            return known
        if name not in self.names():
            self._forget(name)
            raise QuestionError(f"There is no library '{name[:60]}' any more: choose another.")
        return self._opened(name, create=False)

    def create(self, name: str) -> str:
        """Make an empty library beside the first; return its name.

        Raises:
            QuestionError: the name will not do or is taken. PinciteError: it cannot be made.
        """
        name = " ".join(name.split())
        if not _NAME.fullmatch(name):
            raise QuestionError("A library's name has letters, digits, blanks, dots and hyphens, 64 at most.")
        if (self._folder.parent / name).exists():
            raise QuestionError(f"'{name}' is there already: choose another name.")
        self._opened(name, create=True)
        return name

    def _opened(self, name: str, *, create: bool) -> Library:
        with self._lock:
            if name not in self._open or not self._is_there(name):
                path = self._folder.parent / name
                self._open[name] = Library.open(path, embedder=self._first.embedder, create=create)
            return self._open[name]

    def _is_there(self, name: str) -> bool:
        return (self._folder.parent / name / DATABASE).exists()

    def _forget(self, name: str) -> None:
        """Close a library whose folder has gone."""
        with self._lock:
            gone = self._open.pop(name, None)
        if gone is not None:
            gone.close()

    def close(self) -> None:
        """Close all but the first, which whoever opened it closes."""
        with self._lock:
            for name, library in self._open.items():
                if name != self.first:
                    library.close()
            self._open = {self.first: self._first}
