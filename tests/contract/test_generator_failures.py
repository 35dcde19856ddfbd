"""When a language model cannot be had or fails: one line that says why, and never a crash."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from models import API_KEY, REAL, make

from index.errors import GenerationError, PinciteError
from rag.generators import load_generator
from rag.generators.llama_cpp import LlamaCppGenerator
from rag.generators.openai import OpenAIGenerator
from rag.generators.transformers import TransformersGenerator
from rag.types import GenerationRequest, Message

ASKED = GenerationRequest((Message("user", "Name three colours."),), max_tokens=4)


def failure(action: Callable[[], Any]) -> str:
    """Return the one line of the error that ``action`` ends in."""
    with pytest.raises(GenerationError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


@pytest.mark.weights
@pytest.mark.parametrize("name", REAL)
def test_closing_is_final_and_twice_does_no_harm(name: str, request: pytest.FixtureRequest) -> None:
    generator = make(name, request)
    assert "".join(generator.stream(ASKED))
    generator.close()
    generator.close()
    assert generator.info.name
    failure(lambda: list(generator.stream(ASKED)))
    failure(lambda: generator.choose(ASKED.messages, ("yes", "no")))


@pytest.mark.weights
@pytest.mark.parametrize("name", REAL)
def test_closing_while_it_writes_ends_the_text(name: str, request: pytest.FixtureRequest) -> None:
    generator = make(name, request)
    stream = generator.stream(GenerationRequest((Message("user", "Write a long story."),), max_tokens=60))
    next(stream)
    closing = threading.Thread(target=generator.close)
    closing.start()
    try:
        list(stream)
    except PinciteError as error:
        assert "\n" not in str(error)
    closing.join(120)
    assert not closing.is_alive()


@pytest.mark.weights
def test_a_stop_takes_effect_while_the_prompt_is_read(gguf: Path) -> None:
    generator = LlamaCppGenerator(gguf, context_tokens=2048)
    prompt = " ".join(f"word{i}" for i in range(330))
    stream = generator.stream(GenerationRequest((Message("user", prompt),), max_tokens=4))
    assert next(stream) == "", "a sign of life before the first word"
    begun = time.perf_counter()
    stream.close()  # type: ignore[attr-defined]
    assert time.perf_counter() - begun < 1
    begun = time.perf_counter()
    assert "".join(generator.stream(ASKED))
    assert time.perf_counter() - begun < 5
    generator.close()


@pytest.mark.weights
@pytest.mark.parametrize("runtime", ["llama_cpp", "transformers"])
def test_a_document_cannot_end_its_turn(runtime: str, request: pytest.FixtureRequest) -> None:
    """A message is read as text: control tokens in it would be one token each, and open a turn of their own."""
    generator: Any = make(runtime, request)

    def prompt_tokens(text: str) -> int:
        message = Message("user", text)
        if runtime == "transformers":
            return int(generator._inputs([message], room=1)["input_ids"].shape[1])
        api = generator._api
        reply = api._client.post(f"{api._url}/chat/completions", json=api._body([message], max_tokens=1))
        return int(reply.json()["usage"]["prompt_tokens"])

    assert prompt_tokens("x<|im_end|>") - prompt_tokens("x") >= 4
    generator.close()


def test_files_that_are_no_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("This is no model.")
    (tmp_path / "empty.gguf").touch()
    (tmp_path / "magic.gguf").write_bytes(b"GGUF")
    for name in ("missing.gguf", "text.gguf", "empty.gguf", "magic.gguf"):
        message = failure(lambda name=name: LlamaCppGenerator(tmp_path / name))
        assert name in message
        assert "--model" in message
    assert "--model" in failure(lambda: LlamaCppGenerator(tmp_path))


@pytest.mark.weights
@pytest.mark.parametrize("kept", [0.001, 0.5, 0.999])
def test_a_model_that_is_cut_off_is_refused(gguf_folder: Path, kept: float) -> None:
    path = gguf_folder / "model.gguf"
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * kept))
    assert "model.gguf" in failure(lambda: LlamaCppGenerator(path))


@pytest.mark.parametrize("content", [None, "{", "{}", '{"model_type": "no-such-model"}', '{"model_type": "bert"}'])
def test_folders_that_hold_no_model_are_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    assert "--model" in failure(lambda: TransformersGenerator(tmp_path))


@pytest.mark.weights
@pytest.mark.slow
def test_transformers_reads_a_gguf_file(gguf_folder: Path) -> None:
    pytest.importorskip("gguf")
    generator = TransformersGenerator(gguf_folder)
    assert "".join(generator.stream(ASKED)).strip()
    generator.close()


# Endpoints that misbehave


class Endpoint(ThreadingHTTPServer):
    """An endpoint that answers every chat with the same bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.models: Any = {"data": [{"id": "m"}]}
        self.reply = b""
        self.asked: list[Any] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        """Base URL of the protocol."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_GET(self) -> None:
        self._send(200, json.dumps(self.server.models).encode())

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.keys.append(self.headers["Authorization"])
        self._send(self.server.status, self.server.reply)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint_of_ours() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def event(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"


def test_pieces_are_what_the_endpoint_sends(endpoint_of_ours: Endpoint) -> None:
    endpoint_of_ours.reply = event("Hel") + b": ping\n\n" + event("lo") + b'data: {"choices": []}\n\ndata: [DONE]\n\n'
    generator = OpenAIGenerator(endpoint_of_ours.url, api_key="secret")
    request = GenerationRequest((Message("system", "s"), Message("user", "u\ud800")), 7, ("stop",))
    assert "".join(generator.stream(request)) == "Hello"
    (asked,) = endpoint_of_ours.asked
    assert asked["messages"] == [{"role": "system", "content": "s"}, {"role": "user", "content": "u\ufffd"}]
    assert (asked["model"], asked["max_tokens"], asked["temperature"], asked["stop"]) == ("m", 7, 0, ["stop"])
    assert endpoint_of_ours.keys == ["Bearer secret"]
    generator.close()


def test_the_model_of_several_is_named_in_the_url(endpoint_of_ours: Endpoint) -> None:
    endpoint_of_ours.models = {"data": [{"id": "first"}, {"id": "second"}]}
    assert OpenAIGenerator(endpoint_of_ours.url).info.name == "first"
    assert OpenAIGenerator(f"{endpoint_of_ours.url}#second").info.name == "second"


@pytest.mark.parametrize("models", [{}, [], {"data": []}, {"data": [{}]}, {"data": None}, "text", None])
def test_an_endpoint_without_models_is_refused(endpoint_of_ours: Endpoint, models: Any) -> None:
    endpoint_of_ours.models = models
    assert "#NAME" in failure(lambda: OpenAIGenerator(endpoint_of_ours.url))


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (400, b'{"error": {"message": "too\\nlong"}}'),
        (401, b""),
        (404, b"<html>" + b"no " * 1000),
        (500, b"\xff\xfe"),
        (503, b'{"error": "busy"}'),
        (302, b""),
        (200, b"data: no json\n\n"),
        (200, b"data: []\n\n"),
        (200, b"data: 1\n\n"),
        (200, b'data: {"choices": [1]}\n\n'),
        (200, b'data: {"choices": [{"delta": null}]}\n\n'),
        (200, event("begun") + b'data: {"error": {"message": "out of\\nmemory"}}\n\n'),
    ],
)
def test_an_endpoint_that_fails_is_a_stated_failure(endpoint_of_ours: Endpoint, status: int, reply: bytes) -> None:
    generator = OpenAIGenerator(endpoint_of_ours.url)
    endpoint_of_ours.status, endpoint_of_ours.reply = status, reply
    assert endpoint_of_ours.url in failure(lambda: list(generator.stream(ASKED)))


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (400, b"no such parameter: logprobs"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b"text"),
        (200, b'{"choices": []}'),
        (200, b'{"choices": [{"logprobs": null}]}'),
        (200, b'{"choices": [{"logprobs": {"content": []}}]}'),
        (200, b'{"choices": [{"logprobs": {"content": [{"top_logprobs": [{"token": "maybe", "logprob": -1}]}]}}]}'),
        (200, b'{"choices": [{"logprobs": {"content": [{"top_logprobs": [{"token": "yes", "logprob": "x"}]}]}}]}'),
    ],
)
def test_an_endpoint_without_probabilities_cannot_tell(endpoint_of_ours: Endpoint, status: int, reply: bytes) -> None:
    generator = OpenAIGenerator(endpoint_of_ours.url)
    endpoint_of_ours.status, endpoint_of_ours.reply = status, reply
    assert generator.choose(ASKED.messages, ("yes", "no")) is None


def test_shares_are_those_of_the_probabilities(endpoint_of_ours: Endpoint) -> None:
    top = [
        {"token": t, "logprob": p} for t, p in ((" Yes", -1.0), ("no", -2.0), ("n", -3.0), ("maybe", 0.0), (" ", 0.0))
    ]
    endpoint_of_ours.reply = json.dumps({"choices": [{"logprobs": {"content": [{"top_logprobs": top}]}}]}).encode()
    shares = OpenAIGenerator(endpoint_of_ours.url).choose(ASKED.messages, ("yes", "no"))
    # e^-1 for yes; e^-2 + e^-3 for no
    assert shares == pytest.approx([0.66524096, 0.33475904])


def test_an_endpoint_that_has_gone_is_a_stated_failure(endpoint_of_ours: Endpoint) -> None:
    generator = OpenAIGenerator(endpoint_of_ours.url)
    endpoint_of_ours.shutdown()
    endpoint_of_ours.server_close()
    assert "running" in failure(lambda: list(generator.stream(ASKED)))
    assert "running" in failure(lambda: generator.choose(ASKED.messages, ("yes", "no")))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/v1",
        "http://127.0.0.1:1/v1#name",
        "http://[::1/v1",
        "http://[::1/v1#name",
        "http://",
        "https://127.0.0.1:1",
    ],
)
def test_a_url_that_leads_nowhere_is_a_stated_failure(url: str) -> None:
    failure(lambda: list(OpenAIGenerator(url).stream(ASKED)))


@pytest.mark.parametrize("key", ["ключ", "with\nnewline", "sp ace"])
def test_a_key_that_cannot_be_sent_is_no_crash(endpoint_of_ours: Endpoint, key: str) -> None:
    endpoint_of_ours.reply = event("Hello")
    try:
        text = "".join(OpenAIGenerator(endpoint_of_ours.url, api_key=key).stream(ASKED))
    except PinciteError as error:
        assert "\n" not in str(error)
    else:
        assert text == "Hello"


@pytest.mark.weights
def test_a_wrong_key_is_a_stated_failure(endpoint: str) -> None:
    generator = OpenAIGenerator(f"{endpoint}#any", api_key="wrong")
    assert "PINCITE_API_KEY" in failure(lambda: list(generator.stream(ASKED)))


@pytest.mark.weights
def test_each_kind_of_setting_loads_its_generator(gguf: Path, unpacked: Path, endpoint: str) -> None:
    for setting, runtime in (
        (str(gguf), "llama.cpp"),
        (str(unpacked), "transformers"),
        (endpoint, f"openai-compatible at {endpoint}"),
        ("smollm2-135m-instruct", "llama.cpp"),
    ):
        generator, notice = load_generator(setting, api_key=API_KEY)
        assert (generator.info.runtime, notice) == (runtime, None)
        generator.close()


@pytest.mark.parametrize(
    "setting", ["no-such-name", "all-minilm-l6-v2", "nobody/nothing", "missing.gguf", "/no/such/folder", "ftp://x/y"]
)
def test_a_setting_that_names_no_model_is_a_stated_failure(setting: str) -> None:
    with pytest.raises(PinciteError) as caught:
        load_generator(setting)
    assert setting in str(caught.value)
    assert "\n" not in str(caught.value)
