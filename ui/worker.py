"""The one assistant and the queue before it.

Loading the model and answering happen in a single thread: the page is up before the model is, questions are answered in
the order they came, and closing the assistant's iterator is always done by the thread that runs it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

from index.errors import PinciteError
from index.types import Selection
from rag.errors import QuestionError
from rag.passages import to_passage
from rag.rewrite import asked_before
from rag.types import Finished, Message, PassagesFound, Stage, StageStarted
from ui.examples import example_questions
from ui.shelf import Shelf
from ui.tickets import AssistantLike, LibraryLike, Manner, Ticket
from ui.types import Failed, ModelLoading, Overview, Readiness, Stopped, Update, Waiting
from ui.words import phrase

log = logging.getLogger("pincite.ui")

POLL_SECONDS = 0.05
"""How often a page looks for news: well under what a person notices."""

TICKS_PER_SIGN = 8
"""A page without news gets a sign of life every so many looks, which is how a closed tab is noticed."""

EXAMPLE_DOCUMENTS = 12

UNEXPECTED = phrase(
    "Something went wrong while answering; the terminal shows the details. Ask again, or start pincite again."
)


class BusyError(PinciteError):
    """Too much is waiting already."""


AssistantFactory = Callable[[], AssistantLike]


class AssistantWorker:
    """Runs one assistant in one thread of its own.

    Args:
        factory: makes the assistant; slow, called once in the thread.
        library: the library it will answer from, where that is open before the model is.
        shelf: what else may be asked.
        max_waiting: questions that may wait beside the one being answered.
    """

    def __init__(
        self,
        factory: AssistantFactory,
        *,
        library: LibraryLike | None = None,
        shelf: Shelf | None = None,
        max_waiting: int = 20,
    ) -> None:
        self._factory = factory
        self.shelf = shelf
        self._max_waiting = max_waiting
        self._condition = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._current: Ticket | None = None
        self._closing = False
        self._look_again = False
        self._readiness = Readiness()
        self._library = library
        self._model = ""
        self._finder = ThreadPoolExecutor(1, "pincite-finder")
        self._thread = threading.Thread(target=self._run, name="pincite-assistant", daemon=True)

    def start(self) -> None:
        """Begin to load the assistant; return at once."""
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Call everything off, close the assistant, and wait up to ``timeout`` seconds for it."""
        with self._condition:
            self._closing = True
            for ticket in (*self._waiting, *filter(None, [self._current])):
                ticket.cancel()
            self._condition.notify_all()
        self._finder.shutdown(wait=False, cancel_futures=True)
        if self._thread.is_alive():
            self._thread.join(timeout)
        if self.shelf is not None:
            self.shelf.close()

    @property
    def readiness(self) -> Readiness:
        """How far the assistant is."""
        return self._readiness

    def look_again(self) -> None:
        """Ask for a fresh overview of the library as soon as nobody is waiting."""
        with self._condition:
            self._look_again = True
            self._condition.notify_all()

    @property
    def library(self) -> LibraryLike | None:
        """The library that answers come from, once it is open."""
        return self._library

    def library_named(self, name: str) -> LibraryLike | None:
        """Return the library of that name; "" is the one the page was started with, None while that is being opened.

        Raises:
            QuestionError: there is none of that name.
        """
        if not name:
            return self._library
        if self.shelf is None:
            raise QuestionError("There is only one library here.")
        return self.shelf.get(name)

    @property
    def is_busy(self) -> bool:
        """Whether a question is being answered or waits."""
        with self._condition:
            return self._current is not None or any(not ticket.is_cancelled for ticket in self._waiting)

    def submit(
        self,
        question: str,
        history: Sequence[Message],
        within: Selection | None = None,
        manner: Manner | None = None,
        library: str = "",
    ) -> Ticket:
        """Queue a question, put to the documents ``within`` of a library; its passages are looked for at once.

        Raises:
            BusyError: if as many questions are waiting as may. QuestionError: there is no such library.
        """
        self.library_named(library)
        ticket = Ticket(question, history, within, manner, library)
        with self._condition:
            self._waiting = deque(other for other in self._waiting if not other.is_cancelled)
            if len(self._waiting) >= self._max_waiting:
                raise BusyError(f"Busy: questions waiting already: {len(self._waiting)}. Ask again in a minute.")
            self._waiting.append(ticket)
            self._condition.notify_all()
            if not self._closing:
                self._finder.submit(self._look_for, ticket)
        return ticket

    def _look_for(self, ticket: Ticket) -> None:
        """Show what a question will be answered from as far as a search by itself can tell, however long it waits."""
        try:
            library = self.library_named(ticket.library)
            if library is None or ticket.is_cancelled:
                return
            found = library.search(ticket.question, context=asked_before(ticket.history), within=ticket.within)
            passages = tuple(replace(to_passage(passage), in_context=False) for passage in found)
            ticket.put_early(PassagesFound(ticket.question, passages))
        except PinciteError:
            return  # The same search is made again when the question's turn comes, and tells what is wrong.
        except Exception:
            log.exception("passages could not be looked for")

    def place(self, ticket: Ticket) -> ModelLoading | Waiting | None:
        """Return what ``ticket`` is waiting for, or None once it is being answered."""
        with self._condition:
            if ticket not in self._waiting:
                return None
            if not self._readiness.is_settled:
                return ModelLoading()
            ahead = [other for other in self._waiting if not other.is_cancelled]
            before = ahead.index(ticket) if ticket in ahead else 0
            return Waiting(before + (self._current is not None))

    def _run(self) -> None:
        self._open()
        assistant = self._load()
        while (ticket := self._next(assistant)) is not None:
            if assistant is None:
                ticket.fail(self._readiness.problem)
            elif not ticket.is_cancelled:
                self._answer(assistant, ticket)
            with self._condition:
                self._current = None
        if assistant is not None:
            assistant.close()

    def _open(self) -> None:
        """Show what the library holds, while the model still loads."""
        if self._library is not None:
            try:
                self._readiness = Readiness(overview=overview_of(self._library))
            except Exception:  # Loading the assistant meets the same, and tells it.
                log.exception("the library could not be looked at")

    def _load(self) -> AssistantLike | None:
        try:
            assistant = self._factory()
            self._library = assistant.library
            self._readiness = Readiness(overview_of(assistant.library), is_ready=True)
        except PinciteError as error:
            self._readiness = replace(self._readiness, problem=str(error))
        except Exception:
            log.exception("the assistant could not be loaded")
            problem = phrase("The model could not be loaded; the terminal shows why. Start again.")
            self._readiness = replace(self._readiness, problem=problem)
        else:
            self._warm_up(assistant.library)
            return assistant
        return None

    def _warm_up(self, library: LibraryLike) -> None:
        """Search once where nobody waits: the first search after loading takes a quarter of a second longer."""
        overview = self._readiness.overview
        if overview is not None and overview.examples and not self._waiting:
            with suppress(Exception):  # the next question meets the same, and tells it
                library.search(overview.examples[0])

    def _next(self, assistant: AssistantLike | None) -> Ticket | None:
        """Wait for a question and return it, or None when closing; meanwhile refresh the overview if asked to."""
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._closing or self._waiting or self._look_again)
                if self._closing:
                    return None
                if self._waiting:
                    self._current = self._waiting.popleft()
                    return self._current
                self._look_again = False
            if assistant is not None:
                self._refresh(assistant)

    def _refresh(self, assistant: AssistantLike) -> None:
        known = self._readiness.overview
        try:
            if known is None or assistant.library.info() != known.info:
                self._readiness = Readiness(overview_of(assistant.library), is_ready=True)
        except Exception:  # The old overview stays; the next question will meet and tell the cause.
            log.exception("the library could not be looked at")

    def _answer(self, assistant: AssistantLike, ticket: Ticket) -> None:
        """Stream one answer into ``ticket``; close the stream when it is called off."""
        finished = False
        try:
            self._change_model(assistant, ticket)
            asked = assistant.over(self.library_named(ticket.library)) if ticket.library else assistant
            events = asked.stream(
                ticket.question,
                history=ticket.history,
                style=ticket.manner.style,
                within=ticket.within,
                config=ticket.manner.applied_to(assistant.config),
            )
            try:
                for event in events:
                    if ticket.is_cancelled:
                        return
                    if isinstance(event, PassagesFound | Finished):
                        ticket.close_early()
                    ticket.put(event)
                    finished = isinstance(event, Finished)
            finally:
                if callable(close := getattr(events, "close", None)):
                    close()
            if not finished:
                raise RuntimeError("the assistant's stream ended without an answer")
        except PinciteError as error:
            ticket.fail(str(error))
        except Exception:
            log.exception("a question could not be answered")
            ticket.fail(UNEXPECTED)

    def _change_model(self, assistant: AssistantLike, ticket: Ticket) -> None:
        """Load the model that a question asks for, unless it was the last one asked for."""
        if ticket.manner.model != self._model:
            ticket.put(StageStarted(Stage.LOADING))
            assistant.use_model(ticket.manner.model)
            self._model = ticket.manner.model


