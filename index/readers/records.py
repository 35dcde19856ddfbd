"""JSON and JSONL: a paragraph a record, each value with the path of its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.text import one_line

_Json = object
_MAX_VALUES = 500_000


def read_json(text: str, name: str) -> Extracted:
    """Read JSON. The items of an array at the top are records; anything else is one."""
    value = _parsed(text, f"{name}:")
    builder = TextBuilder()
    if isinstance(value, list):
        for number, item in enumerate(value, start=1):
            builder.place(f"item {number}")
            _append(item, builder)
        return builder.extracted()
    _append(value, builder)
    title = _stated(value, "title") or _stated(value, "name")
    return builder.extracted(title=title, date=parse_date(_stated(value, "date") or ""))


def read_jsonl(text: str, name: str) -> Extracted:
    """Read a JSON value a line."""
    builder = TextBuilder()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        value = _parsed(line, f"{name}: line {number}")
        builder.place(f"line {number}")
        _append(value, builder)
    return builder.extracted()


def _parsed(text: str, name: str) -> _Json:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UnreadableDocument(f"{name} is not valid JSON ({error}); correct it") from None
    except RecursionError:
        raise UnreadableDocument(f"{name} is nested too deeply; make it flatter") from None


def _append(record: _Json, builder: TextBuilder) -> None:
    """Append a record: long texts as paragraphs of their own, the rest together."""
    short: list[str] = []
    for count, (path, value) in enumerate(_leaves(record)):
        if count == _MAX_VALUES:
            break
        line = f"{path}: {value}" if path else value
        if len(value) <= 200:
            short.append(line)
            continue
        builder.block("; ".join(short))
        short.clear()
        builder.block(line)
    builder.block("; ".join(short))


def _leaves(value: _Json) -> Iterator[tuple[str, str]]:
    """Yield (path of keys, text) of all that is no object and no array, in order, without recursion."""
    stack: list[tuple[str, _Json]] = [("", value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack.extend((f"{path} {key}".strip(), inner) for key, inner in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((path, inner) for inner in reversed(item))
        elif item is not None and (text := _scalar(item)):
            yield one_line(path), text


def _scalar(item: _Json) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    return one_line(str(item))


def _stated(value: _Json, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return one_line(found) or None if isinstance(found, str) else None
