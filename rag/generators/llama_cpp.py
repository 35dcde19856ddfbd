"""GGUF models by llama.cpp, in this process, through ``xllamacpp``.

``xllamacpp.Server`` always listens as well. We talk to it in the process, so its door is shut: a loopback port with a
random key, no page, no slot or property endpoints, no cross-origin answers.
"""

from __future__ import annotations

import hashlib
import math
import os
import queue
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import GenerationError
from rag.types import GenerationRequest, Message, ModelInfo

_CONTEXT_TOKENS = 4096
_CACHE_MIB = 256
_TOP_LOGPROBS = 40
_GGUF_MAGIC = b"GGUF"


class LlamaCppGenerator:
    """A GGUF file. One request at a time; what a prompt shares with the previous one is not read again."""

    def __init__(
        self, path: Path, *, name: str | None = None, context_tokens: int = _CONTEXT_TOKENS, sha256: str | None = None
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
        self._server: Any = _start(path, context_tokens)

    @property
    def info(self) -> ModelInfo:
        """Name, runtime and hash of the file."""
        if self._sha256 is None:
            self._sha256 = _sha256(self._path)
        return ModelInfo(self._name, "llama.cpp", self._sha256)

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and answer may have together."""
        return self._context_tokens

    def count_tokens(self, text: str) -> int:
        """Return an upper estimate."""
        return estimate_tokens(text)

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield text as it is written. Closing the iterator stops the model after the token at hand.

        Raises:
            GenerationError: the prompt does not fit, or the model failed.
        """
        body = {
            "messages": _plain(request.messages),
            "max_tokens": request.max_tokens,
            "stop": list(request.stop),
            "temperature": 0.0,
            "stream": True,
            "cache_prompt": True,
        }
        pieces: queue.Queue[str | BaseException | None] = queue.Queue()
        cancelled = threading.Event()

        def receive(event: Mapping[str, Any]) -> bool:
            try:
                pieces.put(_delta(event))
            except GenerationError as error:
                pieces.put(error)
            return cancelled.is_set()

        def work() -> None:
            try:
                with self._lock:
                    if not cancelled.is_set():
                        self._open_server().handle_chat_completions(body, receive)
                pieces.put(None)
            except BaseException as error:  # handed to the reader, who raises it
                pieces.put(error if isinstance(error, GenerationError) else GenerationError(_reason(error)))

        worker = threading.Thread(target=work, name="llama.cpp", daemon=True)
        worker.start()
        try:
            while (piece := pieces.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                if piece:
                    yield piece
        finally:
            cancelled.set()
            worker.join()

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the probability of each option as the next word, normalised over the options."""
        body = {
            "messages": _plain(messages),
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": True,
            "top_logprobs": _TOP_LOGPROBS,
            "cache_prompt": True,
        }
        with self._lock:
            reply = self._open_server().handle_chat_completions(body)
        return option_probabilities(_top_logprobs(reply), options)

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._server = None

    def _open_server(self) -> Any:
        if self._server is None:
            raise GenerationError("the model has been closed; open a new assistant")
        return self._server


def estimate_tokens(text: str) -> int:
    """Return a number of tokens that text hardly exceeds: four ASCII characters a token are usual, three are safe."""
    ascii_letters = sum(1 for character in text if character.isascii())
    return math.ceil(ascii_letters / 3) + 2 * (len(text) - ascii_letters) + 1


def option_probabilities(logprobs: Sequence[tuple[str, float]], options: Sequence[str]) -> list[float] | None:
    """Share the probability of the next token among options that begin with it (case and spaces aside)."""
    mass = [0.0] * len(options)
    for token, logprob in logprobs:
        bare = token.strip().lower()
        matching = [i for i, option in enumerate(options) if bare and option.lower().startswith(bare)]
        if len(matching) == 1:
            mass[matching[0]] += math.exp(logprob)
    total = sum(mass)
    return [share / total for share in mass] if total > 0 else None


def _start(path: Path, context_tokens: int) -> Any:
    _check_file(path)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = max(
        1, min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    )
    params.warmup = False
    params.verbosity = -1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [secrets.token_urlsafe(32)]
    params.cors_origins = "http://127.0.0.1"
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.offline = True
    params.cache_ram_mib = _CACHE_MIB
    try:
        return xllamacpp.Server(params)
    except Exception as error:
        raise GenerationError(
            f"{path}: llama.cpp cannot load it ({_reason(error)}); "
            "run 'pincite models verify' or choose another with --model"
        ) from None


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


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.text} for message in messages]


def _delta(event: Mapping[str, Any]) -> str:
    if "error" in event or "choices" not in event:
        raise GenerationError(_error_text(event))
    choices = event["choices"]
    return (choices[0].get("delta", {}).get("content") or "") if choices else ""


def _top_logprobs(reply: Mapping[str, Any]) -> list[tuple[str, float]]:
    if "choices" not in reply:
        raise GenerationError(_error_text(reply))
    content = (reply["choices"][0].get("logprobs") or {}).get("content") or []
    return [(entry["token"], float(entry["logprob"])) for entry in content[0]["top_logprobs"]] if content else []


def _error_text(event: Mapping[str, Any]) -> str:
    error = event.get("error", event)
    message = error.get("message", error) if isinstance(error, Mapping) else error
    return f"the model refused the request ({' '.join(str(message).split())[:200]}); ask a shorter question"


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
