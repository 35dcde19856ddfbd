"""Language models for the contract of generators: a script, and one real model behind each runtime."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from models import MODEL, REAL, make, serve

from index.weights import require
from rag.types import Generator


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Let llama.cpp compute with one thread: several wait for each other in a loop, which on a busy machine takes ages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.generators.llama_cpp._threads", lambda: 1)
        yield


@pytest.fixture(scope="session")
def gguf() -> Path:
    """Return the smallest real model there is."""
    return require(MODEL)


@pytest.fixture(scope="session")
def unpacked(gguf: Path, request: pytest.FixtureRequest) -> Path:
    """Return the same model as transformers saves it. Unpacking takes half a minute, so it is kept between runs."""
    folder = Path(request.config.cache.mkdir(f"{MODEL}-unpacked"))  # type: ignore[union-attr]
    if not (folder / "done").exists():
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

        source: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
        packing = GgufConfig(dequantize=True)
        AutoTokenizer.from_pretrained(str(gguf.parent), **source).save_pretrained(folder)
        AutoModelForCausalLM.from_pretrained(
            str(gguf.parent), dtype=torch.bfloat16, quantization_config=packing, **source
        ).save_pretrained(folder)
        (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def endpoint(gguf: Path) -> Iterator[str]:
    """Return the URL of an OpenAI-compatible endpoint that asks for a key."""
    server = serve(gguf)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module", params=["scripted", *(pytest.param(name, marks=pytest.mark.weights) for name in REAL)])
def generator(request: pytest.FixtureRequest) -> Iterator[Generator]:
    """Each generator, one after the other."""
    made = make(request.param, request)
    yield made
    made.close()


@pytest.fixture(scope="module", params=REAL)
def real_generator(request: pytest.FixtureRequest) -> Iterator[Generator]:
    """Each generator that computes."""
    made = make(request.param, request)
    yield made
    made.close()


@pytest.fixture
def gguf_folder(gguf: Path, tmp_path: Path) -> Path:
    """Return a folder that holds the GGUF file and nothing else, to be damaged at will."""
    shutil.copy(gguf, tmp_path / "model.gguf")
    return tmp_path
