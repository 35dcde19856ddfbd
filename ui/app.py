"""The chat window: a Gradio page over one assistant.

``build_app`` makes the guarded web application and ``serve`` runs it. Rendering is left to :mod:`ui.presenters`,
waiting and answering to :mod:`ui.worker`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import reduce
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from index.errors import MissingDependency, PinciteError
from rag.types import Finished
from ui.access import Access
from ui.limits import Limits
from ui.presenters import status, status_text, thread, turn_html, welcome
from ui.scope import choices_of, described, selection_of
from ui.security import LOOPBACK_NAMES, Guard, host_names, is_loopback
from ui.server import ServeError, access_for, address_of, listen, run
from ui.session import Conversation, advance, clean_question
from ui.types import Failed, Readiness, Turn
from ui.worker import POLL_SECONDS, AssistantFactory, AssistantWorker, follow

if TYPE_CHECKING:
    import gradio as gr

__all__ = ["ServeError", "build_app", "serve"]

WELCOME_REFRESH_SECONDS = 1.0
"""How long a page that was just opened waits for a fresher overview of the library."""

HEAD = (
    '<link rel="icon" href="/pincite/pincite.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="/pincite/pincite.css">'
    '<script src="/pincite/pincite.js" defer></script>'
)

_EVALUATE = '<a href="/evaluate/" target="_blank">Evaluate</a>'
BANNER = (
    '<div class="pc-banner"><h1>pincite</h1><p>Answers from your documents, with the exact place. '
    f'{_EVALUATE}</p><details class="pc-export"><summary>Export</summary><div>'
    '<button type="button" class="pc-button" data-pc="save" data-kind="md">Markdown</button>'
    '<button type="button" class="pc-button" data-pc="save" data-kind="json">JSON</button>'
    '<button type="button" class="pc-button" data-pc="save" data-kind="html">HTML</button></div></details></div>'
)
BANNER_FOR_OTHERS = BANNER.replace(
    _EVALUATE, '<button type="button" class="pc-button" data-pc="leave">Log out</button>'
)

FRAMEWORK_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**12),
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""What Gradio reads from the environment alone: no telemetry, no book-keeping of who asked when."""

Changes = dict[Any, Any]
"""New values by Gradio component; components left out stay as they are."""


