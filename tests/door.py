"""A guard with an access before an application, and requests to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ui.access import Access, Sessions
from ui.limits import Limits, RateLimit
from ui.passwords import PasswordHash
from ui.security import LOOPBACK_NAMES, Guard

PASSWORD = "correct horse"
HASH = PasswordHash.of(PASSWORD)
TOKEN = "a-token-of-some-thirty-characters"
HOST = "192.0.2.1:7860"
Pairs = Sequence[tuple[str, str]]


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def cookie(self) -> str:
        """The session's cookie as a browser sends it back."""
        return self.headers["set-cookie"].partition(";")[0]


@dataclass
class Door:
    """A guard with an access before an application that counts what reaches it."""

    now: float = 1_000.0
    reached: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = lambda: self.now  # noqa: E731 - a clock that stands still until it is moved
        self.access = Access(
            HASH,
            hashlib.sha256(TOKEN.encode()).digest(),
            Sessions(clock=clock, most=3),
            RateLimit(5, 5, clock=clock),
            RateLimit(30, 30, clock=clock),
        )
        self.limits = Limits(others=RateLimit(60, 30, clock=clock))
        self.guard()

    def guard(self) -> None:
        """Put the guard before the application."""
        self._guard = Guard(
            self._application, names=LOOPBACK_NAMES, access=self.access, any_address=True, limits=self.limits
        )

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope["path"])
        self.seen = scope
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<head></head>secret"})

    async def ask(
        self,
        path: str = "/",
        method: str = "GET",
        *,
        headers: Pairs = (),
        body: bytes = b"",
        client: str = "192.0.2.9",
        parts: Sequence[dict[str, Any]] | None = None,
    ) -> Reply:
        """Send one request; its body is ``parts`` where given."""
        length = [("content-length", str(len(body)))] if method == "POST" else []
        messages = iter(parts if parts is not None else [{"type": "http.request", "body": body}])
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return next(messages, None) or await asyncio.Event().wait()

        pairs = [(name.encode(), value.encode()) for name, value in (("host", HOST), *length, *headers)]
        scope = {
            "type": "http",
            "path": path,
            "method": method,
            "scheme": "http",
            "headers": pairs,
            "client": (client, 9),
        }
        await self._guard(scope, receive, send)
        found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        assert len(found) == len(sent[0]["headers"])
        return Reply(sent[0]["status"], found, b"".join(m.get("body", b"") for m in sent[1:]).decode())

    async def log_in(self, password: str = PASSWORD, **options: Any) -> Reply:
        """Send the login form."""
        typed = password.replace(" ", "+")
        return await self.ask("/login", "POST", body=f"password={typed}".encode(), **options)

    def __call__(self, *arguments: Any, **options: Any) -> Reply:
        return asyncio.run(self.ask(*arguments, **options))
