"""Any OpenAI-compatible chat endpoint, spoken to with plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from index.errors import GenerationError
from rag.generators.llama_cpp import estimate_tokens, option_probabilities
from rag.types import GenerationRequest, Message, ModelInfo

_CONTEXT_TOKENS = 4096
_TOP_LOGPROBS = 20
_CONNECT_SECONDS = 5.0
_SILENCE_SECONDS = 300.0
"""How long the endpoint may be silent: a slow machine reads a prompt for minutes."""


class OpenAIGenerator:
    """A model behind a URL. What is asked, and what is read from the documents, is sent to that URL."""

    def __init__(self, url: str, *, api_key: str = "", context_tokens: int = _CONTEXT_TOKENS) -> None:
        """Connect.

        Args:
            url: ``http://host:port/v1``, with ``#name`` to choose one model of several.
            api_key: sent as bearer token where given.
            context_tokens: room for prompt and answer together.

        Raises:
            GenerationError: nothing answers there, or it has no model of that name.
        """
        base, _, name = url.partition("#")
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        timeout = httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS)
        self._url = base.rstrip("/")
        self._client = httpx.Client(headers=headers, timeout=timeout, follow_redirects=False, trust_env=False)
        self._context_tokens = context_tokens
        self._model = name or self._first_model()

    @property
    def info(self) -> ModelInfo:
        """Name and URL."""
        return ModelInfo(self._model, f"openai-compatible at {self._url}", None)

    @property
    def context_tokens(self) -> int:
        """As given."""
        return self._context_tokens

    def count_tokens(self, text: str) -> int:
        """Return an upper estimate."""
        return estimate_tokens(text)

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield text as it arrives. Closing the iterator closes the connection, upon which servers stop.

        Raises:
            GenerationError: the endpoint refuses or cannot be reached.
        """
        body = self._body(request.messages, max_tokens=request.max_tokens, stream=True)
        if request.stop:
            body["stop"] = list(request.stop)
        try:
            with self._client.stream("POST", f"{self._url}/chat/completions", json=body) as response:
                if response.is_error:
                    response.read()
                    raise _refused(self._url, response)
                for line in response.iter_lines():
                    if line.startswith("data:") and line[5:].strip() != "[DONE]":
                        yield _content(line[5:], self._url)
        except httpx.HTTPError as error:
            raise _unreachable(self._url, error) from None

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> list[float] | None:
        """Return the options' share of the next word's probability; None where the endpoint gives no probabilities."""
        body = self._body(messages, max_tokens=1, logprobs=True, top_logprobs=_TOP_LOGPROBS)
        try:
            response = self._client.post(f"{self._url}/chat/completions", json=body)
        except httpx.HTTPError as error:
            raise _unreachable(self._url, error) from None
        if response.is_error:
            return None
        try:
            content = response.json()["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
            return option_probabilities([(entry["token"], float(entry["logprob"])) for entry in content], options)
        except (KeyError, IndexError, TypeError, ValueError):
            return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _first_model(self) -> str:
        try:
            response = self._client.get(f"{self._url}/models")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(self._url, error) from None
        if response.is_error:
            raise _refused(self._url, response)
        try:
            return str(response.json()["data"][0]["id"])
        except (KeyError, IndexError, TypeError, ValueError):
            raise GenerationError(f"{self._url}: lists no model; name one as {self._url}#NAME") from None

    def _body(self, messages: Sequence[Message], *, max_tokens: int, **more: Any) -> dict[str, Any]:
        turns = [{"role": message.role, "content": message.text} for message in messages]
        return {"model": self._model, "messages": turns, "max_tokens": max_tokens, "temperature": 0, **more}


def _content(data: str, url: str) -> str:
    try:
        event = json.loads(data)
        if "error" in event:
            raise GenerationError(f"{url}: the endpoint failed ({str(event['error'])[:200]}); see its log")
        choices = event.get("choices") or []
        return (choices[0].get("delta", {}).get("content") or "") if choices else ""
    except (ValueError, AttributeError, KeyError, TypeError):
        raise GenerationError(
            f"{url}: sent something that is not a chat completion; is it OpenAI-compatible?"
        ) from None


def _refused(url: str, response: httpx.Response) -> GenerationError:
    detail = " ".join(response.text.split())[:200]
    return GenerationError(
        f"{url}: answered {response.status_code} ({detail}); check the URL, PINCITE_API_KEY and the model's name"
    )


def _unreachable(url: str, error: Exception) -> GenerationError:
    return GenerationError(
        f"{url}: cannot be reached ({' '.join(str(error).split()) or type(error).__name__}); is it running?"
    )
