"""The Gradio page: its components and what they do. Rendering is left to :mod:`ui.presenters`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from index.errors import PinciteError
from rag.types import Finished
from ui.conversations import Conversations
from ui.panels import banner, panels
from ui.presenters import status, status_text, thread, turn_html, welcome
from ui.scope import choices_of, selection_of
from ui.session import Conversation, advance, clean_question
from ui.standing import looked_at_again
from ui.types import Failed, Phase, Readiness, Turn
from ui.visitors import owner_of
from ui.wishes import wanted_of, wish_of
from ui.words import ENGLISH, language_of, restated, say
from ui.worker import POLL_SECONDS, AssistantWorker, follow, overview_of

if TYPE_CHECKING:
    import gradio as gr

log = logging.getLogger("pincite.ui")

WELCOME_REFRESH_SECONDS = 1.0
"""How long a page that was just opened waits for a fresher overview of the library."""

Changes = dict[Any, Any]
"""New values by Gradio component; components left out stay as they are."""

_WISH = "(...given) => window.pincite ? window.pincite.wish(given) : given"
"""Adds what the page's own script holds: settings, and which turn is replaced."""
_ADDRESS = "Object.fromEntries(new URLSearchParams(window.location.search))"
_WANTED = f"(...given) => [JSON.stringify({_ADDRESS}), ...given.slice(1)]"
_PICKED = f"(...given) => [JSON.stringify({{...{_ADDRESS}, c: window.pincite?.picked ?? ''}}), ...given.slice(1)]"
"""Which library and conversation are wanted: those in the address, or the one that was picked in the list."""


