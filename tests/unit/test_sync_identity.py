"""What a sync knows a file by: renames, copies, archives, tags, and files that cannot be read."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import WordCountEmbedder

from index import folders
from index.library import Library
from index.readers import FileReader
from index.types import Selection, SyncReport

OLD = 1_700_000_000
"""A time long enough ago for a time stamp to be trusted."""


@pytest.fixture
def embedder() -> WordCountEmbedder:
    return WordCountEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: WordCountEmbedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", embedder=embedder) as opened:
        yield opened


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


def write(path: Path, text: str | bytes, *, modified: int = OLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (modified, modified))
    return path


def names(report: SyncReport) -> dict[str, list[str]]:
    """Return the non-empty parts of a report by file name."""
    parts = {part: getattr(report, part) for part in ("added", "updated", "unchanged", "removed")}
    parts["renamed"] = [f"{Path(old).name}>{new}" for old, new in report.renamed]
    parts["failed"] = [source for source, _ in report.failed]
    return {part: [Path(source).name for source in sources] for part, sources in parts.items() if sources}


def ids(library: Library) -> dict[str, str]:
    return {Path(record.source).name: record.id for record in library.catalogue()}


def test_a_renamed_file_keeps_its_identity_and_is_not_embedded_again(
    library: Library, embedder: WordCountEmbedder, docs: Path
) -> None:
    write(docs / "a.md", "# Lamp\n\nText of a.")
    library.add([docs])
    before = ids(library)["a.md"]
    embedder.embedded.clear()
    (docs / "sub").mkdir()
    (docs / "a.md").rename(docs / "sub" / "b.md")
    assert names(library.add([docs])) == {"renamed": ["b.md"]}
    assert ids(library) == {"b.md": before}
    assert embedder.embedded == []
    assert library.search("text")[0].source == str(docs / "sub" / "b.md")
    assert names(library.add([docs])) == {"unchanged": ["b.md"]}


def test_a_document_that_was_called_by_its_file_name_is_called_by_the_new_one(library: Library, docs: Path) -> None:
    write(docs / "first words.txt", "Text of a.")
    library.add([docs])
    before = ids(library)["first words.txt"]
    (docs / "first words.txt").rename(docs / "second words.txt")
    library.add([docs])
    (record,) = library.catalogue()
    assert (record.id, record.title) == (before, "second words")


def test_a_new_file_at_the_old_name_of_another_is_another_document(library: Library, docs: Path) -> None:
    write(docs / "a.md", "# One\n\nText.")
    library.add([docs])
    first = ids(library)["a.md"]
    (docs / "a.md").rename(docs / "b.md")
    library.add([docs])
    write(docs / "a.md", "# Two\n\nText.")
    library.add([docs])
    assert ids(library)["b.md"] == first
    assert ids(library)["a.md"] not in ("", first)
    assert {record.title for record in library.catalogue()} == {"One", "Two"}


def test_the_same_content_in_two_places_is_stored_once_and_cited_from_both(
    library: Library, embedder: WordCountEmbedder, docs: Path
) -> None:
    for name in ("a.md", "b.md", "sub/c.md"):
        write(docs / name, "# Lamp\n\nText of the lamp.")
    assert names(library.add([docs])) == {"added": ["a.md", "b.md", "c.md"]}
    assert embedder.embedded.count("Lamp\nLamp\n\nText of the lamp.") == 1
    (passage,) = library.search("lamp")
    assert passage.source == str(docs / "a.md")
    assert passage.copies == (str(docs / "b.md"), str(docs / "sub" / "c.md"))
    (docs / "a.md").unlink()
    assert names(library.add([docs])) == {"unchanged": ["b.md", "c.md"], "removed": ["a.md"]}
    (passage,) = library.search("lamp")
    assert (passage.source, passage.copies) == (str(docs / "b.md"), (str(docs / "sub" / "c.md"),))
    write(docs / "b.md", "# Lamp\n\nOther text.", modified=OLD + 1)
    assert names(library.add([docs])) == {"updated": ["b.md"], "unchanged": ["c.md"]}
    assert {p.source for p in library.search("lamp")} == {str(docs / "b.md"), str(docs / "sub" / "c.md")}
    write(docs / "sub" / "c.md", "# Lamp\n\nOther text.", modified=OLD + 1)
    assert names(library.add([docs])) == {"updated": ["c.md"], "unchanged": ["b.md"]}
    assert len(library.catalogue()) == 1
    (docs / "b.md").unlink()
    (docs / "sub" / "c.md").unlink()
    assert set(names(library.add([docs]))["removed"]) == {"b.md", "c.md"}
    assert library.catalogue() == []


def test_two_files_that_become_the_same_are_one_document(library: Library, docs: Path) -> None:
    write(docs / "a.md", "# A\n\nText of a.")
    write(docs / "b.md", "# B\n\nText of b.")
    library.add([docs])
    for name in ("a.md", "b.md"):
        write(docs / name, "# C\n\nText of both.", modified=OLD + 1)
    assert names(library.add([docs])) == {"updated": ["a.md", "b.md"]}
    (record,) = library.catalogue()
    assert (record.title, record.copies) == ("C", (str(docs / "b.md"),))


def test_files_that_change_places_take_their_documents_along(
    library: Library, embedder: WordCountEmbedder, docs: Path
) -> None:
    write(docs / "a.md", "# A\n\nText of a.")
    write(docs / "b.md", "# B\n\nText of b.")
    library.add([docs])
    before = {record.title: record.id for record in library.catalogue()}
    embedder.embedded.clear()
    (docs / "a.md").rename(docs / "c")
    (docs / "b.md").rename(docs / "a.md")
    (docs / "c").rename(docs / "b.md")
    for name in ("a.md", "b.md"):
        os.utime(docs / name, (OLD + 1, OLD + 1))
    library.add([docs])
    assert {record.title: record.id for record in library.catalogue()} == before
    assert {Path(record.source).name: record.title for record in library.catalogue()} == {"a.md": "B", "b.md": "A"}
    assert embedder.embedded == []


def test_an_archive_is_as_many_documents_and_each_keeps_its_identity(library: Library, docs: Path) -> None:
    def pack(**members: str) -> None:
        with zipfile.ZipFile(docs / "a.zip", "w") as package:
            for name, text in members.items():
                package.writestr(f"{name}.md", text)

    pack(one="# One\n\nText.", two="# Two\n\nText.")
    assert names(library.add([docs])) == {"added": ["a.zip"]}
    before = ids(library)
    assert {record.source for record in library.catalogue()} == {f"{docs}/a.zip!/one.md", f"{docs}/a.zip!/two.md"}
    pack(one="# One\n\nNew text.", three="# Three\n\nText.")
    assert names(library.add([docs])) == {"updated": ["a.zip"]}
    after = ids(library)
    assert set(after) == {"one.md", "three.md"}
    assert after["one.md"] == before["one.md"]
    (docs / "a.zip").rename(docs / "b.zip")
    assert names(library.add([docs])) == {"renamed": ["b.zip"]}
    assert ids(library) == after
    assert {record.source for record in library.catalogue()} == {f"{docs}/b.zip!/one.md", f"{docs}/b.zip!/three.md"}
    (docs / "b.zip").unlink()
    assert names(library.add([docs])) == {"removed": ["b.zip"]}
    assert library.catalogue() == []


def test_a_file_that_cannot_be_read_is_tried_again_only_when_it_changes(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs / "good.md", "# Good\n\nText.")
    write(docs / "bad.json", "{")
    tried: list[str] = []
    real = FileReader.read

    def read(self: FileReader, path: Path) -> object:
        tried.append(path.name)
        return real(self, path)

    monkeypatch.setattr(FileReader, "read", read)
    assert names(library.add([docs])) == {"added": ["good.md"], "failed": ["bad.json"]}
    report = library.add([docs])
    assert names(report) == {"unchanged": ["good.md"], "failed": ["bad.json"]}
    assert "not valid JSON" in report.failed[0][1]
    assert tried == ["bad.json", "good.md"]
    write(docs / "bad.json", '{"text": "Now it is good."}', modified=OLD + 1)
    assert names(library.add([docs])) == {"added": ["bad.json"], "unchanged": ["good.md"]}
    write(docs / "bad.json", "{{", modified=OLD + 2)
    assert names(library.add([docs])) == {"unchanged": ["good.md"], "failed": ["bad.json"]}
    assert "bad.json" in ids(library), "what was read before stays"
    (docs / "bad.json").unlink()
    assert names(library.add([docs]))["removed"] == ["bad.json"]
    assert set(ids(library)) == {"good.md"}


def test_an_unchanged_file_is_not_even_opened_and_a_young_one_is(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs / "old.md", "# A\n\nText.")
    (docs / "young.md").write_text("# B\n\nText.")
    library.add([docs])
    hashed: list[str] = []
    real = folders.hash_of

    def hash_of(file: Path, limit: int) -> str:
        hashed.append(file.name)
        return real(file, limit)

    monkeypatch.setattr(folders, "hash_of", hash_of)
    generation = library.info().generation
    assert names(library.add([docs])) == {"unchanged": ["old.md", "young.md"]}
    assert hashed == ["young.md"]
    assert library.info().generation == generation


def test_the_same_size_and_time_do_not_hide_a_change_made_at_once(library: Library, docs: Path) -> None:
    path = docs / "a.md"
    path.write_text("# A\n\nText one.")
    stamp = path.stat()
    library.add([docs])
    path.write_text("# A\n\nText two.")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert names(library.add([docs])) == {"updated": ["a.md"]}


def test_a_document_taken_out_comes_back_with_the_next_sync(library: Library, docs: Path) -> None:
    write(docs / "a.md", "# A\n\nText.")
    library.add([docs])
    library.remove([library.catalogue()[0].id])
    assert names(library.add([docs])) == {"added": ["a.md"]}
    assert len(library.catalogue()) == 1


def test_rules_say_what_is_left_out(library: Library, docs: Path) -> None:
    for name in ("a.txt", "drafts/b.txt", "sub/c.md", "sub/deep/d.txt", "sub/keep.txt", ".hidden/e.txt", ".f.txt"):
        write(docs / name, f"Text of {name}.")
    write(docs / ".pinciteignore", "drafts/\nsub/**/*.txt\n!keep.txt\n")
    assert names(library.add([docs])) == {"added": ["a.txt", "c.md", "keep.txt"]}
    write(docs / "sub" / ".pinciteignore", "*.md\n!deep/*.txt\n")
    assert names(library.add([docs])) == {"added": ["d.txt"], "unchanged": ["a.txt", "keep.txt"], "removed": ["c.md"]}


def test_rules_that_cannot_be_understood_are_told(library: Library, docs: Path) -> None:
    write(docs / "a.md", "# A\n\nText.")
    write(docs / ".pinciteignore", b"\xff\xfe\n")
    report = library.add([docs])
    assert names(report) == {"added": ["a.md"], "failed": [".pinciteignore"]}


def test_links_lead_nowhere_else(library: Library, docs: Path, tmp_path: Path) -> None:
    secret = write(tmp_path / "elsewhere" / "secret.txt", "A secret.")
    write(docs / "a.md", "# A\n\nText.")
    (docs / "out.txt").symlink_to(secret)
    (docs / "loop").symlink_to(docs)
    (docs / "in.md").symlink_to(docs / "a.md")
    (docs / "gone.txt").symlink_to(docs / "nothing.txt")
    report = library.add([docs])
    assert names(report) == {"added": ["a.md", "in.md"], "failed": ["gone.txt"]}
    assert library.search("secret") == [] or all("secret" not in p.chunk.text for p in library.search("secret"))


def test_tags_are_given_kept_and_changed(library: Library, docs: Path) -> None:
    write(docs / "a.md", "# A\n\nText of a.")
    write(docs / "b.md", "# B\n\nText of b.")
    library.add([docs / "a.md"], tags=["work", "old"])
    assert names(library.add([docs])) == {"added": ["b.md"], "unchanged": ["a.md"]}
    assert {Path(r.source).name: r.tags for r in library.catalogue()} == {"a.md": ("old", "work"), "b.md": ()}
    write(docs / "a.md", "# A\n\nOther text.", modified=OLD + 1)
    library.add([docs])
    assert library.catalogue()[0].tags == ("old", "work")
    assert names(library.add([docs], tags=["new"])) == {"updated": ["a.md", "b.md"]}
    assert {r.tags for r in library.catalogue()} == {("new",)}
    assert [p.source for p in library.search("text", within=Selection(tags=("new",)))] != []
    assert library.search("text", within=Selection(tags=("old",))) == []


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), {"a.md", "b.md", "c.txt"}),
        (Selection(paths=("*.md",)), {"a.md", "b.md"}),
        (Selection(paths=("{docs}/sub",)), {"b.md", "c.txt"}),
        (Selection(paths=("{docs}/sub/",)), {"b.md", "c.txt"}),
        (Selection(paths=("{docs}/a.md", "c.txt")), {"a.md", "c.txt"}),
        (Selection(paths=("{docs}/su",)), set()),
        (Selection(since="2024-02-01"), {"a.md"}),
        (Selection(until="2024-01-31"), {"b.md"}),
        (Selection(since="2024-01-15", until="2024-02-15"), {"a.md", "b.md"}),
        (Selection(tags=("x",)), {"c.txt"}),
        (Selection(tags=("x",), paths=("*.md",)), set()),
    ],
)
def test_a_question_may_be_put_to_some_documents(
    library: Library, docs: Path, selection: Selection, expected: set[str]
) -> None:
    write(docs / "a.md", "---\ndate: 2024-02-10\n---\n# A\n\nThe lamp is red.")
    write(docs / "sub" / "b.md", "---\ndate: 2024-01-20\n---\n# B\n\nThe lamp is blue.")
    write(docs / "sub" / "c.txt", "The lamp is green.")
    library.add([docs])
    library.add([docs / "sub" / "c.txt"], tags=["x"])
    placed = Selection(
        tuple(path.format(docs=docs) for path in selection.paths), selection.tags, selection.since, selection.until
    )
    assert {Path(passage.source).name for passage in library.search("lamp", within=placed)} == expected
    rankings = library.rankings("lamp", within=placed)
    for ranking in (rankings.dense, rankings.lexical):
        assert {Path(hit.record.source).name for hit in ranking} == expected
