"""Who is let in when others can reach the server: people by a password and a session, programs by a token."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from index.errors import PinciteError
from ui.asgi import Receive, Scope, Send, header_values, refuse, respond
from ui.limits import RateLimit, client_of
from ui.login import LOGIN, login_page
from ui.passwords import PasswordHash, load_password
from ui.visitors import language_for
from ui.words import say

LOGOUT = "/logout"
COOKIE = "pincite-session"
SESSION_SECONDS = 12 * 3600
MOST_SESSIONS = 1_000
LONGEST_FORM = 8 * 1024
FORM_SECONDS = 10.0
SHORTEST_TOKEN = 20
_BEARER = {"www-authenticate": "Bearer"}


class Sessions:
    """Who is logged in: of each session the SHA-256 of its secret, in memory, until it expires.

    Args:
        clock: seconds, never running backwards.
        most: sessions at a time; the oldest ends when there would be more.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST_SESSIONS) -> None:
        self._clock = clock
        self._most = most
        self._ends: OrderedDict[bytes, float] = OrderedDict()

    def begin(self) -> str:
        """Return the secret of a new session."""
        secret = secrets.token_urlsafe(32)
        self._ends[_sha256(secret)] = self._clock() + SESSION_SECONDS
        if len(self._ends) > self._most:
            self._ends.popitem(last=False)
        return secret

    def holds(self, secret: str) -> bool:
        """Return whether ``secret`` is that of a session that has not expired."""
        key = _sha256(secret)
        if self._ends.get(key, -math.inf) > self._clock():
            return True
        self._ends.pop(key, None)
        return False

    def end(self, secret: str) -> None:
        """End a session, if it is one."""
        self._ends.pop(_sha256(secret), None)


@dataclass(frozen=True, slots=True)
class Access:
    """The door of a server that others can reach.

    Attributes:
        password: hash of the password; None where only programs are let in.
        token: SHA-256 of the token of programs, or None.
        sessions: who is logged in.
        tries: how often one address may try a password.
        all_tries: how often a password may be tried by all together.
    """

    password: PasswordHash | None = None
    token: bytes | None = None
    sessions: Sessions = field(default_factory=Sessions)
    tries: RateLimit = field(default_factory=lambda: RateLimit(5, 5))
    all_tries: RateLimit = field(default_factory=lambda: RateLimit(30, 30))
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def in_words(self) -> str:
        """What lets in: ``the password``, ``the token``, or either."""
        return " or ".join(["the password"] * (self.password is not None) + ["the token"] * (self.token is not None))

    def lets_in(self, scope: Scope) -> bool:
        """Return whether a request carries a valid session or token."""
        given = header_values(scope, b"authorization")
        if self.token is not None and len(given) == 1:
            scheme, _, token = given[0].partition(" ")
            if scheme.lower() == "bearer" and hmac.compare_digest(_sha256(token.strip()), self.token):
                return True
        return any(self.sessions.holds(secret) for secret in _session_secrets(scope))

    def minds(self, scope: Scope) -> bool:
        """Return whether :meth:`answer` has to answer a request: the application is not to see it."""
        return scope["path"] in (LOGIN, LOGOUT) or not self.lets_in(scope)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log in, log out, show the login page, or turn away."""
        method, path = scope["method"], scope["path"]
        if path in (LOGIN, LOGOUT) and method != "POST":
            await refuse(send, 405, "This takes a POST. Open the page / instead.", {"allow": "POST"})
        elif path == LOGIN and self.password is not None:
            await self._log_in(self.password, scope, receive, send)
        elif path == LOGOUT:
            for secret in _session_secrets(scope):
                self.sessions.end(secret)
            await respond(send, 200, "Logged out.\n", headers={"set-cookie": _cookie(scope, "", 0)})
        elif path == "/" and method in ("GET", "HEAD") and self.password is not None:
            await login_page(scope, send, 401, "", _BEARER)
        else:
            remedy = "Send 'Authorization: Bearer' with the token of the server" if self.token else "Log in at / first"
            await refuse(send, 401, f"This server asks who you are. {remedy}.", _BEARER)

    async def _log_in(self, password: PasswordHash, scope: Scope, receive: Receive, send: Send) -> None:
        # Counted before it is looked at, so that tries made at the same time are counted too.
        wait = self.tries.take(client_of(scope)) or self.all_tries.take("all")
        if wait:
            seconds = math.ceil(wait)
            message = say(language_for(scope), "Too many tries. Wait {n} seconds, then try again.", n=seconds)
            await login_page(scope, send, 429, message, {"retry-after": str(seconds)})
            return
        form = await _body(receive)
        if form is None:
            await refuse(send, 400, "That is no login. Open the page / and type the password there.")
            return
        fields = parse_qs(form.decode("utf-8", "replace"), keep_blank_values=True)
        typed = fields.get("password", [""])[0]
        async with self._one_at_a_time:  # Each takes 16 MiB while it is computed.
            right = await asyncio.to_thread(password.matches, typed)
        if not right:
            message = say(language_for(scope), "That is not the password. Try again.")
            await login_page(scope, send, 401, message, _BEARER)
            return
        cookie = _cookie(scope, self.sessions.begin(), SESSION_SECONDS)
        await respond(send, 303, "", headers={"location": "/", "set-cookie": cookie})


class AccessError(PinciteError):
    """A token that cannot be used."""


def load_access(token: str) -> Access | None:
    """Return the door with the password that was set and ``token`` where not empty; None if there is neither.

    Raises:
        AccessError: the token is too short, or could not be sent.
        PasswordError: the password's file cannot be used.
    """
    if token and not re.fullmatch(rf"[!-~]{{{SHORTEST_TOKEN},}}", token):
        raise AccessError(
            f"PINCITE_TOKEN must be {SHORTEST_TOKEN} or more letters, digits and signs without blanks; make it longer, "
            "or unset it"
        )
    password = load_password()
    if password is None and not token:
        return None
    return Access(password, _sha256(token) if token else None)


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a login; None if it is too long, too slow or given up."""
    body = b""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            while True:
                message = await receive()
                body += bytes(message.get("body", b""))
                if message["type"] != "http.request" or len(body) > LONGEST_FORM:
                    return None
                if not message.get("more_body"):
                    return body
    except TimeoutError:
        return None


def _session_secrets(scope: Scope) -> list[str]:
    """Return what the cookies offer as the secret of a session; a few at most, and only what could be one."""
    pairs = (part.strip().partition("=") for value in header_values(scope, b"cookie") for part in value.split(";"))
    return [value for name, _, value in pairs if name == COOKIE and len(value) == 43][:4]


def _cookie(scope: Scope, secret: str, seconds: int) -> str:
    """Return a session's cookie. A proxy's https is seen by what the browser says its page came from."""
    is_encrypted = scope.get("scheme") == "https" or any(
        origin.startswith("https://") for origin in header_values(scope, b"origin")
    )
    secure = "; Secure" if is_encrypted else ""
    return f"{COOKIE}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}"


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
