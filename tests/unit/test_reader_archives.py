"""Archives: every file in them is a document, and what is wrong with one costs that one only."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.formats import extract


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def locked(data: bytes, name: str) -> bytes:
    """Return a ZIP archive in which one file is marked as encrypted."""
    changed = bytearray(data)
    for signature, flags, at in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        start = -1
        while (start := changed.find(signature, start + 1)) >= 0:
            if changed[start + at :].startswith(name.encode()):
                changed[start + flags] |= 1
    return bytes(changed)


MEMBERS = {
    "docs/barn.txt": b"The barn is red.",
    "b.md": b"# Roof\n\nIt is of tin.",
    "plan.dwg": b"AC10",
    ".x/y.txt": b"no",
}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", zipped),
        ("a.tar", tarred),
        ("a.tar.gz", lambda members: tarred(members, "w:gz")),
        ("a.tgz", lambda members: tarred(members, "w:gz")),
        ("a.tar.bz2", lambda members: tarred(members, "w:bz2")),
        ("a.txz", lambda members: tarred(members, "w:xz")),
    ],
)
def test_files_in_archives_are_documents(name: str, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    found = extract(pack(MEMBERS), name)
    assert [(text.member, text.title) for text in found.texts] == [("docs/barn.txt", None), ("b.md", "Roof")]
    assert found.failed == ()
    assert found.skipped == (("plan.dwg", "format .dwg is not read"), (".x/y.txt", "is hidden"))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_single_packed_files_are_read_as_what_they_are(pack: Callable[[bytes], bytes]) -> None:
    ending = {"gzip": "gz", "bz2": "bz2", "lzma": "xz"}[pack.__module__.lstrip("_")]
    (text,) = extract(pack(b"name,age\nAda,36\n"), f"people.csv.{ending}").texts
    assert "name: Ada | age: 36" in text.text
    assert text.member == ""
    with pytest.raises(UnreadableDocument, match=rf"^plan\.dwg\.{ending}: format \.dwg is not read"):
        extract(pack(b"AC10"), f"plan.dwg.{ending}")


def test_what_systems_leave_is_not_mentioned() -> None:
    found = extract(
        zipped({"a.txt": b"Text.", "__MACOSX/._a.txt": b"x", ".DS_Store": b"x", "d/Thumbs.db": b"x"}), "a.zip"
    )
    assert (found.failed, found.skipped) == ((), ())


def test_locked_files_are_named_and_the_others_read() -> None:
    found = extract(locked(zipped({"a.txt": b"Text.", "b.txt": b"Secret."}), "b.txt"), "a.zip")
    assert [text.member for text in found.texts] == ["a.txt"]
    assert found.failed == (("b.txt", "b.txt: is encrypted; save it without a password"),)
    with pytest.raises(UnreadableDocument, match="is encrypted"):
        extract(locked(zipped({"b.txt": b"Secret."}), "b.txt"), "a.zip")


def test_a_member_s_failure_of_any_kind_costs_the_member(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def fail(error: BaseException) -> Callable[[str], Extracted]:
        def reader(_: str) -> Extracted:
            raise error

        return reader

    readers = extract.__globals__["_TEXT"]
    monkeypatch.setitem(readers, ".csv", fail(PanicException()))
    monkeypatch.setitem(readers, ".tsv", fail(OSError(24, "x")))
    monkeypatch.setitem(readers, ".md", fail(RecursionError()))
    monkeypatch.setitem(readers, ".markdown", fail(MemoryError()))
    names = ("a.csv", "b.tsv", "c.md", "d.markdown", "e.docx", "f.txt")
    found = extract(zipped(dict.fromkeys(names, b"Text.")), "a.zip")
    assert [text.member for text in found.texts] == ["f.txt"]
    assert [name for name, _ in found.failed] == list(names[:5])
    assert all("\n" not in reason for _, reason in found.failed)


def test_a_reader_that_is_interrupted_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> Extracted:
        raise KeyboardInterrupt

    monkeypatch.setitem(extract.__globals__["_TEXT"], ".csv", interrupted)
    with pytest.raises(KeyboardInterrupt):
        extract(zipped({"a.csv": b"x", "b.txt": b"y"}), "a.zip")


def test_archives_in_archives_end_somewhere() -> None:
    data = zipped({"deep.txt": b"Deep.", "f.txt": b"x"})
    for _ in range(4):
        data = zipped({"in.zip": data, "here.txt": b"Here."})
    found = extract(data, "a.zip")
    assert [text.member for text in found.texts] == ["in.zip!/in.zip!/here.txt", "in.zip!/here.txt", "here.txt"]
    assert found.failed == (("in.zip!/in.zip!/in.zip", "in.zip: lies too deep in other files; take it out and add it"),)


def test_an_archive_of_nothing_readable_says_why() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.zip: plan\.dwg: format \.dwg is not read \(and 1 more"):
        extract(zipped({"plan.dwg": b"AC10", "x.bin": b"x"}), "a.zip")
    with pytest.raises(UnreadableDocument, match=r"^a\.tar: holds no file"):
        extract(tarred({}), "a.tar")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt.gz", gzip.compress(bytes(80 << 20), mtime=0)),
        ("a.txt.bz2", bz2.compress(bytes(80 << 20))),
        ("a.tar.xz", lzma.compress(bytes(80 << 20))),
    ],
    ids=["gz", "bz2", "xz"],
)
def test_bombs_are_not_unpacked(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=rf"^{name}: unpacks to more than"):
        extract(data, name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt.gz", gzip.compress(b"Text." * 999, mtime=0)[:-9]),
        ("a.txt.gz", b"\x1f\x8bno"),
        ("a.txt.bz2", b"BZh9no"),
        ("a.txt.xz", b"\xfd7zXZ\0no"),
        ("a.tar", b"x" * 2_000),
        ("a.zip", b"PK\3\4 no"),
    ],
    ids=["gz cut off", "gz", "bz2", "xz", "tar", "zip"],
)
def test_damaged_archives_are_refused(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=rf"^{name}: is damaged"):
        extract(data, name)


def test_a_tar_archive_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    found = extract(tarred({"a.txt": b"First.", "b.txt": bytes(b"Second. " * 999)})[:2_500], "a.tar")
    assert found.texts[0].member == "a.txt"
    assert found.failed


def test_links_and_paths_out_of_the_archive_lead_nowhere() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        outside = tarfile.TarInfo("../../etc/out.txt")
        outside.size = 5
        archive.addfile(outside, io.BytesIO(b"Text."))
    found = extract(buffer.getvalue(), "a.tar")
    assert [text.member for text in found.texts] == ["etc/out.txt"]
    assert found.skipped == (("link.txt", "is a link or a device"),)


def test_files_of_one_name_stay_apart() -> None:
    found = extract(tarred({"a.txt": b"One.", "./a.txt": b"Two.", "a.txt (2)": b"x", "/a.txt": b"Three."}), "a.tar")
    members = [text.member for text in found.texts]
    assert len(set(members)) == len(members) == 3
