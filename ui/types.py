"""What flows through the chat window: turns, the news that moves them on, the state of library and model.

A leaf module: it knows only the types of ``rag`` and ``index``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.types import DocumentRecord, LibraryInfo, Selection
from rag.types import Answer, Event, Passage


class Phase(StrEnum):
    """Where a turn is."""

    LOADING = "loading"
    WAITING = "waiting"
    REWRITING = "rewriting"
    RETRIEVING = "retrieving"
    READING = "reading"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self in (Phase.DONE, Phase.STOPPED, Phase.FAILED)


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """The question waits for the model to be loaded."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The question waits for its turn; ``ahead`` others come first."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person called the question off."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The question could not be answered; ``message`` says why and what to do."""

    message: str


Update = ModelLoading | Waiting | Event | Stopped | Failed


class Standing(StrEnum):
    """How the document of a kept citation stands to it now."""

    THERE = "there"
    MOVED = "moved"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what is known of its answer so far. ``number`` counts from 1 within a conversation."""

    number: int
    question: str
    phase: Phase = Phase.WAITING
    ahead: int = 0
    understood: str = ""
    passages: tuple[Passage, ...] = ()
    draft: str = ""
    answer: Answer | None = None
    error: str = ""
    within: Selection | None = None
    """Which documents it was put to; None for all."""
    conversation: str = ""
    """The conversation that it belongs to."""
    is_kept: bool = False
    """Whether it can be found again under that name."""
    standing: tuple[tuple[int, Standing], ...] = ()
    """Markers of citations whose documents are no longer as they were, once a kept answer is looked at again."""
    language: str = "en"
    """What the person who reads it speaks; it is not kept."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the library holds, and questions to begin with."""

    info: LibraryInfo
    records: tuple[DocumentRecord, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far the assistant is: ``overview`` once the library is open, ``problem`` if something failed."""

    overview: Overview | None = None
    problem: str = ""
    is_ready: bool = False
    """Whether the model is loaded."""

    @property
    def is_settled(self) -> bool:
        """Whether loading is over, well or not."""
        return self.is_ready or bool(self.problem)
