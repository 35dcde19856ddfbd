"""JSON and JSONL: arrays of objects are tables of records, and each record stands together, with all its values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.tables import EMPTY, append_table
from index.text import one_line

_Json = object
_MAX_VALUES = 500_000
_LONG_TEXT = 200
"""A text of more characters is a paragraph of its own."""
_LONG_RECORD = 700
"""A record of more characters becomes several lines, each with what names the record."""
_MANY_EMPTY = 12
_DEEPEST = 60
_LABELS = ("name", "title", "label", "id", "key", "code", "number")
"""Keys of what names a record, if its first value is not short."""
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Value:
    """A text in a record with the names of the keys that lead to it."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


def read_json(text: str, name: str) -> Extracted:
    """Read JSON; a file of one value a line is read as JSONL.

    Raises:
        UnreadableDocument: it is no JSON, or nested too deeply.
    """
    try:
        value = _parsed(text, f"{name}:")
    except UnreadableDocument:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(("{", "[")) for line in lines):
            raise
        try:
            return read_jsonl(text, name)
        except UnreadableDocument:
            pass
        raise
    writer = _Writer()
    writer.append(value)
    title = _stated(value, "title") or _stated(value, "name")
    return writer.builder.extracted(title=title, date=parse_date(_stated(value, "date") or ""))


def read_jsonl(text: str, name: str) -> Extracted:
    """Read a JSON value a line.

    Raises:
        UnreadableDocument: a line is no JSON, or nested too deeply.
    """
    writer = _Writer()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            writer.append_record(_parsed(line, f"{name}: line {number}"), "", f"line {number}")
    return writer.builder.extracted()


def _parsed(text: str, name: str) -> _Json:
    text = text.lstrip("\ufeff")
    reason = ""
    for attempt in (text, _TRAILING_COMMA.sub(lambda match: match[1] or "", text)):
        try:
            return json.loads(attempt, parse_float=str, parse_int=str, parse_constant=str, strict=False)
        except ValueError as error:
            reason = reason or one_line(str(error))
        except RecursionError:
            raise UnreadableDocument(f"{name} is nested too deeply; make it flatter") from None
    raise UnreadableDocument(f"{name} is not valid JSON ({reason}); correct it")


