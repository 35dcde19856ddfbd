"""The smallest real model behind each runtime, and a script that stands in for one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from rag.generators.llama_cpp import LlamaCppGenerator
from rag.generators.openai import OpenAIGenerator
from rag.generators.scripted import ScriptedGenerator
from rag.generators.transformers import TransformersGenerator
from rag.types import GenerationRequest, Generator

MODEL = "smollm2-135m-instruct"
CONTEXT_TOKENS = 1024
API_KEY = "a-key-of-the-tests"
REAL = ["llama_cpp", "transformers", "openai"]


def serve(gguf: Path) -> Any:
    """Return a running llama.cpp server with the key of the tests."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.warmup = False
    params.verbosity = -1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [API_KEY]
    params.ui = False
    params.offline = True
    params.cache_ram_mib = 16
    return xllamacpp.Server(params)


def recite(request: GenerationRequest) -> Iterable[str]:
    """Write one word a token, without an end of its own."""
    words = request.messages[-1].text.split()
    pieces = (f"{word} " for word in itertools.cycle(words))
    return itertools.islice(pieces, request.max_tokens)


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
