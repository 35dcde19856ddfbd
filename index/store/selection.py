"""Which documents a question is put to."""

from __future__ import annotations

import json
import sqlite3
from fnmatch import fnmatchcase
from pathlib import PurePath

from index.store.rows import COPIES
from index.types import Selection


def selected_ids(db: sqlite3.Connection, selection: Selection | None) -> frozenset[str] | None:
    """Return the ids of the documents that a selection holds, or None where it does not limit."""
    if selection is None or selection == Selection():
        return None
    rows = db.execute(f"SELECT d.id, d.source, d.date, d.tags, {COPIES} FROM documents d")
    return frozenset(
        identity
        for identity, source, date, tags, copies in rows
        if (not selection.ids or identity in selection.ids)
        and _in_range(date, selection)
        and (not selection.tags or set(selection.tags) & set(json.loads(tags)))
        and (not selection.paths or any(_matches(path, selection) for path in (source, *json.loads(copies))))
    )


def _in_range(date: str | None, selection: Selection) -> bool:
    if selection.since is None and selection.until is None:
        return True
    return date is not None and (selection.since or date) <= date <= (selection.until or date)


def _matches(source: str, selection: Selection) -> bool:
    """Tell whether a path is one of those named, lies below it, or fits a pattern (whole, or by its name)."""
    path = PurePath(source)
    return any(
        source == wanted
        or fnmatchcase(source, wanted)
        or fnmatchcase(path.name, wanted)
        or source.startswith((wanted.rstrip("/\\") + "/", wanted.rstrip("/\\") + "\\", wanted + "!/"))
        for wanted in selection.paths
    )
