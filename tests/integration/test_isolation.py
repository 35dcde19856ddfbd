"""Files are read in a process apart: what a reader does, whatever makes it do it, is one failed file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers import SUFFIXES, FileReader, Limits
from index.readers.members import Extraction
from index.readers.warmup import EXAMPLES

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


# A helper that fails files for which a module had to be imported late.
STRICT = """
import json
import index.readers.child as child
from index.readers.sandbox import NO_IMPORTS

plain = child._answer

def answer(data, request):
    said = plain(data, request)
    names = " ".join(NO_IMPORTS.refused)
    return json.dumps({"error": f"{request['name']}: late imports: {names}"}).encode() if names else said

child._answer = answer
child.main()
"""

# Says which modules the readers' libraries import inside functions and that are not loaded beforehand.
LAZY = """
import ast, importlib.util, sys
from index.readers.warmup import LIBRARIES, preload

preload()
missing = set()
for name, module in list(sys.modules.items()):
    file = getattr(module, "__file__", None) or ""
    if name.partition(".")[0] not in ("index", *LIBRARIES) or not file.endswith(".py"):
        continue
    with open(file, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                package = module.__package__.split(".")
                inside = package[: len(package) - node.level + 1] if node.level else []
                names = [".".join([*inside, *filter(None, [node.module])])]
            for wanted in names:
                try:
                    if wanted not in sys.modules and importlib.util.find_spec(wanted):
                        missing.add(f"{wanted} ({name}.{function.name})")
                except (ImportError, ValueError):
                    continue
print("\\n".join(sorted(missing)))
"""
NEVER_IMPORTED = (
    "cv2",
    "rapidocr",
    "onnxruntime",
    "lxml.cssselect",
    "webbrowser",
    "doctest",
    "encodings.mbcs",
    "getopt",
)
"""What reading imports in ways of its own, or not at all: functions that no reader calls."""


def start_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Have helpers run a program of the test."""
    real = subprocess.Popen

    def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([command[0], "-c", program], **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start)


@pytest.fixture
def obedient(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileReader]:
    """A reader whose files are programs that run in place of the parsing."""
    start_instead(monkeypatch, OBEDIENT)
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
        ("import wave", "cannot be read .ModuleNotFoundError"),
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


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("open('/etc/passwd')", "cannot be read .OSError"),
        ("socket.socket()", "cannot be read .OSError"),
        ("import wave", "cannot be read .ModuleNotFoundError"),
        ("bytearray(2 << 30)", "more memory"),
        ("os._exit(0)", "failed"),
        ("os.abort()", "crashed"),
        ("while True: pass", "takes too long"),
        ("time.sleep(60)", "takes too long"),
    ],
)
def test_a_system_without_fork_has_the_same_limits(
    obedient: FileReader, monkeypatch: pytest.MonkeyPatch, deed: str, expected: str
) -> None:
    monkeypatch.setattr(FileReader, "_forks", False)
    with pytest.raises(UnreadableDocument, match=rf"^bad\.txt: .*{expected}"):
        obedient.extract(deed.encode(), "bad.txt")


def test_a_system_without_fork_reads_each_file_in_a_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileReader, "_forks", False)
    with FileReader() as reader:
        for path in (FILES / "slides.pptx", FILES / "harbour.pdf"):
            assert reader.read(path).extraction.texts[0].text
            assert reader._helper is None


def test_a_system_that_limits_no_memory_has_it_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    unlimited = "import resource\nresource.RLIMIT_AS = 99\n"  # which setrlimit refuses, as some systems do
    watched = "import index.readers.sandbox as sandbox\nsandbox.WATCH_SECONDS = 0.1\n"
    start_instead(monkeypatch, unlimited + watched + OBEDIENT)
    with FileReader(Limits(memory_bytes=300 << 20, wall_seconds=20)) as reader:
        assert reader.extract(b"time.sleep(0.5)", "a.txt").texts
        with pytest.raises(UnreadableDocument, match=r"^bad\.txt: needs more memory"):
            reader.extract(b"held = bytes(1) * (600 << 20); time.sleep(15)", "bad.txt")


def test_what_windows_is_told() -> None:
    """The structure has the size and the offsets that 64-bit Windows expects of it."""
    import ctypes

    from index.readers.sandbox import job_information

    information = job_information({"memory_bytes": 2 << 30, "cpu_seconds": 120})
    assert ctypes.sizeof(information) == 144
    assert type(information).JobMemoryLimit.offset == 120
    assert information.ProcessMemoryLimit == information.JobMemoryLimit == 2 << 30
    assert information.BasicLimitInformation.PerProcessUserTimeLimit == 120 * 10**7
    assert information.BasicLimitInformation.LimitFlags == 0x2 | 0x8 | 0x100 | 0x200 | 0x400 | 0x2000


def test_an_audit_hook_refuses_what_opens_something() -> None:
    """Where no limit of the system keeps files shut (on Windows), Python code cannot open them all the same."""
    program = (
        "import socket, subprocess, sys, os\nfrom index.readers import sandbox\nsys.addaudithook(sandbox._refuse)\n"
        "for deed in (lambda: open('x'), socket.socket, lambda: subprocess.run(['x']), lambda: os.listdir('.'),\n"
        "             lambda: os.system('x')):\n"
        "    try:\n        deed()\n    except OSError as error:\n        print('refused' in str(error) or 'not allowed' in str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["True"] * 5


def test_nothing_is_imported_while_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead(monkeypatch, STRICT)
    fixtures = [path for path in sorted(FILES.iterdir()) if path.suffix.lower() in SUFFIXES]
    files = [(path.name, path.read_bytes()) for path in fixtures] + list(EXAMPLES.items())
    with FileReader() as reader:
        for name, data in files:
            try:
                reader.extract(data, name)
            except UnreadableDocument as error:
                assert "late imports" not in str(error)
                assert "OSError" not in str(error)


def test_late_imports_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: without what it needs, reading a message tries to import an encoding."""
    start_instead(monkeypatch, "import index.readers.warmup as w\nw.preload = lambda: None\n" + STRICT)
    with FileReader() as reader, pytest.raises(UnreadableDocument, match=r"late imports: .*cp1251"):
        reader.extract(b"Subject: s\nContent-Type: text/plain; charset=cp1251\n\n\xcf\xcf\n", "a.eml")


def test_libraries_hold_nothing_back_to_import_later() -> None:
    """What they import inside functions is loaded beforehand, but for what no reader comes to."""
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=True, cwd=ROOT)
    assert [line for line in done.stdout.splitlines() if line.split()[0] not in NEVER_IMPORTED] == []


def test_no_module_is_taken_from_the_folder_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "defusedxml.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    with FileReader() as reader:
        assert reader.extract(b"Text.", "a.txt").texts
    assert not (tmp_path / "ran").exists()


def test_members_that_fail_and_members_left_out_are_told_apart() -> None:
    message = (
        b'Subject: s\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nText.\n'
        b"--b\nContent-Disposition: attachment; filename=a.docx\n\nPK\n"
        b"--b\nContent-Disposition: attachment; filename=a.dwg\n\nAC10\n--b--\n"
    )
    with FileReader() as reader:
        found = reader.extract(message, "a.eml")
    assert [name for name, _ in found.failed] == ["a.docx"]
    assert found.skipped == (("a.dwg", "format .dwg is not read"),)
    assert {item.where for item in found.texts[0].unread} == {"a.docx", "a.dwg"}


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
            if path.suffix.lower() in SUFFIXES and path.suffix != ".py":
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
