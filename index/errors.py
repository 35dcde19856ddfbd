"""The errors a person can cause or meet. Each message is one line that says what is wrong and what to do.

They are caught only at the edges (command line, chat window); everything else lets them pass.
"""

from __future__ import annotations


class PinciteError(Exception):
    """Base of every stated failure. ``str(error)`` is one line: what is wrong, and the remedy."""


class ConfigError(PinciteError):
    """A setting that is unknown or cannot be used."""


class MissingDependency(PinciteError):
    """An optional package is needed for what was asked; the message carries the pip line."""


class UnreadableDocument(PinciteError):
    """A file that cannot become a document (missing, empty, binary, not permitted, unknown format)."""


class LibraryError(PinciteError):
    """A library that cannot be opened or written (newer format, damaged, locked)."""


class EmbedderMismatch(LibraryError):
    """A library whose vectors were made by another embedder than the one in use."""


class WeightsError(PinciteError):
    """Weights that are unknown, missing, damaged, or for which there is no space."""


class GenerationError(PinciteError):
    """A language model that cannot be loaded or that failed while writing."""
