"""Reading typed fields out of JSON that people wrote: every complaint names the file, the line and the remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import BrokenTestSet


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and the place it was read from."""

    path: Path
    line: int | None
    data: dict[str, Any]

    def error(self, problem: str, remedy: str) -> BrokenTestSet:
        """Return the error that complains about this record."""
        return BrokenTestSet.at(self.path, self.line, problem, remedy)

    def within(self, data: object, name: str) -> Record:
        """Return the object ``data`` that this record holds under ``name``."""
        if not isinstance(data, dict):
            raise self.error(f'"{name}" is {_kind(data)}', "write a JSON object, { … }")
        return Record(self.path, self.line, data)

    def string(self, key: str, default: str | None = None) -> str:
        """Return the string under ``key``; without a ``default`` it must be there."""
        if key not in self.data and default is not None:
            return default
        if key not in self.data:
            raise self.error(f'"{key}" is missing', "add it")
        return self._checked(self.data[key], key)

    def identifier(self, key: str = "_id") -> str:
        """Return the string under ``key``, which must not be empty."""
        value = self.string(key)
        if not value:
            raise self.error(f'"{key}" is empty', "give it an id of its own")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return the list of strings under ``key``, empty where it is absent."""
        return tuple(self._checked(item, key) for item in self.items(key))

    def items(self, key: str) -> list[Any]:
        """Return the list under ``key``, empty where it is absent or null."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(f'"{key}" is {_kind(value)}', "write a list, [ … ]")
        return value

    def records(self, key: str) -> Iterator[Record]:
        """Yield the objects in the list under ``key``."""
        for item in self.items(key):
            yield self.within(item, key)

    def flag(self, key: str) -> bool | None:
        """Return the boolean under ``key``, or None where it is absent or null."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(f'"{key}" is {_kind(value)}', "write true or false")
        return value

    def integer(self, key: str) -> int | None:
        """Return the integer under ``key``, or None where it is absent or null."""
        value = self.data.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.error(f'"{key}" is {_kind(value)}', "write a whole number")
        return value

    def _checked(self, value: object, key: str) -> str:
        if not isinstance(value, str):
            raise self.error(f'"{key}" holds {_kind(value)}', 'write a string, "…"')
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise self.error(f'"{key}" holds half a surrogate pair', "write the character itself, in UTF-8") from None
        return value


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not blank. Only line feeds end a line, as JSON Lines has it.

    Raises:
        BrokenTestSet: if the file is missing, cannot be read or is not UTF-8.
    """
    for number, raw in enumerate(read_bytes(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            text = raw.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            raise BrokenTestSet.at(path, number, "not UTF-8", "save the file in UTF-8") from None
        if text.strip():
            yield number, text


def read_bytes(path: Path) -> bytes:
    """Return what the file holds.

    Raises:
        BrokenTestSet: if it is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BrokenTestSet.at(path, None, "no such file", "a test set needs it") from None
    except OSError as error:
        raise BrokenTestSet.at(path, None, error.strerror or "cannot be read", "make it a readable file") from None


def read_records(path: Path) -> Iterator[Record]:
    """Yield the object on each line of a JSON Lines file."""
    for number, text in read_lines(path):
        yield Record(path, number, _object(path, number, text))


def _object(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise BrokenTestSet.at(path, number, f"bad JSON ({reason})", "write one JSON object a line") from None
    if not isinstance(value, dict):
        raise BrokenTestSet.at(path, number, f"the line is {_kind(value)}", "write one JSON object a line, { … }")
    return value


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
