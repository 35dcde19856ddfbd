"""The part of the HTTP API that is about documents: list, read, bring in, take out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from index.errors import PinciteError
from index.types import Document, DocumentRecord, SyncReport
from ui.events import event
from ui.tickets import LibraryLike
from ui.uploads import Upload, Uploads, read_off
from ui.worker import AssistantWorker, BusyError

MOST_AROUND = 200_000
MOST_UPLOADS = 20
"""Files that may be on their way at a time, those included that wait to be indexed: each takes room on the disk."""
_LOOK_SECONDS = 0.2

log = logging.getLogger("pincite.ui")


Named = Callable[[str], LibraryLike]
"""The library of a name, as the routes' parameter ``library`` gives it; "" is the one that is served."""


class LibraryBody(BaseModel):
    """A library to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str


def add_libraries(api: FastAPI, named: Named, worker: AssistantWorker) -> None:
    """Add the routes about libraries themselves."""

    @api.get("/library", summary="The library's identity and size")
    def library(library: str = "") -> dict[str, Any]:
        """Generation, counts and embedder."""
        return asdict(named(library).info())

    @api.get("/libraries", summary="The libraries that may be asked")
    def libraries() -> dict[str, Any]:
        """Their names, for the parameter ``library``, and which one is served where none is named."""
        shelf = worker.shelf
        return {"served": shelf.first if shelf else "", "names": shelf.names() if shelf else []}

    @api.post("/libraries", summary="Make an empty library", status_code=201)
    def create(body: LibraryBody) -> dict[str, str]:
        """Beside the one that is served."""
        if worker.shelf is None:
            raise HTTPException(403, "Libraries are made on the computer that serves this page.")
        return {"name": worker.shelf.create(body.name)}


def add_documents(api: FastAPI, named: Named, is_busy: Callable[[], bool]) -> None:
    """Add the routes under ``/documents`` and ``/files``."""
    known: dict[str, Uploads] = {}
    under_way: set[Upload] = set()
    pool = ThreadPoolExecutor(1, "pincite-uploads")

    def uploads(library: str) -> Uploads:
        path = named(library).info().path
        return known.setdefault(path, Uploads(lambda: named(library), is_busy))

    _add_reading(api, named, uploads)

    @api.delete("/documents/{document_id}", summary="Take a document out", status_code=204)
    def remove(document_id: str, library: str = "") -> None:
        """A file that was uploaded is deleted with it; any other file stays where it is."""
        record = next((record for record in named(library).catalogue() if record.id == document_id), None)
        if record is None:
            raise HTTPException(404, "no such document; /v1/documents names those there are")
        uploads(library).remove(record)

    @api.put("/files/{name}", summary="Bring a file in")
    async def bring_in(name: str, request: Request, library: str = "") -> StreamingResponse:
        """The body is the file. Server-sent events: ``progress``, then ``report`` or ``error``."""
        own = await run_in_threadpool(uploads, library)
        body = request.stream()
        upload = Upload()
        try:
            if len(under_way) >= MOST_UPLOADS:
                raise BusyError(f"{MOST_UPLOADS} files are on their way already; send this one when they are in")
            under_way.add(upload)
            received = await own.receive(name, body)
            work = pool.submit(own.bring_in, received, upload)
        except BaseException as error:
            under_way.discard(upload)
            if isinstance(error, PinciteError):
                await read_off(body)
            if isinstance(error, ClientDisconnect):
                raise HTTPException(499, "The file broke off.") from None
            raise
        work.add_done_callback(lambda _: under_way.discard(upload))
        work.add_done_callback(lambda _: received.part.unlink(missing_ok=True))  # of one that was never begun
        work.add_done_callback(_noted)
        return StreamingResponse(_as_events(work, upload), media_type="text/event-stream")


def _add_reading(api: FastAPI, named: Named, uploads: Callable[[str], Uploads]) -> None:
    @api.get("/documents", summary="What the library holds")
    def documents(
        response: Response,
        library: str = "",
        q: str = "",
        limit: Annotated[int, Query(ge=1, le=100_000)] = 100_000,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> list[dict[str, Any]]:
        """Every document without its text; with ``q`` those whose title, source or #tag has all its words."""
        found = matching(named(library).catalogue(), q)
        response.headers["X-Total-Count"] = str(len(found))
        is_uploaded = uploads(library).held()
        return [asdict(record) | {"uploaded": is_uploaded(record)} for record in found[offset : offset + limit]]

    @api.get("/documents/{document_id}", summary="One document with its text")
    def document(document_id: str, library: str = "") -> dict[str, Any]:
        """The text that offsets of citations refer to, and ``unread``: what of its file could not be read."""
        found = named(library).document(document_id)
        if found is None:
            raise HTTPException(404, "no such document; /v1/documents names those there are")
        return asdict(found) | {"unread": [asdict(item) for item in named(library).unread(found)]}

    @api.get("/documents/{document_id}/around", summary="A span of a document with what surrounds it")
    def around(
        document_id: str,
        library: str = "",
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
        margin: Annotated[int, Query(ge=0, le=MOST_AROUND)] = 20_000,
        quote: str = "",
    ) -> dict[str, Any]:
        """``before``, ``quote`` and ``after``; words that are elsewhere by now are looked for if they are given."""
        found = named(library).document(document_id)
        if found is None:
            raise HTTPException(404, "This document is no longer in the library.")
        return span_of(found, start, end, quote, margin)


