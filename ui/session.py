"""One person's conversation: its turns, and how events move a turn on. Pure, apart from the list it keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import uuid4

from index.types import Selection
from rag.errors import QuestionError
from rag.types import Draft, Finished, Message, PassagesFound, Stage, StageStarted
from ui.types import Failed, ModelLoading, Phase, Stopped, Turn, Update, Waiting
from ui.words import ENGLISH, phrase

MAX_QUESTION = 2000
"""Characters. Longer than any question; shorter than a pasted document."""

MAX_TURNS = 50
HISTORY_TURNS = 6
"""How many answered turns go along with a follow-up; older ones rarely matter and cost reading time."""

MARKER = re.compile(r"\[(\d{1,4})\]")


def advance(turn: Turn, update: Update) -> Turn:
    """Return ``turn`` after ``update``."""
    match update:
        case ModelLoading():
            return replace(turn, phase=Phase.LOADING)
        case Waiting(ahead):
            return replace(turn, phase=Phase.WAITING, ahead=ahead)
        case StageStarted(stage):
            return replace(turn, phase=_PHASE_OF[stage])
        case PassagesFound(understood, passages):
            return replace(turn, understood=understood, passages=passages)
        case Draft(text):
            return replace(turn, phase=Phase.WRITING, draft=text)
        case Finished(answer):
            understood = answer.standalone_question
            return replace(turn, phase=Phase.DONE, answer=answer, understood=understood, passages=answer.passages)
        case Stopped():
            return replace(turn, phase=Phase.STOPPED)
        case Failed(message):
            return replace(turn, phase=Phase.FAILED, error=message)


_PHASE_OF = {
    Stage.LOADING: Phase.LOADING,
    Stage.REWRITING: Phase.REWRITING,
    Stage.RETRIEVING: Phase.RETRIEVING,
    Stage.READING: Phase.READING,
    Stage.WRITING: Phase.WRITING,
}


class Cancellable(Protocol):
    """A question under way."""

    def cancel(self) -> None:
        """Call it off; calling it twice does no harm."""


@dataclass(slots=True)
class Conversation:
    """What one browser tab has asked.

    Attributes:
        turns: oldest first.
        underway: the question now being answered, if any.
        id: the name it is kept under; "" until something is asked.
        kept: how many of its turns are kept as they are here.
        library: the library it is held with; "" is the one that is served.
        stored: how many are kept in all; more than ``kept`` while an earlier question is asked anew.
    """

    turns: list[Turn] = field(default_factory=list)
    underway: Cancellable | None = None
    id: str = ""  # not made here: every tab begins with a copy of the same object
    kept: int = 0
    stored: int = 0
    library: str = ""

    def begin(
        self, question: str, underway: Cancellable, within: Selection | None = None, language: str = ENGLISH
    ) -> Turn:
        """Add a turn for ``question`` and return it."""
        self.id = self.id or uuid4().hex
        number = len(self.turns) + 1
        turn = Turn(number, question, within=within, conversation=self.id, language=language)
        self.turns.append(turn)
        self.underway = underway
        return turn

    def go_back_to(self, number: int) -> Callable[[], None]:
        """Forget the turn of that number and those after it; return what undoes that."""
        turns, kept, named = list(self.turns), self.kept, self.id
        del self.turns[number - 1 :]
        self.kept = min(self.kept, number - 1)

        def undo() -> None:
            if self.id == named:
                self.turns[:], self.kept = turns, kept

        return undo

    def go_on_with(self, conversation: str, turns: Sequence[Turn]) -> None:
        """Take up a conversation that was kept, in place of this one."""
        self.clear()
        self.id = conversation
        self.turns.extend(turns)
        self.kept = self.stored = len(turns)

    def was_kept(self, conversation: str) -> None:
        """All turns are kept now, under that name."""
        self.id = conversation
        self.turns[:] = [replace(turn, conversation=conversation, is_kept=True) for turn in self.turns]
        self.kept = self.stored = len(self.turns)

    def record(self, turn: Turn) -> None:
        """Put ``turn`` in the place of its earlier self."""
        self.turns[turn.number - 1] = turn

    def stop(self) -> None:
        """Call off the question under way, if any."""
        if self.underway is not None:
            self.underway.cancel()

    def clear(self) -> None:
        """Forget all turns; a question under way is called off and its answer has nowhere to go."""
        self.stop()
        self.turns.clear()
        self.kept = self.stored = 0
        self.id = ""

    def holds(self, turn: Turn) -> bool:
        """Return whether ``turn``, in any state, is part of this conversation."""
        if len(self.turns) < turn.number or self.id != turn.conversation:
            return False
        return self.turns[turn.number - 1].question == turn.question

    def history(self, before: int | None = None) -> tuple[Message, ...]:
        """Return the latest answered turns (those before a turn) as messages, oldest first, without markers."""
        return history_of(self.turns if before is None else self.turns[: before - 1])

    def check_room(self, replaces: int | None = None) -> None:
        """Raise :class:`QuestionError` if no further turn fits, or there is none of the number to be replaced."""
        if replaces is not None:
            if replaces > len(self.turns):
                raise QuestionError(phrase("That question is no longer part of this conversation: reload the page."))
        elif len(self.turns) >= MAX_TURNS:
            raise QuestionError(f"This conversation has {MAX_TURNS} questions, the most it can hold: start a new one.")


def history_of(turns: Sequence[Turn], limit: int = HISTORY_TURNS) -> tuple[Message, ...]:
    """Return the last ``limit`` answered turns as user and assistant messages, oldest first, without markers."""
    answered = [(turn.question, turn.answer) for turn in turns if turn.answer is not None][-limit:]
    messages: list[Message] = []
    for question, answer in answered:
        messages += [Message("user", question), Message("assistant", without_markers(answer.text))]
    return tuple(messages)


def without_markers(text: str) -> str:
    """Return ``text`` without its citation markers and the blanks before them."""
    return re.sub(rf"[ \t]*{MARKER.pattern}", "", text)


def clean_question(text: str | None) -> str:
    """Return the question in ``text``, trimmed.

    Raises:
        QuestionError: if it is empty or longer than :data:`MAX_QUESTION` characters.
    """
    question = (text or "").strip()
    if not question:
        raise QuestionError(phrase("Type a question first."))
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"That is {len(question):,} characters; a question can have {MAX_QUESTION:,}. Shorten it and ask again."
        )
    return question
