"""Errors of answering that a person can cause."""

from __future__ import annotations

from index.errors import PinciteError


class QuestionError(PinciteError):
    """A question that cannot be asked (empty, or far too long)."""


class HistoryError(PinciteError):
    """A conversation that cannot be read."""
