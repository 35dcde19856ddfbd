"""The part of the HTTP API that is about conversations: those of the browser that asks, known by its cookie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from ui.conversations import Conversations, as_json
from ui.tickets import LibraryLike
from ui.visitors import owner_of


def add_conversations(api: FastAPI, named: Callable[[str], LibraryLike]) -> None:
    """Add the routes under ``/conversations``."""

    def kept(library: str) -> Conversations:
        return Conversations(Path(named(library).info().path))

    @api.get("/conversations", summary="The conversations of this browser")
    def conversations(request: Request, q: str = "", library: str = "") -> list[dict[str, Any]]:
        """The latest first; with ``q`` those that say all its words. A client without the page's cookie has none."""
        owner = owner_of(request.cookies)
        return as_json(kept(library).listed(owner, q)) if owner else []

    @api.delete("/conversations", summary="Delete all conversations of this browser")
    def delete_all(request: Request, library: str = "") -> dict[str, int]:
        """How many there were."""
        owner = owner_of(request.cookies)
        return {"deleted": kept(library).delete_all(owner) if owner else 0}

    @api.delete("/conversations/{conversation}", summary="Delete a conversation", status_code=204)
    def delete(conversation: str, request: Request, library: str = "") -> None:
        """Nothing of it stays."""
        owner = owner_of(request.cookies)
        if not owner or not kept(library).delete(owner, conversation):
            raise HTTPException(404, "no such conversation; /v1/conversations names those of this browser")
