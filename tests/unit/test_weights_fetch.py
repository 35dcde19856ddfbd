"""Which source is asked, what is trusted, what happens when nothing can be had."""

from __future__ import annotations

import errno
import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.errors import WeightsError
from index.progress import Progress
from index.weights import LocalWeights, NotEnoughSpace, SourcesExhausted, Upstream, Weights, WeightsFile
from index.weights.child import run_child
from index.weights.failures import SourceFailed
from index.weights.fetch import Source


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def generator(name: str, next_best: str | None = None, size: int | None = None) -> Weights:
    """Return weights whose one file holds their name."""
    data = name.encode()
    upstream = Upstream(f"org/{name}", "0" * 40, f"{name}.gguf", sha(data))
    files = (WeightsFile(f"{name}.gguf", len(data), sha(data)),)
    return Weights(name, "generator", "MIT", size or len(data), upstream, (), files, "S.", next_best=next_best)


FAMILY = (generator("best", "middle"), generator("middle", "last"), generator("last"))


@dataclass
class Shelf:
    """A source that has the given bytes under the given names; it remembers what it was asked for."""

    content: dict[str, bytes]
    label: str = "shelf"
    asked: list[str] = field(default_factory=list)
    fault: Callable[[], None] | None = None

    def space_needed(self, weights: Weights, partial: Path) -> int:
        return weights.bytes or 0

    def stage(self, weights: Weights, partial: Path, progress: Progress) -> dict[str, Path]:
        self.asked.append(weights.name)
        if self.fault:
            self.fault()
        if weights.name not in self.content:
            raise SourceFailed(f"{self.label} is empty")
        (partial / "staged").write_bytes(self.content[weights.name])
        return {weights.files[0].path: partial / "staged"}

    def discard(self, weights: Weights, partial: Path) -> None:
        (partial / "staged").unlink()


def full_shelf(*names: str, label: str = "shelf") -> Shelf:
    return Shelf({name: name.encode() for name in names}, label)


def family(root: Path, *sources: Source) -> LocalWeights:
    return LocalWeights(root / "cache", FAMILY, sources)


def test_what_is_in_the_cache_is_not_asked_for(tmp_path: Path) -> None:
    shelf = full_shelf("best")
    local = family(tmp_path, shelf)
    assert local.ensure("best") == local.ensure("best") == local.require("best") == local.locate("best")
    assert shelf.asked == ["best"]


@pytest.mark.parametrize(
    "first", [Shelf({}, "first"), Shelf({"best": b"tseb"}, "first"), Shelf({"best": b""}, "first")]
)
def test_the_next_source_is_asked_when_one_cannot_deliver_what_was_published(tmp_path: Path, first: Shelf) -> None:
    second = full_shelf("best", label="second")
    path = family(tmp_path, first, second).ensure("best")
    assert path.read_bytes() == b"best"
    assert first.asked == second.asked == ["best"]
    assert list((tmp_path / "cache" / "weights" / ".partial").iterdir()) == []


def test_the_last_source_is_held_to_the_same_hash(tmp_path: Path) -> None:
    local = family(tmp_path, Shelf({}, "first"), Shelf({"best": b"tseb"}, "second"))
    with pytest.raises(SourcesExhausted) as caught:
        local.ensure("best")
    message = str(caught.value)
    assert "first: first is empty; second: best.gguf missing or with another sha256" in message
    assert message.endswith("run: pincite models pull best")
    assert "\n" not in message
    assert local.locate("best") is None


def test_no_space_is_stated_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 50_000_000})
    monkeypatch.setattr("index.weights.fetch.shutil.disk_usage", lambda path: usage)
    shelf = full_shelf("big")
    local = LocalWeights(tmp_path, (generator("big", size=1_000_000_000),), (shelf,))
    with pytest.raises(NotEnoughSpace, match=r"needs 1067 MB but .* has 50 MB; .*PINCITE_CACHE") as caught:
        local.ensure("big")
    assert "\n" not in str(caught.value)
    assert shelf.asked == []


def test_a_disk_that_fills_up_on_the_way_is_a_stated_failure(tmp_path: Path) -> None:
    def fill_up() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    shelf = full_shelf("best")
    local = family(tmp_path, shelf)
    shelf.fault = fill_up
    with pytest.raises(NotEnoughSpace, match="PINCITE_CACHE"):
        local.ensure("best")
    shelf.fault = None
    assert local.ensure("best").read_bytes() == b"best"


def test_a_cache_that_cannot_be_written_is_a_stated_failure(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="PINCITE_CACHE"):
        family(tmp_path, full_shelf("best")).ensure("best")


def test_repair_replaces_damaged_weights(tmp_path: Path) -> None:
    local = family(tmp_path, full_shelf("best"))
    local.ensure("best").write_bytes(b"tseb")
    assert local.locate("best") is None
    assert local.ensure("best", repair=True).read_bytes() == b"best"
    assert local.verify("best").ok


