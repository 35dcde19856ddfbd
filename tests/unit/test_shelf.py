"""Libraries beside each other: found by name, opened once, no way out of their folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import WordCountEmbedder, make_assistant, make_library
from scripted_page import ScriptedAssistant

from index.errors import PinciteError
from rag.errors import QuestionError
from rag.types import Finished
from ui.shelf import Shelf
from ui.worker import AssistantWorker


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    make_library(tmp_path / "beside", "A gull flies.").close()
    (tmp_path / "no library").mkdir()
    with make_library(tmp_path / "first", "A walrus sleeps.") as first:
        opened = Shelf(first)
        yield opened
        opened.close()


def test_libraries_are_the_folders_that_hold_one(shelf: Shelf) -> None:
    assert shelf.names() == ["beside", "first"]
    assert shelf.get("") is shelf.get("first")
    assert shelf.get("beside").catalogue()[0].source == "0.txt"
    assert shelf.get("beside") is shelf.get("beside")


@pytest.mark.parametrize("name", ["no library", "gone", "..", "../first", "/", "beside/", "\x00", "a" * 300])
def test_no_other_folder_is_opened(shelf: Shelf, name: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(QuestionError, match="There is no library"):
        shelf.get(name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_new_library_is_empty_and_beside_the_first(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.create("  My   notes ") == "My notes"
    assert shelf.names() == ["beside", "first", "My notes"]
    assert shelf.get("My notes").catalogue() == []
    assert (tmp_path / "My notes" / "library.sqlite3").exists()
    with pytest.raises(QuestionError, match="there already"):
        shelf.create("My notes")


@pytest.mark.parametrize("name", ["", " ", "..", "../up", "a/b", ".hidden", "a\x00", "x" * 65, "con:", "no library"])
def test_names_that_will_not_do_are_refused(shelf: Shelf, name: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(QuestionError):
        shelf.create(name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_library_of_another_embedder_is_refused_in_words(shelf: Shelf, tmp_path: Path) -> None:
    make_library(tmp_path / "other", "A seal.", embedder=WordCountEmbedder(version="2")).close()
    with pytest.raises(PinciteError, match="embedder"):
        shelf.get("other")


def test_each_question_goes_to_the_library_it_names(shelf: Shelf) -> None:
    first = shelf.get("")
    worker = AssistantWorker(lambda: make_assistant(first, "A gull flies. [1]"), library=first, shelf=shelf)
    worker.start()
    for name, found in (("beside", "A gull flies."), ("", "A walrus sleeps."), ("beside", "A gull flies.")):
        ticket = worker.submit("What flies or sleeps?", (), library=name)
        news: list[object] = []
        while not (news and isinstance(news[-1], Finished)):
            news += ticket.take()
        answer = news[-1].answer
        assert [passage.text for passage in answer.passages] == [found]
    with pytest.raises(QuestionError):
        worker.submit("What?", (), library="gone")
    worker.close()


def test_without_a_shelf_there_is_one_library() -> None:
    worker = AssistantWorker(ScriptedAssistant)
    with pytest.raises(QuestionError, match="only one library"):
        worker.library_named("beside")
    assert worker.library_named("") is None
