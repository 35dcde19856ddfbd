"""A medium that lies: every file of a library with a bit turned over or its end cut off, at offsets all over it.

What is changed is found by the doctor or refused, or it changes nothing that the library says.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fakes import WordCountEmbedder

from index.doctor import examine
from index.errors import LibraryError
from index.library import Library

EMBEDDER = WordCountEmbedder()
QUESTIONS = ("walrus ice", "penguin fish", "lantern oil harbour")


def everything(folder: Path) -> object:
    """Return all that a library says."""
    with Library.open(folder, embedder=EMBEDDER, create=False) as library:
        records = library.catalogue()
        return (
            [(record, library.document(record.id)) for record in records],
            [library.search(question, k=50) for question in QUESTIONS],
            library.store.files(),
            library.info().documents,
        )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "library"
    texts = {
        "a.txt": "The walrus sleeps on the ice. It wakes when the ice breaks.",
        "b.txt": "The penguin eats fish. Its young eat more fish.",
        "c.txt": "The lantern burns oil. The harbour has forty lanterns.",
    }
    docs = folder.parent / "docs"
    docs.mkdir()
    for name, text in texts.items():
        (docs / name).write_text(text)
        (docs / f"copy of {name}").write_text(text)
    with Library.open(folder, embedder=EMBEDDER) as library:
        library.add([docs], tags=["x"])
        library.search(QUESTIONS[0])
    return folder


def is_found_or_harmless(folder: Path, expected: object) -> str:
    """Return how a change was met: ``refused``, ``found``, ``harmless``, or ``missed``."""
    try:
        with Library.open(folder, embedder=EMBEDDER, create=False) as library:
            if examine(library):
                return "found"
        return "harmless" if everything(folder) == expected else "missed"
    except LibraryError as error:
        assert "\n" not in str(error)
        return "refused"


@pytest.mark.parametrize("name", ["library.sqlite3", "vectors.faiss"])
def test_a_flipped_byte_is_found_or_harmless(whole: Path, tmp_path: Path, is_long: bool, name: str) -> None:
    expected = everything(whole)
    data = (whole / name).read_bytes()
    step = 61 if is_long else 1021
    met: dict[str, int] = {}
    for number, offset in enumerate(range(0, len(data), step)):
        folder = tmp_path / "library"
        shutil.copytree(whole, folder)
        changed = bytearray(data)
        changed[offset] ^= (1, 0x80, 0xFF)[number % 3]
        (folder / name).write_bytes(changed)
        how = is_found_or_harmless(folder, expected)
        assert how != "missed", f"byte {offset} of {name}"
        met[how] = met.get(how, 0) + 1
        shutil.rmtree(folder)
    assert met.get("found", 0) + met.get("refused", 0) > 0.3 * sum(met.values()), met


@pytest.mark.parametrize("name", ["library.sqlite3", "vectors.faiss"])
def test_a_lost_end_is_found_or_harmless(whole: Path, tmp_path: Path, is_long: bool, name: str) -> None:
    expected = everything(whole)
    data = (whole / name).read_bytes()
    pieces = 200 if is_long else 16
    for size in {len(data) * i // pieces for i in range(pieces)} | {len(data) - 1}:
        folder = tmp_path / "library"
        shutil.copytree(whole, folder)
        (folder / name).write_bytes(data[:size])
        assert is_found_or_harmless(folder, expected) != "missed", f"{name} cut to {size}"
        shutil.rmtree(folder)


def test_a_damaged_cache_costs_no_answer(whole: Path, tmp_path: Path) -> None:
    expected = everything(whole)
    folder = tmp_path / "library"
    shutil.copytree(whole, folder)
    cache = folder / "vectors.faiss"
    cache.write_bytes(cache.read_bytes()[:-7] + b"garbage")
    assert everything(folder) == expected
