"""A conversation from a file."""

from __future__ import annotations

import json
from pathlib import Path

from rag.errors import HistoryError
from rag.types import Message


def load_history(path: Path) -> tuple[Message, ...]:
    """Read ``[{"role": "user" | "assistant", "text": "…"}, …]``, oldest first.

    Raises:
        HistoryError: the file cannot be read or is not of that form.
    """
    try:
        turns = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryError(f"{path}: cannot be read ({error.strerror}); check the path given to --history") from None
    except ValueError as error:
        raise HistoryError(f"{path}: is not JSON ({error}); correct the file given to --history") from None
    if not isinstance(turns, list):
        raise HistoryError(f"{path}: must hold a list of turns, oldest first")
    return tuple(_message(turn, number, path) for number, turn in enumerate(turns, start=1))


def _message(turn: object, number: int, path: Path) -> Message:
    if isinstance(turn, dict) and turn.get("role") in ("user", "assistant") and isinstance(turn.get("text"), str):
        return Message(turn["role"], turn["text"])
    raise HistoryError(f'{path}: turn {number} must be {{"role": "user" or "assistant", "text": "…"}}')
