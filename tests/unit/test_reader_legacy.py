"""Old Office files: converted by LibreOffice where it is installed, refused with the remedy where it is not."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers import FileReader, legacy
from index.readers.formats import extract
from index.readers.members import Extraction

FILES = Path(__file__).parents[1] / "files"
DOC = (FILES / "harbour.doc").read_bytes()
MOST = 1 << 28

needs_office = pytest.mark.skipif(legacy.office() is None, reason="LibreOffice is not installed")


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "office", lambda: None)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def stub(path: Path, program: str) -> str:
    """Write a program that stands in for LibreOffice; return its path."""
    path.write_text(f"#!{sys.executable}\nimport sys, pathlib, time, os\n{program}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    with FileReader() as reader:
        yield reader


@needs_office
def test_an_old_word_file_is_read_as_a_new_one(reader: FileReader) -> None:
    (text,) = reader.extract(DOC, "harbour.doc").texts
    (new,) = reader.extract((FILES / "harbour.docx").read_bytes(), "harbour.docx").texts
    assert text.text == new.text
    assert [(h.level, h.text) for h in text.headings] == [(h.level, h.text) for h in new.headings]
    assert text.title == new.title


@needs_office
def test_old_slides_are_read_with_their_places(reader: FileReader, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(legacy.office()), profile, "--headless", "--convert-to", "ppt:MS PowerPoint 97"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(FILES / "slides.pptx")], check=True, timeout=120)
    (text,) = reader.read(tmp_path / "slides.ppt").extraction.texts
    assert text.text.index("Plans for the lighthouse") < text.text.index("replaced in May")
    position = text.text.index("920 crowns")
    assert [place.label for place in text.places if place.start <= position][-1] == "slide 2"


@needs_office
@pytest.mark.parametrize("damage", [b"", b"\0" * 2000])
def test_a_damaged_file_is_refused_and_the_next_is_read(reader: FileReader, damage: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.doc: .*save it as \.docx$"):
        reader.extract(DOC[:1000] + damage, "a.doc")
    assert reader.extract(b"Text.", "a.txt").texts[0].text == "Text."


@needs_office
def test_nothing_is_left_behind(temporary: Path) -> None:
    assert legacy.converted(DOC, "a.doc", seconds=60, most_bytes=MOST).startswith(b"PK")
    assert list(temporary.iterdir()) == []


def test_without_libreoffice_the_remedy_is_told(no_office: None) -> None:
    assert not legacy.is_to_be_converted(DOC, "a.doc")
    with pytest.raises(UnreadableDocument, match=r"^a\.doc: .*needs LibreOffice to be read; install it"):
        extract(DOC, "a.doc")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.doc", (FILES / "harbour.docx").read_bytes(), "whale oil"),
        ("a.ppt", (FILES / "slides.pptx").read_bytes(), "replaced in May"),
        ("a.doc", rb"{\rtf1 The tide turns.}", "The tide turns."),
        ("a.dot", b"\xef\xbb\xbf\n<HTML><p>The tide turns.", "The tide turns."),
    ],
)
def test_files_of_another_format_are_read_as_what_they_are(no_office: None, name: str, data: bytes, words: str) -> None:
    assert not legacy.is_to_be_converted(data, name)
    assert words in extract(data, name).texts[0].text


def test_what_is_no_office_file_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.doc: is damaged or not of format \.doc; save it as \.docx$"):
        extract(b"\xd0\xcf\x11\xe0rubbish", "a.doc")


def test_inside_an_archive_it_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "office", lambda: "/usr/bin/soffice")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.txt", "Text.")
        package.writestr("old.doc", DOC)
    found: Extraction = extract(buffer.getvalue(), "a.zip")
    assert [text.member for text in found.texts] == ["a.txt"]
    assert [name for name, reason in found.failed if "take it out and add it" in reason] == ["old.doc"]


@pytest.mark.skipif(sys.platform == "win32", reason="the stub is a script with a first line that names Python")
class TestWithAStub:
    """What LibreOffice is told, and what becomes of one that misbehaves."""

    def use(self, monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
        path = stub(folder / "soffice", program)
        monkeypatch.setattr(legacy, "office", lambda: path)

    def test_it_is_ended_when_its_time_is_up(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.use(monkeypatch, tmp_path, "time.sleep(60)")
        begun = time.monotonic()
        with pytest.raises(UnreadableDocument, match=r"^a\.doc: converting it takes too long"):
            legacy.converted(DOC, "a.doc", seconds=1, most_bytes=MOST)
        assert time.monotonic() - begun < 20

    def test_one_that_starts_over_and_over_is_ended_too(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.use(monkeypatch, tmp_path, "sys.exit(81)")
        with pytest.raises(UnreadableDocument, match="takes too long"):
            legacy.converted(DOC, "a.doc", seconds=1, most_bytes=MOST)

    def test_too_large_a_result_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.use(monkeypatch, tmp_path, "pathlib.Path('old.docx').write_bytes(b'x' * 101)")
        with pytest.raises(UnreadableDocument, match="cannot convert"):
            legacy.converted(DOC, "a.doc", seconds=20, most_bytes=100)
        assert legacy.converted(DOC, "a.doc", seconds=20, most_bytes=101) == b"x" * 101

    def test_one_that_cannot_be_started_costs_the_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(legacy, "office", lambda: str(tmp_path / "missing"))
        with pytest.raises(UnreadableDocument, match="cannot be started"):
            legacy.converted(DOC, "a.doc", seconds=20, most_bytes=MOST)

    def test_it_sees_nothing_of_the_user_and_runs_no_macros(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporary: Path
    ) -> None:
        monkeypatch.setenv("PINCITE_API_KEY", "secret")
        self.use(
            monkeypatch,
            tmp_path,
            "settings = pathlib.Path('profile/user/registrymodifications.xcu').read_text()\n"
            "pathlib.Path('old.docx').write_text(repr((sys.argv, dict(os.environ), settings)))",
        )
        arguments, environment, settings = eval(legacy.converted(DOC, "../a.doc", seconds=20, most_bytes=MOST))
        assert "secret" not in str(environment)
        assert environment["HOME"].startswith(str(temporary))
        assert [item for item in arguments if item.startswith("-env:UserInstallation=file:///")]
        assert Path(arguments[-1]).name == "old.doc"
        assert '"DisableMacrosExecution" oor:op="fuse"><value>true<' in settings
        assert '"BlockUntrustedRefererLinks" oor:op="fuse"><value>true<' in settings

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a program give up the network")
    def test_it_has_no_network(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True).returncode:
            pytest.skip("this kernel lets users give up no network")
        self.use(
            monkeypatch,
            tmp_path,
            "import socket\nnames = [name for _, name in socket.if_nameindex()]\n"
            "up = [name for name in names if pathlib.Path('/proc/net/route').read_text().count(name)]\n"
            "pathlib.Path('old.docx').write_text(repr((names, up)))",
        )
        names, up = eval(legacy.converted(DOC, "a.doc", seconds=20, most_bytes=MOST))
        assert (names, up) == (["lo"], [])
