"""Files are read in a process apart: what a reader does, whatever makes it do it, is one failed file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers import FileReader, Limits
from index.readers.members import Extraction

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests" / "files"

# A helper whose reader of .txt does what the file says.
OBEDIENT = """
import os, signal, socket, sys, time
import index.readers.child as child
from index.readers.base import Extracted
from index.readers.members import Extraction

def extract(data, name):
    exec(data.decode(), {"os": os, "socket": socket, "sys": sys, "time": time, "signal": signal})
    return Extraction((Extracted("read"),))

child.preload()
child.preload = lambda: None
child.extract = extract
child.main()
"""


@pytest.fixture
def obedient(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileReader]:
    """A reader whose files are programs that run in place of the parsing."""
    real = subprocess.Popen

    def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([command[0], "-c", OBEDIENT], **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start)
    limits = Limits(memory_bytes=1 << 30, cpu_seconds=2, wall_seconds=4, text_characters=10_000)
    with FileReader(limits) as reader:
        assert reader.extract(b"pass", "a.txt") == Extraction((reader.extract(b"pass", "a.txt").texts[0],))
        yield reader
        assert reader.extract(b"pass", "a.txt").texts[0].text == "read", "the next file is read as if nothing were"


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("open('/etc/passwd')", "cannot be read .OSError"),
        ("open('/tmp/made', 'w')", "cannot be read .OSError"),
        ("socket.socket()", "cannot be read .OSError"),
        ("os.pipe()", "cannot be read .OSError"),
        ("bytearray(2 << 30)", "more memory"),
        ("raise RecursionError", "nested too deeply"),
        ("raise KeyError('x')", "cannot be read .KeyError"),
        ("sys.exit(5)", "failed"),
        ("os._exit(0)", "failed"),
        ("os.abort()", "crashed"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "takes too long"),
        ("while True: pass", "takes too long"),
        ("time.sleep(60)", "takes too long"),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", "takes too long"),
        ("os.write(1, b'000000000002{}')", "cannot be read .OSError"),
        (
            "signal.setitimer(signal.ITIMER_REAL, 0); os.fork() and os._exit(0); time.sleep(60)",
            "too long|BlockingIOError",
        ),
        (
            "sys._getframe(3).f_locals['pipe'].write(b'{}'); sys._getframe(3).f_locals['pipe'].flush(); os._exit(0)",
            "sensible",
        ),
    ],
)
def test_what_a_reader_does_is_one_failed_file(obedient: FileReader, deed: str, expected: str) -> None:
    begun = time.monotonic()
    with pytest.raises(UnreadableDocument, match=expected) as caught:
        obedient.extract(deed.encode(), "bad.txt")
    assert time.monotonic() - begun < 10
    assert str(caught.value).startswith("bad.txt")
    assert "\n" not in str(caught.value)


def test_a_helper_that_is_killed_is_replaced(obedient: FileReader) -> None:
    with pytest.raises(UnreadableDocument, match="cut off"):
        obedient.extract(b"os.kill(os.getppid(), signal.SIGKILL)", "bad.txt")


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    with FileReader(Limits(text_characters=10)) as reader, pytest.raises(UnreadableDocument, match="too much text"):
        reader.extract(b"More than ten characters.", "a.txt")


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(3 * 1024 * 1024)
    with FileReader(Limits(file_bytes=2 * 1024 * 1024)) as reader, pytest.raises(UnreadableDocument, match="3 MiB"):
        reader.read(path)


def test_every_format_is_read_where_nothing_can_be_opened() -> None:
    with FileReader() as reader:
        for path in sorted(FILES.iterdir()):
            if path.suffix != ".py" and path.is_file():
                assert reader.read(path).extraction.texts[0].text, path.name
        for encoding in ("cp1251", "cp1253", "shift_jis", "big5", "koi8_r", "mac_roman", "latin-1"):
            text = "Кафе открылось в Москве. " if encoding in ("cp1251", "koi8_r") else "Text with some words. "
            assert reader.extract((text * 8).encode(encoding), "a.txt").texts[0].text


def test_reading_ends_with_its_reader() -> None:
    """A process that is killed leaves no helper behind."""
    program = (
        "import os, time\nfrom index.readers import FileReader\nreader = FileReader()\n"
        "reader.extract(b'Text.', 'a.txt')\nprint(reader._helper.pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    helper = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while _is_running(helper):
        assert time.monotonic() < deadline, "the helper outlives its parent"
        time.sleep(0.1)


def _is_running(process: int) -> bool:
    """Tell whether a process is there and not merely waits to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