class _Writer:
    """Writes values of JSON as text, each record on a line where it is short."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self._left = _MAX_VALUES

    def append(self, value: _Json, path: str = "", depth: int = 0) -> None:
        """Append a value that is no record: its own short values, then what it holds."""
        if isinstance(value, Mapping) and depth < _DEEPEST:
            self._append_object(value, path, depth)
        elif isinstance(value, list) and depth < _DEEPEST and any(isinstance(item, dict | list) for item in value):
            self._append_array(value, path, depth)
        else:
            self._write(list(_leaves(value, path)))

    def append_record(self, value: _Json, path: str, label: str, lead: _Value | None = None, depth: int = 0) -> None:
        """Append one of several records.

        Args:
            value: the record.
            path: the keys that lead to it.
            label: the place that it is.
            lead: what names the record that it is part of.
            depth: how many values it is inside of.
        """
        self.builder.place(label, kind="record")
        inner = [] if depth >= _DEEPEST else [*_arrays(value)]
        values = list(_leaves(value, path, without={id(array) for _, array in inner}))
        name = _naming(values, path)
        self._write(values, lead)
        for key, array in inner:
            below = f"{path} {key}".strip()
            for number, item in enumerate(array, start=1):
                place = f"{label}, {key} {number}" if key else f"{label}, {number}"
                self.append_record(item, below, place, name or lead, depth + 1)

    def _append_object(self, value: Mapping[str, _Json], path: str, depth: int) -> None:
        own = {key: item for key, item in value.items() if not isinstance(item, dict | list) or _is_short(item)}
        self._write(list(_leaves(own, path)))
        for key, item in value.items():
            if key not in own:
                below = f"{path} {_key(key)}".strip()
                if isinstance(item, list) and depth < 2 and any(isinstance(one, dict) for one in item):
                    self.builder.block(below, level=2)
                self.append(item, below, depth + 1)

    def _append_array(self, value: Sequence[_Json], path: str, depth: int) -> None:
        rows = [item for item in value if isinstance(item, list)]
        if len(rows) == len(value) > 1 and not any(isinstance(cell, dict | list) for row in rows for cell in row):
            self.builder.place(path, kind="record" if path else "")
            append_table([[_scalar(cell) for cell in row] for row in rows], self.builder)
            self._left -= sum(map(len, rows))
            self.builder.place("")
            return
        for number, item in enumerate(value, start=1):
            self.append_record(item, "", f"{path}, record {number}" if path else f"record {number}", depth=depth + 1)
        self.builder.place("")

    def _write(self, values: list[_Value], lead: _Value | None = None) -> None:
        """Write values: the short ones on one line, or on several that each begin with what names the record."""
        left, self._left = self._left, self._left - len(values)
        if self._left < 0:
            self.builder.unread("too_long", "", len(values) - max(0, left))
            values = values[: max(0, left)]
        short = [value for value in values if len(value.text) <= _LONG_TEXT]
        if sum(value.text == EMPTY for value in short) > _MANY_EMPTY:
            short = [value for value in short if value.text != EMPTY]
        if lead is not None and values:
            short.insert(0, lead)
        lines: list[list[str]] = []
        name = lead or _naming(short, "")
        for value in short:
            shown = str(value)
            if not lines or sum(map(len, lines[-1])) + len(shown) > _LONG_RECORD:
                lines.append([str(name)] if lines and name else [])
            lines[-1].append(shown)
        for line in lines:
            self.builder.block(" | ".join(line), between="\n")
        for value in values:
            if len(value.text) > _LONG_TEXT:
                self.builder.block(str(value))


def _is_short(value: _Json) -> bool:
    """Tell whether an array holds nothing but values."""
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _arrays(value: _Json) -> Iterator[tuple[str, Sequence[_Json]]]:
    """Yield the arrays of objects in a record, with the keys that lead there; not those inside them."""
    stack: list[tuple[str, _Json]] = [("", value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack.extend((f"{path} {_key(key)}".strip(), inner) for key, inner in reversed(item.items()))
        elif isinstance(item, list) and any(isinstance(one, dict) for one in item):
            yield path, item


def _leaves(value: _Json, path: str, without: set[int] | None = None) -> Iterator[_Value]:
    """Yield all that is no object and no array, in order, without recursion; an array of values is one text."""
    stack: list[tuple[str, _Json]] = [(path, value)]
    while stack:
        path, item = stack.pop()
        if without and id(item) in without:
            continue
        if isinstance(item, dict):
            stack.extend((f"{path} {_key(key)}".strip(), inner) for key, inner in reversed(item.items()))
        elif isinstance(item, list) and not _is_short(item):
            stack.extend((path, inner) for inner in reversed(item))
        elif isinstance(item, list):
            texts = [_scalar(inner) for inner in item]
            if all(len(text) <= _LONG_TEXT for text in texts):
                yield _Value(path, ", ".join(filter(None, texts)) or EMPTY)
            else:
                yield from (_Value(path, text) for text in texts if text)
        else:
            for text in _paragraphs(item):
                yield _Value(path, text)


def _paragraphs(item: _Json) -> list[str]:
    """Return a text by its paragraphs, where it is long."""
    if isinstance(item, str) and len(item) > _LONG_TEXT:
        return [shown for part in re.split(r"\n\s*\n", item) if (shown := _scalar(part))] or [EMPTY]
    return [_scalar(item) or EMPTY]


def _naming(values: Sequence[_Value], path: str) -> _Value | None:
    """Return the value that names a record: the first, or one whose key says so."""
    short = [value for value in values if 0 < len(value.text) <= 80 and value.text != EMPTY]
    named = (value for label in _LABELS for value in short if value.path.removeprefix(path).strip().lower() == label)
    return next(named, short[0] if short else None)


def _key(key: str) -> str:
    return one_line(key).replace(" | ", " / ").replace(": ", " ")


def _scalar(item: _Json) -> str:
    if item is None:
        return ""
    if isinstance(item, bool):
        return "true" if item else "false"
    return one_line(str(item)).replace(" | ", " / ")


def _stated(value: _Json, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return one_line(found) or None if isinstance(found, str) else None
