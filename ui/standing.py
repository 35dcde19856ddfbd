"""Whether what an answer cited still stands in the library: documents change, are taken out, are read anew."""

from __future__ import annotations

from dataclasses import replace

from rag.types import Citation
from ui.tickets import LibraryLike
from ui.types import Standing, Turn


def looked_at_again(turn: Turn, library: LibraryLike) -> Turn:
    """Return a kept turn with each citation held to its document as it is now."""
    if turn.answer is None:
        return turn
    standing = tuple((citation.marker, standing_of(citation, library)) for citation in turn.answer.citations)
    return replace(turn, standing=tuple((marker, how) for marker, how in standing if how is not Standing.THERE))


def standing_of(citation: Citation, library: LibraryLike) -> Standing:
    """Return how the document of a citation stands to it."""
    document = library.document(citation.document_id)
    if document is None:
        return Standing.REMOVED
    if document.text[citation.start : citation.end] == citation.quote:
        return Standing.THERE
    return Standing.MOVED if citation.quote in document.text else Standing.CHANGED
