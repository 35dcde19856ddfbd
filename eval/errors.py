"""The failures of an evaluation; each message is one line with its remedy."""

from __future__ import annotations

from pathlib import Path

from index.errors import PinciteError


class BrokenTestSet(PinciteError):
    """A test set that cannot be trusted: the message names the file, the line and the remedy."""

    @classmethod
    def at(cls, path: Path, line: int | None, problem: str, remedy: str) -> BrokenTestSet:
        """Return the error for ``problem`` in ``path``, at ``line`` (counted from 1) where there is one."""
        place = str(path) if line is None else f"{path}:{line}"
        return cls(f"{place}: {problem}; {remedy}")


class RunConflict(PinciteError):
    """An output folder that holds something else than the run asked for."""


class NotComparable(PinciteError):
    """Two runs, or a metric, that cannot be compared."""


class GotWorse(PinciteError):
    """A metric that was not to get worse, and did."""
