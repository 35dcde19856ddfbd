"""What a question names: files, pages, slides, rows, sheets, clauses and steps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fakes import WordCountEmbedder, make_document

from index.library import Library
from index.references import References, references_in
from index.store import SQLiteStore
from index.types import Chunk, DocumentRecord, Place, Selection

FILES = ("/docs/lease_oak.txt", "/docs/lease_birch.txt", "/docs/Annual report.pdf", "/docs/minutes.md")


def look_up(words: str) -> Sequence[DocumentRecord]:
    """Return all files whatever is asked: which of them are named is told from the question."""
    return [DocumentRecord(path, path, "t", None, "") for path in FILES]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What is the rent in lease_oak.txt?", {FILES[0]}),
        ("What is the rent in LEASE_OAK?", {FILES[0]}),
        ("@lease_birch what is the rent?", {FILES[1]}),
        ("@minutes who came?", {FILES[3]}),
        ("What does “Annual report.pdf” say of wages?", {FILES[2]}),
        ("Compare lease_oak.txt and lease_birch.txt", {FILES[0], FILES[1]}),
        ("Who wrote the minutes?", set()),  # a word like any other
        ("What is in old_lease_oak.txt?", set()),
        ("What is the rent?", set()),
    ],
)
def test_files_are_named_by_their_names(question: str, named: set[str]) -> None:
    assert references_in(question, look_up).ids == named


def test_a_question_without_anything_like_a_name_looks_nothing_up() -> None:
    def fails(words: str) -> Sequence[DocumentRecord]:
        raise AssertionError(words)

    assert references_in("Who wrote the minutes of the meeting?", fails) == References()


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("What stands on page 2?", (("page", "2"),)),
        ("What is on slide 12 about costs?", (("slide", "12"),)),
        ("What does clause 3.2 say?", (("clause", "3.2"),)),
        ("Was steht in § 5?", (("clause", "5"),)),
        ("What is step 4?", (("clause", "4"),)),
        ("Was steht auf Seite 3?", (("page", "3"),)),
        ("Who signed?", ()),
    ],
)
def test_places_are_named_by_their_numbers(question: str, places: tuple[tuple[str, str], ...]) -> None:
    assert references_in(question).places == places


def chunk(text: str, *places: Place) -> Chunk:
    return Chunk("c", "d", 0, 0, len(text), text, "", places)


@pytest.mark.parametrize(
    ("question", "held", "other"),
    [
        ("on page 2", chunk("x", Place(0, "page 2", 2, "page")), chunk("x", Place(0, "page 12", 12, "page"))),
        ("on slide 2", chunk("x", Place(0, "slide 2", None, "slide")), chunk("x", Place(0, "slide 20", None, "slide"))),
        ("in row 4", chunk("x", Place(0, "Sheet A, row 4", None, "row")), chunk("x", Place(0, "Sheet A, row 14", None, "row"))),
        ("on sheet Costs", chunk("x", Place(0, "Sheet Costs, row 2", None, "row")), chunk("x", Place(0, "Sheet Plan", None, "sheet"))),
        ("in clause 3.2", chunk("3.2 Quiet at night."), chunk("3.21 Quiet at night. See 3.2")),
        ("step 4", chunk("4. Close the lid."), chunk("14. Close the lid.")),
        ("section 2", chunk("## 2 Methods\n\nText."), chunk("2.5 litres of oil.")),
    ],
)  # fmt: skip
def test_a_passage_stands_at_the_place_that_is_named(question: str, held: Chunk, other: Chunk) -> None:
    references = references_in(question)
    assert references.hold(held)
    assert not references.hold(other)


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    embedder = WordCountEmbedder()
    folder = tmp_path_factory.mktemp("library")
    library = Library(SQLiteStore(folder, fingerprint="f", dimension=embedder.dimension), embedder)
    library.add_documents([make_document(f"The rent is {i} crowns.", path, title="Lease") for i, path in enumerate(FILES)])
    return library


def test_a_question_that_names_a_file_is_answered_from_it_alone(library: Library) -> None:
    assert {p.source for p in library.search("What is the rent in lease_oak.txt?")} == {FILES[0]}
    assert len(library.search("What is the rent?")) == len(FILES)


def test_a_file_that_was_left_out_stays_out_though_it_is_named(library: Library) -> None:
    birch = next(record.id for record in library.catalogue() if record.source == FILES[1])
    found = library.search("What is the rent in lease_oak.txt?", within=Selection(ids=(birch,)))
    assert {passage.source for passage in found} == {FILES[1]}


def test_passages_are_found_by_the_name_of_their_file(library: Library) -> None:
    best = library.rankings("annual report").lexical[0]
    assert best.record.source == FILES[2]
