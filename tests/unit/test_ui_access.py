"""The door of a server that others can reach: passwords, sessions, tokens, and what tries to get past them."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from door import HASH, HOST, PASSWORD, TOKEN, Door, Pairs, Reply

from ui.access import COOKIE, SESSION_SECONDS, Sessions
from ui.passwords import PasswordHash


@pytest.fixture
def door() -> Door:
    return Door()


def cookie(value: str) -> Pairs:
    return [("cookie", value)]


# --- who is let in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/v1/ask", "/v1/documents", "/config", "/pincite/pincite.js", "/assets/x", "/gradio_api/info"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_a_stranger_gets_one_line_and_reaches_nothing(door: Door, path: str, method: str) -> None:
    length = [("content-length", "0")] if method == "OPTIONS" else []
    reply = door(path, method, headers=length)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.body.count("\n") == 1
    assert door.reached == []


def test_a_stranger_s_page_is_the_login_and_nothing_else(door: Door) -> None:
    reply = door("/")
    policy = reply.headers["content-security-policy"]
    assert reply.status == 401
    assert '<form method="post" action="/login">' in reply.body
    assert "<script" not in reply.body
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    style = re.search(r"<style>(.*)</style>", reply.body)
    assert style is not None
    assert "unsafe" not in policy
    assert door("/", "HEAD").body == ""
    assert door.reached == []


def test_the_password_opens_and_the_cookie_is_well_kept(door: Door) -> None:
    reply = asyncio.run(door.log_in())
    assert (reply.status, reply.headers["location"]) == (303, "/")
    parts = reply.headers["set-cookie"].split("; ")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}", parts[0])
    assert set(parts[1:]) == {"HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={SESSION_SECONDS}"}
    assert door("/", headers=cookie(reply.cookie)).body.endswith("secret")
    assert door("/v1/ask", "POST", headers=cookie(f"a=b; {reply.cookie}; c=d")).status == 200
    assert reply.cookie.partition("=")[2] not in repr(door.access.sessions.__dict__)


@pytest.mark.parametrize("origin", [f"https://{HOST}", f"http://{HOST}"])
def test_behind_a_proxy_s_https_the_cookie_is_for_https_only(door: Door, origin: str) -> None:
    reply = asyncio.run(door.log_in(headers=[("origin", origin)]))
    assert reply.status == 303
    assert ("Secure" in reply.headers["set-cookie"].split("; ")) is origin.startswith("https")


def test_the_wrong_password_is_told_on_the_page(door: Door) -> None:
    for wrong in ("wrong", "", PASSWORD.upper(), f"{PASSWORD}%20", "%ff%fe", "%ED%A0%80"):
        reply = asyncio.run(door.log_in(wrong, client=f"192.0.2.{len(wrong)}"))
        assert reply.status == 401
        assert "That is not the password. Try again." in reply.body
        assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "body", [b"", b"pass=x", b"=&&==", b'{"password": "correct horse"}', b"a=1&" * 2_000, b"\xff\x00"]
)
def test_a_form_that_is_none_lets_nobody_in(door: Door, body: bytes) -> None:
    assert door("/login", "POST", body=body).status == 401


def test_the_token_opens_for_programs(door: Door) -> None:
    assert door("/v1/ask", "POST", headers=[("authorization", f"Bearer {TOKEN}")]).status == 200
    assert door("/", headers=[("authorization", f"bearer {TOKEN}")]).status == 200
    door.reached.clear()
    for wrong in (
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer",
        "Bearer ",
        f"Bearer {PASSWORD}",
    ):
        assert door("/v1/ask", "POST", headers=[("authorization", wrong)]).status == 401
    assert door("/v1/ask", "POST", headers=[("authorization", f"Bearer {TOKEN}")] * 2).status == 400
    assert door.reached == []


def test_where_there_is_no_token_none_is_right(door: Door) -> None:
    door.access = replace(door.access, token=None)
    door.guard()
    for header in (f"Bearer {TOKEN}", "Bearer ", "Bearer None", ""):
        assert door("/v1/ask", "POST", headers=[("authorization", header)]).status == 401


def test_where_there_is_no_password_none_is_right(door: Door) -> None:
    door.access = replace(door.access, password=None)
    door.guard()
    assert "token" in door("/").body
    assert asyncio.run(door.log_in()).status == 401
    assert asyncio.run(door.log_in("")).status == 401


# --- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_ends_after_twelve_hours(door: Door) -> None:
    pass_ = cookie(asyncio.run(door.log_in()).cookie)
    door.now += SESSION_SECONDS - 1
    assert door("/v1/library", headers=pass_).status == 200
    door.now += 1
    assert door("/v1/library", headers=pass_).status == 401
    door.now -= 3_600
    assert door("/v1/library", headers=pass_).status == 401, "what has expired is forgotten"


def test_logging_out_ends_this_session_and_no_other(door: Door) -> None:
    mine, other = (asyncio.run(door.log_in()).cookie for _ in range(2))
    assert mine != other
    reply = door("/logout", "POST", headers=cookie(mine))
    assert (reply.status, reply.body) == (200, "Logged out.\n")
    assert "Max-Age=0" in reply.headers["set-cookie"]
    assert door("/v1/library", headers=cookie(mine)).status == 401
    assert door("/v1/library", headers=cookie(other)).status == 200


def test_another_site_may_neither_log_in_nor_out(door: Door) -> None:
    mine = asyncio.run(door.log_in()).cookie
    for origin in ("http://evil.test", "null", "https://192.0.2.1:7861"):
        assert door("/logout", "POST", headers=[*cookie(mine), ("origin", origin)]).status == 403
        assert asyncio.run(door.log_in(headers=[("origin", origin)])).status == 403
    assert door("/v1/library", headers=cookie(mine)).status == 200


def test_a_session_of_another_server_is_none_here(door: Door) -> None:
    theirs = asyncio.run(Door().log_in()).cookie
    assert door("/v1/library", headers=cookie(theirs)).status == 401


@pytest.mark.parametrize(
    "value",
    [
        *(COOKIE, f"{COOKIE}=", f"{COOKIE}={'A' * 43}", f"{COOKIE}={'A' * 60_000}", f"{COOKIE}={'A' * 43};" * 1_000),
        *(f"{COOKIE}=\xff" + "A" * 42, ";" * 60_000, f"x{COOKIE}=1", "=", f'{COOKIE}="{"A" * 43}"'),
    ],
)
def test_odd_and_huge_cookies_let_nobody_in_and_are_quick(door: Door, value: str) -> None:
    begun = time.perf_counter()
    assert door("/v1/library", headers=cookie(value)).status == 401
    assert time.perf_counter() - begun < 0.5


def test_a_foreign_cookie_before_it_does_not_lock_out(door: Door) -> None:
    mine = asyncio.run(door.log_in()).cookie
    assert door("/v1/library", headers=cookie(f"{COOKIE}=planted; {COOKIE}={'B' * 43}; {mine}")).status == 200


def test_sessions_are_few_in_memory(door: Door) -> None:
    held = Sessions(most=3)
    secrets = [held.begin() for _ in range(5)]
    assert [held.holds(secret) for secret in secrets] == [False, False, True, True, True]


# --- tries ----------------------------------------------------------------------------------------------------------


def test_after_five_tries_the_right_password_has_to_wait_too(door: Door) -> None:
    for _ in range(5):
        assert asyncio.run(door.log_in("wrong")).status == 401
    reply = asyncio.run(door.log_in())
    assert reply.status == 429
    assert reply.headers["retry-after"] == "12"
    assert "Too many tries. Wait 12 seconds" in reply.body
    assert asyncio.run(door.log_in(client="192.0.2.10")).status == 303
    claims = [("x-forwarded-for", "192.0.2.77"), ("forwarded", "for=192.0.2.77"), ("x-real-ip", "192.0.2.77")]
    assert asyncio.run(door.log_in(headers=claims)).status == 429
    door.now += 12
    assert asyncio.run(door.log_in()).status == 303


def test_all_together_have_thirty_tries(door: Door) -> None:
    statuses = [asyncio.run(door.log_in("wrong", client=f"198.51.100.{number}")).status for number in range(35)]
    assert statuses == [401] * 30 + [429] * 5


def test_tries_at_the_same_time_are_all_counted(door: Door) -> None:
    async def many() -> list[Reply]:
        return await asyncio.gather(*(door.log_in("wrong") for _ in range(40)))

    assert sorted(reply.status for reply in asyncio.run(many())) == [401] * 5 + [429] * 35


def test_one_password_at_a_time_is_hashed_and_the_server_goes_on(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = [0], [0]
    lock = threading.Lock()

    def slow(self: PasswordHash, password: str) -> bool:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.25)
        with lock:
            running[0] -= 1
        return False

    monkeypatch.setattr(PasswordHash, "matches", slow)

    async def many() -> float:
        begun = time.perf_counter()
        logins = [asyncio.ensure_future(door.log_in("wrong", client=f"198.51.100.{n}")) for n in range(4)]
        await asyncio.sleep(0.01)
        await door.ask("/v1/library")
        waited = time.perf_counter() - begun
        await asyncio.gather(*logins)
        return waited

    assert asyncio.run(many()) < 0.25
    assert most == [1]


def test_every_password_takes_its_time() -> None:
    def seconds(password: str) -> float:
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            HASH.matches(password)
            times.append(time.perf_counter() - begun)
        return min(times)

    right = seconds(PASSWORD)
    assert right > 0.005
    assert all(seconds(wrong) > right / 3 for wrong in ("", PASSWORD[:-1], "x" * 1_000))


# --- forms that are no forms ----------------------------------------------------------------------------------------


def test_a_login_says_how_long_it_is_and_keeps_to_it(door: Door) -> None:
    headers = [("content-length", "10")]
    assert door("/login", "PUT", headers=headers).status == 405
    assert door("/login").status == 405
    assert door("/login", "POST", headers=headers).status == 400, "two lengths"
    too_much = [{"type": "http.request", "body": b"x" * 5_000, "more_body": True}] * 10
    begun = time.perf_counter()
    assert door("/login", "POST", body=b"x", parts=too_much).status == 400
    assert time.perf_counter() - begun < 5, "it is not waited for the end"
    assert door("/login", "POST", body=b"x", parts=[{"type": "http.disconnect"}]).status == 400
    assert door.reached == []


def test_a_login_that_never_ends_is_given_up(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.access.FORM_SECONDS", 0.05)
    begun = time.perf_counter()
    assert door("/login", "POST", parts=[{"type": "http.request", "body": b"p", "more_body": True}]).status == 400
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    "path", ["//login", "/login/", "/logout/../v1/library", "/v1/../login", "/LOGIN", "//v1/ask", "/./"]
)
def test_no_detour_leads_past_the_door(door: Door, path: str) -> None:
    for method in ("GET", "POST"):
        assert door(path, method).status in (401, 404)
    assert door.reached == []


# --- names, addresses, limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(("192.0.2.1:7860", 200), ("10.0.0.9", 200), ("[2001:db8::1]:7860", 200), ("localhost", 200)),
        *(("evil.test", 400), ("192.0.2.1.evil.test", 400), ("0x7f.1", 400), ("2130706433", 400), ("[::1", 400)),
    ],
)
def test_addresses_are_answered_and_foreign_names_are_not(door: Door, host: str, expected: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()), (b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "path": "/v1/library", "method": "GET", "headers": headers, "client": ("192.0.2.9", 1)}
    asyncio.run(door._guard(scope, lambda: pytest.fail("nothing is read"), send))
    assert sent[0]["status"] == expected


def test_too_many_questions_are_told_when_to_come_again(door: Door) -> None:
    pass_ = [("authorization", f"Bearer {TOKEN}")]
    assert [door("/v1/ask", "POST", headers=pass_).status for _ in range(31)] == [200] * 30 + [429]
    reply = door("/v1/ask", "POST", headers=pass_)
    assert reply.headers["retry-after"] == "1"
    assert reply.body == "Too many questions. Ask again in 1 seconds.\n"
    assert door("/v1/ask", "POST", headers=pass_, client="192.0.2.10").status == 200
    assert door("/v1/library", headers=pass_).status == 200


def test_strangers_do_not_use_up_what_others_may_ask(door: Door) -> None:
    for _ in range(100):
        assert door("/v1/ask", "POST").status == 401
    assert door("/v1/ask", "POST", headers=[("authorization", f"Bearer {TOKEN}")]).status == 200


def test_the_application_never_sees_what_a_sender_claims_to_be(door: Door) -> None:
    claims = [(name, "evil.test") for name in ("x-forwarded-host", "X-Forwarded-For", "forwarded", "x-real-ip")]
    door("/v1/library", headers=[("authorization", f"Bearer {TOKEN}"), *claims])
    assert b"evil.test" not in dict(door.seen["headers"]).values()


@pytest.mark.parametrize(
    ("headers", "language", "button", "wrong"),
    [
        ([("accept-language", "de-AT,en;q=0.5")], "de", "Anmelden", "Das ist nicht das Passwort."),
        ([("accept-language", "de"), ("cookie", "pincite-language=tr")], "tr", "Giriş yap", "Parola bu değil."),
        ([("accept-language", "fr")], "en", "Log in", "That is not the password."),
    ],
)
def test_the_login_speaks_the_language_of_who_stands_before_it(
    door: Door, headers: list[tuple[str, str]], language: str, button: str, wrong: str
) -> None:
    page = door("/", headers=headers).body
    assert f'<html lang="{language}">' in page
    assert f"<button>{button}</button>" in page
    assert wrong in door("/login", "POST", headers=headers, body=b"password=wrong").body
