"""What can be measured: the assistant as a user meets it, its search alone, and the same with parts taken away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from eval.baselines import Ranker
from eval.remembered import RememberedQuestions
from eval.restricted import RestrictedStore
from eval.scoring import RANKING_DEPTH, Outcome, unique
from eval.testset import Question
from index.library import Library
from index.types import RetrievedPassage
from rag.errors import QuestionError
from rag.rewrite import asked_before
from rag.types import (
    Answer,
    GenerationRequest,
    Generator,
    LibrarySummary,
    Message,
    ModelInfo,
    Passage,
    Style,
    Timings,
)

_FIRST_DEPTH = 50
"""Chunks searched at first; more only where they come from too few documents."""
_CLOSED_BOOK = {
    "chat": "Answer the question in one or two sentences. If you do not know, say: I don't know.",
    "short": "Answer the question with a name, a number or a few words only. If you do not know, say: I don't know.",
}
_CLOSED_BOOK_TOKENS = {"chat": 160, "short": 40}
_UNKNOWING = ("i don't know", "i do not know")


class Asked(Protocol):
    """The part of an assistant that is measured."""

    def ask(self, question: str, *, history: Sequence[Message] = (), style: Style = "chat") -> Answer:
        """Return the answer to a question."""


class System(Protocol):
    """Something that can be asked a test set's questions."""

    def skips(self, question: Question) -> str | None:
        """Return why ``question`` cannot be asked here, or None."""

    def outcome(self, question: Question) -> Outcome:
        """Ask one question."""


@dataclass(frozen=True, slots=True)
class AssistantSystem:
    """The assistant over the whole library, with the question's history, as a user would ask."""

    assistant: Asked
    library: Library
    style: Style

    def skips(self, question: Question) -> str | None:
        """Every question can be asked."""
        return None

    def outcome(self, question: Question) -> Outcome:
        """Ask, then extend the documents the answer was drawn from to the depth at which rankings are scored."""
        answer = _ask(self.assistant, question, self.style)
        found = unique([passage.document_id for passage in answer.passages])
        if len(found) < RANKING_DEPTH:
            hits = search_documents(
                self.library, answer.standalone_question or question.text, context=asked_before(question.history)
            )
            found = unique([*found, *(hit.chunk.document_id for hit in hits)])
        return Outcome(answer, found[:RANKING_DEPTH], retrieve_s=answer.timings.retrieve_s)


@dataclass(frozen=True, slots=True)
class RetrievalSystem:
    """The library's search for the last question and the one before it, without a language model.

    ``questions`` is what remembers their vectors, if anything does: the time that embedding took counts all the same.
    """

    library: Library
    questions: RememberedQuestions | None = None

    def skips(self, question: Question) -> str | None:
        """Every question can be searched for."""
        return None

    def outcome(self, question: Question) -> Outcome:
        """Search, timed."""
        saved = self.questions.saved_s if self.questions else 0.0
        began = time.perf_counter()
        hits = search_documents(self.library, question.text, context=asked_before(question.history))
        seconds = time.perf_counter() - began
        if self.questions is not None:
            seconds += self.questions.saved_s - saved
        ranking = unique([hit.chunk.document_id for hit in hits])[:RANKING_DEPTH]
        return Outcome(None, ranking, tuple(_passage(hit) for hit in hits[:RANKING_DEPTH]), seconds)


@dataclass(frozen=True, slots=True)
class OracleSystem:
    """The assistant over nothing but a question's gold documents: what is lost here is lost in reading."""

    library: Library
    assistant_over: Callable[[Library], Asked]
    style: Style

    def skips(self, question: Question) -> str | None:
        """Without a gold document there is nothing to read."""
        return None if question.gold_documents else "no gold document"

    def outcome(self, question: Question) -> Outcome:
        """Ask over the gold documents; there is no retrieval to score."""
        store = RestrictedStore(self.library.store, question.gold_documents)
        assistant = self.assistant_over(Library(store, self.library.embedder))
        return Outcome(_ask(assistant, question, self.style))


