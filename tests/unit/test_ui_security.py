"""The guard before the page: who may ask, for what, how much, and what the page may do."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from ui.access import AccessError
from ui.app import serve
from ui.cli import main
from ui.passwords import save_password
from ui.security import LOOPBACK_NAMES, Guard, _is_known, host_names, is_loopback, prepare_page
from ui.server import FIRST_PORT, ServeError, access_for, address_of, exposure, listen

PAGE = (
    '<html><head><meta property="og:image" content="http://x.test/i.png"><script>1</script></head><body></body></html>'
)
HEAD = '<script src="/ours.js"></script>'


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request with a small page and a header that must not win."""
    headers = [
        (b"content-type", b"text/html"),
        (b"content-length", b"1"),
        (b"Content-Security-Policy", b"default-src *"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE[:20].encode(), "more_body": True})
    await send({"type": "http.response.body", "body": PAGE[20:].encode()})


def request(
    path: str = "/", *, method: str = "GET", host: str = "127.0.0.1:7860", headers: Sequence[tuple[str, str]] = ()
) -> tuple[int, dict[str, str], str]:
    """Send one request through the guard; return status, headers and body."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read here")

    pairs = [(name.encode(), value.encode()) for name, value in (("host", host), *headers)]
    scope = {"type": "http", "path": path, "method": method, "scheme": "http", "headers": pairs}
    guard = Guard(application, names=LOOPBACK_NAMES, head=HEAD, max_body=100)
    asyncio.run(guard(scope, receive, send))
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert len(found) == len(sent[0]["headers"])
    return sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_loopback_names_are_answered(host: str) -> None:
    assert request(host=host)[0] == 200


@pytest.mark.parametrize(
    "host", ["", "evil.test", "localhost.evil.test", "evil.test:7860", "127.0.0.1@evil.test", "::1"]
)
def test_other_names_are_refused(host: str) -> None:
    assert request(host=host)[0] == 400


def test_own_origin_may_ask_and_no_other() -> None:
    assert request(headers=[("origin", "http://127.0.0.1:7860")])[0] == 200
    for origin in ("http://evil.test", "http://127.0.0.1:9999", "https://127.0.0.1:7860", "null"):
        assert request(headers=[("origin", origin)])[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        *("/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://x", "/monitoring/summary"),
        *("/gradio_api/reset", "/gradio_api/run/ask", "/gradio_api/call/ask", "/assets/../config", "/docs", "/login"),
    ],
)
def test_paths_the_page_does_not_need_are_closed(path: str) -> None:
    assert request(path)[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        *("//v1/ask", "/../v1/ask", "/v1/../config", "/v1/..", "/assets/../../etc/passwd", "http://evil.test/v1/ask"),
        *("//", "/.", "/V1/ask", "/gradio_api/queue/join/", "/login", "/logout", "\\v1\\ask", ""),
    ],
)
def test_ways_around_a_path_lead_nowhere(path: str) -> None:
    assert request(path)[0] == 404


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("host", ["evil.test"]),
        ("host", ["127.0.0.1:7860"]),
        ("origin", ["http://127.0.0.1:7860", "http://evil.test"]),
        ("content-length", ["10", "10"]),
        ("authorization", ["Bearer a", "Bearer b"]),
    ],
)
def test_a_header_that_is_there_twice_is_refused(name: str, values: list[str]) -> None:
    assert request("/v1/ask", method="POST", headers=[(name, value) for value in values])[0] == 400


def test_bodies_are_short_and_say_how_long_they_are() -> None:
    join = "/gradio_api/queue/join"
    assert request(join, method="POST", headers=[("content-length", "100")])[0] == 200
    assert request(join, method="POST", headers=[("content-length", "101")])[0] == 413
    assert request(join, method="POST")[0] == 411
    assert request(join, method="POST", headers=[("content-length", "-1")])[0] == 411
    assert request(join, method="POST", headers=[("content-length", "²")])[0] == 411
    assert request(join, method="POST", headers=[("content-length", "9" * 5000)])[0] == 413
    chunked = [("content-length", "1"), ("transfer-encoding", "chunked")]
    assert request(join, method="POST", headers=chunked)[0] == 411


def test_scripts_of_the_page_carry_the_nonce_of_its_policy() -> None:
    status, headers, body = request()
    nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])
    assert status == 200
    assert nonce is not None
    assert body == prepare_page(PAGE, nonce[1], HEAD)
    assert body.count(f'<script nonce="{nonce[1]}"') == body.count("<script") == 2
    assert "x.test" not in body
    assert int(headers["content-length"]) == len(body.encode())


def test_policy_allows_no_other_host_and_no_inline_script() -> None:
    for path in ("/", "/config"):
        policy = dict(part.split(" ", 1) for part in request(path)[1]["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert "'unsafe-inline'" not in policy["script-src"]
        assert not any("http" in sources or "*" in sources for sources in policy.values())


def test_nonce_is_new_for_every_page() -> None:
    assert request()[1]["content-security-policy"] != request()[1]["content-security-policy"]


def test_refusals_are_guarded_too() -> None:
    _, headers, body = request("/docs")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert body == "There is nothing here.\n"


def test_streams_pass_piece_by_piece() -> None:
    assert request("/gradio_api/queue/data")[2] == PAGE


def test_open_streams_end_in_good_order_when_the_server_closes() -> None:
    """The application is told that the client has left, and the response is completed for it."""

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"data", "more_body": True})
        assert await receive() == {"type": "http.disconnect"}

    async def run() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        guard = Guard(endless, names=LOOPBACK_NAMES)
        scope = {
            "type": "http",
            "path": "/gradio_api/queue/data",
            "method": "GET",
            "headers": [(b"host", b"localhost")],
        }
        response = asyncio.ensure_future(guard(scope, asyncio.Event().wait, send))
        await asyncio.sleep(0)
        guard.end_streams()
        await asyncio.wait_for(response, 1)
        return sent

    assert [message.get("body") for message in asyncio.run(run())] == [None, b"data", b""]


def test_head_of_the_page_has_no_body() -> None:
    assert request(method="HEAD")[2] == ""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("localhost", True)),
        *(("0.0.0.0", False), ("::", False), ("192.168.0.2", False), ("example.org", False), ("", False)),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_names_include_the_address_served() -> None:
    assert "127.8.8.8" in host_names("127.8.8.8")
    assert "[::1]" in host_names("::1")
    assert host_names("127.0.0.1") == LOOPBACK_NAMES
    assert host_names("0.0.0.0", ["PC.example"]) >= {"localhost", "pc.example", socket.gethostname().lower()}


# --- where the page is served ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_password")
@pytest.mark.parametrize(
    ("host", "names"), [("0.0.0.0", ()), ("::", ()), ("192.168.0.2", ()), ("127.0.0.1", ("pc.example",))]
)
def test_without_a_password_others_are_refused_before_anything_is_loaded(host: str, names: tuple[str, ...]) -> None:
    with pytest.raises(ServeError):
        access_for(host, names, {})
    with pytest.raises(ServeError, match=r"without a password.*'pincite password'.*--host 127\.0\.0\.1") as caught:
        serve(lambda: pytest.fail("nothing is loaded"), host=host, names=names)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_password")
def test_this_computer_is_never_asked_and_others_by_what_is_set() -> None:
    token = {"PINCITE_TOKEN": "t" * 20}
    assert access_for("127.0.0.1", (), token) is None
    by_token = access_for("0.0.0.0", (), token)
    assert by_token is not None
    assert by_token.in_words == "the token"
    save_password("correct horse")
    assert access_for("localhost", (), {}) is None
    by_both = access_for("127.0.0.1", ("pc.example",), token)
    assert by_both is not None
    assert by_both.in_words == "the password or the token"
    said = exposure(by_both, "/docs")
    assert said.startswith("Anyone on this network who knows the password or the token can read the documents of /docs")
    assert "not encrypted" in said
    assert "\n" not in said


@pytest.mark.usefixtures("no_password")
@pytest.mark.parametrize("token", ["x" * 19, "twenty characters with blanks", "zwanzig-Zeichen-mit-ß"])
def test_token_that_is_short_or_cannot_be_sent_is_refused_even_beside_a_password(token: str) -> None:
    save_password("correct horse")
    with pytest.raises(AccessError, match="PINCITE_TOKEN must be 20"):
        access_for("0.0.0.0", (), {"PINCITE_TOKEN": token})


@pytest.mark.usefixtures("no_password")
def test_the_command_says_what_is_exposed_and_refuses_before_anything_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    def open_library(*_: object, **__: object) -> Any:
        opened.append("library")
        return nullcontext(SimpleNamespace(info=lambda: SimpleNamespace(path="/docs")))

    served: list[dict[str, Any]] = []

    def serve_app(factory: object, *, on_ready: Any, **options: Any) -> None:
        served.append({name: value for name, value in options.items() if name != "library"})
        on_ready("http://here/")

    monkeypatch.setattr("ui.setup.open_library", open_library)
    monkeypatch.setattr("ui.app.serve", serve_app)

    def run(*arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main(["serve", *arguments])
        return ended.value.code, capsys.readouterr().err

    code, error = run("--host", "0.0.0.0")
    assert (code, opened, served, error.count("\n")) == (1, [], [], 1)
    assert "'pincite password'" in error
    save_password("correct horse")
    code, error = run("--host", "0.0.0.0", "--name", "pc.example")
    assert (code, error.count("\n")) == (0, 1)
    assert error.startswith("Anyone on this network who knows the password can read the documents of /docs")
    assert served == [{"host": "0.0.0.0", "names": ("pc.example",), "port": None}]
    assert run() == (0, "")


@pytest.mark.parametrize("name", ["", "http://pc.example", "pc.example:80", "pc.example/x", "a b", "*", "pc..example"])
def test_names_are_host_names(name: str) -> None:
    with pytest.raises(ServeError, match="is no host name"):
        access_for("0.0.0.0", [name], {"PINCITE_TOKEN": "t" * 20})


def test_taken_port_is_stated_with_the_remedy() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"port {port} .*address already in use.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_that_cannot_be_is_stated(port: int) -> None:
    with pytest.raises(ServeError, match="There is no port"):
        listen("127.0.0.1", port)


def test_first_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[int] = []

    def bind(host: str, port: int) -> socket.socket:
        bound.append(port)
        if len(bound) < 3:
            raise OSError(98, "Address already in use")
        return socket.socket()

    monkeypatch.setattr("ui.server._bind", bind)
    listen("127.0.0.1", None).close()
    assert bound == [FIRST_PORT, FIRST_PORT + 1, FIRST_PORT + 2]


def test_no_free_port_at_all_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(host: str, port: int) -> socket.socket:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr("ui.server._bind", bind)
    with pytest.raises(ServeError, match="No free port from 7860 to 7959"):
        listen("127.0.0.1", None)


def test_address_can_be_typed_into_a_browser() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert address_of("127.0.0.1", listener) == f"http://127.0.0.1:{port}/"
        assert address_of("::1", listener) == f"http://[::1]:{port}/"
        assert address_of("0.0.0.0", listener) == address_of("::", listener) == f"http://{socket.gethostname()}:{port}/"


@pytest.mark.parametrize(
    ("path", "known"),
    [("/v1/files/a..b.pdf", True), ("/v1/files/notes...txt", True), ("/v1/../config", False), ("/v1/files/..", False)],
)
def test_dots_in_a_file_name_lead_nowhere_and_are_let_through(path: str, known: bool) -> None:
    assert _is_known(path) == known
