"""Serving the chat page on this computer: a free port, a clear word when there is none, an orderly end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from index.errors import PinciteError
from ui.security import is_loopback

if TYPE_CHECKING:
    from uvicorn import Server

    from ui.security import Guard

FIRST_PORT = 7860
PORTS_TRIED = 100


class ServeError(PinciteError):
    """The chat page cannot be served at the address asked for."""


def check_host(host: str) -> None:
    """Raise :class:`ServeError` unless ``host`` means this computer only."""
    if not is_loopback(host):
        raise ServeError(
            f"Cannot serve on {host}: the page has no password protection yet, so only this computer may reach it. "
            "Use --host 127.0.0.1."
        )


def listen(host: str, port: int | None) -> socket.socket:
    """Return a listening socket on ``host`` at ``port``, or at the first free port from 7860 when that is None.

    Raises:
        ServeError: if the port is taken, or not allowed, or no port is free.
    """
    if port is not None and not 0 <= port <= 65535:
        raise ServeError(f"There is no port {port}: choose one from 1024 to 65535 with --port.")
    candidates = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else (port,)
    for candidate in candidates:
        try:
            return _bind(host, candidate)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
    if port is None:
        raise ServeError(f"No free port from {FIRST_PORT} to {candidates[-1]} on {host}: choose one with --port.")
    raise ServeError(f"Cannot use port {port} on {host} ({reason}): choose another with --port, or none.")


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose last user has just gone is free; on Windows the same option would share a port in use.
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def address_of(host: str, listener: socket.socket) -> str:
    """Return the page's address."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/"


def server_for(app: Guard) -> Server:
    """Return a uvicorn server for ``app`` that keeps quiet and, when it ends, does not wait for open pages."""
    import uvicorn

    class PromptServer(uvicorn.Server):  # type: ignore[misc]
        """Ends the pages' open streams first: each page holds one as long as it is open."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.end_streams()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=3,
    )
    return PromptServer(config)


def run(app: Guard, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve ``app`` on ``listener`` until interrupted. ``on_ready`` is called once connections are accepted."""
    with closing(listener):
        on_ready()  # The socket listens already: a browser that comes early waits in its backlog.
        server_for(app).run(sockets=[listener])
