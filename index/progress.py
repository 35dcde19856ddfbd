"""How long work reports on itself. The library prints nothing: the command line attaches a bar, the UI a status."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called now and then from the working thread, at least at the start and the end of each task."""

    def __call__(self, description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
        """Take note of a task's state.

        Args:
            description: the task, the same words for as long as it lasts; new words mean a new task.
            done: amount done, absolute; it may step back when a broken download starts over.
            total: amount of the whole task, or None where it is not known.
            unit: of both amounts: ``"B"`` for bytes, a plural such as ``"documents"``, or ``""`` where there is
                nothing to count (waiting).
            note: what else a person may want to know, such as ``40 passages/s``.
        """


def silent(description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
    """Ignore every report."""
