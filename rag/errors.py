"""Errors of answering that a person can cause."""

from __future__ import annotations

from index.errors import PinciteError
from rag.text import well_formed


class QuestionError(PinciteError):
    """A question that cannot be asked (empty, or far too long)."""


class HistoryError(PinciteError):
    """A conversation that cannot be read."""


def check_question(question: str, max_chars: int) -> str:
    """Return the question as it is answered: well-formed, without surrounding white space.

    Raises:
        QuestionError: it is empty or too long.
    """
    asked = well_formed(question).strip()
    if not asked:
        raise QuestionError("the question is empty; ask something")
    if len(asked) > max_chars:
        raise QuestionError(
            f"the question has {len(asked):,} characters, at most {max_chars:,} can be asked; "
            "shorten it, or add the text as a document"
        )
    return asked
