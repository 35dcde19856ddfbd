"""How often an address may ask."""

from __future__ import annotations

from typing import Any

import pytest

from ui.limits import OWN, Limits, RateLimit, client_of


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def scope(client: str | None, path: str = "/v1/ask", method: str = "POST", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "method": method, "client": client and (client, 5), "headers": pairs}


def test_a_burst_passes_and_then_what_the_rate_gives_back() -> None:
    clock = Clock()
    limit = RateLimit(60, 3, clock=clock)
    assert [limit.take("a") for _ in range(5)] == [0, 0, 0, 1, 1]
    clock.now += 0.75
    assert limit.take("a") == pytest.approx(0.25)
    clock.now += 0.25
    assert [limit.take("a") for _ in range(2)] == [0, 1]


def test_a_refusal_costs_nothing_and_a_rest_gives_no_more_than_a_burst() -> None:
    clock = Clock()
    limit = RateLimit(60, 2, clock=clock)
    for _ in range(100):
        limit.take("a")
    clock.now += 1
    assert limit.take("a") == 0
    clock.now += 1e6
    assert [limit.take("a") for _ in range(3)] == [0, 0, 1]


def test_each_address_has_its_own() -> None:
    limit = RateLimit(60, 1, clock=Clock())
    assert (limit.take("a"), limit.take("b"), limit.take("a")) == (0, 0, 1)


def test_memory_is_bounded_and_the_longest_silent_is_forgotten() -> None:
    limit = RateLimit(60, 1, most=3, clock=Clock())
    for key in ("b", "c", "busy"):
        limit.take(key)
    for key in range(1_000):
        limit.take(f"new {key}")
        assert limit.take("busy") > 0
    assert len(limit) == 3


def test_default_memory_is_ten_thousand_addresses() -> None:
    limit = RateLimit(60, 1)
    for number in range(10_500):
        limit.take(str(number))
    assert len(limit) == 10_000


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(("127.0.0.1", OWN), ("127.9.9.9", OWN), ("::1", OWN), ("::ffff:127.0.0.1", OWN)),
        *(("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7")),
        *(("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"), ("fe80::1%eth0", "fe80::/64")),
        *((None, "unknown"), ("testclient", "unknown")),
    ],
)
def test_what_stands_for_a_sender(address: str | None, expected: str) -> None:
    assert client_of(scope(address)) == expected


def test_what_a_sender_says_of_itself_does_not_count() -> None:
    limits = Limits(others=RateLimit(60, 1, clock=Clock()), own=RateLimit(60, 1, clock=Clock()))
    assert limits.wait(scope("192.0.2.7")) == 0
    for claim in ("127.0.0.1", "192.0.2.8"):
        assert limits.wait(scope("192.0.2.7", x_forwarded_for=claim, x_real_ip=claim, forwarded=f"for={claim}")) > 0


def test_only_costly_posts_count_and_this_computer_has_more() -> None:
    clock = Clock()
    limits = Limits(others=RateLimit(60, 30, clock=clock), own=RateLimit(1_200, 300, clock=clock))
    for path, method in (("/v1/library", "GET"), ("/v1/ask", "GET"), ("/v1/feedback", "POST"), ("/", "GET")):
        assert not any(limits.wait(scope("192.0.2.7", path, method)) for _ in range(100))
    costly = ("/v1/ask", "/v1/chat/completions", "/v1/search", "/gradio_api/queue/join")
    passed = {
        client: sum(not limits.wait(scope(client, path)) for path in costly * 100) for client in ("192.0.2.7", "::1")
    }
    assert passed == {"192.0.2.7": 30, "::1": 300}