def span_of(document: Document, start: int, end: int, quote: str, margin: int) -> dict[str, Any]:
    """Return ``text[start:end]`` of a document with up to ``margin`` code points on either side.

    Where ``quote`` is given and stands elsewhere by now, that place is returned; where it is gone, the beginning.
    """
    text = document.text
    if quote and text[start:end] != quote:
        place = text.find(quote)
        start, end = (place, place + len(quote)) if place >= 0 else (0, 0)
    start = min(start, len(text))
    end = min(max(start, end), len(text))
    first, last = max(0, start - margin), min(len(text), end + margin)
    return {
        "title": document.title,
        "date": document.date,
        "source": document.source,
        "before": text[first:start],
        "quote": text[start:end],
        "after": text[end:last],
        "is_whole": first == 0 and last == len(text),
        "is_found": not quote or text[start:end] == quote,
    }


def matching(records: Sequence[DocumentRecord], words: str) -> list[DocumentRecord]:
    """Return the records whose title, source or tags (written ``#tag``) contain all words, whatever their case."""
    wanted = words.casefold().split()

    def says(record: DocumentRecord) -> str:
        tags = " ".join(f"#{tag}" for tag in record.tags)
        return f"{record.title}\n{record.source}\n{record.date or ''}\n{tags}".casefold()

    return [record for record in records if all(word in says(record) for word in wanted)]


def _noted(work: Future[SyncReport]) -> None:
    """Write down what went wrong unexpectedly, whether or not anybody still waits for it."""
    error = None if work.cancelled() else work.exception()
    if error is not None and not isinstance(error, PinciteError):
        log.error("a file could not be taken in", exc_info=error)


async def _as_events(work: Future[SyncReport], upload: Upload) -> AsyncIterator[str]:
    """Tell how far indexing is; leaving early calls it off."""
    done = asyncio.wrap_future(work)
    try:
        shown: object = None
        while not done.done():
            await asyncio.wait([done], timeout=_LOOK_SECONDS)
            state = upload.state
            if state != shown and not done.done():
                shown = state
                yield event("progress", state)
        error = done.exception()
        if error is None:
            yield event("report", asdict(done.result()))
        else:
            unexpected = "it could not be taken in; the terminal shows why"
            yield event("error", {"message": str(error) if isinstance(error, PinciteError) else unexpected})
    finally:
        upload.cancel()
        work.cancel()
        if not done.done():
            done.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody waits for it any more
