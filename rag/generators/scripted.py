"""A generator that writes what it was told to, for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rag.types import GenerationRequest, Message, ModelInfo

Script = Callable[[GenerationRequest], Iterable[str]]


class ScriptedGenerator:
    """Yields the pieces of a script for each request.

    Args:
        script: called with the request; what it returns is streamed piece by piece.
        answerable: what :meth:`choose` gives the first option; None for a model that cannot tell.
    """

    def __init__(self, script: Script, *, answerable: float | None = 1.0, context_tokens: int = 4096) -> None:
        self._script = script
        self._answerable = answerable
        self._context_tokens = context_tokens
        self.requests: list[GenerationRequest] = []
        self.closed = 0
        """How often a stream was ended, by itself or by its reader."""

    @property
    def info(self) -> ModelInfo:
        """It has no weights."""
        return ModelInfo("scripted", "scripted", None)

    @property
    def context_tokens(self) -> int:
        """As given."""
        return self._context_tokens

    @property
    def keeps_prompt(self) -> bool:
        """There is nothing to keep."""
        return False

    @property
    def continues(self) -> bool:
        """A script writes what it writes."""
        return True

    def count_tokens(self, text: str) -> int:
        """One token a word."""
        return len(text.split())

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield the script's pieces."""
        self.requests.append(request)
        try:
            yield from self._script(request)
        finally:
            self.closed += 1

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is kept."""

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the given probability for the first option, the rest shared evenly."""
        if self._answerable is None:
            return None
        return [self._answerable, *[(1 - self._answerable) / (len(options) - 1)] * (len(options) - 1)]

    def close(self) -> None:
        """Nothing to free."""
