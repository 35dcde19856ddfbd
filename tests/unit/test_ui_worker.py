"""The queue before the assistant: order, limits, calling off, and failures in plain words."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from index.errors import GenerationError, LibraryError, WeightsError
from index.types import Chunk, Document, DocumentRecord, LibraryInfo, RetrievedPassage
from rag.config import AssistantConfig
from rag.types import (
    Answer,
    Draft,
    Event,
    Finished,
    LibrarySummary,
    Message,
    PassagesFound,
    Stage,
    StageStarted,
    Timings,
)
from ui.tickets import AssistantLike, Manner, Ticket
from ui.types import Failed, ModelLoading, Readiness, Stopped, Update, Waiting
from ui.worker import UNEXPECTED, AssistantWorker, BusyError, follow, overview_of


@dataclass
class ListedLibrary:
    """A library of documents in a list; ``generation`` counts its changes."""

    documents: list[Document] = field(default_factory=list)
    searched: list[tuple[str, str]] = field(default_factory=list)

    def info(self) -> LibraryInfo:
        return LibraryInfo(len(self.documents), len(self.documents), 0, "none")

    def unread(self, record: object) -> tuple[()]:
        return ()

    def catalogue(self) -> list[DocumentRecord]:
        return [DocumentRecord(d.id, d.source, d.title, d.date, d.content_hash) for d in self.documents]

    def document(self, document_id: str) -> Document | None:
        return next((d for d in self.documents if d.id == document_id), None)

    def search(self, question: str, *, k: int = 10, context: str = "", within: object = None) -> list[RetrievedPassage]:
        self.searched.append((question, context))
        if question == "broken":
            raise LibraryError("another process is writing")
        return [
            RetrievedPassage(
                Chunk(f"{d.id}-0", d.id, 0, 0, len(d.text), d.text), d.title, d.source, d.date, 1, 1.0, 1.0, 1.0
            )
            for d in self.documents
        ]


@dataclass
class GatedAssistant:
    """Writes a word whenever ``gate`` lets it, and finishes when asked something that starts with "quick"."""

    library: ListedLibrary = field(default_factory=ListedLibrary)
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    closed_streams: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    is_closed: bool = False
    config: AssistantConfig = field(default_factory=AssistantConfig)

    def use_model(self, model: str) -> None:
        self.asked.append(f"model {model}")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        style: str = "chat",
        within: object = None,
        config: object = None,
    ) -> Iterator[Event]:
        self.asked.append(question)
        self.threads.add(threading.get_ident())
        try:
            yield StageStarted(Stage.WRITING)
            if question == "fail":
                raise GenerationError("The model ran out of memory: choose a smaller one.")
            if question == "crash":
                raise ZeroDivisionError
            while not question.startswith("quick"):
                self.gate.wait(0.01)
                yield Draft("word")
            if question != "quick but endless":
                yield Finished(make_answer(question))
        finally:
            self.closed_streams.append(question)
            self.threads.add(threading.get_ident())

    def close(self) -> None:
        self.is_closed = True


def make_answer(question: str) -> Answer:
    return Answer(question, question, "", False, None, (), (), (), Timings(), None, LibrarySummary(0, 0, 0, ""))


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def drained(ticket: Ticket) -> list[Update]:
    """Return all news of ``ticket`` once it is over."""
    news: list[Update] = []

    def over() -> bool:
        news.extend(ticket.take())
        return bool(news) and isinstance(news[-1], Finished | Failed)

    until(over)
    return news


@pytest.fixture
def assistant() -> GatedAssistant:
    return GatedAssistant()


@pytest.fixture
def worker(assistant: GatedAssistant) -> Iterator[AssistantWorker]:
    worker = AssistantWorker(lambda: assistant, max_waiting=2)
    worker.start()
    yield worker
    worker.close()


def test_questions_are_answered_in_order_by_one_thread(worker: AssistantWorker, assistant: GatedAssistant) -> None:
    tickets = [worker.submit(f"quick {number}", ()) for number in range(2)]
    for ticket in tickets:
        assert isinstance(drained(ticket)[-1], Finished)
    assert assistant.asked == ["quick 0", "quick 1"]
    assert len(assistant.threads) == 1
    assert threading.get_ident() not in assistant.threads


def test_place_in_the_queue_counts_down(worker: AssistantWorker, assistant: GatedAssistant) -> None:
    first = worker.submit("slow", ())
    until(lambda: worker.place(first) is None)
    second, third = worker.submit("quick 2", ()), worker.submit("quick 3", ())
    assert (worker.place(second), worker.place(third)) == (Waiting(1), Waiting(2))
    second.cancel()
    assert worker.place(third) == Waiting(1)
    first.cancel()
    assert isinstance(drained(third)[-1], Finished)
    assert assistant.asked == ["slow", "quick 3"]


def test_full_queue_says_busy_until_someone_leaves(worker: AssistantWorker) -> None:
    first = worker.submit("slow", ())
    until(lambda: worker.place(first) is None)
    second = worker.submit("quick", ())
    worker.submit("quick", ())
    with pytest.raises(BusyError, match="Busy: questions waiting already: 2"):
        worker.submit("quick", ())
    second.cancel()
    worker.submit("quick", ())


def test_calling_off_closes_the_stream_in_its_own_thread(worker: AssistantWorker, assistant: GatedAssistant) -> None:
    ticket = worker.submit("slow", ())
    until(lambda: any(isinstance(update, Draft) for update in ticket.take()))
    ticket.cancel()
    until(lambda: assistant.closed_streams == ["slow"], 1.0)
    assert len(assistant.threads) == 1


@pytest.mark.parametrize(
    ("question", "message"),
    [("fail", "choose a smaller one"), ("crash", UNEXPECTED), ("quick but endless", UNEXPECTED)],
)
def test_failures_are_stated_and_the_next_question_is_answered(
    worker: AssistantWorker, question: str, message: str
) -> None:
    failed = drained(worker.submit(question, ()))[-1]
    assert isinstance(failed, Failed)
    assert message in failed.message
    assert isinstance(drained(worker.submit("quick", ()))[-1], Finished)


def test_loading_is_shown_then_answered() -> None:
    gate = threading.Event()

    def load() -> AssistantLike:
        gate.wait(5)
        return GatedAssistant()

    worker = AssistantWorker(load)
    worker.start()
    ticket = worker.submit("quick", ())
    assert worker.readiness == Readiness()
    assert worker.place(ticket) == ModelLoading()
    gate.set()
    assert isinstance(drained(ticket)[-1], Finished)
    worker.close()


@pytest.mark.parametrize(
    ("error", "problem"), [(WeightsError("Pull the weights."), "Pull the weights."), (OSError("boom"), "terminal")]
)
def test_failed_loading_is_stated_to_each_question(error: Exception, problem: str) -> None:
    def load() -> AssistantLike:
        raise error

    worker = AssistantWorker(load)
    worker.start()
    failed = drained(worker.submit("quick", ()))[-1]
    assert isinstance(failed, Failed)
    assert problem in failed.message
    assert worker.readiness == Readiness(problem=failed.message)
    worker.close()


MILL = Document("d", "d", "Acme Works", "Acme Works is a mill.")


def test_library_is_shown_and_searched_while_the_model_loads() -> None:
    gate = threading.Event()
    assistant = GatedAssistant(ListedLibrary([MILL]))

    def load() -> AssistantLike:
        gate.wait(5)
        return assistant

    worker = AssistantWorker(load, library=assistant.library)
    worker.start()
    until(lambda: worker.readiness.overview is not None)
    assert not worker.readiness.is_settled
    ticket = worker.submit("quick", ())
    news: list[Update] = []
    until(lambda: bool(news.extend(ticket.take()) or news))
    assert [passage.text for passage in news[0].passages] == [MILL.text]  # type: ignore[union-attr]
    assert not any(passage.in_context for passage in news[0].passages)  # type: ignore[union-attr]
    assert worker.place(ticket) == ModelLoading()
    gate.set()
    assert isinstance(drained(ticket)[-1], Finished)
    assert worker.readiness.is_ready
    worker.close()


def test_passages_of_every_question_are_looked_for_at_once(worker: AssistantWorker, assistant: GatedAssistant) -> None:
    until(lambda: worker.readiness.is_ready)
    history = (Message("user", "What is Acme?"), Message("assistant", "A mill."))
    drained(worker.submit("quick follow-up", history))
    until(lambda: assistant.library.searched == [("quick follow-up", "What is Acme?")])
    slow = worker.submit("slow", ())
    until(lambda: worker.place(slow) is None)
    waiting = worker.submit("broken", ())
    after = worker.submit("quick after", ())  # looked for after the broken one, by the same thread
    until(lambda: any(isinstance(update, PassagesFound) for update in after.take()))
    assert waiting.take() == []  # what is wrong is told when its turn comes


def test_what_was_looked_for_early_never_comes_after_the_answer_s_own() -> None:
    ticket = Ticket("Q?", ())
    ticket.put_early(PassagesFound("Q?", ()))
    ticket.close_early()
    ticket.put_early(PassagesFound("late", ()))
    assert ticket.take() == [PassagesFound("Q?", ())]


def test_nothing_comes_after_a_failure() -> None:
    ticket = Ticket("Q?", ())
    ticket.fail("it broke")
    ticket.put_early(PassagesFound("late", ()))
    assert ticket.take() == [Failed("it broke")]


def test_an_idle_assistant_has_searched_once_before_the_first_question() -> None:
    """The first search after loading is slow; it is made for an example question, unless somebody waits already."""
    assistant = GatedAssistant(ListedLibrary([MILL]))
    worker = AssistantWorker(lambda: assistant)
    worker.start()
    until(lambda: bool(assistant.library.searched))
    assert worker.readiness.overview is not None
    assert assistant.library.searched == [(worker.readiness.overview.examples[0], "")]
    worker.close()


def test_another_model_is_loaded_when_a_question_asks_for_it(
    worker: AssistantWorker, assistant: GatedAssistant
) -> None:
    for model in ("", "small", "small", ""):
        updates = drained(worker.submit("quick", (), manner=Manner(model=model)))
        assert isinstance(updates[-1], Finished)
    assert assistant.asked == ["quick", "model small", "quick", "quick", "model ", "quick"]


def test_closing_calls_off_and_closes_the_assistant(assistant: GatedAssistant) -> None:
    worker = AssistantWorker(lambda: assistant)
    worker.start()
    running = worker.submit("slow", ())
    until(lambda: worker.place(running) is None)
    waiting = worker.submit("quick", ())
    worker.close()
    assert assistant.is_closed
    assert running.is_cancelled
    assert waiting.is_cancelled
    assert assistant.asked == ["slow"]


def test_overview_is_renewed_when_the_library_has_changed(worker: AssistantWorker, assistant: GatedAssistant) -> None:
    until(lambda: worker.readiness.overview is not None)
    assistant.library.documents.append(Document("d", "d", "Acme Works", "Acme Works is a mill."))
    worker.look_again()
    until(lambda: worker.readiness.overview is not None and worker.readiness.overview.examples != ())
    assert worker.readiness.overview == overview_of(assistant.library)


def test_of_drafts_in_a_row_only_the_last_is_news() -> None:
    ticket = Ticket("Q?", ())
    for update in (Draft("a"), Draft("ab"), StageStarted(Stage.WRITING), Draft("abc")):
        ticket.put(update)
    assert ticket.take() == [Draft("ab"), StageStarted(Stage.WRITING), Draft("abc")]
    assert ticket.take() == []


def test_overview_samples_documents_over_the_whole_catalogue() -> None:
    documents = [Document(f"{n:03}", "s", f"T{n}", f"Mill A{n:03} is a mill.") for n in range(120)]
    assert overview_of(ListedLibrary(documents)).examples[:2] == ("What is Mill A000?", "What is Mill A010?")


def followed(worker: AssistantWorker, ticket: Ticket, leave_after: int = 10**6) -> list[list[Update]]:
    """Return the batches that a page gets, leaving early after so many."""

    async def collect() -> list[list[Update]]:
        batches: list[list[Update]] = []
        stream = follow(worker, ticket)
        async for batch in stream:
            batches.append(batch)
            if len(batches) == leave_after:
                await stream.aclose()
                break
        return batches

    return asyncio.run(collect())


def test_page_follows_a_question_to_its_end(worker: AssistantWorker) -> None:
    batches = followed(worker, worker.submit("quick", ()))
    assert isinstance(batches[-1][-1], Finished)


def test_page_that_leaves_calls_the_question_off(worker: AssistantWorker, assistant: GatedAssistant) -> None:
    ticket = worker.submit("slow", ())
    followed(worker, ticket, leave_after=1)
    assert ticket.is_cancelled
    until(lambda: worker.place(ticket) is None)


def test_page_is_told_when_the_question_was_called_off(worker: AssistantWorker) -> None:
    ticket = worker.submit("slow", ())
    threading.Timer(0.1, ticket.cancel).start()
    assert followed(worker, ticket)[-1] == [Stopped()]


def test_page_gets_signs_of_life_while_nothing_happens(worker: AssistantWorker) -> None:
    blocking = worker.submit("slow", ())
    until(lambda: worker.place(blocking) is None)
    batches = followed(worker, worker.submit("broken", ()), leave_after=3)
    assert batches == [[Waiting(1)], [], []]