def overview_of(library: LibraryLike) -> Overview:
    """Return what ``library`` holds, with example questions from documents spread over its catalogue."""
    records = library.catalogue()
    step = max(1, len(records) // EXAMPLE_DOCUMENTS)
    sample = [library.document(record.id) for record in records[::step][:EXAMPLE_DOCUMENTS]]
    examples = example_questions([document for document in sample if document is not None])
    return Overview(library.info(), tuple(records), examples)


async def follow(worker: AssistantWorker, ticket: Ticket) -> AsyncGenerator[list[Update], None]:
    """Yield the news of ``ticket`` in batches until it is over; an empty batch is a sign of life.

    The last batch ends with :class:`Finished`, :class:`Failed` or :class:`Stopped`. Leaving early calls the question
    off.
    """
    place: ModelLoading | Waiting | None = None
    silent = 0
    try:
        while True:
            if ticket.is_cancelled:
                yield [Stopped()]
                return
            earlier, place = place, worker.place(ticket)
            news: list[Update] = [place] if place is not None and place != earlier else []
            news += ticket.take()
            silent = 0 if news else silent + 1
            if news or silent % TICKS_PER_SIGN == 0:
                yield news
            if news and isinstance(news[-1], Finished | Failed):
                return
            await asyncio.sleep(POLL_SECONDS)
    finally:
        ticket.cancel()
