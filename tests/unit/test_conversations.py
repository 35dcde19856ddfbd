"""Conversations that are kept: found again by their owner, by nobody else, and gone when deleted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fakes import make_assistant, make_document, make_library

from index.errors import PinciteError
from rag.types import Answer
from ui.conversations import FILE, Conversations
from ui.standing import looked_at_again
from ui.types import Phase, Standing, Turn

ME, YOU = "m" * 40, "y" * 40
WALRUS = "A walrus sleeps on the ice. The walrus weighs 900 kilograms. It eats clams."


def answer_of(folder: Path, question: str = "What does the walrus weigh?") -> Answer:
    library = make_library(folder / "library", make_document(WALRUS, "walrus.txt", title="Walrus"))
    with make_assistant(library, "The walrus weighs 900 kilograms. [1]") as assistant:
        return assistant.ask(question)


def turn(number: int, question: str, answer: Answer | None = None, phase: Phase = Phase.DONE) -> Turn:
    return Turn(
        number, question, phase, answer=answer, draft="half of it" if answer is None else "", understood=question
    )


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def test_a_conversation_comes_back_as_it_was(kept: Conversations, tmp_path: Path) -> None:
    answer = answer_of(tmp_path)
    assert answer.citations  # else the test shows nothing
    first, second = turn(1, "What does it weigh?", answer), turn(2, "And \ud800 then?", phase=Phase.STOPPED)
    for said in (first, second):
        kept.keep(ME, "c1", said)
    back = Conversations(tmp_path).turns(ME, "c1")
    assert [b.question for b in back] == [first.question, second.question]
    assert back[0].answer == answer
    assert back[0].passages == answer.passages
    assert (back[1].phase, back[1].draft, back[1].answer) == (Phase.STOPPED, "half of it", None)
    assert all(b.is_kept for b in back)


def test_nobody_sees_what_others_asked(kept: Conversations) -> None:
    kept.keep(ME, "c1", turn(1, "Mine?"))
    kept.keep(YOU, "c1", turn(1, "Yours?"))
    assert [t.question for t in kept.turns(ME, "c1")] == ["Mine?"]
    assert [t.question for t in kept.turns(YOU, "c1")] == ["Yours?"]
    assert kept.turns("", "c1") == []
    assert not kept.delete(YOU, "c2")
    assert kept.delete_all(YOU) == 1
    assert [k.title for k in kept.listed(ME)] == ["Mine?"]


def test_the_file_names_no_owner(kept: Conversations, tmp_path: Path) -> None:
    kept.keep(ME, "c1", turn(1, "Mine?"))
    assert ME.encode() not in (tmp_path / FILE).read_bytes()


def test_the_list_is_searched_by_all_words_whatever_their_case(kept: Conversations, tmp_path: Path) -> None:
    kept.keep(ME, "old", turn(1, "What does it weigh?", answer_of(tmp_path)))
    kept.keep(ME, "new", turn(1, "Who is Ada?"))
    kept.keep(ME, "new", turn(2, "And 100 % of it?"))
    assert {k.id: k.questions for k in kept.listed(ME)} == {"new": 2, "old": 1}
    assert [k.id for k in kept.listed(ME, "KILOGRAMS walrus")] == ["old"]
    assert [k.id for k in kept.listed(ME, "ada kilograms")] == []
    assert [k.title for k in kept.listed(ME, "%")] == ["Who is Ada?"]
    assert kept.listed(ME, "_") == []


def test_asking_anew_takes_the_place_of_what_came_after(kept: Conversations) -> None:
    for number in (1, 2, 3):
        kept.keep(ME, "c1", turn(number, f"Question {number}?"))
    kept.keep(ME, "c1", turn(2, "Another?"))
    assert [t.question for t in kept.turns(ME, "c1")] == ["Question 1?", "Another?"]


def test_what_is_deleted_is_gone_from_the_file(kept: Conversations, tmp_path: Path) -> None:
    kept.keep(ME, "c1", turn(1, "What is the xyzzyplugh?"))
    assert b"xyzzyplugh" in (tmp_path / FILE).read_bytes()
    assert kept.delete(ME, "c1")
    assert kept.turns(ME, "c1") == []
    assert b"xyzzyplugh" not in (tmp_path / FILE).read_bytes()


def test_looking_makes_no_file_and_a_broken_one_is_stated(kept: Conversations, tmp_path: Path) -> None:
    assert kept.listed(ME) == kept.turns(ME, "c1") == []
    assert not (tmp_path / FILE).exists()
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be looked at" * 10)
    with pytest.raises(PinciteError, match="conversations cannot be kept there") as caught:
        kept.keep(ME, "c1", turn(1, "Mine?"))
    assert "\n" not in str(caught.value)


def test_turns_of_another_version_are_stated(kept: Conversations, tmp_path: Path) -> None:
    kept.keep(ME, "c1", turn(1, "Mine?"))
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE turns SET turn = replace(turn, 'done', 'dreaming')")
    db.close()
    assert kept.count(ME, "c1") == 1
    with pytest.raises(PinciteError, match="another version"):
        kept.turns(ME, "c1")


def test_a_page_of_words_is_searched_by_the_first(kept: Conversations) -> None:
    kept.keep(ME, "c1", turn(1, "Mine?"))
    assert [k.id for k in kept.listed(ME, "mine? " * 3000)] == ["c1"]


def test_a_writer_waits_for_another(kept: Conversations, tmp_path: Path) -> None:
    kept.keep(ME, "c1", turn(1, "Mine?"))
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [k.id for k in kept.listed(ME)] == ["c1"]  # readers do not wait
        other.rollback()
    other.close()
    kept.keep(ME, "c1", turn(2, "More?"))
    assert kept.count(ME, "c1") == 2


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (WALRUS, None),
        (f"News of the ice.\n\n{WALRUS}", Standing.MOVED),
        (WALRUS.replace("900", "950"), Standing.CHANGED),
        (None, Standing.REMOVED),
    ],
)
def test_a_kept_answer_is_held_to_the_documents_of_today(tmp_path: Path, now: str | None, standing: Standing) -> None:
    answer = answer_of(tmp_path)
    library = make_library(tmp_path / "library")
    identity = answer.citations[0].document_id
    if now is None:
        library.remove([identity])
    else:
        library.add_documents([make_document(now, "walrus.txt", title="Walrus")])
    looked = looked_at_again(turn(1, "?", answer), library)
    assert looked.standing == (() if standing is None else tuple((c.marker, standing) for c in answer.citations))
    assert looked_at_again(turn(1, "?"), library).standing == ()
