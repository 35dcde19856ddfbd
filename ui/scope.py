"""Which documents a person puts a question to: what can be chosen, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.types import DocumentRecord, Selection
from rag.errors import QuestionError
from ui.markup import human_date, shortened
from ui.words import ENGLISH, count, say

_DOCUMENT = "document:"
_TAG = "tag:"
MOST_CHOICES = 2_000
"""Documents that are offered; of a larger library the tags and dates remain."""


def choices_of(records: Sequence[DocumentRecord]) -> list[tuple[str, str]]:
    """Return what can be chosen as (label, value): tags first, then documents by title."""
    tags = sorted({tag for record in records for tag in record.tags})
    titles = sorted((shortened(record.title, 70), record.id) for record in records)[:MOST_CHOICES]
    return [(f"#{tag}", _TAG + tag) for tag in tags] + [(title, _DOCUMENT + identity) for title, identity in titles]


def selection_of(chosen: Sequence[str] | None, since: str | None, until: str | None) -> Selection | None:
    """Return what was chosen, or None where nothing limits.

    Raises:
        QuestionError: a date is none.
    """
    values = chosen or ()
    selection = Selection(
        ids=tuple(value.removeprefix(_DOCUMENT) for value in values if value.startswith(_DOCUMENT)),
        tags=tuple(value.removeprefix(_TAG) for value in values if value.startswith(_TAG)),
        since=_day(since),
        until=_day(until),
    )
    return None if selection == Selection() else selection


def described(selection: Selection | None, language: str = ENGLISH) -> str:
    """Return a selection in words, "" for none."""
    if selection is None:
        return ""
    parts = [count(language, len(selection.ids), "{n} document", "{n} documents")] if selection.ids else []
    parts += [f"#{tag}" for tag in selection.tags]
    if selection.since:
        parts.append(say(language, "from {date}", date=human_date(selection.since, language)))
    if selection.until:
        parts.append(say(language, "until {date}", date=human_date(selection.until, language)))
    return ", ".join(parts)


def _day(text: str | None) -> str | None:
    if not (text or "").strip():
        return None
    try:
        return date.fromisoformat((text or "").strip()).isoformat()
    except ValueError:
        raise QuestionError(f"'{(text or '').strip()[:30]}' is no date: write it as 2024-01-31.") from None
