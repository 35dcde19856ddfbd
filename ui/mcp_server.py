"""``pincite mcp``: the library as tools of the Model Context Protocol, on standard input and output; read-only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from index.errors import MissingDependency, PinciteError
from index.library import Library
from rag.assistant import Assistant
from rag.passages import to_passage
from ui.options import LIBRARY, MODEL
from ui.setup import open_assistant, open_library

MOST_PASSAGES = 50
_SHOWN = ("text", "abstained", "reason", "sentences", "citations", "conflicts")


@click.command("mcp")
@LIBRARY
@MODEL
def command(library: str | None, model: str | None) -> None:
    """Serve the tools ask and search to programs that speak MCP, on standard input and output."""
    server = build_server(lambda: open_library(library, with_seeds=True), lambda: open_assistant(library, model))
    server.run("stdio")


def build_server(library: Callable[[], Library], assistant: Callable[[], Assistant]) -> Any:
    """Return a server with the tools ``ask`` and ``search``.

    Args:
        library: opens the library; called with the first search.
        assistant: loads the model; called with the first question.

    Raises:
        MissingDependency: the package mcp is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.types import ToolAnnotations
    except ImportError:
        raise MissingDependency("a package is not installed that MCP needs; run pip install 'pincite[mcp]'") from None
    opened_library, opened_assistant = _Once(library), _Once(assistant)
    one_question = threading.Lock()
    server = MCPServer(
        "pincite",
        instructions="Questions about the documents of one library, answered with citations.",
        log_level="ERROR",
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    @server.tool(annotations=reads)
    def ask(question: str) -> dict[str, Any]:
        """Answer a question from the library's documents, each sentence with the exact span that supports it.

        Where abstained is true the documents do not hold the answer.
        """
        with one_question:
            answer = _told(lambda: opened_assistant().ask(question)).to_dict()
        return {key: answer[key] for key in _SHOWN}

    @server.tool(annotations=reads)
    def search(question: str, k: int = 5) -> list[dict[str, Any]]:
        """Return the passages of the library's documents that are closest to a question, best first."""
        count = max(1, min(k, MOST_PASSAGES))
        return [asdict(to_passage(passage)) for passage in _told(lambda: opened_library().search(question, k=count))]

    return server


class _Once:
    """Calls a function the first time that its result is wanted."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: list[Any] = []
        self._lock = threading.Lock()

    def __call__(self) -> Any:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


def _told(work: Callable[[], Any]) -> Any:
    """Do something; a stated failure is what the client is told."""
    try:
        return work()
    except PinciteError as error:
        from mcp.server.mcpserver.exceptions import ToolError

        raise ToolError(str(error)) from None
