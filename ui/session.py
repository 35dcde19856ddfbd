"""One person's conversation: its turns, and how events move a turn on. Pure, apart from the list it keeps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from rag.errors import QuestionError
from rag.types import Draft, Finished, Message, PassagesFound, Stage, StageStarted
from ui.types import Failed, ModelLoading, Phase, Stopped, Turn, Update, Waiting

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
    """What one browser tab has asked. ``underway`` is the question now being answered, if any."""

    turns: list[Turn] = field(default_factory=list)
    underway: Cancellable | None = None

    def begin(self, question: str, underway: Cancellable, scope: str = "") -> Turn:
        """Add a turn for ``question`` and return it."""
        turn = Turn(number=len(self.turns) + 1, question=question, scope=scope)
        self.turns.append(turn)
        self.underway = underway
        return turn

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

    def holds(self, turn: Turn) -> bool:
        """Return whether ``turn``, in any state, is part of this conversation."""
        return len(self.turns) >= turn.number and self.turns[turn.number - 1].question == turn.question

    def history(self) -> tuple[Message, ...]:
        """Return the latest answered turns as messages, oldest first, without citation markers."""
        return history_of(self.turns)

    def check_room(self) -> None:
        """Raise :class:`QuestionError` if no further turn fits."""
        if len(self.turns) >= MAX_TURNS:
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
        raise QuestionError("Type a question first.")
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"That is {len(question):,} characters; a question can have {MAX_QUESTION:,}. Shorten it and ask again."
        )
    return question
