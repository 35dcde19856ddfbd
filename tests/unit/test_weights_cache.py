"""Weights on disk: the stamp, what it notices, and how folders are put in place."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from index.errors import WeightsError
from index.weights import DamagedWeights, LocalWeights, Status, Upstream, Weights, WeightsFile, cache_dir
from index.weights import cache as cache_module
from index.weights.cache import STAMP_NAME, Mark, publish, read_stamp, sha256_of, write_stamp

CONTENT = b"weights that can be checked by hand"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def generator() -> Weights:
    return Weights(
        name="tiny", role="generator", licence="MIT", bytes=len(CONTENT), summary="Tiny.", wheels=(),
        upstream=Upstream("org/tiny", "0" * 40, "tiny.gguf", sha(CONTENT)),
        files=(WeightsFile("tiny.gguf", len(CONTENT), sha(CONTENT)),),
    )  # fmt: skip


@pytest.fixture
def local(tmp_path: Path) -> LocalWeights:
    """Return weights that were put in the cache by hand, without a stamp."""
    path = tmp_path / "weights" / "tiny" / "tiny.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return LocalWeights(tmp_path, (generator(),), ())


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by the name of every file hashed while checking."""
    names: list[str] = []

    def counting(path: Path, advance: object = None) -> str:
        names.append(path.name)
        return sha(path.read_bytes())

    monkeypatch.setattr(cache_module, "sha256_of", counting)
    return names


def file_of(local: LocalWeights) -> Path:
    return local.root / "weights" / "tiny" / "tiny.gguf"


def flip_a_byte(path: Path, *, keep_time: bool = False) -> None:
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)
    later = before.st_mtime_ns if keep_time else before.st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))


def test_cache_dir_is_the_environments_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PINCITE_CACHE", str(tmp_path / "c"))
    assert cache_dir() == tmp_path / "c"
    monkeypatch.delenv("PINCITE_CACHE")
    assert cache_dir().name == "pincite"
    assert cache_dir().is_absolute()


def test_a_file_is_hashed_once_and_then_known_by_its_stamp(local: LocalWeights, hashed: list[str]) -> None:
    assert local.locate("tiny") == file_of(local)
    assert hashed == ["tiny.gguf"]
    assert local.locate("tiny") == file_of(local)
    assert hashed == ["tiny.gguf"]


def test_a_touched_file_is_hashed_again_and_then_known(local: LocalWeights, hashed: list[str]) -> None:
    local.locate("tiny")
    os.utime(file_of(local), ns=(1, 1))
    assert local.locate("tiny") == file_of(local)
    assert local.locate("tiny") == file_of(local)
    assert hashed == ["tiny.gguf", "tiny.gguf"]


def test_a_flipped_byte_is_noticed(local: LocalWeights) -> None:
    assert local.verify("tiny").status is Status.OK
    flip_a_byte(file_of(local))
    assert local.locate("tiny") is None
    assert local.verify("tiny").status is Status.DAMAGED
    with pytest.raises(DamagedWeights, match="run: pincite models pull tiny"):
        local.require("tiny")
    with pytest.raises(DamagedWeights, match="run: pincite models pull tiny"):
        local.ensure("tiny")


def test_verify_sees_what_the_stamp_cannot(local: LocalWeights) -> None:
    local.locate("tiny")
    flip_a_byte(file_of(local), keep_time=True)
    assert local.locate("tiny") == file_of(local)
    result = local.verify("tiny")
    assert result.status is Status.DAMAGED
    assert not result.ok
    assert "tiny.gguf" in result.detail


def test_a_truncated_file_is_damaged_without_hashing(local: LocalWeights, hashed: list[str]) -> None:
    file_of(local).write_bytes(CONTENT[:-1])
    assert local.verify("tiny").status is Status.DAMAGED
    assert hashed == []


def test_missing_weights(tmp_path: Path) -> None:
    local = LocalWeights(tmp_path, (generator(),), ())
    result = local.verify("tiny")
    assert (result.status, result.path) == (Status.MISSING, None)
    assert local.locate("tiny") is None
    with pytest.raises(WeightsError, match="not on this computer; run: pincite models pull tiny"):
        local.require("tiny")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stamp", ["", "nonsense", "[]", "{}", '{"version": 99, "files": {}}', '{"version": 1}'])
def test_an_unreadable_stamp_only_costs_a_hash(local: LocalWeights, hashed: list[str], stamp: str) -> None:
    (file_of(local).parent / STAMP_NAME).write_text(stamp, encoding="utf-8")
    assert local.locate("tiny") == file_of(local)
    assert hashed == ["tiny.gguf"]
    assert read_stamp(file_of(local).parent)["tiny.gguf"].sha256 == sha(CONTENT)


def test_a_stamp_cannot_vouch_for_another_hash(local: LocalWeights) -> None:
    """A stamp that agrees with a wrong file, as another catalogue would have left it, is not believed."""
    other = bytes(reversed(CONTENT))
    path = file_of(local)
    path.write_bytes(other)
    status = path.stat()
    write_stamp(path.parent, {"tiny.gguf": Mark(sha(other), status.st_size, status.st_mtime_ns)})
    assert local.locate("tiny") is None


def test_a_stamp_reads_back_as_written(tmp_path: Path) -> None:
    marks = {"b": Mark("1" * 64, 2, 3), "a/ü.json": Mark("2" * 64, 0, 2**62)}
    write_stamp(tmp_path, marks)
    assert read_stamp(tmp_path) == marks
    assert [path.name for path in tmp_path.iterdir()] == [STAMP_NAME]
    json.loads((tmp_path / STAMP_NAME).read_text(encoding="utf-8"))


def test_publish_replaces_a_folder_whole(tmp_path: Path) -> None:
    ready, target = tmp_path / "partial" / "ready", tmp_path / "weights" / "tiny"
    target.mkdir(parents=True)
    (target / "old").write_text("old")
    ready.mkdir(parents=True)
    (ready / "new").write_text("new")
    publish(ready, target)
    assert [path.name for path in target.iterdir()] == ["new"]
    assert list((tmp_path / "partial").iterdir()) == []


def test_sha256_of_agrees_with_the_library_and_reports_every_byte(tmp_path: Path) -> None:
    data = os.urandom(cache_module.HASH_BLOCK + 17)
    (tmp_path / "f").write_bytes(data)
    blocks: list[int] = []
    assert sha256_of(tmp_path / "f", blocks.append) == sha(data)
    assert sum(blocks) == len(data)
