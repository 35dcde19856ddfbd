"""A question under way, and what the page needs of a library and an assistant."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from index.types import Document, DocumentRecord, LibraryInfo, RetrievedPassage, Selection, Unread
from rag.config import AssistantConfig
from rag.types import Caution, Draft, Event, Message, PassagesFound, Style
from ui.types import Failed, Update


class LibraryLike(Protocol):
    """What the page needs of a library."""

    def info(self) -> LibraryInfo:
        """Return its identity and size."""

    def catalogue(self) -> list[DocumentRecord]:
        """Return its documents without their text."""

    def document(self, document_id: str) -> Document | None:
        """Return one document with its text."""

    def unread(self, record: Document | DocumentRecord) -> tuple[Unread, ...]:
        """Return what of a document's file could not be read."""

    def search(
        self, question: str, *, k: int = 10, context: str = "", within: Selection | None = None
    ) -> list[RetrievedPassage]:
        """Return the best passages for a question."""


class AssistantLike(Protocol):
    """What the page needs of an assistant."""

    config: AssistantConfig

    @property
    def library(self) -> LibraryLike:
        """The library it answers from."""

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        style: Style = "chat",
        within: Selection | None = None,
        config: AssistantConfig | None = None,
    ) -> Iterator[Event]:
        """Yield what happens on the way to an answer, :class:`Finished` last."""

    def use_model(self, model: str) -> None:
        """Answer with another language model from now on; "" is the one it was opened with."""

    def over(self, library: Any) -> AssistantLike:
        """Return an assistant that answers from another library with the same language model."""

    def close(self) -> None:
        """Let go of model and library."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one question is answered; what is left out is as the server was started.

    Attributes:
        style: sentences, or the bare answer.
        caution: how sure it must be that the documents hold the answer.
        sources: how many passages are read at most.
        model: the name of the language model.
    """

    style: Style = "chat"
    caution: Caution | None = None
    sources: int | None = None
    model: str = ""

    def applied_to(self, config: AssistantConfig) -> AssistantConfig:
        """Return the settings of an assistant with these in their place."""
        if self.caution is not None:
            config = replace(config, caution=self.caution, min_confidence=None)
        return config if self.sources is None else config.reading(self.sources)


class Ticket:
    """A question under way, put to the library of that name ("" is the first). All methods may be called anywhere."""

    def __init__(
        self,
        question: str,
        history: Sequence[Message],
        within: Selection | None = None,
        manner: Manner | None = None,
        library: str = "",
    ) -> None:
        self.question = question
        self.library = library
        self.within = within
        self.manner = manner or Manner()
        self.history = tuple(history)
        self._updates: SimpleQueue[Update] = SimpleQueue()
        self._cancelled = threading.Event()
        self._early = threading.Lock()
        self._is_late = False

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Call the question off; the assistant stops at its next event."""
        self._cancelled.set()

    def close_early(self) -> None:
        """The answer's own passages are known: what a search by itself finds comes too late from now on."""
        with self._early:
            self._is_late = True

    def fail(self, problem: str) -> None:
        """Add the last word of a question that cannot be answered."""
        self.close_early()
        self.put(Failed(problem))

    def put(self, update: Update) -> None:
        """Add news."""
        self._updates.put(update)

    def put_early(self, found: PassagesFound) -> None:
        """Add what a search by itself has found; without effect once the answer's own passages are known."""
        with self._early:
            if not self._is_late:
                self._updates.put(found)

    def take(self) -> list[Update]:
        """Return the news since the last call, oldest first; of drafts in a row only the last."""
        news: list[Update] = []
        while True:
            try:
                update = self._updates.get_nowait()
            except Empty:
                return news
            if news and isinstance(update, Draft) and isinstance(news[-1], Draft):
                news.pop()
            news.append(update)