def test_a_failed_repair_leaves_the_damage_stated(tmp_path: Path) -> None:
    local = family(tmp_path, full_shelf("best"))
    local.ensure("best").write_bytes(b"tseb")
    with pytest.raises(SourcesExhausted):
        family(tmp_path, Shelf({})).ensure("best", repair=True)
    assert local.verify("best").status == "damaged"


def test_ctrl_c_passes_through_and_frees_the_lock(tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    shelf = full_shelf("best")
    local = family(tmp_path, shelf)
    shelf.fault = interrupt
    with pytest.raises(KeyboardInterrupt):
        local.ensure("best")
    shelf.fault = None
    assert local.ensure("best").read_bytes() == b"best"


@pytest.mark.parametrize("step", ["write_stamp", "publish", "handed_out"])
def test_a_stop_on_the_last_steps_loses_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    shelf = full_shelf("best")
    local = family(tmp_path, shelf)
    with monkeypatch.context() as patch:
        patch.setattr(f"index.weights.fetch.{step}", interrupt)
        with pytest.raises(KeyboardInterrupt):
            local.ensure("best")
    assert local.ensure("best").read_bytes() == b"best"
    assert local.verify("best").ok
    assert shelf.asked == ["best"]
    assert list((tmp_path / "cache" / "weights" / ".partial").iterdir()) == []


def test_the_preferred_generator_comes_without_a_notice(tmp_path: Path) -> None:
    path, weights, notice = family(tmp_path, full_shelf("best", "middle", "last")).ensure_generator("best")
    assert (path.read_bytes(), weights, notice) == (b"best", FAMILY[0], None)


@pytest.mark.parametrize(("available", "chosen"), [(("middle", "last"), "middle"), (("last",), "last")])
def test_the_next_best_generator_is_taken_and_said(tmp_path: Path, available: tuple[str, ...], chosen: str) -> None:
    path, weights, notice = family(tmp_path, full_shelf(*available)).ensure_generator("best")
    assert path.read_bytes() == chosen.encode()
    assert weights.name == chosen
    assert notice is not None
    assert notice.startswith(f"best could not be fetched, answering with {chosen} instead")
    assert "pincite models pull best" in notice
    assert "\n" not in notice


def test_fallback_starts_at_the_preferred_one(tmp_path: Path) -> None:
    shelf = full_shelf("best", "last")
    assert family(tmp_path, shelf).ensure_generator("middle")[1].name == "last"
    assert shelf.asked == ["middle", "last"]


def test_no_generator_at_all_gives_the_preferred_ones_reason(tmp_path: Path) -> None:
    shelf = Shelf({})
    with pytest.raises(SourcesExhausted, match=r"cannot get the weights best .*shelf is empty.*pull best"):
        family(tmp_path, shelf).ensure_generator("best")
    assert shelf.asked == ["best", "middle", "last"]


def test_a_damaged_or_too_large_preferred_generator_is_said_not_replaced(tmp_path: Path) -> None:
    local = family(tmp_path, full_shelf("best", "middle"))
    local.ensure("best").write_bytes(b"tseb")
    with pytest.raises(WeightsError, match="damaged"):
        local.ensure_generator("best")
    huge = LocalWeights(tmp_path / "other", (generator("huge", "last", 10**15), FAMILY[2]), (full_shelf("last"),))
    with pytest.raises(NotEnoughSpace):
        huge.ensure_generator("huge")


def test_an_unknown_name_is_refused_everywhere(tmp_path: Path) -> None:
    local = family(tmp_path)
    actions: list[Callable[[str], object]] = [local.ensure, local.locate, local.verify, local.require]
    for action in [*actions, local.ensure_generator]:
        with pytest.raises(WeightsError, match="choose one of: best, middle, last"):
            action("../best")


def test_a_child_does_not_outlive_an_interruption(tmp_path: Path) -> None:
    """The child writes a heartbeat; after Ctrl-C in the parent's loop it must stop growing."""
    beat = tmp_path / "beat"
    code = "import sys, time\nwhile True:\n open(sys.argv[1], 'a').write('x')\n time.sleep(0.01)"

    def interrupt_once_alive() -> None:
        if beat.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_child(
            [sys.executable, "-c", code, str(beat)], environment={}, log=tmp_path / "log", tick=interrupt_once_alive
        )
    size = beat.stat().st_size
    time.sleep(0.1)
    assert beat.stat().st_size == size


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.weights.child.GRACE_SECONDS", 0.2)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    log = tmp_path / "log"

    def stop_once_up() -> None:
        if b"up" in log.read_bytes():
            raise TimeoutError

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        run_child([sys.executable, "-c", code], environment={}, log=log, tick=stop_once_up)
    assert time.monotonic() - started < 30


def test_a_child_gets_its_request_and_its_output_is_kept(tmp_path: Path) -> None:
    code = "import sys; print('got', sys.stdin.readline().strip()); print('and', file=sys.stderr); sys.exit(3)"
    log = tmp_path / "log"
    done = run_child([sys.executable, "-c", code], environment={}, log=log, tick=lambda: None, request="this")
    assert done == 3
    assert set(log.read_text().split("\n")) == {"got this", "and", ""}
