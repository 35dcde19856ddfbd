"""The chat framework's own client, as programs use it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

# The browser has an event loop ready when the page is built: without one Gradio makes several, and leaves them open.
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("browser")]

KEEPER = "Who was the first keeper?"
TICKET = "What does a ticket cost?"
ENDLESS = "Tell me everything"
PROGRAM = """
import os, sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio_client
client = gradio_client.Client(sys.argv[1], verbose=False, analytics_enabled=False, download_files=False)
for _ in client.submit(sys.argv[2], api_name="/ask"):
    print("a sign of life", flush=True)
"""


@pytest.fixture
def client(connect: Callable[..., Any], shared_page: Any) -> Any:
    return connect(shared_page.url)


def wait_for(condition: Callable[[], bool], seconds: float = 3.0) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)


def test_a_question_gets_the_answer_object(client: Any, shared_page: Any) -> None:
    answer = client.predict(question=TICKET, api_name="/ask")
    assert answer["text"] == "A return ticket costs twelve crowns. [1]"
    assert answer["citations"][0]["quote"] == "A return ticket costs twelve crowns."
    assert answer["citations"][0]["locator"] == "page 4"
    assert json.dumps(answer)
    assert shared_page.assistant.asked[-1] == (TICKET, ())
    assert client.predict("Who painted the Mona Lisa?", api_name="/ask")["abstained"] is True


def test_it_is_the_one_thing_on_offer(client: Any) -> None:
    offered = client.view_api(return_format="dict", print_info=False)
    assert offered["unnamed_endpoints"] == {}
    assert list(offered["named_endpoints"]) == ["/ask"]
    (question,) = offered["named_endpoints"]["/ask"]["parameters"]
    assert (question["parameter_name"], question["type"]) == ("question", {"type": "string"})


def test_several_questions_wait_in_the_one_queue(client: Any, shared_page: Any) -> None:
    before = len(shared_page.assistant.asked)
    jobs = [client.submit(question, api_name="/ask") for question in (TICKET, KEEPER, TICKET)]
    assert [job.result(timeout=20)["question"] for job in jobs] == [TICKET, KEEPER, TICKET]
    assert len(shared_page.assistant.asked) == before + 3


@pytest.mark.parametrize(
    ("question", "expected"), [(" ", "Type a question"), ("x" * 3_000, "2,000"), ("No script", "wrong")]
)
def test_what_goes_wrong_is_told_in_a_line(client: Any, question: str, expected: str) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=expected) as caught:
        client.predict(question, api_name="/ask")
    assert "\n" not in str(caught.value)


def test_a_job_that_is_cancelled_stops_the_model(client: Any, shared_page: Any) -> None:
    asked, closed = len(shared_page.assistant.asked), len(shared_page.assistant.closed_at)
    job = client.submit(ENDLESS, api_name="/ask")
    wait_for(lambda: len(shared_page.assistant.asked) > asked)
    job.cancel()
    wait_for(lambda: len(shared_page.assistant.closed_at) > closed)


def test_a_program_that_dies_stops_the_model(shared_page: Any) -> None:
    closed = len(shared_page.assistant.closed_at)
    command = [sys.executable, "-c", PROGRAM, shared_page.url, ENDLESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        giving_up = threading.Timer(30, program.kill)
        giving_up.start()
        assert program.stdout is not None
        assert program.stdout.readline() == b"a sign of life\n"
        giving_up.cancel()
        program.kill()
    wait_for(lambda: len(shared_page.assistant.closed_at) > closed)


def test_files_stay_closed(shared_page: Any, tmp_path: Any) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    for path in ("upload", f"file={file}", "run/ask", "call/ask", "api/ask", "reset", "openapi.json", "mcp/sse"):
        for method in ("GET", "POST"):
            reply = httpx.request(method, f"{shared_page.url}gradio_api/{path}")
            assert reply.status_code == 404, (method, path)
