"""What the doctor finds and mends: each part of a library damaged by itself."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.doctor import Finding, examine
from index.errors import LibraryError
from index.library import Library

TEXTS = [
    "The walrus sleeps on the ice. It eats clams from the floor of the sea.",
    "A penguin swims in the sea. It never flies.",
]


@pytest.fixture
def library(new_library: Callable[..., Library]) -> Library:
    made = new_library(*TEXTS)
    made.search("walrus")  # writes the cache
    return made


def folder(library: Library) -> Path:
    return Path(library.info().path)


def change(library: Library, statement: str, *values: object) -> None:
    """Change the database behind the library's back, without the triggers that keep the word index."""
    with closing(sqlite3.connect(folder(library) / "library.sqlite3")) as db:
        db.execute("DROP TRIGGER IF EXISTS chunks_delete")
        db.execute(statement, values)
        db.commit()


def found(library: Library) -> set[str]:
    return {f"{finding.subject}: {finding.problem}" for finding in examine(library)}


def test_a_whole_library_is_in_order(library: Library) -> None:
    assert examine(library) == []
    library.add_documents([])
    library.remove([library.catalogue()[0].id])
    assert examine(library) == [], "a cache of an older generation is no damage"


@pytest.mark.parametrize(
    ("statement", "subject", "problem"),
    [
        ("UPDATE chunks SET text = 'The walrus sings.' WHERE rowid = 1", "0.txt", "is not what the document says"),
        ("UPDATE chunks SET start = start + 1 WHERE rowid = 1", "0.txt", "is not what the document says"),
        ("UPDATE chunks SET vector = zeroblob(length(vector)) WHERE rowid = 2", "1.txt", "not as it was stored"),
        ("UPDATE chunks SET vector = x'0001' WHERE rowid = 2", "1.txt", "not as it was stored"),
        ("UPDATE chunks SET sentences = '[' WHERE rowid = 1", "0.txt", "not as it was stored"),
        ("UPDATE chunks SET sentences = '[]' WHERE rowid = 1", "0.txt", "not as it was stored"),
        ("UPDATE chunks SET sentences = '[[0, 5], [900, 905]]' WHERE rowid = 1", "0.txt", "not as it was stored"),
        ("UPDATE chunks SET start = 'x' WHERE rowid = 1", "0.txt", "cannot be read"),
        ("UPDATE chunks SET ordinal = 5 WHERE rowid = 1", "0.txt", "passages are missing"),
    ],
)
def test_damaged_passages_are_found_and_made_again(
    library: Library, statement: str, subject: str, problem: str
) -> None:
    before = [(p.chunk, p.score) for p in library.search("walrus penguin sea")]
    change(library, statement)
    damaged = [finding for finding in examine(library) if finding.subject == subject]
    assert len(damaged) == 1
    assert problem in damaged[0].problem
    assert not damaged[0].repaired
    assert any(finding.subject == subject and finding.repaired for finding in examine(library, repair=True))
    examine(library, repair=True)  # the word index, where the change has left it behind
    assert examine(library) == []
    assert [(p.chunk, pytest.approx(p.score)) for p in library.search("walrus penguin sea")] == before


def test_a_word_index_that_has_lost_the_passages_is_rebuilt(library: Library) -> None:
    change(library, "INSERT INTO words (words) VALUES ('delete-all')")
    assert found(library) == {"word index: does not match the passages"}
    assert [finding.repaired for finding in examine(library, repair=True)] == [True]
    assert examine(library) == []
    assert library.rankings("walrus").lexical


def test_a_damaged_cache_is_removed(library: Library) -> None:
    cache = folder(library) / "vectors.faiss"
    data = bytearray(cache.read_bytes())
    data[-1] ^= 1
    cache.write_bytes(data)
    assert any("only a cache" in line for line in found(library))
    (repaired,) = examine(library, repair=True)
    assert repaired.repaired
    assert not cache.exists()
    assert examine(library) == []


def test_what_a_killed_process_left_is_removed_once_it_is_old(library: Library) -> None:
    leftover = folder(library) / ".vectors.faiss.1.tmp"
    leftover.write_bytes(b"half")
    assert examine(library) == [], "it may still be written"
    os.utime(leftover, (0, 0))
    assert [finding.subject for finding in examine(library)] == [leftover.name]
    assert examine(library, repair=True)[0].repaired
    assert not leftover.exists()


def test_a_damaged_page_is_found(library: Library) -> None:
    path = folder(library) / "library.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chunks_by_document'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : (page - 1) * size + 64] = bytes(64)
    path.write_bytes(data)
    findings = examine(library)
    assert findings
    assert isinstance(findings[0], Finding)
    assert {finding.subject for finding in findings} == {"library.sqlite3"}, "and not each document on top"
    assert "restore a copy" in findings[0].remedy


def test_what_is_known_of_files_is_sealed_and_learnt_again(library: Library, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Note\n\nText.")
    library.add([note])
    change(library, "UPDATE files SET path = '/elsewhere.md'")
    assert found(library) == {"library.sqlite3: documents, passages or what is known of files is not as it was stored"}
    assert examine(library, repair=True)[0].repaired
    assert examine(library) == []
    assert library.add([note]).updated == [str(note)]  # read again: what could not be read of it was forgotten, too
    assert [file.path for file in library.store.files()] == [str(note)]


def test_a_document_whose_text_is_damaged_is_taken_out_and_brought_back_by_its_file(
    library: Library, tmp_path: Path
) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Note\n\nThe lamp is red.")
    library.add([note])
    change(library, "UPDATE documents SET text = replace(text, 'red', 'blu') WHERE title = 'Note'")
    assert any("text is not as it was stored" in line for line in found(library))
    with pytest.raises(LibraryError, match="damaged"):
        library.document(library.find("note.md").id)
    examine(library, repair=True)
    assert "note.md" not in {record.source for record in library.catalogue()}
    assert library.add([note]).added == [str(note)]
    assert examine(library) == []
    assert library.search("lamp")[0].chunk.text == "Note\n\nThe lamp is red."


def test_a_damaged_passage_is_never_read_to_anyone(library: Library) -> None:
    change(library, "UPDATE chunks SET text = 'The walrus sings.' WHERE rowid = 1")
    with pytest.raises(LibraryError, match="doctor --repair"):
        library.search("walrus")
    with pytest.raises(LibraryError, match="doctor --repair"):
        library.rankings("walrus")