class ChatPage:
    """The components of the page and what they do. ``blocks`` is the Gradio application."""

    def __init__(self, worker: AssistantWorker, *, for_others: bool = False) -> None:
        import gradio as gr

        self._worker = worker
        self._for_others = for_others
        for handler in (ChatPage.ask, ChatPage.reopen, ChatPage.start_over, ChatPage.greet, ChatPage.speak):
            handler.__annotations__["request"] = gr.Request  # by which Gradio knows to pass it
        with gr.Blocks(title="pincite", analytics_enabled=False, fill_width=True) as self.blocks:
            self._conversation = gr.State(Conversation())
            self._lay_out(gr)
            self._connect(gr)
        self.blocks.queue(max_size=256, default_concurrency_limit=None, api_open=False)

    def _lay_out(self, gr: Any) -> None:
        def html(value: str, name: str) -> gr.HTML:
            return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)

        with gr.Row(elem_id="pc-header"):
            self._banner = html(banner(for_others=self._for_others), "pc-banner")
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
        with gr.Row(elem_id="pc-behind"):  # what the page's own script presses and fills; nobody sees it
            self._wish = gr.Textbox("", elem_id="pc-wish", show_label=False, container=False)
            self._open = gr.Button("Open", elem_id="pc-open")
            self._look = gr.Button("Look again", elem_id="pc-look")
        self._panels = html(panels(), "pc-panels")

    def _lay_out_scope(self, gr: Any) -> None:
        with gr.Accordion("Which documents", open=False, elem_id="pc-scope") as self._scope, gr.Row():
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
            inputs=[self._box, self._conversation, self._chosen, self._since, self._until, self._wish],
            outputs=shown,
            trigger_mode="once",
            js=_WISH,
            **private,
        )
        self._stop.click(self.stop, inputs=[self._conversation], outputs=None, **private)
        self._new.click(self.start_over, inputs=[self._conversation], outputs=shown, **private)
        opened: dict[str, Any] = {"inputs": [self._wish, self._conversation], "outputs": shown, **private}
        self._open.click(self.reopen, js=_PICKED, **opened)
        self.blocks.load(self.reopen, js=_WANTED, **opened)
        greeted: dict[str, Any] = {"inputs": [self._wish], "outputs": [self._welcome, self._chosen], **private}
        self.blocks.load(self.greet, js=_WANTED, **greeted)
        self._look.click(self.greet, js=_WANTED, trigger_mode="always_last", **greeted)
        buttons = [self._new, self._ask, self._stop]
        spoken = [self._banner, self._panels, *buttons, self._box, self._scope, self._chosen, self._since, self._until]
        self.blocks.load(self.speak, outputs=spoken, **private)

    async def greet(self, wanted: str | None = None, request: Any = None) -> AsyncIterator[Changes]:
        """Show how far the assistant is until it is ready, then what the library holds now."""
        language = _language(request)
        if name := wanted_of(wanted).library:
            yield await asyncio.to_thread(self._greeting_of, name, language)
            return
        self._worker.look_again()
        shown: Readiness | None = None
        remaining = WELCOME_REFRESH_SECONDS
        while remaining > 0 or shown is None or not shown.is_settled:
            readiness = self._worker.readiness
            if readiness != shown:
                shown = readiness
                yield self._greeting(shown, language)
            await asyncio.sleep(POLL_SECONDS)
            remaining -= POLL_SECONDS

    def _greeting_of(self, name: str, language: str) -> Changes:
        """Return what a page over another library than the served one shows."""
        try:
            library = self._worker.library_named(name)
            readiness = Readiness(overview_of(library) if library is not None else None, is_ready=True)
        except PinciteError as error:
            readiness = Readiness(problem=str(error))
        return self._greeting(readiness, language)

    def _greeting(self, readiness: Readiness, language: str) -> Changes:
        records = readiness.overview.records if readiness.overview else ()
        return {self._welcome: welcome(readiness, language), self._chosen: _changed(choices=choices_of(records))}

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

    async def speak(self, request: Any = None) -> Changes:
        """Put what is the same for all people, and was made in English, into the language of this one."""
        language = _language(request)
        if language == ENGLISH:
            return {self._banner: _unchanged()}
        placeholder = say(language, "Ask a question")
        return {
            self._banner: banner(language, for_others=self._for_others),
            self._panels: panels(language),
            self._new: _changed(value=say(language, "New conversation")),
            self._ask: _changed(value=say(language, "Ask")),
            self._stop: _changed(value=say(language, "Stop")),
            self._box: _changed(label=say(language, "Your question"), placeholder=placeholder),
            self._scope: _changed(label=say(language, "Which documents")),
            self._chosen: _changed(label=say(language, "Documents and tags")),
            self._since: _changed(label=say(language, "From")),
            self._until: _changed(label=say(language, "Until")),
        }

    async def ask(
        self,
        text: str | None,
        conversation: Conversation,
        chosen: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        wished: str | None = None,
        request: Any = None,
    ) -> AsyncIterator[Changes]:
        """Answer the question in the box, showing each step; the box is emptied once the question is accepted."""
        language = _language(request)
        if conversation.underway is not None:
            yield self._notice(say(language, "One question at a time: stop the current answer, or wait for it."))
            return
        try:
            question, wish = clean_question(text), wish_of(wished)
            await asyncio.to_thread(self._worker.library_named, wish.library)  # opening one may take long
            conversation.check_room(wish.replaces)
            within = selection_of(chosen, since, until)
            history = () if wish.alone else conversation.history(wish.replaces)
            ticket = self._worker.submit(question, history, within, wish.manner(), wish.library)
        except PinciteError as error:
            yield self._notice(restated(language, str(error)))
            return
        undo = conversation.go_back_to(wish.replaces) if wish.replaces is not None else None
        conversation.library = wish.library
        turn = conversation.begin(question, ticket, within, language)
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
            if conversation.holds(turn) and undo is not None and turn.phase is not Phase.DONE:
                undo()  # a question asked anew that came to nothing costs no answer
                said = restated(language, turn.error) or say(language, "Stopped; the answers stay as they were.")
                yield self._blank(conversation, language) | self._notice(said)
            elif conversation.holds(turn):
                trouble = await self._keep(conversation, turn, _owner(request))
                # Meanwhile the conversation may have been left.
                now = conversation.turns[turn.number - 1] if len(conversation.turns) >= turn.number else None
                told = {self._status: status(trouble, notice=True)} if trouble else {}
                yield self._shown(now) | told if now is not None else self._blank(conversation, language)
            else:
                yield self._blank(conversation, language)
        finally:
            ticket.cancel()
            conversation.underway = None

    async def _keep(self, conversation: Conversation, turn: Turn, owner: str) -> str:
        """Keep what is not kept yet; return what went wrong, "" if nothing did."""
        if not owner:
            return ""
        named, stored, library = conversation.id, conversation.stored, conversation.library
        turns = tuple(conversation.turns)
        missing = turns[conversation.kept :]

        def keep() -> str | None:
            kept = self._kept(library)
            if kept is None:
                return None  # a library that lies nowhere
            there = kept.count(owner, named)
            if there == 0 < stored:
                return ""
            other = there != stored  # another tab has gone on with it
            name = uuid4().hex if other else named
            for item in turns if other else missing:
                kept.keep(owner, name, replace(item, conversation=name))
            return name

        try:
            name = await asyncio.to_thread(keep)
        except PinciteError as error:
            log.warning("%s", error)
            return say(turn.language, "This conversation could not be kept; the terminal shows why.")
        if name == "":
            return say(turn.language, "This conversation was deleted; what is asked here is no longer kept.")
        if name is not None and conversation.id == named and len(conversation.turns) == len(turns):
            conversation.was_kept(name)
        return ""

    def _kept(self, name: str) -> Conversations | None:
        library = self._worker.library_named(name)
        path = library.info().path if library is not None else ""
        return Conversations(Path(path)) if path else None

    async def stop(self, conversation: Conversation) -> None:
        """Call off the question under way; the event that is answering it shows the end."""
        conversation.stop()

    async def start_over(self, conversation: Conversation, request: Any = None) -> Changes:
        """Begin a new conversation; an answer under way, once called off, empties the page itself."""
        conversation.clear()
        if conversation.underway is not None:
            return self._sign_of_life()
        return self._blank(conversation, _language(request))

    async def reopen(self, wanted: str | None, conversation: Conversation, request: Any = None) -> Changes:
        """Go on with a conversation that this browser held before."""
        name, library = (place := wanted_of(wanted)).c, place.library
        if not name or name == conversation.id:
            return self._sign_of_life()
        language = _language(request)
        try:
            turns = await asyncio.to_thread(self._turns, name, library, _owner(request), language)
        except PinciteError as error:
            return self._notice(restated(language, str(error)))
        if not turns:
            return self._notice(say(language, "That conversation is not there any more."))
        conversation.go_on_with(name, turns)
        conversation.library = library
        text = say(language, "Conversation opened.")
        return {self._past: thread(turns[:-1]), self._now: turn_html(turns[-1]), self._status: status(text)}

    def _turns(self, wanted: str, name: str, owner: str, language: str) -> list[Turn]:
        library, kept = self._worker.library_named(name), self._kept(name)
        if library is None or kept is None or not owner:
            return []
        return [replace(looked_at_again(turn, library), language=language) for turn in kept.turns(owner, wanted)]

    def _blank(self, conversation: Conversation, language: str) -> Changes:
        """Return what the page shows once its conversation is another: that one's turns, or nothing."""
        turns = conversation.turns
        if not turns:
            return {self._past: "", self._now: "", self._status: status(say(language, "New conversation."))}
        return {self._past: thread(turns[:-1]), self._now: turn_html(turns[-1]), self._status: status("")}

    def _shown(self, turn: Turn) -> Changes:
        return {self._now: turn_html(turn), self._status: status(status_text(turn))}

    def _notice(self, text: str) -> Changes:
        return {self._status: status(text, notice=True)}

    def _sign_of_life(self) -> Changes:
        return {self._status: _unchanged()}


def _owner(request: Any) -> str:
    return owner_of(request.cookies) if request is not None else ""


def _language(request: Any) -> str:
    return language_of(request.cookies, request.headers.get("accept-language", "")) if request is not None else ENGLISH


def _changed(**properties: Any) -> Any:
    import gradio as gr

    return gr.update(**properties)


def _unchanged() -> Any:
    import gradio as gr

    return gr.skip()
