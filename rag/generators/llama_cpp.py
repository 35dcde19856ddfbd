"""GGUF models by llama.cpp, through ``xllamacpp``, whose server we run in this process and talk to over loopback.

HTTP rather than a call in the process, because closing a connection is what stops llama.cpp even while it still reads a
prompt. The server's door is shut to others: loopback only, a random key, no page, no slot or property endpoints, no
cross-origin answers.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.errors import GenerationError
from index.weights.cache import sha256_of
from rag.generators.chat_api import ChatApi, estimate_tokens
from rag.generators.kept_prompts import KeptPrompt, prompts_dir
from rag.types import GenerationRequest, Message, ModelInfo

_CONTEXT_TOKENS = 4096
_CACHE_MIB = 256
_BATCH_TOKENS = 128
"""Prompt tokens read at a time. A stop takes effect between two batches: within two seconds on two cores."""
_TOP_LOGPROBS = 40
_GGUF_MAGIC = b"GGUF"
_REMEDY = "run 'pincite models verify' or choose another with --model"


class LlamaCppGenerator:
    """A GGUF file. One request at a time; what a prompt shares with the previous one is not read again."""

    def __init__(
        self,
        path: Path,
        *,
        name: str | None = None,
        context_tokens: int = _CONTEXT_TOKENS,
        sha256: str | None = None,
    ) -> None:
        """Load the model (seconds).

        Args:
            path: the GGUF file.
            name: what to call it; the file's stem unless told.
            context_tokens: room for prompt and answer together.
            sha256: hash of the file if it is known; computed from the file otherwise, when first asked for.

        Raises:
            GenerationError: the file is missing, not GGUF, damaged, or too large for the memory.
        """
        self._path = path
        self._name = name or path.stem
        self._context_tokens = context_tokens
        self._sha256 = sha256
        self._lock = threading.Lock()
        self._key = key = secrets.token_urlsafe(32)
        self._server: Any = _start(path, context_tokens, key)
        self._api = ChatApi(
            f"{self._server.listening_address}/v1",
            name=self._name,
            api_key=key,
            remedy="ask a shorter question, or choose another model with --model",
            extra={"cache_prompt": True},
        )

    @property
    def info(self) -> ModelInfo:
        """Name, runtime and hash of the file."""
        if self._sha256 is None:
            self._sha256 = sha256_of(self._path)
        return ModelInfo(self._name, "llama.cpp", self._sha256)

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and answer may have together."""
        return self._context_tokens

    @property
    def keeps_prompt(self) -> bool:
        """The prompt stays in the cache of the one slot."""
        return True

    @property
    def continues(self) -> bool:
        """llama.cpp goes on with a reply that has been begun."""
        return True

    def count_tokens(self, text: str) -> int:
        """Return an upper estimate."""
        return estimate_tokens(text)

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield text as it is written. Closing the iterator stops the model.

        Raises:
            GenerationError: the prompt does not fit, or the model failed.
        """
        self._check_open()
        return self._api.stream(request)

    def prepare(self, messages: Sequence[Message]) -> None:
        """Read the beginning of prompts to come, or take it from the cache folder, where an earlier process left it."""
        self._check_open()
        kept = KeptPrompt(prompts_dir(), self._server.listening_address, self._key, (self._identity(), *messages))
        if not kept.restore():
            for _ in self.stream(GenerationRequest(tuple(messages), max_tokens=1)):
                pass
            kept.save()

    def _identity(self) -> str:
        """Return what a kept prompt belongs to: the file, the runtime, and the room it was read in."""
        import xllamacpp

        stat = self._path.stat()
        file = self._sha256 or f"{self._path} {stat.st_size} {stat.st_mtime_ns}"
        return f"{file} {xllamacpp.__version__} {self._context_tokens}"

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the probability of each option as the next word, normalised over the options."""
        self._check_open()
        return self._api.choose(messages, options, top=_TOP_LOGPROBS)

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._api.close()
            self._server = None

    def _check_open(self) -> None:
        if self._server is None:
            raise GenerationError("the model has been closed; open a new assistant")


def _start(path: Path, context_tokens: int, key: str) -> Any:
    _check_file(path)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.cpuparams.n_threads = _threads()
    params.cpuparams.poll = 0  # threads that wait by spinning starve each other as soon as anything else runs
    params.warmup = False
    params.verbosity = -1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.cors_origins = "http://127.0.0.1"
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.offline = True
    params.sse_ping_interval = 1
    params.cache_ram_mib = _CACHE_MIB
    params.slot_save_path = f"{prompts_dir()}{os.sep}"
    try:
        return xllamacpp.Server(params)
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise GenerationError(f"{path}: llama.cpp cannot load it ({reason}); {_REMEDY}") from None


def _threads() -> int:
    """Return the cores this process may use, eight at most: beyond that memory is the limit."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(8, cores or 1))


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise GenerationError(
            f"{path}: cannot be read ({error.strerror}); give the path of a GGUF file with --model"
        ) from None
    if magic != _GGUF_MAGIC:
        raise GenerationError(f"{path}: is not a GGUF file; give the path of one with --model")
