"""Files through the page: whole or not at all, replaced by name, put back when they cannot be read."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import threading
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fakes import make_document, make_library
from fastapi import FastAPI
from starlette.requests import ClientDisconnect

from index.errors import LibraryError
from index.library import Library
from index.readers import Limits
from index.types import SyncReport
from ui.api_library import add_documents
from ui.uploads import CalledOff, Received, Upload, UploadError, Uploads, file_name
from ui.worker import BusyError

FERRY = b"The ferry leaves at nine. It sails in winter, too.\n"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with make_library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def uploads(library: Library) -> Uploads:
    return Uploads(lambda: library, lambda: False)


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


def received(uploads: Uploads, name: str, *data: bytes) -> Received:
    return asyncio.run(uploads.receive(name, pieces(*data)))


def bring_in(uploads: Uploads, name: str, *data: bytes) -> SyncReport:
    return uploads.bring_in(received(uploads, name, *data), Upload())


def busy_api(library: Library) -> tuple[FastAPI, threading.Event]:
    """Return the API about a library's documents, and what has to be cleared before anything is indexed."""
    busy = threading.Event()
    busy.set()
    api = FastAPI()
    add_documents(api, lambda _: library, busy.is_set)
    return api, busy


def client_of(api: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://x")


def in_folder(library: Library) -> list[str]:
    return sorted(path.name for path in (Path(library.info().path) / "files").iterdir())


def test_a_file_is_kept_in_the_library_and_found(uploads: Uploads, library: Library) -> None:
    report = bring_in(uploads, "ferry.txt", FERRY[:10], FERRY[10:])
    assert [Path(path).name for path in report.added] == ["ferry.txt"]
    (record,) = library.catalogue()
    assert uploads.held()(record)
    assert Path(record.source).read_bytes() == FERRY
    assert library.search("When does the ferry leave?")[0].chunk.document_id == record.id
    assert in_folder(library) == ["ferry.txt"]


def test_the_same_name_again_replaces_and_leaves_no_second_copy(uploads: Uploads, library: Library) -> None:
    bring_in(uploads, "ferry.txt", FERRY)
    assert bring_in(uploads, "ferry.txt", FERRY).unchanged
    assert bring_in(uploads, "ferry.txt", FERRY.replace(b"nine", b"ten")).updated
    (record,) = library.catalogue()
    document = library.document(record.id)
    assert document is not None
    assert "ten" in document.text
    assert in_folder(library) == ["ferry.txt"]


def test_a_file_that_cannot_be_read_leaves_the_one_before(uploads: Uploads, library: Library) -> None:
    bring_in(uploads, "ferry.pdf.txt", FERRY)
    bring_in(uploads, "broken.pdf", b"%PDF-1.7 but no more")
    assert in_folder(library) == ["ferry.pdf.txt"]
    report = bring_in(uploads, "ferry.pdf.txt", b"\x00\x01\x02" * 100)
    assert report.failed
    assert in_folder(library) == ["ferry.pdf.txt"]
    (record,) = library.catalogue()
    assert Path(record.source).read_bytes() == FERRY


def test_too_large_a_file_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    with make_library(tmp_path / "small") as library:
        library.limits = Limits(file_bytes=1000)
        uploads = Uploads(lambda: library, lambda: False)
        with pytest.raises(UploadError, match="larger than"):
            received(uploads, "big.txt", b"x" * 900, b"x" * 900)
        assert in_folder(library) == []


def test_the_last_of_the_disk_is_left_alone(
    uploads: Uploads, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(library.info().path).free
    monkeypatch.setattr("ui.uploads.LEFT_FREE", free + 2**30)
    with pytest.raises(UploadError, match="the disk is nearly full; make room"):
        received(uploads, "ferry.txt", FERRY)
    assert in_folder(library) == []


def test_only_so_many_files_are_on_their_way(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wait for an answer under way, the third is turned away; when they are in there is room again."""
    monkeypatch.setattr("ui.api_library.MOST_UPLOADS", 2)
    api, busy = busy_api(library)

    async def send() -> list[str]:
        async with client_of(api) as client:
            waiting = [asyncio.create_task(client.put(f"/files/{n}.txt", content=FERRY + n.encode())) for n in "ab"]
            await asyncio.sleep(0.5)
            with pytest.raises(BusyError, match="2 files are on their way already"):
                await client.put("/files/c.txt", content=FERRY)
            busy.clear()
            replies = [*(await asyncio.gather(*waiting)), await client.put("/files/d.txt", content=FERRY)]
            return [reply.text.rpartition("event: ")[2].partition("\n")[0] for reply in replies]

    assert asyncio.run(send()) == ["report"] * 3
    assert in_folder(library) == ["a.txt", "b.txt", "d.txt"]


@pytest.mark.parametrize(("name", "most"), [("a.xyz", 20), ("a.txt", 20), ("a.txt", 0)])
def test_a_file_that_is_refused_is_read_to_its_end(tmp_path: Path, name: str, most: int) -> None:
    """Of no known format, too large, one too many: who is still sending when the answer comes does not hear it."""
    sent: list[int] = []

    async def large() -> AsyncIterator[bytes]:
        for n in range(5):
            sent.append(n)
            yield b"x" * 300_000

    async def send(api: FastAPI) -> None:
        async with client_of(api) as client:
            with pytest.raises((BusyError, UploadError)):
                await client.put(f"/files/{name}", content=large())

    with make_library(tmp_path / "library") as library, pytest.MonkeyPatch.context() as patch:
        library.limits = Limits(file_bytes=2**20)
        patch.setattr("ui.api_library.MOST_UPLOADS", most)
        asyncio.run(send(busy_api(library)[0]))
        assert not (Path(library.info().path) / "files").exists() or in_folder(library) == []
    assert sent == [0, 1, 2, 3, 4]


def test_a_refusal_waits_only_so_long_for_the_rest(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.uploads.READ_OFF_SECONDS", 0.05)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    async def send() -> None:
        async with client_of(busy_api(library)[0]) as client:
            with pytest.raises(UploadError, match="is not read"):
                await asyncio.wait_for(client.put("/files/a.xyz", content=endless()), 5)

    asyncio.run(send())


def test_a_file_that_breaks_off_makes_room(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that stops coming, one of an unknown format, and one whose sender left while it waited its turn."""
    monkeypatch.setattr("ui.api_library.MOST_UPLOADS", 2)
    monkeypatch.setattr("ui.uploads.SILENCE_SECONDS", 0.1)
    api, busy = busy_api(library)

    async def silent() -> AsyncIterator[bytes]:
        yield FERRY
        await asyncio.sleep(60)

    async def send() -> str:
        async with client_of(api) as client:
            with pytest.raises(UploadError, match="nothing more came of it"):
                await client.put("/files/a.txt", content=silent())
            with pytest.raises(UploadError, match="is not read"):
                await client.put("/files/a.xyz", content=FERRY)
            waiting = [asyncio.create_task(client.put(f"/files/{n}.txt", content=FERRY + n.encode())) for n in "ab"]
            await asyncio.sleep(0.5)
            waiting[1].cancel()
            await asyncio.sleep(0.1)
            last = asyncio.create_task(client.put("/files/c.txt", content=FERRY))
            await asyncio.sleep(0.1)
            busy.clear()
            return (await last).text

    assert "event: report" in asyncio.run(send())
    assert in_folder(library) == ["a.txt", "c.txt"]


def test_a_body_that_breaks_off_leaves_nothing(uploads: Uploads, library: Library) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield FERRY
        raise ClientDisconnect

    with pytest.raises(ClientDisconnect):
        asyncio.run(uploads.receive("ferry.txt", broken()))
    assert in_folder(library) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("notes.txt", "notes.txt"),
        ("Ünïcode — 文書.docx", "Ünïcode — 文書.docx"),
        ("a..b.txt", "a..b.txt"),
        ("con.txt", "_con.txt"),
        ("../../etc/passwd.txt", "_.._etc_passwd HASH.txt"),
        ("a\\b:c*.MD", "a_b_c_ HASH.MD"),
        ("x" * 500 + ".pdf", "x" * 150 + " HASH.pdf"),
        ("..hidden.txt", "hidden HASH.txt"),
        ("a\x00b\ud800.txt", "a_b_ HASH.txt"),
    ],
)
def test_names_become_harmless(name: str, kept: str) -> None:
    pattern = re.escape(kept).replace("HASH", "[0-9a-f]{8}")
    assert re.fullmatch(pattern, file_name(name))


def test_other_names_never_become_the_same() -> None:
    long = "annual report " * 20
    names = [f"{long}part {n}.pdf" for n in range(3)] + ["a:b.txt", "a?b.txt", "a_b.txt", "A_b.txt"]
    assert len({file_name(name) for name in names}) == len(names)


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, data in members.items():
            file.writestr(name.replace("_", "."), data)
    return made.getvalue()


def test_an_archive_is_in_though_one_of_its_files_is_not(uploads: Uploads, library: Library) -> None:
    report = bring_in(uploads, "a.zip", archive(good_txt=FERRY, bad_pdf=b"%PDF-1.7 no more"))
    assert (len(report.added), len(report.failed)) == (1, 1)
    assert in_folder(library) == ["a.zip"]
    assert [uploads.held()(record) for record in library.catalogue()] == [True]


def test_an_archive_goes_with_the_last_of_its_documents(uploads: Uploads, library: Library) -> None:
    bring_in(uploads, "a.zip", archive(one_txt=FERRY, two_txt=b"The pier is 90 metres long."))
    first, second = library.catalogue()
    uploads.remove(first)
    assert in_folder(library) == ["a.zip"]
    uploads.remove(second)
    assert in_folder(library) == []


def test_copies_go_with_the_document_that_they_are_of(uploads: Uploads, library: Library) -> None:
    for name in ("x.txt", "y.txt"):
        bring_in(uploads, name, FERRY)
    (record,) = library.catalogue()
    uploads.remove(record)
    assert (library.catalogue(), in_folder(library)) == ([], [])


def test_what_a_killed_process_had_put_in_place_is_taken_in_with_the_next_file(
    uploads: Uploads, library: Library
) -> None:
    folder = Path(library.info().path) / "files"
    folder.mkdir()
    (folder / "left.txt").write_bytes(b"The pier is 90 metres long.")
    bring_in(uploads, "ferry.txt", FERRY)
    assert sorted(Path(record.source).name for record in library.catalogue()) == ["ferry.txt", "left.txt"]


@pytest.mark.parametrize("name", ["", ".", "..", "/", "noending", "run.exe", ".txt", "archive.tar.7z"])
def test_names_that_will_not_do_are_refused_with_the_formats(name: str) -> None:
    with pytest.raises(UploadError, match="pdf"):
        file_name(name)


def test_called_off_before_it_is_in_leaves_nothing(uploads: Uploads, library: Library) -> None:
    bring_in(uploads, "ferry.txt", FERRY)
    upload = Upload()
    upload.cancel()
    with pytest.raises(CalledOff):
        uploads.bring_in(received(uploads, "ferry.txt", b"The ferry is gone."), upload)
    (record,) = library.catalogue()
    assert Path(record.source).read_bytes() == FERRY
    assert in_folder(library) == ["ferry.txt"]


def test_called_off_after_it_is_in_changes_nothing_any_more() -> None:
    upload = Upload()
    upload.cancel()
    upload("indexing", 1, 1, "files")
    with pytest.raises(CalledOff):
        upload("indexing", 0, 1, "files")


def test_indexing_steps_back_while_a_question_is_answered(library: Library) -> None:
    busy = threading.Event()
    busy.set()
    uploads = Uploads(lambda: library, busy.is_set)
    upload = Upload()
    part = received(uploads, "ferry.txt", FERRY)
    worker = threading.Thread(target=uploads.bring_in, args=(part, upload))
    worker.start()
    until(lambda: "waiting" in upload.state["description"])
    assert library.catalogue() == []
    busy.clear()
    worker.join(10)
    assert len(library.catalogue()) == 1


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_removing_takes_the_uploaded_file_along_and_no_other(
    uploads: Uploads, library: Library, tmp_path: Path
) -> None:
    bring_in(uploads, "ferry.txt", FERRY)
    own = tmp_path / "own.txt"
    own.write_bytes(b"My own file stays where it is.")
    library.add([own])
    for record in library.catalogue():
        uploads.remove(record)
    assert library.catalogue() == []
    assert own.exists()
    assert in_folder(library) == []


def test_another_writer_is_named_and_the_file_put_back(
    uploads: Uploads, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> SyncReport:
        raise LibraryError("another process is writing")

    monkeypatch.setattr(library, "add", refuse)
    with pytest.raises(LibraryError):
        bring_in(uploads, "ferry.txt", FERRY)
    assert in_folder(library) == []


def test_a_document_of_ready_made_text_is_no_upload(uploads: Uploads, library: Library) -> None:
    library.add_documents([make_document("Text.", "files/a.txt")])
    assert not uploads.held()(library.catalogue()[0])
