"""What is special about the SQLite store: its files, their damage, its full-text scores."""

from __future__ import annotations

import math
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fakes import DIMENSION, WordCountEmbedder, make_document
from older_formats import to_format_1, to_format_2, to_format_3, to_format_4

from index.doctor import examine
from index.embedding import embed_document
from index.errors import EmbedderMismatch, LibraryError
from index.library import Library
from index.store import SQLiteStore
from index.store import sqlite as sqlite_store
from index.store.lock import LOCK
from index.store.schema import FORMAT
from index.store.vectors import VectorIndex
from index.types import ChangeSet, Document, EmbeddedDocument, Rankings

EMBEDDER = WordCountEmbedder()
TEXTS = ("A walrus sleeps on the ice.", "Two penguins swim in the sea near the ice.", "The sea is cold and deep.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


def opened(folder: Path, *, create: bool = True) -> SQLiteStore:
    return SQLiteStore(folder, fingerprint=EMBEDDER.fingerprint, dimension=DIMENSION, create=create)


def fill(store: SQLiteStore, *texts: str) -> list[Document]:
    documents = [make_document(text, f"{chr(97 + i)}.txt") for i, text in enumerate(texts)]
    store.apply(ChangeSet(upsert=[embed_document(document, EMBEDDER) for document in documents]))
    return documents


def search(store: SQLiteStore, *terms: str) -> Rankings:
    return store.search(EMBEDDER.encode_query(" ".join(terms)), terms, 10)


def one_line(error: pytest.ExceptionInfo[LibraryError]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_scores_are_those_of_bm25(folder: Path) -> None:
    """Okapi BM25 with FTS5's constants; a word of the title and the file's name counts double; lengths are of all."""
    store = opened(folder)
    texts = {
        "a.txt": "ice fish ice",
        "b.txt": "fish",
        "c.txt": "snow storm wind rain",
        "d.txt": "snow",
        "e.txt": "rain",
    }
    titles = {"a.txt": "ice", "b.txt": "net", "c.txt": "storm", "d.txt": "x", "e.txt": "y"}
    documents = [make_document(text, name, title=titles[name]) for name, text in texts.items()]
    store.apply(ChangeSet(upsert=[embed_document(document, EMBEDDER) for document in documents]))
    columns = {name: ([titles[name], *name.split(".")], text.split()) for name, text in texts.items()}
    lengths = {name: len(title) + len(text) for name, (title, text) in columns.items()}
    mean = sum(lengths.values()) / len(lengths)

    def expected(name: str, terms: tuple[str, ...]) -> float:
        total, (title, text) = 0.0, columns[name]
        for term in terms:
            holding = sum(term in [*a, *b] for a, b in columns.values())
            idf = math.log((len(columns) - holding + 0.5) / (holding + 0.5))
            frequency = 2 * title.count(term) + text.count(term)
            total += idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * lengths[name] / mean))
        return total

    hits = search(store, "ice", "fish").lexical
    assert {hit.record.source: hit.score for hit in hits} == pytest.approx(
        {name: expected(name, ("ice", "fish")) for name in ("a.txt", "b.txt")}, rel=1e-6
    )


def test_words_are_matched_by_their_stem_and_without_accents(folder: Path) -> None:
    store = opened(folder)
    fill(store, "The strikes targeted cafés.", "Nothing else.")
    for word in ("strike", "striking", "targets", "cafe", "CAFÉ"):
        assert [hit.record.source for hit in search(store, word).lexical] == ["a.txt"], word


def test_without_a_library_nothing_is_made_unless_asked_for(folder: Path) -> None:
    with pytest.raises(LibraryError, match="holds no library") as caught:
        opened(folder, create=False)
    assert "pincite add" in one_line(caught)
    assert not folder.exists()


def test_opening_and_reading_change_nothing(folder: Path) -> None:
    store = opened(folder)
    fill(store, *TEXTS)
    search(store, "ice")
    before = files(folder)
    again = opened(folder)
    again.info(), again.catalogue(), again.document("x"), search(again, "ice")
    assert files(folder) == before
    assert set(before) <= {"library.sqlite3", "vectors.faiss", LOCK}


