"""Conversations: events move a turn on, follow-ups carry the answered turns, limits are stated."""

from __future__ import annotations

import copy
from functools import reduce

import pytest

from rag.errors import QuestionError
from rag.types import (
    Answer,
    Draft,
    Finished,
    LibrarySummary,
    Message,
    Passage,
    PassagesFound,
    Stage,
    StageStarted,
    Timings,
)
from ui.session import (
    MAX_QUESTION,
    MAX_TURNS,
    Conversation,
    advance,
    clean_question,
    history_of,
    without_markers,
)
from ui.types import Failed, ModelLoading, Phase, Stopped, Turn, Update, Waiting

PASSAGE = Passage("d", "c", "T", "s", None, "", 1, 1.0, 0, 4, "Text", True)


class Underway:
    """Counts how often it is called off."""

    def __init__(self) -> None:
        self.cancelled = 0

    def cancel(self) -> None:
        self.cancelled += 1


def make_answer(text: str, question: str = "Q?", standalone: str = "") -> Answer:
    library = LibrarySummary(1, 1, 1, "e")
    return Answer(question, standalone or question, text, False, None, (), (), (PASSAGE,), Timings(), None, library)


def test_events_move_a_turn_to_its_answer() -> None:
    answer = make_answer("Done.", standalone="Which question?")
    seen: list[Phase] = []
    turn = Turn(1, "Q?")
    updates: list[Update] = [
        ModelLoading(),
        Waiting(2),
        StageStarted(Stage.REWRITING),
        StageStarted(Stage.RETRIEVING),
        PassagesFound("Which question?", (PASSAGE,)),
        StageStarted(Stage.READING),
        Draft("Do"),
        Draft("Done"),
        Finished(answer),
    ]
    for update in updates:
        turn = advance(turn, update)
        seen.append(turn.phase)
    assert [str(phase) for phase in seen] == [
        *("loading", "waiting", "rewriting", "retrieving", "retrieving", "reading", "writing", "writing", "done")
    ]
    assert turn == Turn(1, "Q?", Phase.DONE, 2, "Which question?", (PASSAGE,), "Done", answer)


def test_every_stage_has_a_phase() -> None:
    assert [advance(Turn(1, "Q?"), StageStarted(stage)).phase for stage in Stage] == [
        Phase.LOADING,
        Phase.REWRITING,
        Phase.RETRIEVING,
        Phase.READING,
        Phase.WRITING,
    ]


def test_stop_and_failure_keep_what_was_seen() -> None:
    turn = reduce(advance, [PassagesFound("Q?", (PASSAGE,)), Draft("Half")], Turn(1, "Q?"))
    stopped, failed = advance(turn, Stopped()), advance(turn, Failed("Broken."))
    assert (stopped.phase, stopped.draft, stopped.passages) == (Phase.STOPPED, "Half", (PASSAGE,))
    assert (failed.phase, failed.error) == (Phase.FAILED, "Broken.")


def test_history_has_the_last_answered_turns_without_markers() -> None:
    turns = [Turn(n, f"Q{n}?", Phase.DONE, answer=make_answer(f"A{n}. [1] B. [2][3]")) for n in range(1, 9)]
    turns.insert(7, Turn(99, "Stopped?", Phase.STOPPED, draft="Half"))
    history = history_of(turns, limit=2)
    assert history == (
        *(Message("user", "Q7?"), Message("assistant", "A7. B.")),
        *(Message("user", "Q8?"), Message("assistant", "A8. B.")),
    )


def test_brackets_that_are_no_markers_stay() -> None:
    assert without_markers("See [a] or [12345]. [1]") == "See [a] or [12345]."


def test_clearing_calls_off_and_forgets() -> None:
    conversation, underway = Conversation(), Underway()
    turn = conversation.begin("Q?", underway)
    assert conversation.holds(turn)
    conversation.clear()
    assert underway.cancelled == 1
    assert not conversation.holds(turn)
    assert conversation.history() == ()


def test_turns_are_numbered_and_replaced_in_place() -> None:
    conversation = Conversation()
    first, second = (conversation.begin(question, Underway()) for question in ("A?", "B?"))
    conversation.record(advance(first, Failed("x")))
    assert [(turn.number, turn.phase) for turn in conversation.turns] == [(1, Phase.FAILED), (2, Phase.WAITING)]
    assert conversation.holds(second)


def test_full_conversation_says_what_to_do() -> None:
    conversation = Conversation([Turn(n, "Q?") for n in range(1, MAX_TURNS + 1)])
    with pytest.raises(QuestionError, match="start a new one"):
        conversation.check_room()


@pytest.mark.parametrize("text", ["", " \n\t ", None])
def test_empty_question_is_refused(text: str | None) -> None:
    with pytest.raises(QuestionError, match="Type a question"):
        clean_question(text)


def test_question_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert clean_question(f"  {'x' * MAX_QUESTION}  ") == "x" * MAX_QUESTION
    with pytest.raises(QuestionError, match="2,001 characters; a question can have 2,000"):
        clean_question("x" * (MAX_QUESTION + 1))


def test_every_conversation_has_a_name_of_its_own_once_something_is_asked() -> None:
    """The framework gives each tab a copy of one object: a name made beforehand would be everybody's."""
    first, second = Conversation(), copy.deepcopy(Conversation())
    assert first.id == second.id == ""
    names = {c.begin("Q?", Underway()).conversation for c in (first, second)}
    assert len(names) == 2
    assert "" not in names
    before = first.id
    assert first.begin("And?", Underway()).conversation == before
    first.clear()
    assert first.id == ""


def test_an_earlier_question_is_asked_anew_in_the_light_of_those_before_it() -> None:
    conversation = Conversation()
    for number in (1, 2, 3):
        turn = conversation.begin(f"Q{number}?", Underway())
        conversation.record(advance(turn, Finished(make_answer(f"A{number}."))))
    conversation.was_kept(conversation.id)
    assert [m.text for m in conversation.history(before=2)] == ["Q1?", "A1."]
    conversation.check_room(replaces=2)
    conversation.go_back_to(2)
    assert (conversation.begin("Other?", Underway()).number, conversation.kept, conversation.stored) == (2, 1, 3)
    with pytest.raises(QuestionError, match="no longer part"):
        conversation.check_room(replaces=3)


def test_a_full_conversation_still_lets_a_question_be_asked_anew() -> None:
    conversation = Conversation([Turn(n, "Q?") for n in range(1, MAX_TURNS + 1)])
    conversation.check_room(replaces=MAX_TURNS)
    with pytest.raises(QuestionError):
        conversation.check_room()


def test_what_was_kept_has_the_name_it_was_kept_under() -> None:
    conversation = Conversation()
    turn = conversation.begin("Q?", Underway())
    conversation.was_kept("another")
    assert conversation.id == "another"
    assert [(t.conversation, t.is_kept) for t in conversation.turns] == [("another", True)]
    assert (conversation.kept, conversation.stored) == (1, 1)
    assert not conversation.holds(turn)


def test_going_back_can_be_undone_unless_the_conversation_was_left() -> None:
    conversation = Conversation()
    for number in (1, 2, 3):
        conversation.begin(f"Q{number}?", Underway())
    conversation.was_kept("c")
    before = list(conversation.turns)
    undo = conversation.go_back_to(1)
    conversation.begin("Other?", Underway())
    undo()
    assert (conversation.turns, conversation.kept, conversation.stored) == (before, 3, 3)
    undo = conversation.go_back_to(1)
    conversation.clear()
    undo()
    assert conversation.turns == []