@dataclass(frozen=True, slots=True)
class ClosedBookSystem:
    """The language model with no document at all: what it knew before."""

    generator: Generator
    style: Style

    def skips(self, question: Question) -> str | None:
        """Every question can be asked."""
        return None

    def outcome(self, question: Question) -> Outcome:
        """Ask; a model that says it does not know has abstained."""
        system = Message("system", _CLOSED_BOOK[self.style])
        messages = (system, *question.history, Message("user", asked_text(question)))
        request = GenerationRequest(messages, max_tokens=_CLOSED_BOOK_TOKENS[self.style])
        timed = _Timed()
        text = "".join(timed.pieces(self.generator, request)).strip()
        timings = Timings(first_token_s=timed.first_s, total_s=timed.total_s)
        abstained = not text or text.lower().replace("\u2019", "'").startswith(_UNKNOWING)
        return Outcome(_bare_answer(question, text, abstained, timings, self.generator.info), cites=False)


@dataclass(frozen=True, slots=True)
class BaselineSystem:
    """A retrieval baseline over whole documents."""

    ranker: Ranker

    def skips(self, question: Question) -> str | None:
        """Every question can be searched for."""
        return None

    def outcome(self, question: Question) -> Outcome:
        """Rank the documents for the last question."""
        return Outcome(None, tuple(self.ranker.rank(question.text)[:RANKING_DEPTH]))


def _ask(assistant: Asked, question: Question, style: Style) -> Answer:
    """Ask as a user would. A question that is turned away at the door (too long) was not answered."""
    try:
        return assistant.ask(asked_text(question), history=question.history, style=style)
    except QuestionError as error:
        return _bare_answer(question, str(error), True, Timings(), None)


def _bare_answer(question: Question, text: str, abstained: bool, timings: Timings, model: ModelInfo | None) -> Answer:
    """Return an answer that rests on no document."""
    return Answer(
        question=question.text,
        standalone_question=question.text,
        text=text,
        abstained=abstained,
        reason=None,
        sentences=(),
        citations=(),
        passages=(),
        timings=timings,
        model=model,
        library=LibrarySummary(0, 0, 0, ""),
        raw_text=text,
    )


def asked_text(question: Question) -> str:
    """Return what is typed: the question, with its options where it has some."""
    if not question.choices:
        return question.text
    return f"{question.text}\nChoose one: {'; '.join(question.choices)}"


def search_documents(library: Library, question: str, *, context: str = "") -> list[RetrievedPassage]:
    """Return chunks, best first, from at least as many documents as are scored, or all that match."""
    depth = _FIRST_DEPTH
    while True:
        hits = library.search(question, k=depth, context=context)
        if len(hits) < depth or len({hit.chunk.document_id for hit in hits}) >= RANKING_DEPTH:
            return hits
        depth *= 4


def _passage(hit: RetrievedPassage) -> Passage:
    return Passage(
        document_id=hit.chunk.document_id,
        chunk_id=hit.chunk.id,
        title=hit.title,
        source=hit.source,
        date=hit.date,
        heading=hit.chunk.heading,
        rank=hit.rank,
        score=hit.score,
        start=hit.chunk.start,
        end=hit.chunk.end,
        text=hit.chunk.text,
        in_context=False,
    )


@dataclass(slots=True)
class _Timed:
    """Seconds until the first piece of a text and until its end."""

    first_s: float | None = None
    total_s: float = 0.0
    _began: float = field(default_factory=time.perf_counter)

    def pieces(self, generator: Generator, request: GenerationRequest) -> Iterator[str]:
        for piece in generator.stream(request):
            if self.first_s is None:
                self.first_s = time.perf_counter() - self._began
            yield piece
        self.total_s = time.perf_counter() - self._began