def test_a_library_of_a_newer_format_is_refused(folder: Path) -> None:
    opened(folder)
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(FORMAT + 1),))
        db.commit()
    with pytest.raises(LibraryError, match="newer pincite") as caught:
        opened(folder)
    assert "update pincite" in one_line(caught)


@pytest.mark.parametrize("make_older", [to_format_1, to_format_2, to_format_3, to_format_4])
def test_a_library_of_an_older_format_is_brought_up_to_date(folder: Path, make_older: Callable[[Path], None]) -> None:
    documents = [
        make_document("A walrus sleeps. It dreams of Ada Holm.", "a.txt", title="Walrus"),
        make_document("She was born in Varn.", "b.txt", title="Ada Holm"),
    ]
    with Library.open(folder, embedder=EMBEDDER) as library:
        library.add_documents(documents)
        fresh = library.search("walrus dreams")
        info = library.info()
    make_older(folder)
    with Library.open(folder, embedder=EMBEDDER) as library:
        assert library.search("walrus dreams") == fresh
        assert library.info() == info
        assert examine(library) == []


def test_an_upgrade_that_fails_leaves_the_old_format(folder: Path) -> None:
    store = opened(folder)
    store.apply(ChangeSet(upsert=[embed_document(make_document("A walrus sleeps."), EMBEDDER)]))
    to_format_1(folder)

    def fails(document: Document) -> EmbeddedDocument:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened(folder).upgrade(fails)
    assert opened(folder).is_outdated
    assert opened(folder).info().documents == 1
    Library.open(folder, embedder=EMBEDDER).close()
    assert not opened(folder).is_outdated


@pytest.mark.parametrize("name", ["x" * 300, "file/library"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="--library") as caught:
        opened(tmp_path / name)
    one_line(caught)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="--library"):
        opened(tmp_path / "file")


def test_another_programs_database_is_refused(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("CREATE TABLE other (x)")
        db.commit()
    before = files(folder)
    with pytest.raises(LibraryError) as caught:
        opened(folder)
    one_line(caught)
    assert files(folder) == before


@pytest.mark.parametrize("value", ["", "one", "1.5"])
def test_a_format_that_is_no_number_is_damage(folder: Path, value: str) -> None:
    opened(folder)
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (value,))
        db.commit()
    with pytest.raises(LibraryError):
        opened(folder)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be looked at" * 20])
def test_a_file_that_is_no_database_is_refused(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "library.sqlite3").write_bytes(content)
    with pytest.raises(LibraryError) as caught:
        opened(folder)
    one_line(caught)


def _damaged(whole: bytes) -> list[bytes]:
    """Return copies with a stretch overwritten, at steps through the file, and copies that are cut off."""
    step = len(whole) // 60
    overwritten = [whole[:at] + b"\xa5" * 64 + whole[at + 64 :] for at in range(0, len(whole) - 64, step)]
    return overwritten + [whole[:at] for at in range(0, len(whole), 4 * step)]


def test_damage_is_a_stated_failure_or_none(folder: Path, tmp_path: Path) -> None:
    """SQLite has no checksums, so some damage shows only as other text; nothing may end in a crash."""
    store = opened(folder)
    (document, *_) = fill(store, *TEXTS)
    whole = (folder / "library.sqlite3").read_bytes()
    refused = 0
    for number, data in enumerate(_damaged(whole)):
        copy = tmp_path / f"copy-{number}"
        copy.mkdir()
        (copy / "library.sqlite3").write_bytes(data)
        try:
            damaged = opened(copy)
            damaged.info(), damaged.catalogue(), damaged.document(document.id), search(damaged, "ice", "sea")
            fill(damaged, *TEXTS[:2])
        except LibraryError as error:
            assert "\n" not in str(error)
            refused += 1
        shutil.rmtree(copy)
    assert refused > 20


