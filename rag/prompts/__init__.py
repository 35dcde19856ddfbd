"""Prompts are data: one ``.md`` file each, with ``$placeholders`` that are checked when it is loaded.

``examples.json`` holds worked examples. They come before every question and never change, so a runtime that keeps what
it has read reads them once.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from string import Template

from rag.types import Message

PLACEHOLDERS: dict[str, frozenset[str]] = {
    "system": frozenset(),
    "sources": frozenset({"sources", "question"}),
    "rewrite": frozenset({"conversation", "question"}),
}
STATED = "Stated:"
"""How a reply begins; "yes" or "no" follows."""
ANSWER = f"{STATED} yes\nIn a few words:"
"""How a reply that answers begins."""


@cache
def load(name: str) -> Template:
    """Return a prompt. Its placeholders are exactly those of :data:`PLACEHOLDERS`.

    Raises:
        ValueError: the file has other placeholders (a mistake of ours, found by the tests).
    """
    template = Template((files(__package__) / f"{name}.md").read_text(encoding="utf-8").strip())
    found = frozenset(template.get_identifiers())
    if found != PLACEHOLDERS[name] or not template.is_valid():
        raise ValueError(f"prompt {name}: placeholders {sorted(found)}, expected {sorted(PLACEHOLDERS[name])}")
    return template


def render(name: str, **values: str) -> str:
    """Return a prompt with its placeholders filled in. Values are never expanded themselves."""
    return load(name).substitute(**values)


@cache
def opening() -> tuple[Message, ...]:
    """Return what comes before every question: the system's message and the worked examples."""
    messages = [Message("system", render("system"))]
    for example in json.loads((files(__package__) / "examples.json").read_text(encoding="utf-8")):
        reply = f"{ANSWER} {example['answer']}" if "answer" in example else f"{STATED} no"
        asked = render("sources", sources=example.get("sources", ""), question=example["question"]).strip()
        messages += [Message("user", asked), Message("assistant", reply)]
    return tuple(messages)
