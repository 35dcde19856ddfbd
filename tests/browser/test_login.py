"""A server that others can reach: logging in with a browser, programs with a token, and raw requests."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from door import HASH, PASSWORD, TOKEN

from ui.access import COOKIE, Access
from ui.limits import Limits, RateLimit

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("browser")]

TICKET = "What does a ticket cost?"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def new_access() -> Access:
    return Access(HASH, hashlib.sha256(TOKEN.encode()).digest())


@pytest.fixture(scope="module")
def guarded(serve_page: Callable[..., Any]) -> Any:
    """Return a page whose visitors have to log in."""
    names = frozenset({"localhost", "127.0.0.1", "pc.example"})
    return serve_page(access=new_access(), any_address=True, names=names)


def raw(url: str, request: str) -> tuple[int, str]:
    """Send bytes as they are; return the status and the whole reply."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.sendall(request.encode("latin-1"))
        connection.settimeout(5)
        reply = b""
        while piece := connection.recv(65_536):
            reply += piece
    return int(reply.split(b" ", 2)[1]), reply.decode("latin-1")


def test_a_person_logs_in_asks_and_logs_out(browser: Any, guarded: Any, complaints_of: Any) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        complaints = complaints_of(page, guarded.url)
        page.goto(guarded.url)
        page.get_by_label("Password").fill("not the password")
        page.keyboard.press("Enter")
        page.get_by_role("alert").get_by_text("That is not the password.").wait_for()
        assert all("401" in complaint for complaint in complaints), complaints
        complaints.clear()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        box = page.get_by_label("Your question")
        box.wait_for(timeout=30_000)
        box.fill(TICKET)
        box.press("Enter")
        page.get_by_text("A return ticket costs twelve crowns.").first.wait_for(timeout=15_000)
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert set(cookies) == {COOKIE, "pincite-visitor"}
        assert all((cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict") for cookie in cookies.values())
        assert page.evaluate("document.cookie") == ""
        assert page.get_by_role("link", name="Evaluate").count() == 0
        assert complaints == []
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Password").wait_for()
        assert COOKIE not in {kept["name"] for kept in context.cookies()}
    assert httpx.get(guarded.url, cookies={COOKIE: cookies[COOKIE]["value"]}).status_code == 401


def test_nothing_but_the_login_is_there_before(guarded: Any) -> None:
    with httpx.Client(base_url=guarded.url) as client:
        for path in ("v1/library", "v1/docs", "config", "pincite/pincite.js", "gradio_api/info", "evaluate/"):
            assert client.get(path).status_code == 401
        assert client.get("").text.count("<form") == 1


def test_evaluation_of_files_of_this_computer_is_not_for_others(guarded: Any) -> None:
    assert httpx.get(f"{guarded.url}evaluate/", headers=BEARER).status_code == 404
    start = httpx.post(f"{guarded.url}evaluate/start", headers=BEARER, json={"testset": "/etc/passwd"})
    assert start.status_code in (404, 405)


def test_programs_with_the_token_get_answers(guarded: Any, connect: Callable[..., Any]) -> None:
    from gradio_client.exceptions import AuthenticationError

    answer = httpx.post(f"{guarded.url}v1/ask", json={"question": TICKET}, headers=BEARER, timeout=20).json()
    assert answer["text"].startswith("A return ticket")
    assert connect(guarded.url, headers=BEARER).predict(TICKET, api_name="/ask")["text"] == answer["text"]
    with pytest.raises(AuthenticationError):
        connect(guarded.url, headers={"Authorization": "Bearer wrong"})


def test_behind_a_proxy_with_tls_the_page_knows_that_it_is_encrypted(guarded: Any) -> None:
    proxied = {"Host": "pc.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}
    login = httpx.post(
        f"{guarded.url}login", data={"password": PASSWORD}, headers={**proxied, "Origin": "https://pc.example"}
    )
    assert login.status_code == 303
    assert "; Secure" in login.headers["set-cookie"]
    pass_ = {"Cookie": login.headers["set-cookie"].partition(";")[0]}
    page = httpx.get(guarded.url, headers={**proxied, **pass_, "X-Forwarded-Host": "evil.test"}).text
    assert "https://pc.example" in page
    assert "http://pc.example" not in page
    assert "evil.test" not in page


@pytest.mark.parametrize(
    "target",
    [
        *("//v1/library", "/%2e%2e/v1/library", "/v1/../v1/library", "/v1/%2e%2e/v1/library", "/%76%31/library"),
        *(
            "/v1%2flibrary",
            "http://127.0.0.1/v1/library",
            "/login/../v1/library",
            "/login%2f..%2fv1/library",
            "/v1/library?/login",
        ),
        *("/login;/v1/library", "/v1/library#/login", "/%00/v1/library", "/v1/library/"),
    ],
)
def test_no_spelling_of_a_path_leads_past_the_login(guarded: Any, target: str) -> None:
    status, reply = raw(guarded.url, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert status in (400, 401, 404)
    assert "generation" not in reply


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Host: 127.0.0.1\r\nHost: evil.test\r\n", 400),
        ("Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n", 400),
        ("Host: evil.test\r\nX-Forwarded-Host: 127.0.0.1\r\n", 400),
        ("", 400),
        ("Host: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: ::1\r\n", 401),
        (f"Host: 127.0.0.1\r\nCookie: {COOKIE}={'A' * 60_000}\r\n", 401),
        (f"Host: 127.0.0.1\r\nCookie: {'A' * 1_000_000}\r\n", 400),
        ("Host: 127.0.0.1\r\nAuthorization: Bearer\r\n", 401),
    ],
)
def test_tricks_with_headers_open_nothing(guarded: Any, headers: str, expected: int) -> None:
    try:
        status, _ = raw(guarded.url, f"GET /v1/library HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")
    except ConnectionError:  # the server hung up while it was still being told
        assert len(headers) > 100_000
    else:
        assert status == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", 411),
        ("Transfer-Encoding: chunked\r\n", 411),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 411),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", 400),
        ("Content-Length: 999999999\r\n", 413),
        (f"Content-Length: {'9' * 5_000}\r\n", 400),
    ],
)
def test_a_login_of_unknown_length_is_refused(guarded: Any, head: str, expected: int) -> None:
    request = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Connection: close\r\n\r\n0\r\n\r\n"
    assert raw(guarded.url, request)[0] == expected


def test_many_logins_at_once_are_held_back(serve_page: Callable[..., Any]) -> None:
    served = serve_page(access=new_access())

    def try_one(number: int) -> int:
        claimed = {"X-Forwarded-For": f"192.0.2.{number}"}
        return httpx.post(f"{served.url}login", data={"password": "wrong"}, headers=claimed, timeout=20).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(try_one, range(20)))
    assert statuses == [401] * 5 + [429] * 15


def test_too_many_questions_are_told_so(serve_page: Callable[..., Any]) -> None:
    served = serve_page(limits=Limits(own=RateLimit(60, 2)))
    replies = [httpx.post(f"{served.url}v1/search", json={"question": "ticket"}) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[-1].headers["retry-after"] == "1"
    assert replies[-1].text.startswith("Too many questions.")
