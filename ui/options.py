"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from index.types import Selection

_Command = TypeVar("_Command", bound=Callable[..., Any])

LIBRARY = click.option(
    "--library", metavar="DIR", help="Folder of the library (default: PINCITE_LIBRARY, or your user-data folder)."
)
MODEL = click.option(
    "--model",
    metavar="MODEL",
    help="A name of 'pincite models list', a GGUF path, a Hugging Face folder or id, or a URL.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def SELECTION(command: _Command) -> _Command:  # noqa: N802 - reads like the options above
    """Add the options that say which documents are asked."""
    for option in (
        click.option("--until", metavar="DATE", help="Only documents of this day or earlier (YYYY-MM-DD)."),
        click.option("--since", metavar="DATE", help="Only documents of this day or later (YYYY-MM-DD)."),
        click.option(
            "--tag", "tags", multiple=True, metavar="TAG", help="Only documents with this tag; repeat for more."
        ),
        click.option(
            "--in",
            "paths",
            multiple=True,
            metavar="PATH",
            help="Only this file or folder, or what fits a pattern such as '*.pdf'; repeat for more.",
        ),
    ):
        command = option(command)
    return command


def selection_of(options: Mapping[str, Any]) -> Selection | None:
    """Return what the options of :func:`SELECTION` say, or None where none was given."""
    chosen = Selection(
        paths=tuple(_as_stored(path) for path in options["paths"]),
        tags=tuple(options["tags"]),
        since=_day(options["since"], "--since"),
        until=_day(options["until"], "--until"),
    )
    return None if chosen == Selection() else chosen


def _as_stored(path: str) -> str:
    """Return a path as libraries store it; patterns, and names of what does not exist, stay as they are."""
    given = Path(path).expanduser()
    return str(given.resolve()) if given.exists() else path


def _day(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.UsageError(f"{option}: '{text}' is no date; write it as 2024-01-31") from None
