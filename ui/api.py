"""The HTTP API under ``/v1``: answers, passages and documents, and chat completions as OpenAI's clients expect them.

It shares the one assistant and its queue with the chat page. An answer streams as server-sent events; what a client of
chat completions gets is checked first, since that protocol has no way to take words back.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from index.errors import PinciteError
from index.types import Selection
from rag.errors import QuestionError
from rag.passages import to_passage
from rag.types import Answer, Draft, Finished, Message, PassagesFound, StageStarted
from ui.api_conversations import add_conversations
from ui.api_library import add_documents, add_libraries
from ui.events import event
from ui.feedback import Feedback, keep
from ui.markup import escape
from ui.session import clean_question
from ui.tickets import LibraryLike, Manner
from ui.types import Failed, ModelLoading, Stopped, Update, Waiting
from ui.uploads import UploadError
from ui.wishes import MOST_SOURCES, choices, known_model
from ui.worker import AssistantWorker, BusyError, follow

MOST_PASSAGES = 100
_Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Within(_Strict):
    """Which documents are asked; what is left out does not limit."""

    paths: list[str] = []
    tags: list[str] = []
    ids: list[str] = []
    since: _Day | None = None
    until: _Day | None = None

    def selection(self) -> Selection:
        """Return it as the library takes it."""
        return Selection(tuple(self.paths), tuple(self.tags), self.since, self.until, tuple(self.ids))


class Said(_Strict):
    """A turn of the conversation so far."""

    role: Literal["user", "assistant"]
    text: str


class AskBody(_Strict):
    """A question; how it is answered is as the server was started, unless told."""

    question: str
    history: list[Said] = []
    style: Literal["chat", "short"] = "chat"
    caution: Literal["helpful", "balanced", "strict"] | None = None
    sources: int | None = Field(None, ge=1, le=MOST_SOURCES)
    model: str = ""
    within: Within | None = None
    library: str = ""
    stream: bool = False


class SearchBody(_Strict):
    """What to look for."""

    question: str
    k: int = Field(10, ge=1, le=MOST_PASSAGES)
    within: Within | None = None
    library: str = ""


class FeedbackBody(_Strict):
    """A person's word on an answer."""

    id: str = Field(pattern=r"^[0-9a-f-]{8,64}$")
    question: str = Field(max_length=10_000)
    answer: str = Field(max_length=50_000)
    abstained: bool
    good: bool
    reason: str = Field("", max_length=2_000)
    citations: list[tuple[str, str]] = Field([], max_length=100)
    library: str = ""


