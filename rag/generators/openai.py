"""Any OpenAI-compatible chat endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.errors import GenerationError
from rag.generators.chat_api import ChatApi, estimate_tokens
from rag.types import GenerationRequest, Message, ModelInfo

_CONTEXT_TOKENS = 4096
_TOP_LOGPROBS = 20
"""As many as the protocol allows."""


class OpenAIGenerator:
    """A model behind a URL. What is asked, and what is read from the documents, is sent to that URL."""

    def __init__(self, url: str, *, api_key: str = "", context_tokens: int = _CONTEXT_TOKENS) -> None:
        """Connect.

        Args:
            url: ``http://host:port/v1``, with ``#name`` to choose one model of several.
            api_key: sent as bearer token where given.
            context_tokens: room for prompt and answer together.

        Raises:
            GenerationError: nothing answers there, or it serves no model.
        """
        base, _, model = url.partition("#")
        self._url = base.rstrip("/")
        self._context_tokens = context_tokens
        remedy = "check that it is running, the URL, the model's name and PINCITE_API_KEY"
        listing = ChatApi(base, name=self._url, api_key=api_key, remedy=remedy)
        try:
            self._model = model or next(iter(listing.models()), "")
        finally:
            listing.close()
        if not self._model:
            raise GenerationError(f"{self._url}: lists no model; name one as {self._url}#NAME")
        self._api = ChatApi(base, name=self._url, api_key=api_key, remedy=remedy, extra={"model": self._model})

    @property
    def info(self) -> ModelInfo:
        """Name and URL."""
        return ModelInfo(self._model, f"openai-compatible at {self._url}", None)

    @property
    def context_tokens(self) -> int:
        """As given."""
        return self._context_tokens

    @property
    def keeps_prompt(self) -> bool:
        """It may, but cannot be relied on."""
        return False

    @property
    def continues(self) -> bool:
        """Many endpoints begin a new reply instead."""
        return False

    def count_tokens(self, text: str) -> int:
        """Return an upper estimate."""
        return estimate_tokens(text)

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield text as it arrives; closing the iterator closes the connection. Raises GenerationError."""
        return self._api.stream(request)

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is kept."""

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the options' shares of the next word's probability; None where the endpoint gives none."""
        return self._api.choose(messages, options, top=_TOP_LOGPROBS)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
