"""What stands between the network and the chat page: known names, known paths, small bodies, strict headers.

Plain ASGI without a web framework, so that streams pass through untouched. A page may load and reach only this server,
run only the scripts this server marked, and be framed by nobody.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any

from ui.visitors import cookies_in, new_cookie, owner_of

Scope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What a browser on this computer may call the server. Any other name is DNS rebinding."""

MAX_BODY = 256 * 1024
"""Bytes. The longest thing the page sends is a question."""

MAX_UPLOAD = 4 * 1024**3
"""Bytes. What a library takes is the setting ``max_file_mb``; this is what is not even begun to be read."""
UPLOADS = "/v1/files/"

PAGES = frozenset({"/"})
FILES = frozenset({"/config", "/theme.css"})
CALLS = frozenset(
    {
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/startup-events",
        "/gradio_api/theme.css",
    }
)
TREES = ("/assets/", "/static/", "/pincite/", "/gradio_api/heartbeat/", "/evaluate/", "/v1/")
"""What the page needs of the chat framework, and pages beside it; everything else the framework offers (uploads,
proxies, files) is closed."""

_FIXED_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), usb=(), payment=()"),
]


def is_loopback(host: str) -> bool:
    """Return whether ``host``, a name or an address, means this computer only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_names(host: str) -> frozenset[str]:
    """Return the names by which a server bound to the loopback address ``host`` may be asked for."""
    return LOOPBACK_NAMES | {f"[{host}]" if ":" in host else host}


def content_security_policy(nonce: str) -> str:
    """Return the policy of a page whose own scripts carry ``nonce``.

    ``unsafe-eval`` stays because the framework compiles its component templates in the browser; inline handlers and
    unmarked scripts, which is what injected markup could bring, do not run.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """ASGI middleware that turns away what the page never sends and marks what the page may run.

    Args:
        app: the application behind it.
        names: host names that are answered, IPv6 addresses in brackets.
        head: markup added at the end of the page's ``<head>``; its scripts are marked like the page's own.
        max_body: largest request body in bytes.
        max_upload: largest file in bytes.
    """

    def __init__(
        self,
        app: AsgiApp,
        *,
        names: Iterable[str],
        head: str = "",
        max_body: int = MAX_BODY,
        max_upload: int = MAX_UPLOAD,
    ) -> None:
        self._app = app
        self._names = frozenset(names)
        self._head = head
        self._max_body = max_body
        self._max_upload = max_upload
        self._closing = asyncio.Event()

    def end_streams(self) -> None:
        """End all open responses in good order, as the server is about to close; call it in the event loop."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # No websockets: the page speaks plain HTTP.
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(send, *refusal)
        elif scope["path"] in PAGES:
            await self._page(scope, receive, send)
        else:
            await self._stream(scope, receive, _with_headers(send, content_security_policy(_nonce())))

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a response on as it comes; when the server closes, the application is told that the client left."""
        is_open = False

        async def watched(message: AsgiMessage) -> None:
            nonlocal is_open
            is_open = message["type"] == "http.response.start" or bool(message.get("more_body"))
            await send(message)

        async def receive_until_closing() -> AsgiMessage:
            return await _first(receive(), self._closing.wait()) or {"type": "http.disconnect"}

        await self._app(scope, receive_until_closing, watched)
        if is_open and self._closing.is_set():
            await send({"type": "http.response.body", "body": b""})

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if _name_of(host) not in self._names:
            return 400, "Unknown host name. Open the page by the address that pincite printed."
        origin = headers.get(b"origin")
        if origin is not None and origin != f"{scope.get('scheme', 'http')}://{host}":
            return 403, "Another site may not use this page."
        if not _is_known(scope["path"]):
            return 404, "There is nothing here."
        if scope["method"] not in ("GET", "HEAD"):
            length = headers.get(b"content-length", "0" if scope["method"] == "DELETE" else "")
            if not length.isdigit() or b"transfer-encoding" in headers:
                return 411, "A request must say how long it is."
            if int(length) > (self._max_upload if scope["path"].startswith(UPLOADS) else self._max_body):
                return 413, "That is too long."
        return None

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the application's page, whole and uncompressed, its scripts marked."""
        nonce = _nonce()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        cookies = cookies_in("; ".join(v.decode("latin-1") for name, v in headers if name.lower() == b"cookie"))
        start: AsgiMessage = {}
        parts: list[bytes] = []

        async def collect(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = prepare_page(b"".join(parts).decode("utf-8"), nonce, self._head).encode()
            more = [] if owner_of(cookies) else [(b"set-cookie", new_cookie().encode())]
            guarded = _with_headers(send, content_security_policy(nonce), length=len(body), more=more)
            await guarded(start)
            await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

        await self._app({**scope, "headers": headers}, receive, collect)


async def _first(wanted: Awaitable[AsgiMessage], other: Awaitable[object]) -> AsgiMessage | None:
    """Return what ``wanted`` gives, or None if ``other`` is done before; neither is left running."""
    tasks = asyncio.ensure_future(wanted), asyncio.ensure_future(other)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0].done() else None
    finally:
        for task in tasks:
            task.cancel()


def prepare_page(page: str, nonce: str, head: str) -> str:
    """Return ``page`` with ``head`` at the end of its head and every script element marked with ``nonce``.

    What the framework says there for link previews and app stores, some of it about itself, is left out.
    """
    page = re.sub(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>', "", page)
    page = page.replace("</head>", f"{head}</head>", 1)
    return re.sub(r"<script\b", f'<script nonce="{nonce}"', page)


def _nonce() -> str:
    return secrets.token_urlsafe(16)


def _name_of(host: str) -> str:
    """Return the name in a ``Host`` header, without the port, in lower case."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::\d+)?", host)
    return match.group(1).lower() if match else ""


def _is_known(path: str) -> bool:
    return path in PAGES or path in FILES or path in CALLS or (path.startswith(TREES) and ".." not in path)


def _with_headers(send: Send, policy: str, length: int | None = None, more: Sequence[tuple[bytes, bytes]] = ()) -> Send:
    """Wrap ``send`` so that the response carries ``policy``, the fixed headers and ``more``; ``length`` where given."""

    async def guarded(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            dropped = {name for name, _ in _FIXED_HEADERS} | {b"content-security-policy"}
            dropped |= set() if length is None else {b"content-length"}
            headers = [(name, value) for name, value in message.get("headers", []) if name.lower() not in dropped]
            headers += [*_FIXED_HEADERS, *more, (b"content-security-policy", policy.encode())]
            if length is not None:
                headers += [(b"content-length", str(length).encode()), (b"cache-control", b"no-store")]
            message = {**message, "headers": headers}
        await send(message)

    return guarded


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = f"{reason}\n".encode()
    guarded = _with_headers(send, "default-src 'none'; frame-ancestors 'none'", length=len(body))
    start = {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]}
    await guarded(start)
    await send({"type": "http.response.body", "body": body})