class ChatTurn(BaseModel):
    """A message as OpenAI's clients send it."""

    role: str
    content: str | list[dict[str, Any]] | None = None

    def text(self) -> str:
        """Return the text parts."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content if part.get("type") == "text")
        return self.content or ""


class ChatBody(BaseModel):
    """A request for a chat completion; settings of sampling are accepted and have no effect."""

    messages: list[ChatTurn]
    model: str = "pincite"
    stream: bool = False


def build_api(worker: AssistantWorker) -> FastAPI:
    """Return the API over ``worker``, to be mounted at ``/v1``."""
    api = FastAPI(title="pincite", version="1", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    api.exception_handler(PinciteError)(_stated)
    api.exception_handler(RequestValidationError)(_invalid)
    _add_answers(api, worker)
    _add_library(api, worker)
    add_libraries(api, lambda name: _library(worker, name), worker)
    add_documents(api, lambda name: _library(worker, name), lambda: worker.is_busy)
    add_conversations(api, lambda name: _library(worker, name))
    _add_completions(api, worker)

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_docs_page(api.openapi()))

    return api


def _add_answers(api: FastAPI, worker: AssistantWorker) -> None:
    @api.post("/ask", summary="Answer a question, with citations")
    async def ask(body: AskBody, request: Request) -> Any:
        """The answer object; with ``stream`` its making as server-sent events, ``answer`` or ``error`` last.

        ``passages`` comes twice where a search by itself was quicker: what it found, then what is read.
        """
        history = [Message(turn.role, turn.text) for turn in body.history]
        manner = Manner(body.style, body.caution, body.sources, known_model(body.model))
        await run_in_threadpool(worker.library_named, body.library)  # opening one may take long
        updates = _updates(worker, body.question, history, manner, body.within, body.library)
        if body.stream:
            return StreamingResponse(_as_events(updates), media_type="text/event-stream")
        return (await _finished(updates, request)).to_dict()

    @api.post("/search", summary="The passages for a question")
    async def search(body: SearchBody) -> list[dict[str, Any]]:
        """Passages, best first; no language model is asked."""
        library = await run_in_threadpool(_library, worker, body.library)
        within = body.within.selection() if body.within else None
        question = clean_question(body.question)
        found = await run_in_threadpool(lambda: library.search(question, k=body.k, within=within))
        return [asdict(to_passage(passage)) for passage in found]


def _add_library(api: FastAPI, worker: AssistantWorker) -> None:
    @api.post("/feedback", summary="Keep a word on an answer, on this machine", status_code=204)
    def feedback(body: FeedbackBody) -> None:
        """Kept in the library's folder; 'pincite feedback export' makes a question set of it."""
        folder = Path(_library(worker, body.library).info().path)
        keep(folder, Feedback(**body.model_dump(exclude={"citations", "library"}), citations=tuple(body.citations)))

    @api.get("/settings", summary="What may be chosen for a question")
    def settings() -> dict[str, Any]:
        """Models on this machine, cautions, styles, and how many sources."""
        return choices()


def _add_completions(api: FastAPI, worker: AssistantWorker) -> None:
    @api.get("/models", summary="The one model there is")
    def models() -> dict[str, Any]:
        """As OpenAI lists them."""
        return {"object": "list", "data": [{"id": "pincite", "object": "model", "created": 0, "owned_by": "pincite"}]}

    @api.post("/chat/completions", summary="Chat completions for OpenAI's clients")
    async def complete(body: ChatBody, request: Request) -> Any:
        """The last message is the question, those before it the history; citations are in an extra field."""
        turns = [Message(_role(turn), turn.text()) for turn in body.messages if turn.role in ("user", "assistant")]
        if not turns or turns[-1].role != "user":
            raise QuestionError("the last message must be the user's question")
        updates = _updates(worker, turns[-1].text, turns[:-1], Manner(), None)
        if body.stream:
            return StreamingResponse(_as_chunks(updates), media_type="text/event-stream")
        return _completion(await _finished(updates, request))


def _role(turn: ChatTurn) -> Literal["user", "assistant"]:
    return "user" if turn.role == "user" else "assistant"


def _library(worker: AssistantWorker, name: str) -> LibraryLike:
    library = worker.library_named(name)
    if library is None:
        raise BusyError(worker.readiness.problem or "The model is still being loaded. Ask again in a few seconds.")
    return library


def _updates(
    worker: AssistantWorker,
    question: str,
    history: Sequence[Message],
    manner: Manner,
    within: Within | None,
    library: str = "",
) -> AsyncIterator[Update]:
    """Queue a question now; return its news. Leaving the iterator early calls the question off."""
    selection = within.selection() if within else None
    ticket = worker.submit(clean_question(question), history, selection, manner, library)

    async def news() -> AsyncIterator[Update]:
        async with aclosing(follow(worker, ticket)) as batches:
            async for batch in batches:
                for update in batch:
                    yield update
                if not batch:
                    yield Waiting(-1)  # a sign of life

    return news()


async def _finished(updates: AsyncIterator[Update], request: Request) -> Answer:
    """Return the answer; when the client leaves before, the question is called off."""
    answering = asyncio.ensure_future(_answer_of(updates))
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            return answering.result()
        raise HTTPException(499, "The question was called off.")
    finally:
        leaving.cancel()
        answering.cancel()
        await asyncio.wait((answering, leaving))


