"""No test reaches beyond this machine, and unit and property tests reach nothing at all.

An audit hook sees every connection that Python code opens, whatever library opens it. It cannot be taken out again, so
what it forbids is a variable. ``python network.py MODULE ARGUMENTS`` runs a module under the same rule (loopback only).
"""

from __future__ import annotations

import atexit
import ipaddress
import runpy
import sys
from enum import Enum
from typing import Any


class NetworkUse(Exception):
    """Something was about to open a connection that the test at hand does not allow."""


class Policy(Enum):
    """What connections are allowed."""

    LOOPBACK = "this machine only"
    NOTHING = "none at all"


class Guard:
    """Refuses connections, and remembers those it refused: product code may swallow the exception."""

    def __init__(self, policy: Policy = Policy.LOOPBACK) -> None:
        self.policy = policy
        self.refused: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at an audit event; raise NetworkUse where it is a connection that is not allowed."""
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._judge(arguments[1], is_name=False)
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self._judge(arguments[0], is_name=True)

    def _judge(self, target: Any, *, is_name: bool) -> None:
        if target is None:  # a connected socket's own peer, or "any address of this machine"
            return
        host = target[0] if isinstance(target, tuple) else target
        local = not is_name and not isinstance(target, tuple)  # a Unix socket's path
        if self.policy is Policy.LOOPBACK and (local or is_loopback(host)):
            return
        self.refused.append(str(target))
        raise NetworkUse(f"a connection to {target!r} is not allowed here ({self.policy.value})")


def is_loopback(host: str | bytes) -> bool:
    """Tell whether ``host`` is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Run the module that the arguments name, as ``python -m`` would, with everything but loopback forbidden."""
    guard = Guard()
    sys.addaudithook(guard)
    atexit.register(lambda: guard.refused and print(f"NetworkUse: {guard.refused}", file=sys.stderr))
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
