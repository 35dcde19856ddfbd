"""What llama.cpp has read is taken up by the next process; what is damaged is read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from models import CONTEXT_TOKENS

from rag.generators import kept_prompts, llama_cpp
from rag.generators.llama_cpp import LlamaCppGenerator
from rag.types import GenerationRequest, Message

pytestmark = pytest.mark.weights
BEGINNING = (Message("system", "You count. " * 30), Message("user", "One."), Message("assistant", "Two."))
ASKED = GenerationRequest((*BEGINNING, Message("user", "Three.")), 6)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (kept_prompts, llama_cpp):
        monkeypatch.setattr(module, "prompts_dir", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def fresh(gguf: Path, folder: Path) -> Iterator[LlamaCppGenerator]:
    generator = LlamaCppGenerator(gguf, context_tokens=CONTEXT_TOKENS)
    yield generator
    generator.close()


def answer(generator: LlamaCppGenerator) -> str:
    return "".join(generator.stream(ASKED))


def test_a_beginning_is_kept_and_taken_up(fresh: LlamaCppGenerator, gguf: Path, folder: Path) -> None:
    plain = answer(fresh)
    fresh.prepare(BEGINNING)
    (kept,) = folder.glob("*.kv")
    written = kept.stat().st_mtime_ns
    again = LlamaCppGenerator(gguf, context_tokens=CONTEXT_TOKENS)
    again.prepare(BEGINNING)
    assert kept.stat().st_mtime_ns == written, "it was not read and written anew"
    assert answer(again) == plain
    again.close()


def test_a_damaged_file_is_not_used(fresh: LlamaCppGenerator, gguf: Path, folder: Path) -> None:
    plain = answer(fresh)
    fresh.prepare(BEGINNING)
    (kept,) = folder.glob("*.kv")
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 0xFF
    kept.write_bytes(data)
    again = LlamaCppGenerator(gguf, context_tokens=CONTEXT_TOKENS)
    again.prepare(BEGINNING)
    assert kept.read_bytes() != bytes(data), "it was read and written anew"
    assert answer(again) == plain
    again.close()


def test_another_beginning_has_another_file(fresh: LlamaCppGenerator, folder: Path) -> None:
    for i in range(kept_prompts._MOST_FILES + 2):
        fresh.prepare((Message("system", f"Number {i}."),))
    assert len(list(folder.glob("*.kv"))) == kept_prompts._MOST_FILES
    assert {path.stem for path in folder.glob("*.kv")} == {path.stem for path in folder.glob("*.sha256")}


def test_a_folder_that_cannot_be_written_only_costs_time(
    gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (kept_prompts, llama_cpp):
        monkeypatch.setattr(module, "prompts_dir", lambda: tmp_path / "none")
    generator = LlamaCppGenerator(gguf, context_tokens=CONTEXT_TOKENS)
    generator.prepare(BEGINNING)
    assert answer(generator)
    generator.close()
