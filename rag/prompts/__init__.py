"""Prompts are data: one ``.md`` file each, with ``$placeholders`` that are checked when it is loaded."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

PLACEHOLDERS: dict[str, frozenset[str]] = {
    "system": frozenset(),
    "sources": frozenset({"sources", "question", "instruction"}),
    "answer_chat": frozenset(),
    "answer_short": frozenset(),
    "answerable": frozenset(),
    "rewrite": frozenset({"conversation", "question"}),
}


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
