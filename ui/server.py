"""Serving the chat page: who may reach it, a free port, a clear word when there is none, an orderly end."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from index.errors import PinciteError
from ui.access import Access, load_access
from ui.security import is_loopback

if TYPE_CHECKING:
    from uvicorn import Server

    from ui.security import Guard

FIRST_PORT = 7860
PORTS_TRIED = 100


class ServeError(PinciteError):
    """The chat page cannot be served at the address asked for."""


def access_for(host: str, names: Sequence[str] = (), environment: Mapping[str, str] = os.environ) -> Access | None:
    """Return who is let in at ``host``; None for everyone, where that is this computer only.

    Args:
        host: where the server listens.
        names: further names it is asked for by. That others reach it through a proxy is what they are for.
        environment: where ``PINCITE_TOKEN`` is looked up.

    Raises:
        ServeError: others could reach it and neither a password nor a token is set, or a name is none.
        AccessError: the token cannot be used.
        PasswordError: the password's file cannot be used.
    """
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", name):
            raise ServeError(f"'{name}' is no host name: give --name without scheme, port and path, as in pc.example.")
    if is_loopback(host) and not names:
        return None
    access = load_access(environment.get("PINCITE_TOKEN", ""))
    if access is None:
        at = ", ".join([host, *names])
        raise ServeError(
            f"Cannot serve on {at} without a password, since others could read the documents: set one with "
            "'pincite password', or PINCITE_TOKEN for programs, or use --host 127.0.0.1 without --name."
        )
    return access


def exposure(access: Access, library: str) -> str:
    """Return what others can do at a server with ``access`` to ``library``, in one line."""
    return (
        f"Anyone on this network who knows {access.in_words} can read the documents of {library} and change them; "
        "the connection is not encrypted: put a TLS proxy before it."
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
    """Return the page's address; of a server that listens everywhere the one with this computer's name."""
    everywhere = host.strip("[]") in ("", "0.0.0.0", "::")
    name = socket.gethostname() if everywhere else f"[{host.strip('[]')}]" if ":" in host else host
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
        http="h11",  # it bounds how long headers may be
        ws="none",
        timeout_graceful_shutdown=3,
    )
    return PromptServer(config)


def run(app: Guard, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve ``app`` on ``listener`` until interrupted. ``on_ready`` is called once connections are accepted."""
    with closing(listener):
        on_ready()  # The socket listens already: a browser that comes early waits in its backlog.
        server_for(app).run(sockets=[listener])
