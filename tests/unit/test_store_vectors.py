"""The FAISS cache: exact neighbours, and a file that is whole or is not used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.store.vectors import VectorIndex, from_blobs, to_blob
from index.types import Matrix

VERSION = "3 00ff00ff00ff00ff"


def unit_rows(n: int, dimension: int, seed: int = 0) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    matrix: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return matrix


def built(n: int = 5, dimension: int = 4) -> VectorIndex:
    return VectorIndex.build(np.arange(10, 10 + n, dtype=np.int64), unit_rows(n, dimension), VERSION)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.faiss"


@pytest.mark.parametrize("k", [1, 7, 50, 200])
def test_neighbours_are_those_of_brute_force(k: int) -> None:
    vectors, numbers = unit_rows(50, 16), np.arange(100, 150, dtype=np.int64)
    query = unit_rows(1, 16, seed=1)[0]
    found = VectorIndex.build(numbers, vectors, VERSION).search(query, k)
    cosines = vectors @ query
    best = sorted(zip(numbers.tolist(), cosines.tolist(), strict=True), key=lambda pair: -pair[1])[:k]
    assert [number for number, _ in found] == [number for number, _ in best]
    assert [score for _, score in found] == pytest.approx([score for _, score in best], abs=1e-6)


def test_equal_vectors_come_in_order_of_number() -> None:
    row = unit_rows(1, 4)
    index = VectorIndex.build(np.array([9, 3, 7], dtype=np.int64), np.repeat(row, 3, axis=0), VERSION)
    assert [number for number, _ in index.search(row[0], 3)] == [3, 7, 9]


def test_an_empty_index_finds_nothing() -> None:
    index = VectorIndex.build(np.zeros(0, dtype=np.int64), np.zeros((0, 4), dtype=np.float32), VERSION)
    assert len(index) == 0
    assert index.search(unit_rows(1, 4)[0], 5) == []


def test_what_is_saved_is_loaded(path: Path) -> None:
    index = built()
    index.save(path)
    loaded = VectorIndex.load(path, VERSION)
    assert loaded is not None
    query = unit_rows(1, 4, seed=2)[0]
    assert (loaded.version, loaded.search(query, 5)) == (VERSION, index.search(query, 5))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_empty_index_can_be_saved(path: Path) -> None:
    VectorIndex.build(np.zeros(0, dtype=np.int64), np.zeros((0, 4), dtype=np.float32), VERSION).save(path)
    loaded = VectorIndex.load(path, VERSION)
    assert loaded is not None
    assert len(loaded) == 0


@pytest.mark.parametrize("version", ["4 00ff00ff00ff00ff", "3 ", "3", "", "3 00ff00ff00ff00f", VERSION + "0"])
def test_another_version_is_not_loaded(path: Path, version: str) -> None:
    built().save(path)
    assert VectorIndex.load(path, version) is None


def test_a_missing_file_and_a_folder_are_no_cache(tmp_path: Path) -> None:
    assert VectorIndex.load(tmp_path / "none", VERSION) is None
    assert VectorIndex.load(tmp_path, VERSION) is None


def test_no_flipped_bit_goes_unnoticed(path: Path) -> None:
    built(3).save(path)
    whole = path.read_bytes()
    for offset in range(len(whole)):
        for bit in (0, 7):
            damaged = bytearray(whole)
            damaged[offset] ^= 1 << bit
            path.write_bytes(damaged)
            assert VectorIndex.load(path, VERSION) is None, f"bit {bit} of byte {offset}"


def test_no_other_length_goes_unnoticed(path: Path) -> None:
    built(3).save(path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert VectorIndex.load(path, VERSION) is None, f"first {length} bytes"
    path.write_bytes(whole + b"\x00")
    assert VectorIndex.load(path, VERSION) is None


def test_a_failed_save_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built().save(path)
    before = path.read_bytes()

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.store.vectors.os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        built(9).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_blobs_are_little_endian_floats() -> None:
    vector = np.array([1.0, -2.5, 0.0], dtype=np.float32)
    assert to_blob(vector) == b"\x00\x00\x80?" + b"\x00\x00 \xc0" + b"\x00\x00\x00\x00"
    assert np.array_equal(from_blobs([to_blob(vector), to_blob(-vector)], 3), np.stack([vector, -vector]))
    assert from_blobs([], 3).shape == (0, 3)