@pytest.mark.parametrize("damage", [bytes.upper, lambda data: data[:-1], lambda data: b"", lambda data: data + b"x"])
def test_a_damaged_cache_is_rebuilt_with_the_same_results(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    store = opened(folder)
    fill(store, *TEXTS)
    before = search(store, "ice")
    cache = folder / "vectors.faiss"
    whole = cache.read_bytes()
    cache.write_bytes(damage(whole))
    assert search(opened(folder), "ice") == before
    assert cache.read_bytes() == whole, "the cache was written anew"


def test_flipped_bytes_of_the_cache_never_change_a_result(folder: Path) -> None:
    store = opened(folder)
    fill(store, *TEXTS)
    before = search(store, "ice")
    cache = folder / "vectors.faiss"
    whole = cache.read_bytes()
    for at in range(0, len(whole), len(whole) // 50):
        cache.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert search(opened(folder), "ice") == before, f"byte {at}"


def test_a_deleted_cache_is_rebuilt(folder: Path) -> None:
    store = opened(folder)
    fill(store, *TEXTS)
    before = search(store, "ice")
    (folder / "vectors.faiss").unlink()
    assert search(opened(folder), "ice") == before
    assert (folder / "vectors.faiss").exists()


def test_a_cache_in_place_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(opened(folder), *TEXTS)
    before = search(opened(folder), "ice")
    monkeypatch.setattr(VectorIndex, "build", None)
    assert search(opened(folder), "ice") == before


def test_the_cache_of_another_database_is_not_used(folder: Path) -> None:
    """The database is deleted, or put back from a copy, and reaches the cache's generation with other documents."""
    fill(opened(folder), *TEXTS)
    search(opened(folder), "ice")
    (folder / "library.sqlite3").unlink()
    for leftover in folder.glob("library.sqlite3-*"):
        leftover.unlink()
    store = opened(folder)
    fill(store, "A camel walks.", "Sand is dry.")
    hits = search(store, "camel").dense
    assert [hit.record.source for hit in hits] == ["a.txt", "b.txt"]
    assert hits[0].score == pytest.approx(1 / math.sqrt(2), abs=1e-6)


def test_a_database_replaced_under_a_running_program_is_noticed(folder: Path, tmp_path: Path) -> None:
    store = opened(folder)
    fill(store, *TEXTS)
    search(store, "ice")
    other = opened(tmp_path / "other")
    fill(other, "A camel walks.")
    search(other, "camel")
    shutil.copy(tmp_path / "other" / "library.sqlite3", folder / "library.sqlite3")
    assert [hit.chunk.text for hit in search(store, "camel").dense] == ["A camel walks."]


def test_a_cache_that_cannot_be_written_only_costs_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(self: VectorIndex, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(VectorIndex, "save", no_space)
    store = opened(folder)
    fill(store, *TEXTS)
    assert search(store, "walrus").dense[0].record.source == "a.txt"
    assert not (folder / "vectors.faiss").exists()


def test_a_library_that_is_being_written_is_said_to_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "_BUSY_SECONDS", 0.05)
    store = opened(folder)
    fill(store, *TEXTS)
    with closing(sqlite3.connect(folder / "library.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="another process is writing") as caught:
            fill(store, *TEXTS)
        one_line(caught)
        assert store.info().documents == 3, "readers are not kept waiting"
    fill(store, *TEXTS)


def test_a_reader_who_takes_long_keeps_no_writer_waiting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "_BUSY_SECONDS", 0.05)
    store = opened(folder)
    fill(store, *TEXTS)
    with closing(sqlite3.connect(folder / "library.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM documents").fetchone() == (3,)
        fill(store, "A fourth.", "A fifth.", "A sixth.", "A seventh.")
        assert other.execute("SELECT count(*) FROM documents").fetchone() == (3,)


def test_a_half_made_library_of_a_killed_process_is_in_nobodys_way(folder: Path) -> None:
    folder.mkdir()
    (folder / ".library.sqlite3.1-2.tmp").write_bytes(b"half")
    assert opened(folder).info().documents == 0


def test_a_store_of_another_embedder_is_not_touched(folder: Path) -> None:
    fill(opened(folder), *TEXTS)
    before = files(folder)
    with pytest.raises(EmbedderMismatch, match="--library"):
        SQLiteStore(folder, fingerprint="other@1", dimension=4)
    assert files(folder) == before
