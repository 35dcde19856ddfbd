"""Language models for the contract of generators: a script, and one real model behind each runtime."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.weights import require
from rag.generators.llama_cpp import LlamaCppGenerator
from rag.generators.openai import OpenAIGenerator
from rag.generators.scripted import ScriptedGenerator
from rag.generators.transformers import TransformersGenerator
from rag.types import GenerationRequest, Generator

MODEL = "smollm2-135m-instruct"
CONTEXT_TOKENS = 1024
API_KEY = "a-key-of-the-tests"


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


def serve(gguf: Path) -> Any:
    """Return a running llama.cpp server with the key of the tests."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = 2
    params.warmup = False
    params.verbosity = -1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [API_KEY]
    params.ui = False
    params.offline = True
    params.cache_ram_mib = 16
    return xllamacpp.Server(params)


@pytest.fixture(scope="session")
def endpoint(gguf: Path) -> Iterator[str]:
    """Return the URL of an OpenAI-compatible endpoint that asks for a key."""
    server = serve(gguf)
    yield f"{server.listening_address}/v1"
    del server


def recite(request: GenerationRequest) -> Iterable[str]:
    """Write one word a token, without an end of its own."""
    words = request.messages[-1].text.split()
    pieces = (f"{word} " for word in itertools.cycle(words))
    return itertools.islice(pieces, request.max_tokens)


REAL = ["llama_cpp", "transformers", "openai"]


def make(name: str, request: pytest.FixtureRequest) -> Generator:
    """Return a new generator of a kind."""
    match name:
        case "scripted":
            return ScriptedGenerator(recite, answerable=0.75)
        case "llama_cpp":
            return LlamaCppGenerator(request.getfixturevalue("gguf"), context_tokens=CONTEXT_TOKENS)
        case "openai":
            url = request.getfixturevalue("endpoint")
            return OpenAIGenerator(url, api_key=API_KEY, context_tokens=CONTEXT_TOKENS)
        case _:
            return TransformersGenerator(request.getfixturevalue("unpacked"))


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
