"""The MCP server as its own client meets it: a process with two tools, real weights behind them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from index.weights import require

pytestmark = pytest.mark.weights


def test_ask_and_search_are_there_and_change_nothing(tmp_path: Path) -> None:
    require("qwen2.5-coder-1.5b-instruct")
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    environment.pop("PINCITE_LIBRARY", None)
    server = StdioServerParameters(command=sys.executable, args=["-m", "ui.cli", "mcp"], env=environment)

    async def talk() -> None:
        async with Client(server, read_timeout_seconds=120) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"ask", "search"}
            assert all(tool.annotations.read_only_hint for tool in tools.values() if tool.annotations)
            passages = await client.call_tool("search", {"question": "How many facilities?", "k": 2})
            assert "85 facilities" in json.dumps(told(passages))
            question = "How many facilities did the U.S. strikes target?"
            answer = told(await client.call_tool("ask", {"question": question}))
            assert "85" in answer["text"]
            assert "85" in answer["citations"][0]["quote"]
            refused = await client.call_tool("ask", {"question": " "})
            assert refused.is_error
            assert "empty" in str(refused.content)

    asyncio.run(talk())


def told(result: Any) -> Any:
    """Return what a tool has answered, as data."""
    assert not result.is_error, result.content
    return result.structured_content
