"""Server-sent events."""

from __future__ import annotations

import json
from typing import Any


def event(name: str, data: Any) -> str:
    """Return one event of that name, its data as JSON."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
