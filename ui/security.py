"""What stands between the network and the chat page: known names, known paths, small bodies, strict headers.

Plain ASGI without a web framework, so that streams pass through untouched. A page may load and reach only this server,
run only the scripts this server marked, and be framed by nobody.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import re
import secrets
import socket
from collections.abc import Awaitable, Iterable

from ui.access import LOGOUT, Access
from ui.asgi import AsgiApp, AsgiMessage, Receive, Scope, Send, header_values, refuse, with_headers
from ui.limits import Limits
from ui.login import LOGIN
from ui.visitors import cookies_of, language_for, new_cookie, owner_of
from ui.words import ENGLISH

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
        "/gradio_api/info",
        "/gradio_api/cancel",
        "/gradio_api/startup-events",
        "/gradio_api/theme.css",
    }
)
TREES = ("/assets/", "/static/", "/pincite/", "/gradio_api/heartbeat/", "/evaluate/", "/v1/")
"""What the page and the framework's own client need of the chat framework, and pages beside it; everything else the
framework offers (uploads, proxies, files, calls past the queue) is closed."""

_ONCE = (b"host", b"origin", b"content-length", b"authorization")
"""Headers that a request has once at most: of two, another program on the way may believe the other."""

_CLAIMS = frozenset({b"forwarded", b"x-forwarded-host", b"x-forwarded-for", b"x-forwarded-prefix", b"x-real-ip"})
"""What a sender says of itself and the framework might believe. It never sees them."""


def is_loopback(host: str) -> bool:
    """Return whether ``host``, a name or an address, means this computer only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_names(host: str, names: Iterable[str] = ()) -> frozenset[str]:
    """Return the names by which a server bound to ``host`` may be asked for, ``names`` that were given included."""
    own = {host.strip("[]").lower()} | ({socket.gethostname().lower()} if not is_loopback(host) else set())
    return LOOPBACK_NAMES | {f"[{name}]" if ":" in name else name for name in own} | {name.lower() for name in names}


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
        access: who is let in; None lets everyone in, for a server that only this computer reaches.
        any_address: whether every IP address is answered as a host name, for a server that others reach.
        limits: how often questions may be asked.
    """

    def __init__(
        self,
        app: AsgiApp,
        *,
        names: Iterable[str],
        head: str = "",
        max_body: int = MAX_BODY,
        max_upload: int = MAX_UPLOAD,
        access: Access | None = None,
        any_address: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._app = app
        self._access = access
        self._any_address = any_address
        self._limits = limits or Limits()
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
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in _CLAIMS]
        refusal = self._refusal(scope)
        if refusal is not None:
            await refuse(send, *refusal)
        elif self._access is not None and self._access.minds(scope):
            await self._access.answer(scope, receive, send)
        elif wait := self._limits.wait(scope):
            seconds = str(math.ceil(wait))
            await refuse(send, 429, f"Too many questions. Ask again in {seconds} seconds.", {"retry-after": seconds})
        elif scope["path"] in PAGES:
            await self._page(scope, receive, send)
        else:
            await self._stream(scope, receive, with_headers(send, content_security_policy(_nonce())))

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
        if any(len(header_values(scope, name)) > 1 for name in _ONCE):
            return 400, "A header is there twice. Send it once."
        host = "".join(header_values(scope, b"host"))
        if not self._is_answered(_name_of(host)):
            return 400, "Unknown host name. Open the page by the address that pincite printed."
        if not set(header_values(scope, b"origin")) <= self._own_origins(scope, host):
            return 403, "Another site may not use this page."
        if not self._is_known(scope["path"]):
            return 404, "There is nothing here."
        if scope["method"] not in ("GET", "HEAD"):
            length = "".join(header_values(scope, b"content-length")) or ("0" if scope["method"] == "DELETE" else "")
            if not (length.isascii() and length.isdigit()) or header_values(scope, b"transfer-encoding"):
                return 411, "A request must say how long it is."
            largest = self._max_upload if scope["path"].startswith(UPLOADS) else self._max_body
            if len(length) > 18 or int(length) > largest:  # Python turns no number of any length into an int.
                return 413, "That is too long."
        return None

    def _is_answered(self, name: str) -> bool:
        if name in self._names:
            return True
        # DNS rebinding makes a foreign name mean this server. An address cannot be made to mean another one, so any
        # address will do that led here; which ones this computer has may change, and a container does not know.
        return self._any_address and _is_address(name)

    def _own_origins(self, scope: Scope, host: str) -> set[str]:
        schemes = {scope.get("scheme", "http")} | ({"https"} if self._access is not None else set())  # A proxy's.
        return {f"{scheme}://{host}" for scheme in schemes}

    def _is_known(self, path: str) -> bool:
        return _is_known(path) or (self._access is not None and path in (LOGIN, LOGOUT))

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the application's page, whole and uncompressed, its scripts marked."""
        nonce = _nonce()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        cookies = cookies_of(scope)
        language = language_for(scope)
        start: AsgiMessage = {}
        parts: list[bytes] = []

        async def collect(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = prepare_page(b"".join(parts).decode("utf-8"), nonce, self._head, language).encode()
            other = {} if owner_of(cookies) else {"set-cookie": new_cookie()}
            guarded = with_headers(send, content_security_policy(nonce), len(body), other)
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


def prepare_page(page: str, nonce: str, head: str, language: str = ENGLISH) -> str:
    """Return ``page`` with ``head`` at the end of its head and every script element marked with ``nonce``.

    It names its ``language`` twice, as the framework's script puts the browser's in the first place. What the framework
    says there for link previews and app stores, some of it about itself, is left out.
    """
    page = re.sub(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>', "", page)
    page = page.replace("</head>", f"{head}</head>", 1)
    named = f'<html lang="{language}" data-language="{language}"'
    page = re.sub(r'<html\b(?:\s+lang="[^"]*")?', named, page, count=1)
    return re.sub(r"<script\b", f'<script nonce="{nonce}"', page)


def _nonce() -> str:
    return secrets.token_urlsafe(16)


def _name_of(host: str) -> str:
    """Return the name in a ``Host`` header, without the port, in lower case."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::\d+)?", host)
    return match.group(1).lower() if match else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_known(path: str) -> bool:
    return path in PAGES or path in FILES or path in CALLS or (path.startswith(TREES) and ".." not in path.split("/"))
