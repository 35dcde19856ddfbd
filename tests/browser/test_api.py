"""The HTTP API as programs use it: plain requests, event streams, and OpenAI's own client."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import httpx
import openai
import pytest

# The browser has an event loop ready when the page is built: without one Gradio makes several, and leaves them open.
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("browser")]

KEEPER = "Who was the first keeper?"
TICKET = "What does a ticket cost?"
ENDLESS = "Tell me everything"


@pytest.fixture
def client(shared_page: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{shared_page.url}v1", timeout=20) as client:
        yield client


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and data of each server-sent event."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_an_answer_comes_with_its_citations(client: httpx.Client) -> None:
    answer = client.post("/ask", json={"question": TICKET}).json()
    (citation,) = answer["citations"]
    document = client.get(f"/documents/{citation['document_id']}").json()
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert citation["locator"] == "page 4"
    assert not answer["abstained"]


def test_history_style_and_selection_reach_the_assistant(client: httpx.Client, shared_page: Any) -> None:
    history = [{"role": "user", "text": "a"}, {"role": "assistant", "text": "b"}]
    within = {"tags": ["x"], "since": "2024-01-01"}
    client.post("/ask", json={"question": TICKET, "history": history, "style": "short", "within": within})
    question, said = shared_page.assistant.asked[-1]
    assert (question, [(turn.role, turn.text) for turn in said]) == (TICKET, [("user", "a"), ("assistant", "b")])
    selection = shared_page.assistant.within[-1]
    assert (selection.tags, selection.since) == (("x",), "2024-01-01")


def test_the_making_of_an_answer_streams(client: httpx.Client) -> None:
    with client.stream("POST", "/ask", json={"question": KEEPER, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        seen = list(events(response))
    names = [name for name, _ in seen]
    assert set(names) == {"stage", "passages", "draft", "answer"}
    assert names[-1] == "answer"
    assert names.index("draft") > max(i for i, name in enumerate(names) if name == "passages")
    assert 1 <= names.count("passages") <= 2, "what a search finds at once, and what is read"
    assert seen[-1][1]["text"].startswith("The first keeper was Ingrid Solheim")
    assert all(seen[-1][1]["text"].startswith(data["text"][:20]) for name, data in seen if name == "draft")


def test_leaving_a_stream_stops_the_model(client: httpx.Client, shared_page: Any) -> None:
    closed = len(shared_page.assistant.closed_at)
    with client.stream("POST", "/ask", json={"question": ENDLESS, "stream": True}) as response:
        next(name for name, _ in events(response) if name == "draft")
    left = time.monotonic()
    while len(shared_page.assistant.closed_at) == closed:
        assert time.monotonic() - left < 3
        time.sleep(0.02)
    assert shared_page.assistant.closed_at[-1] - left < 1


def test_giving_up_on_an_answer_stops_the_model(shared_page: Any) -> None:
    closed = len(shared_page.assistant.closed_at)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{shared_page.url}v1/ask", json={"question": ENDLESS}, timeout=1)
    left = time.monotonic()
    while len(shared_page.assistant.closed_at) == closed:
        assert time.monotonic() - left < 3
        time.sleep(0.02)


def test_passages_documents_and_library(client: httpx.Client) -> None:
    found = client.post("/search", json={"question": "ticket", "k": 2}).json()
    assert [passage["rank"] for passage in found] == [1, 2]
    records = client.get("/documents").json()
    assert len(records) == 3
    assert "text" not in records[0]
    assert client.get("/library").json()["documents"] == 3
    assert client.get("/documents/none").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/ask", {}, "question"),
        ("/ask", {"question": " "}, "question"),
        ("/ask", {"question": "x" * 3000}, "2,000"),
        ("/ask", {"question": "x", "colour": "red"}, "colour"),
        ("/ask", {"question": "x", "style": "long"}, "style"),
        ("/ask", {"question": "x", "within": {"since": "lately"}}, "since"),
        ("/ask", {"question": "x", "history": [{"role": "system", "text": "y"}]}, "role"),
        ("/search", {"question": "x", "k": 0}, "k"),
        ("/chat/completions", {"messages": []}, "last message"),
        ("/chat/completions", {"messages": [{"role": "assistant", "content": "x"}]}, "last message"),
    ],
)
def test_a_bad_request_says_what_is_wrong(client: httpx.Client, path: str, body: object, expected: str) -> None:
    response = client.post(path, json=body)
    assert response.status_code == 400
    message = response.json()["error"]["message"]
    assert expected in message
    assert "\n" not in message


def test_openai_s_client_gets_the_answer_and_its_citations(shared_page: Any) -> None:
    with openai.OpenAI(base_url=f"{shared_page.url}v1", api_key="none", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["pincite"]
        messages: Any = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Good day."},
            {"role": "user", "content": [{"type": "text", "text": TICKET}]},
        ]
        completion = client.chat.completions.create(model="pincite", messages=messages)
        assert completion.choices[0].message.content == "A return ticket costs twelve crowns. [1]"
        assert completion.model_extra is not None
        assert completion.model_extra["citations"][0]["quote"] == "A return ticket costs twelve crowns."
        assert [turn.text for turn in shared_page.assistant.asked[-1][1]] == ["Hello", "Good day."]
        stream = client.chat.completions.create(model="pincite", messages=messages, stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        assert text == completion.choices[0].message.content
        with pytest.raises(openai.BadRequestError, match="last message"):
            client.chat.completions.create(model="pincite", messages=messages[:1])


def test_no_other_site_may_use_the_api(shared_page: Any) -> None:
    url = f"{shared_page.url}v1/library"
    assert httpx.get(url).status_code == 200
    assert httpx.get(url, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert httpx.get(url, headers={"Host": "elsewhere.example"}).status_code == 400
    assert httpx.post(f"{shared_page.url}v1/ask", content=b"x" * 300_000).status_code == 413


def test_the_api_describes_itself(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    assert {"/ask", "/search", "/documents", "/documents/{document_id}", "/chat/completions"} <= set(schema["paths"])
    page = unescape(client.get("/docs").text)
    assert all(f"/v1{path}" in page for path in schema["paths"])
    assert "http" not in page.replace("http-equiv", ""), "it loads nothing from elsewhere"


def test_search_works_while_the_model_loads_and_a_full_queue_is_told(serve_page: Callable[..., Any]) -> None:
    served = serve_page(max_waiting=1, load_seconds=2.5)
    url = f"{served.url}v1"
    early = httpx.post(f"{url}/search", json={"question": "ticket"})
    assert (early.status_code, len(early.json())) == (200, 3)
    assert not served.worker.readiness.is_ready
    waiting = threading.Thread(target=lambda: httpx.post(f"{url}/ask", json={"question": TICKET}, timeout=20))
    waiting.start()
    time.sleep(0.5)
    response = httpx.post(f"{url}/ask", json={"question": KEEPER})
    assert (response.status_code, response.headers["retry-after"]) == (503, "10")
    assert "Busy" in response.json()["error"]["message"]
    waiting.join()
