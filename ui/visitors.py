"""Which browser it is: a random word in a cookie that no script can read, so that each sees its own conversations."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from ui.asgi import Scope, header_values
from ui.words import language_of

COOKIE = "pincite-visitor"
_DAYS = 400
"""Browsers keep no cookie longer."""
_FORM = re.compile(r"[A-Za-z0-9_-]{32,64}")


def owner_of(cookies: Mapping[str, str]) -> str:
    """Return the browser's word, or "" if it has none that we gave."""
    word = cookies.get(COOKIE, "")
    return word if _FORM.fullmatch(word) else ""


def cookies_in(header: str) -> dict[str, str]:
    """Return the cookies of a ``Cookie`` header, whatever others have put beside ours; the first of a name counts."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value)
    return found


def new_cookie() -> str:
    """Return a ``Set-Cookie`` header with a new word."""
    age = _DAYS * 24 * 60 * 60
    return f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict"


def cookies_of(scope: Scope) -> dict[str, str]:
    """Return the cookies of a request."""
    return cookies_in("; ".join(header_values(scope, b"cookie")))


def language_for(scope: Scope) -> str:
    """Return the language of the person who sent a request."""
    return language_of(cookies_of(scope), ",".join(header_values(scope, b"accept-language")))