def serve(
    assistant_factory: AssistantFactory,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    names: Sequence[str] = (),
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat page until interrupted.

    The page is up before the assistant is: ``assistant_factory`` is called in the background.

    Args:
        assistant_factory: makes the assistant; slow.
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
    worker = AssistantWorker(assistant_factory)
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
        web.mount(f"/{page.name}", page.load()())
    gr.mount_gradio_app(
        web,
        ChatPage(worker, BANNER if access is None else BANNER_FOR_OTHERS).blocks,
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


def _offering(choices: list[tuple[str, str]]) -> Any:
    import gradio as gr

    return gr.update(choices=choices)


def _theme(gr: Any) -> Any:
    """Return a theme of system fonts: the stock themes load theirs from elsewhere."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "sans-serif"]
    return gr.themes.Base(font=fonts, font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"])


class ChatPage:
    """The components of the page and what they do. ``blocks`` is the Gradio application."""

    def __init__(self, worker: AssistantWorker, banner: str = BANNER) -> None:
        import gradio as gr

        self._worker = worker
        self._banner = banner
        with gr.Blocks(title="pincite", analytics_enabled=False, fill_width=True) as self.blocks:
            self._conversation = gr.State(Conversation())
            self._lay_out(gr)
            self._connect(gr)
        self.blocks.queue(max_size=256, default_concurrency_limit=None, api_open=False)

    def _lay_out(self, gr: Any) -> None:
        def html(value: str, name: str) -> gr.HTML:
            return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)

        with gr.Row(elem_id="pc-header"):
            html(self._banner, "pc-banner")
            self._new = gr.Button("New conversation", elem_id="pc-new", size="sm", scale=0)
        with gr.Column(elem_id="pc-main"):
            self._welcome = html(welcome(Readiness()), "pc-welcome")
            self._past = html("", "pc-past")
            self._now = html("", "pc-now")
        with gr.Column(elem_id="pc-composer"):
            self._status = html(status(""), "pc-status")
            with gr.Row(elem_id="pc-entry"):
                self._box = gr.Textbox(
                    label="Your question",
                    show_label=False,
                    placeholder="Ask a question",
                    lines=1,
                    max_lines=6,
                    container=False,
                    autofocus=True,
                    elem_id="pc-question",
                    scale=1,
                )
                self._ask = gr.Button("Ask", variant="primary", elem_id="pc-ask", scale=0, min_width=88)
                self._stop = gr.Button("Stop", variant="stop", elem_id="pc-stop", scale=0, min_width=88)
            self._lay_out_scope(gr)

    def _lay_out_scope(self, gr: Any) -> None:
        with gr.Accordion("Which documents", open=False, elem_id="pc-scope"), gr.Row():
            self._chosen = gr.Dropdown(
                [], label="Documents and tags", multiselect=True, elem_id="pc-chosen", scale=3, min_width=290
            )
            day: dict[str, Any] = {"placeholder": "2024-01-31", "max_lines": 1, "scale": 1, "min_width": 110}
            self._since = gr.Textbox(label="From", elem_id="pc-since", **day)
            self._until = gr.Textbox(label="Until", elem_id="pc-until", **day)

    def _connect(self, gr: Any) -> None:
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
        shown = [self._past, self._now, self._status, self._box]
        gr.api(self.answer, api_name="ask", concurrency_limit=None)  # first, or the name goes to the page's own event
        gr.on(
            [self._box.submit, self._ask.click],
            self.ask,
            inputs=[self._box, self._conversation, self._chosen, self._since, self._until],
            outputs=shown,
            trigger_mode="once",
            **private,
        )
        self._stop.click(self.stop, inputs=[self._conversation], outputs=None, **private)
        self._new.click(self.start_over, inputs=[self._conversation], outputs=shown, **private)
        self.blocks.load(self.greet, outputs=[self._welcome, self._chosen], **private)

    async def greet(self) -> AsyncIterator[Changes]:
        """Show how far the assistant is until it is ready, then what the library holds now."""
        self._worker.look_again()
        shown = Readiness()
        remaining = WELCOME_REFRESH_SECONDS
        while remaining > 0 or shown == Readiness():
            readiness = self._worker.readiness
            if readiness != shown:
                shown = readiness
                records = shown.overview.records if shown.overview else ()
                yield {self._welcome: welcome(shown), self._chosen: _offering(choices_of(records))}
            await asyncio.sleep(POLL_SECONDS)
            remaining -= POLL_SECONDS

    async def answer(self, question: str) -> AsyncIterator[dict[str, Any]]:
        """Answer a question, with citations: the answer object, as from /v1/ask; empty ones are signs of life."""
        import gradio as gr

        try:
            ticket = self._worker.submit(clean_question(question), ())
        except PinciteError as error:
            raise gr.Error(str(error), print_exception=False) from None
        async with aclosing(follow(self._worker, ticket)) as batches:
            async for news in batches:
                if news and isinstance(news[-1], Finished):
                    yield news[-1].answer.to_dict()
                    return
                yield {}
                if news and isinstance(news[-1], Failed):
                    raise gr.Error(news[-1].message, print_exception=False)
        raise gr.Error("The question was called off.", print_exception=False)

    async def ask(
        self,
        text: str | None,
        conversation: Conversation,
        chosen: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> AsyncIterator[Changes]:
        """Answer the question in the box, showing each step; the box is emptied once the question is accepted."""
        if conversation.underway is not None:
            yield self._notice("One question at a time: stop the current answer, or wait for it.")
            return
        try:
            question = clean_question(text)
            conversation.check_room()
            within = selection_of(chosen, since, until)
            ticket = self._worker.submit(question, conversation.history(), within)
        except PinciteError as error:
            yield self._notice(str(error))
            return
        turn = conversation.begin(question, ticket, described(within))
        try:
            earlier = thread(conversation.turns[:-1])
            yield {**self._shown(turn), self._past: earlier, self._box: ""}
            async with aclosing(follow(self._worker, ticket)) as batches:
                async for news in batches:
                    if not conversation.holds(turn):
                        break
                    turn = reduce(advance, news, turn)
                    conversation.record(turn)
                    yield self._shown(turn) if news else self._sign_of_life()
            # The last word is this event's own, whoever ended it: nothing older can arrive after it.
            yield self._shown(turn) if conversation.holds(turn) else self._blank()
        finally:
            ticket.cancel()
            conversation.underway = None

    async def stop(self, conversation: Conversation) -> None:
        """Call off the question under way; the event that is answering it shows the end."""
        conversation.stop()

    async def start_over(self, conversation: Conversation) -> Changes:
        """Forget the conversation; an answer under way, once called off, empties the page itself."""
        conversation.clear()
        return self._blank() if conversation.underway is None else self._sign_of_life()

    def _blank(self) -> Changes:
        return {self._past: "", self._now: "", self._status: status("New conversation.")}

    def _shown(self, turn: Turn) -> Changes:
        return {self._now: turn_html(turn), self._status: status(status_text(turn))}

    def _notice(self, text: str) -> Changes:
        return {self._status: status(text, notice=True)}

    def _sign_of_life(self) -> Changes:
        import gradio as gr

        return {self._status: gr.skip()}
