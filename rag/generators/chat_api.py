"""The OpenAI chat protocol over plain HTTP: what our own llama.cpp server and foreign endpoints have in common."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from index.errors import GenerationError
from rag.text import as_content
from rag.types import GenerationRequest, Message

_CONNECT_SECONDS = 5.0
_SILENCE_SECONDS = 300.0
"""How long an endpoint may be silent: a slow machine reads a prompt for minutes."""
_CONNECTION_FAILURES = (httpx.HTTPError, httpx.InvalidURL)


class ChatApi:
    """A chat endpoint.

    Args:
        url: base URL, ``…/v1``.
        name: what errors call it.
        api_key: sent as bearer token where given.
        remedy: what a person can do when it refuses.
        extra: fields that go with every request.
    """

    def __init__(
        self, url: str, *, name: str, api_key: str = "", remedy: str, extra: Mapping[str, Any] | None = None
    ) -> None:
        if not (api_key.isascii() and api_key.isprintable()):
            raise GenerationError(f"{name}: the API key has characters that cannot be sent; correct PINCITE_API_KEY")
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        timeout = httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS)
        self._url = url.rstrip("/")
        self._name = name
        self._remedy = remedy
        self._extra = dict(extra or {})
        # A connection a request: llama.cpp closes them after an answer, and a stale one would fail the next question.
        self._client = httpx.Client(
            headers=headers,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def models(self) -> list[str]:
        """Return the names of the models it serves.

        Raises:
            GenerationError: it cannot be reached, or does not answer as it should.
        """
        try:
            response = self._client.get(f"{self._url}/models")
        except _CONNECTION_FAILURES as error:
            raise self._unreachable(error) from None
        if not response.is_success:
            raise self._refused(response)
        try:
            return [str(entry["id"]) for entry in response.json()["data"]]
        except (KeyError, TypeError, ValueError):
            return []

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield text as it arrives; ``""`` for each sign of life before. Closing the iterator closes the connection,
        upon which servers stop.

        Raises:
            GenerationError: it refuses, fails, or cannot be reached.
        """
        body = self._body(request.messages, max_tokens=request.max_tokens, stream=True)
        if request.stop:
            body["stop"] = list(request.stop)
        try:
            with self._client.stream("POST", f"{self._url}/chat/completions", json=body) as response:
                if not response.is_success:
                    response.read()
                    raise self._refused(response)
                for line in response.iter_lines():
                    if line.startswith("data:") and line[5:].strip() != "[DONE]":
                        yield self._content(line[5:])
                    elif line.startswith(":"):
                        yield ""
        except _CONNECTION_FAILURES as error:
            raise self._unreachable(error) from None

    def choose(self, messages: Sequence[Message], options: Sequence[str], *, top: int) -> list[float] | None:
        """Return the options' shares of the next word's probability, or None if it gives no probabilities.

        Raises:
            GenerationError: it cannot be reached.
        """
        body = self._body(messages, max_tokens=1, logprobs=True, top_logprobs=top)
        try:
            response = self._client.post(f"{self._url}/chat/completions", json=body)
        except _CONNECTION_FAILURES as error:
            raise self._unreachable(error) from None
        if not response.is_success:
            return None
        try:
            entries = response.json()["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
            return option_shares([(entry["token"], float(entry["logprob"])) for entry in entries], options)
        except (KeyError, IndexError, TypeError, ValueError):
            return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _body(self, messages: Sequence[Message], *, max_tokens: int, **more: Any) -> dict[str, Any]:
        if self._client.is_closed:
            raise GenerationError(f"{self._name}: has been closed; open a new assistant")
        turns = [{"role": message.role, "content": as_content(message.text)} for message in messages]
        return {"messages": turns, "max_tokens": max_tokens, "temperature": 0, **self._extra, **more}

    def _content(self, data: str) -> str:
        try:
            event = json.loads(data)
            if "error" not in event:
                choices = event.get("choices") or []
                return (choices[0].get("delta", {}).get("content") or "") if choices else ""
        except (ValueError, AttributeError, KeyError, TypeError):
            raise GenerationError(f"{self._name}: sent something that is no chat completion; {self._remedy}") from None
        raise GenerationError(f"{self._name}: failed while writing ({_one_line(event['error'])}); {self._remedy}")

    def _refused(self, response: httpx.Response) -> GenerationError:
        detail = _one_line(_message(response))
        return GenerationError(f"{self._name}: answered {response.status_code} ({detail}); {self._remedy}")

    def _unreachable(self, error: Exception) -> GenerationError:
        return GenerationError(f"{self._name}: cannot be reached ({_one_line(error)}); {self._remedy}")


def option_shares(logprobs: Sequence[tuple[str, float]], options: Sequence[str]) -> list[float] | None:
    """Share the probability of the next token among options that begin with it (case and spaces aside)."""
    mass = [0.0] * len(options)
    for token, logprob in logprobs:
        bare = token.strip().lower()
        matching = [i for i, option in enumerate(options) if bare and option.lower().startswith(bare)]
        if len(matching) == 1:
            mass[matching[0]] += math.exp(logprob)
    total = sum(mass)
    return [share / total for share in mass] if total > 0 else None


def estimate_tokens(text: str) -> int:
    """Return a number of tokens that text hardly exceeds: four ASCII characters a token are usual, three are safe."""
    ascii_letters = sum(1 for character in text if character.isascii())
    return math.ceil(ascii_letters / 3) + 2 * (len(text) - ascii_letters) + 1


def _message(response: httpx.Response) -> object:
    try:
        return response.json()["error"]["message"]
    except (KeyError, TypeError, ValueError):
        return response.text


def _one_line(detail: object) -> str:
    return " ".join(str(detail).split())[:200] or type(detail).__name__
