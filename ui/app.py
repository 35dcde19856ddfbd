"""The chat window: a Gradio page over one assistant.

``build_app`` makes the guarded web application and ``serve`` runs it. The page itself is :mod:`ui.chat_page`; waiting
and answering is :mod:`ui.worker`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import entry_points
from typing import Any

from index.errors import MissingDependency
from index.library import Library
from ui.access import Access
from ui.asgi import Scope
from ui.chat_page import ChatPage
from ui.limits import Limits
from ui.security import LOOPBACK_NAMES, Guard, host_names, is_loopback
from ui.server import ServeError, access_for, address_of, listen, run
from ui.shelf import Shelf
from ui.tickets import LibraryLike
from ui.visitors import language_for
from ui.words import say
from ui.worker import AssistantFactory, AssistantWorker

__all__ = ["ServeError", "build_app", "serve"]

HEAD = (
    '<link rel="icon" href="/pincite/pincite.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="/pincite/pincite.css"><link rel="stylesheet" href="/pincite/panels.css">'
    '<script src="/pincite/pincite.js" type="module"></script>'
)
FRAMEWORK_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**12),
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""What Gradio reads from the environment alone: no telemetry, no book-keeping of who asked when."""


def serve(
    assistant_factory: AssistantFactory,
    *,
    library: LibraryLike | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
    names: Sequence[str] = (),
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat page until interrupted.

    The page is up before the assistant is: ``assistant_factory`` is called in the background.

    Args:
        assistant_factory: makes the assistant; slow.
        library: the library it will answer from, searched while the model loads.
        host: a name or address; one that others reach needs a password or a token.
        port: where to listen; None takes the first free port from 7860.
        names: further host names that are answered, such as that of a proxy; they too need a password or a token.
        on_ready: called with the page's address once it can be opened; by default the address is printed.

    Raises:
        ServeError: if the address cannot be used, or others could reach it without a password.
        AccessError: if ``PINCITE_TOKEN`` cannot be used.
        PasswordError: if the password's file cannot be used.
        MissingDependency: if Gradio is not installed.
    """
    access = access_for(host, names)
    listener = listen(host, port)
    address = address_of(host, listener)
    shelf = Shelf(library) if isinstance(library, Library) and access is None else None
    worker = AssistantWorker(assistant_factory, library=library, shelf=shelf)
    try:
        app = build_app(worker, names=host_names(host, names), access=access, any_address=not is_loopback(host))
        worker.start()
        run(app, listener, lambda: (on_ready or _print_address)(address))
    finally:
        listener.close()
        worker.close()


def _print_address(address: str) -> None:
    print(f"pincite is at {address} (Ctrl-C ends it)", flush=True)


def build_app(
    worker: AssistantWorker,
    *,
    names: frozenset[str] = LOOPBACK_NAMES,
    access: Access | None = None,
    any_address: bool = False,
    limits: Limits | None = None,
) -> Guard:
    """Return the chat page over ``worker`` as an ASGI application.

    Args:
        worker: answers the questions.
        names: host names that are answered.
        access: who is let in; None lets everyone in. With it there are no further pages: evaluation opens files of
            this computer by their path and starts processes, which is nothing for others.
        any_address: whether IP addresses are answered as host names.
        limits: how often questions may be asked.

    Raises:
        MissingDependency: if Gradio is not installed.
    """
    os.environ.update(FRAMEWORK_SETTINGS)
    try:
        import gradio as gr
        from fastapi import FastAPI
        from fastapi.staticfiles import StaticFiles

        from ui.api import build_api
    except ImportError as error:
        raise MissingDependency(
            "The chat page needs Gradio, which is not installed: run pip install 'pincite[ui]'."
        ) from error
    web = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    web.mount("/pincite", StaticFiles(packages=[("ui", "assets")]))
    web.mount("/v1", build_api(worker))
    for page in entry_points(group="pincite.pages") if access is None else ():
        web.mount(f"/{page.name}", page.load()(speaker=_speaker))
    gr.mount_gradio_app(
        web,
        ChatPage(worker, for_others=access is not None).blocks,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size="1mb",
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        allowed_paths=[],
        theme=_theme(gr),
    )
    return Guard(web, names=names, head=HEAD, access=access, any_address=any_address, limits=limits)


def _speaker(scope: Scope) -> tuple[str, Callable[..., str]]:
    """Return the language of who sent a request, and what says a text in it."""
    language = language_for(scope)
    return language, partial(say, language)


def _theme(gr: Any) -> Any:
    """Return a theme of system fonts: the stock themes load theirs from elsewhere."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "sans-serif"]
    return gr.themes.Base(font=fonts, font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"])
