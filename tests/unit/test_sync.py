"""Bringing files into a library: added, updated, unchanged, removed, failed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import WordCountEmbedder, make_document

from index import sync
from index.errors import UnreadableDocument
from index.library import Library
from index.readers import FileReader
from index.types import SyncReport


@pytest.fixture
def library(new_library: Callable[..., Library]) -> Library:
    return new_library()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


def write(folder: Path, **texts: str) -> None:
    """Write ``name="text"`` as ``name.txt``."""
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)


def names(report: SyncReport) -> dict[str, list[str]]:
    """Return the report's file names by kind, kinds without any left out."""
    kinds = {
        kind: [Path(s).name for s in getattr(report, kind)] for kind in ("added", "updated", "unchanged", "removed")
    }
    kinds["failed"] = [Path(source).name for source, _ in report.failed]
    return {kind: found for kind, found in kinds.items() if found}


def sources(library: Library) -> list[str]:
    return [Path(record.source).name for record in library.catalogue()]


def test_each_file_is_what_became_of_it(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.", b="Text of b.", c="Text of c.", d="Text of d.")
    assert names(library.add([docs])) == {"added": ["a.txt", "b.txt", "c.txt", "d.txt"]}
    write(docs, b="Other text of b.", d="", e="Text of e.")
    (docs / "c.txt").unlink()
    report = library.add([docs])
    assert names(report) == {
        "added": ["e.txt"], "updated": ["b.txt"], "unchanged": ["a.txt"], "removed": ["c.txt"], "failed": ["d.txt"],
    }  # fmt: skip
    assert sources(library) == ["a.txt", "b.txt", "d.txt", "e.txt"]
    assert "empty" in report.failed[0][1]


def test_a_document_that_fails_keeps_its_old_version(library: Library, docs: Path) -> None:
    write(docs, a="A walrus sleeps.")
    library.add([docs])
    write(docs, a="")
    library.add([docs])
    assert library.search("walrus")[0].chunk.text == "A walrus sleeps."


def test_what_is_unchanged_is_not_embedded_again(new_library: Callable[..., Library], docs: Path) -> None:
    embedder = WordCountEmbedder()
    library = new_library(embedder=embedder)
    write(docs, alpha="Text of a.", beta="Text of b.")
    library.add([docs])
    embedder.embedded.clear()
    write(docs, beta="New text of b.")
    generation = library.info().generation
    library.add([docs])
    assert embedder.embedded == ["beta\nNew text of b."]
    assert library.info().generation == generation + 1
    assert names(library.add([docs])) == {"unchanged": ["alpha.txt", "beta.txt"]}
    assert library.info().generation == generation + 1, "nothing to do is no change"


def test_folders_are_searched_all_the_way_down_but_not_where_hidden(library: Library, docs: Path) -> None:
    for place in ("sub/deep", ".hidden", "sub/.git"):
        (docs / place).mkdir(parents=True)
        write(docs / place, x="Text.")
    write(docs, **{".dot": "Text."})
    (docs / "film.mkv").write_bytes(b"\x1aE")
    (docs / "page.HTML").write_text("<p>Text.")
    assert names(library.add([docs])) == {"added": ["page.HTML", "x.txt"]}


def test_what_a_folder_holds_and_is_not_read_is_reported_with_the_reason(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.")
    (docs / "film.mkv").write_bytes(b"x")
    (docs / ".hidden.txt").write_text("Hidden.")
    (docs / ".git").mkdir()
    (docs / ".git" / "config.txt").write_text("Hidden, too.")
    (docs / "draft.txt").write_text("A draft.")
    (docs / ".pinciteignore").write_text("draft*\n")
    report = library.add([docs])
    assert names(report) == {"added": ["a.txt"]}
    assert [(Path(path).name, reason) for path, reason in report.skipped] == [
        (".git", "is hidden"),
        (".hidden.txt", "is hidden"),
        ("draft.txt", "is named in .pinciteignore"),
        ("film.mkv", "format .mkv is not read"),
    ]


def test_what_of_a_file_cannot_be_read_is_reported_and_kept(
    new_library: Callable[..., Library], docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "m.eml").write_bytes(
        b"Subject: Plan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
        b"--x\nContent-Type: text/plain\n\nThe plan is attached.\n"
        b"--x\nContent-Type: application/x-dwg\nContent-Disposition: attachment; filename=plan.dwg\n\nAC1027\n--x--\n"
    )
    library = new_library()
    first = library.add([docs])
    (path,) = first.added
    assert [(item.what, item.where) for item in first.unread[path]] == [("attachment", "plan.dwg")]
    again = library.add([docs])
    assert (again.unchanged, again.unread) == ([path], first.unread)
    assert list(library.unread(library.catalogue()[0])) == first.unread[path]


def test_newer_readers_read_a_known_file_again_and_keep_its_id(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs, a="Text of a.")
    library.add([docs])
    before = library.catalogue()
    assert names(library.add([docs])) == {"unchanged": ["a.txt"]}
    monkeypatch.setattr(sync, "reading_version", lambda: 10_000)
    assert names(library.add([docs])) == {"updated": ["a.txt"]}
    assert names(library.add([docs])) == {"unchanged": ["a.txt"]}
    assert library.catalogue() == before


def test_a_file_that_could_not_be_read_is_tried_again_by_newer_readers(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs, a="Text of a.", b="")
    assert names(library.add([docs])) == {"added": ["a.txt"], "failed": ["b.txt"]}
    tried: list[str] = []
    read = FileReader.read
    monkeypatch.setattr(FileReader, "read", lambda self, path: tried.append(path.name) or read(self, path))
    library.add([docs])
    assert tried == []
    monkeypatch.setattr(sync, "reading_version", lambda: 10_000)
    library.add([docs])
    assert tried == ["a.txt", "b.txt"]


def test_removal_is_limited_to_the_folders_named(library: Library, docs: Path) -> None:
    (docs / "one").mkdir()
    (docs / "two").mkdir()
    write(docs / "one", a="Text of a.")
    write(docs / "two", b="Text of b.")
    library.add([docs])
    (docs / "one" / "a.txt").unlink()
    (docs / "two" / "b.txt").unlink()
    assert names(library.add([docs / "one"])) == {"removed": ["a.txt"]}
    assert sources(library) == ["b.txt"]


def test_a_folder_whose_name_begins_alike_is_another(library: Library, docs: Path) -> None:
    (docs / "one").mkdir()
    (docs / "one-more").mkdir()
    write(docs / "one", a="Text of a.")
    write(docs / "one-more", b="Text of b.")
    library.add([docs])
    (docs / "one-more" / "b.txt").unlink()
    assert names(library.add([docs / "one"])) == {"unchanged": ["a.txt"]}


def test_files_named_one_by_one(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.", b="Text of b.")
    (docs / "c.xyz").write_text("Text of c.")
    report = library.add([docs / "b.txt", docs / "c.xyz", docs / "gone.txt", docs / "b.txt"])
    assert names(report) == {"added": ["b.txt"], "failed": ["c.xyz", "gone.txt"]}
    assert sources(library) == ["b.txt"]


def test_the_same_file_by_two_names_is_one_document(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs, a="Text of a.")
    monkeypatch.chdir(docs)
    assert names(library.add([Path("a.txt"), docs / "a.txt", docs, docs / ".." / "docs" / "a.txt"])) == {
        "added": ["a.txt"]
    }
    assert names(library.add([Path("a.txt")])) == {"unchanged": ["a.txt"]}


def test_a_link_in_a_folder_is_a_document_of_its_own(library: Library, docs: Path) -> None:
    (docs / ".store").mkdir()
    write(docs / ".store", real="Text behind the link.")
    (docs / "link.txt").symlink_to(docs / ".store" / "real.txt")
    assert names(library.add([docs])) == {"added": ["link.txt"]}
    assert names(library.add([docs])) == {"unchanged": ["link.txt"]}
    (docs / "link.txt").unlink()
    assert names(library.add([docs])) == {"removed": ["link.txt"]}


def test_a_link_to_nowhere_fails_alone(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.")
    (docs / "b.txt").symlink_to(docs / "gone")
    assert names(library.add([docs])) == {"added": ["a.txt"], "failed": ["b.txt"]}


def test_a_folder_without_anything_readable_is_an_error(library: Library, docs: Path) -> None:
    (docs / "film.mkv").write_bytes(b"\x1aE")
    with pytest.raises(UnreadableDocument, match=r"\.txt") as caught:
        library.add([docs])
    assert str(docs) in str(caught.value)
    assert library.info().generation == 0


def test_the_last_file_of_a_folder_can_be_removed(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.")
    library.add([docs])
    (docs / "a.txt").unlink()
    assert names(library.add([docs])) == {"removed": ["a.txt"]}


def test_a_name_that_is_no_unicode_fails_alone(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.")
    Path(os.fsdecode(os.fsencode(docs) + b"/caf\xe9.txt")).write_text("Text.")
    report = library.add([docs])
    assert names(report) == {"added": ["a.txt"], "failed": ["caf\N{REPLACEMENT CHARACTER}.txt"]}
    assert "rename" in report.failed[0][1]
    assert str(report.failed).encode("utf-8")


def test_a_folder_that_cannot_be_listed_loses_nothing(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "sub").mkdir()
    write(docs, a="Text of a.")
    write(docs / "sub", b="Text of b.")
    library.add([docs])
    list_folder = os.scandir

    def scandir(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", scandir)  # the superuser may list everything, so modes prove nothing
    report = library.add([docs])
    assert names(report) == {"unchanged": ["a.txt"], "failed": ["sub"]}
    assert "Permission denied" in report.failed[0][1]
    assert sources(library) == ["a.txt", "b.txt"]


def test_progress_is_told_from_none_to_all(library: Library, docs: Path) -> None:
    write(docs, a="Text of a.", b="", c="Text of c.")
    told: list[tuple[object, ...]] = []
    library.add([docs], progress=lambda *state: told.append(state))
    assert {(description, total, unit) for description, _, total, unit, *_ in told} == {
        ("checking", 3, "files"),
        ("indexing", 3, "files"),
    }
    done = [done for description, done, *_ in told if description == "indexing"]
    assert done == sorted(done)
    assert done[-1] == 3
    assert any(str(note).endswith("passages/s") for _, _, _, _, *notes in told for note in notes)


def test_what_a_batch_has_stored_stays(new_library: Callable[..., Library], monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(WordCountEmbedder):
        def encode_documents(self, texts):  # type: ignore[no-untyped-def]
            if any("poison" in text for text in texts):
                raise RuntimeError("out of memory")
            return super().encode_documents(texts)

    monkeypatch.setattr(sync, "_BATCH", 2)
    library = new_library(embedder=Failing())
    with pytest.raises(RuntimeError):
        library.add_documents([make_document(text, f"{i}.txt") for i, text in enumerate(["a.", "b.", "c.", "poison."])])
    assert sources(library) == ["0.txt", "1.txt"]


def test_ready_made_documents_are_told_apart_by_id(library: Library) -> None:
    first, second = make_document("Text one.", "1"), make_document("Text two.", "2")
    assert library.add_documents([first, second]).added == ["1", "2"]
    changed = make_document("Text two, changed.", "2")
    report = library.add_documents([first, changed])
    assert (report.unchanged, report.updated) == (["1"], ["2"])
    assert library.document(changed.id) == changed


def test_documents_of_one_source_are_told_apart(library: Library) -> None:
    first = replace(make_document("Text one.", "same"), id="id-1")
    library.add_documents([first])
    report = library.add_documents([first, replace(make_document("Text two.", "same"), id="id-2")])
    assert len(report.unchanged) == 1
    assert library.info().documents == 2


def test_a_document_that_states_no_hash_is_always_stored(library: Library) -> None:
    library.add_documents([replace(make_document("Old."), content_hash="")])
    library.add_documents([replace(make_document("New."), content_hash="")])
    assert library.search("new")[0].chunk.text == "New."
