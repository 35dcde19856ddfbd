"""What people thought of answers: kept beside the library, and made a question set that can be measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import make_document

from eval.loading import load_testset
from index.errors import PinciteError
from index.library import Library
from ui.feedback import FILE, Feedback, export, keep, kept

TEXT = "The lease ends on 4 May 2031. The rent is 900 crowns."
QUOTE = "The lease ends on 4 May 2031."


@pytest.fixture
def library(new_library: Callable[..., Library]) -> Library:
    library = new_library()
    library.add_documents([make_document(TEXT, "lease.txt"), make_document("Boats.", "boat.txt")])
    return library


def folder(library: Library) -> Path:
    return Path(library.info().path)


def word(identity: str, *, good: bool, abstained: bool = False, **more: object) -> Feedback:
    return Feedback(identity, f"Question {identity}?", "In May 2031. [1]", abstained, good, **more)  # type: ignore[arg-type]


def test_the_last_word_counts_and_a_line_that_was_cut_off_is_no_word(library: Library) -> None:
    keep(folder(library), word("a", good=True))
    keep(folder(library), word("b", good=False, reason="No:\nwrong \u2028 year"))
    keep(folder(library), word("a", good=False))
    with (folder(library) / FILE).open("ab") as file:
        file.write(b'{"id": "c", "quest')
    assert [(item.id, item.good, item.reason) for item in kept(folder(library))] == [
        ("a", False, ""),
        ("b", False, "No:\nwrong \u2028 year"),
    ]
    assert kept(folder(library) / "nowhere") == []


def test_what_was_kept_becomes_a_question_set(library: Library, tmp_path: Path) -> None:
    lease = next(record.id for record in library.catalogue() if record.source == "lease.txt")
    for item in (
        word("good", good=True, citations=((lease, QUOTE), (lease, "no longer in it"))),
        word("bad", good=False, reason="wrong year", citations=((lease, QUOTE),)),
        word("rightly declined", good=True, abstained=True),
        word("wrongly declined", good=False, abstained=True),
    ):
        keep(folder(library), item)
    assert export(library, tmp_path / "set") == 4
    questions = {question.id: question for question in load_testset(tmp_path / "set").questions}
    assert {name: question.answerable for name, question in questions.items()} == {
        "good": True, "bad": None, "rightly declined": False, "wrongly declined": True,
    }  # fmt: skip
    assert questions["good"].long_answers == ("In May 2031.",)
    assert [(item.document_id, item.quote) for item in questions["good"].evidence] == [(lease, QUOTE)]
    assert questions["good"].relevant == {lease: 1}
    assert questions["bad"].metadata["comment"] == "wrong year"
    assert not questions["bad"].relevant


def test_there_has_to_be_something_to_export_and_room_for_it(library: Library, tmp_path: Path) -> None:
    with pytest.raises(PinciteError, match="no feedback"):
        export(library, tmp_path / "set")
    keep(folder(library), word("a", good=True))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(PinciteError, match="not empty"):
        export(library, tmp_path / "full")
    with pytest.raises(PinciteError, match="cannot be written"):
        export(library, tmp_path / "full" / "x" / "y")
