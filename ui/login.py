"""The page of a server that asks for a password, before anything else of it is seen."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from ui.asgi import Scope, Send, respond
from ui.markup import escape
from ui.visitors import language_for
from ui.words import say

LOGIN = "/login"

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:20rem;margin:18vh auto;padding:0 1rem;color-scheme:light dark}"
    "h1{font-size:1.25rem}label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}"
    "input,button{margin:.4rem 0 1rem;padding:.5rem}[role=alert]{font-weight:600}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_LOGIN_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


async def login_page(scope: Scope, send: Send, status: int, message: str, headers: Mapping[str, str]) -> None:
    """Answer with the login, in the language of the person, with ``message`` above it where there is one."""
    language = language_for(scope)
    alert = f'<p role="alert">{escape(message)}</p>' if message else ""
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>pincite: {say(language, 'Log in')}</title>"
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><h1>pincite</h1>{alert}"
        f'<form method="post" action="{LOGIN}"><label for="password">{say(language, "Password")}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>'
        f"<button>{say(language, 'Log in')}</button></form></body></html>\n"
    )
    # Without a referrer a browser would hide where the form came from, and the login would look like another site's.
    fixed = {"content-type": "text/html; charset=utf-8", "referrer-policy": "same-origin", "vary": "Accept-Language"}
    with_body = scope["method"] != "HEAD"
    await respond(send, status, page, policy=_LOGIN_POLICY, with_body=with_body, headers={**fixed, **headers})
