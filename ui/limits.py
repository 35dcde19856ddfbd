"""How often one address may ask: token buckets in bounded memory, with a clock that tests can set."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ui.asgi import Scope

MOST_ADDRESSES = 10_000

COSTLY = ("/v1/ask", "/v1/chat/completions", "/v1/search", "/v1/files/", "/v1/libraries", "/gradio_api/queue/join")
"""What costs the time of model or index, or room; a path that ends in a slash stands for all below it."""


def is_costly(method: str, path: str) -> bool:
    """Tell whether a request counts."""
    return method in ("POST", "PUT") and any(path.startswith(p) if p.endswith("/") else path == p for p in COSTLY)


class RateLimit:
    """Token buckets: each key may be taken ``burst`` times at once, and ``per_minute`` times a minute in the long run.

    Args:
        per_minute: how many a minute are given back.
        burst: the most that may be taken at once.
        most: keys that are remembered; the one that was longest silent is forgotten first.
        clock: seconds, never running backwards.
    """

    def __init__(
        self,
        per_minute: float,
        burst: int,
        *,
        most: int = MOST_ADDRESSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._buckets)

    def take(self, key: str) -> float:
        """Take one for ``key``; return 0, or if there is none the seconds until there will be one."""
        now = self._clock()
        left, at = self._buckets.get(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate


@dataclass(frozen=True, slots=True)
class Limits:
    """How often questions may be asked.

    Attributes:
        others: for each address of another computer.
        own: for this computer, so that scripts are not hindered.
    """

    others: RateLimit = field(default_factory=lambda: RateLimit(60, 30))
    own: RateLimit = field(default_factory=lambda: RateLimit(1_200, 300))

    def wait(self, scope: Scope) -> float:
        """Count a request; return 0 if it may pass, or the seconds its sender has to wait."""
        if not is_costly(scope["method"], scope["path"]):
            return 0.0
        client = client_of(scope)
        return (self.own if client == OWN else self.others).take(client)


OWN = "this computer"


def client_of(scope: Scope) -> str:
    """Return what stands for the sender of a request: its address, or of an IPv6 address the network (/64).

    Only the connection counts. What ``X-Forwarded-For`` and the like say is the sender's own claim.
    """
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0].partition("%")[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            return OWN if address.is_loopback else str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
        address = mapped
    return OWN if address.is_loopback else str(address)