async def _answer_of(updates: AsyncIterator[Update]) -> Answer:
    async with aclosing(updates) as news:  # type: ignore[type-var]
        async for update in news:
            if isinstance(update, Finished):
                return update.answer
            if isinstance(update, Failed):
                raise HTTPException(500, update.message)
    raise HTTPException(499, "The question was called off.")


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _as_events(updates: AsyncIterator[Update]) -> AsyncIterator[str]:
    async with aclosing(updates) as news:  # type: ignore[type-var]
        async for update in news:
            match update:
                case Waiting(-1):
                    yield ": still there\n\n"
                case ModelLoading():
                    yield event("stage", {"stage": "loading"})
                case Waiting(ahead):
                    yield event("stage", {"stage": "waiting", "ahead": ahead})
                case StageStarted(stage):
                    yield event("stage", {"stage": str(stage)})
                case PassagesFound(understood, passages):
                    found = [asdict(passage) for passage in passages]
                    yield event("passages", {"standalone_question": understood, "passages": found})
                case Draft(text):
                    yield event("draft", {"text": text})
                case Finished(answer):
                    yield event("answer", answer.to_dict())
                case Failed(message):
                    yield event("error", {"message": message})
                case Stopped():
                    yield event("error", {"message": "The question was called off."})


async def _as_chunks(updates: AsyncIterator[Update]) -> AsyncIterator[str]:
    async with aclosing(updates) as news:  # type: ignore[type-var]
        async for update in news:
            if isinstance(update, Finished):
                whole = _completion(update.answer)
                whole["object"] = "chat.completion.chunk"
                choice = whole["choices"][0]
                choice["delta"] = choice.pop("message")
                yield f"data: {json.dumps(whole, ensure_ascii=False)}\n\n"
                yield "data: [DONE]\n\n"
            elif isinstance(update, Failed):
                yield f"data: {json.dumps({'error': {'message': update.message, 'type': 'server_error'}})}\n\n"
            elif update == Waiting(-1):
                yield ": still there\n\n"


def _completion(answer: Answer) -> dict[str, Any]:
    data = answer.to_dict()
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": answer.model.name if answer.model else "pincite",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer.text}},
        ],
        "citations": data["citations"],
        "pincite": data,
    }


async def _stated(request: Request, error: Exception) -> JSONResponse:
    status = 503 if isinstance(error, BusyError) else 400 if isinstance(error, QuestionError | UploadError) else 500
    headers = {"Retry-After": "10"} if status == 503 else None
    kind = "invalid_request_error" if status == 400 else "server_error"
    return JSONResponse({"error": {"message": str(error), "type": kind}}, status, headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    message = f"{place}: {first['msg']}; see /v1/docs"
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error"}}, 400)


def _docs_page(schema: dict[str, Any]) -> str:
    """Return what the API offers as a page of its own: the usual ones load theirs from elsewhere."""
    rows = []
    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
            body = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = schema.get("components", {}).get("schemas", {}).get(body, {}).get("properties", {})
            takes = f"<p>Takes {escape(', '.join(fields))}.</p>" if fields else ""
            rows.append(
                f"<h2><code>{method.upper()} /v1{escape(path)}</code></h2><p><b>{escape(said['summary'])}.</b> "
                f"{escape(said.get('description', ''))}</p>{takes}"
            )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>pincite API</title>'
        '<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui;max-width:44rem;'
        "margin:2rem auto;padding:0 1rem;color-scheme:light dark}h2{font-size:1rem;margin:1.6rem 0 0}p{margin:.2rem 0}"
        '</style></head><body><h1>pincite API</h1><p>JSON in and out. The exact form: <a href="/v1/openapi.json">'
        f"/v1/openapi.json</a>.</p>{''.join(rows)}</body></html>"
    )
