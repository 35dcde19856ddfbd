"""What the guard and the login share: the types of ASGI, reading of headers, and answers of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

Scope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

NONE: Mapping[str, str] = MappingProxyType({})

NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'"
"""The policy of an answer that is no page."""

_FIXED_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), usb=(), payment=()"),
]


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Return the values of every header called ``name`` (in lower case), in their order."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def with_headers(send: Send, policy: str, length: int | None = None, other: Mapping[str, str] = NONE) -> Send:
    """Wrap ``send`` so that the response carries ``policy`` and the fixed headers, and ``length`` where given.

    Args:
        send: where the response goes.
        policy: the content security policy.
        length: the length of the body where it is known; such a response is kept by no cache.
        other: headers by name in lower case, instead of the application's and the fixed ones.
    """
    replaced = {name.encode(): value.encode("latin-1") for name, value in other.items()}
    ours = {**dict(_FIXED_HEADERS), b"content-security-policy": policy.encode(), **replaced}
    if length is not None:
        ours |= {b"content-length": str(length).encode(), b"cache-control": b"no-store"}

    async def guarded(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            theirs = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
            message = {**message, "headers": theirs + list(ours.items())}
        await send(message)

    return guarded


async def respond(
    send: Send,
    status: int,
    body: str,
    *,
    policy: str = NOTHING_ALLOWED,
    with_body: bool = True,
    headers: Mapping[str, str] = NONE,
) -> None:
    """Answer a request.

    Args:
        send: where the response goes.
        status: the HTTP status.
        body: the text, one line; or a page if ``content_type`` says so.
        policy: the content security policy.
        with_body: False for a HEAD request.
        headers: further headers by name in lower case.
    """
    data = body.encode()
    headers = {"content-type": "text/plain; charset=utf-8", **headers}
    await with_headers(send, policy, len(data), headers)({"type": "http.response.start", "status": status})
    await send({"type": "http.response.body", "body": data if with_body else b""})


async def refuse(send: Send, status: int, reason: str, headers: Mapping[str, str] = NONE) -> None:
    """Turn a request away with one line that says why."""
    await respond(send, status, f"{reason}\n", headers=headers)
