"""Rows of tables as evidence: a value proves something only in its own row and column.

Readers write a row as ``Header: value | Header: value``. An answer may hold all the words of its question and yet the
value of the row above or the column beside, so rows are checked by cell, not by word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.readers.tables import EMPTY
from index.terms import STOP_WORDS, words
from rag.context import SourceSentence
from rag.words import normalised, stem

SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with the name of its column, "" where it has none."""

    header: str
    value: str


def cells_of(text: str) -> tuple[Cell, ...]:
    """Return the cells of a row; none where ``text`` is no row in which values carry the names of their columns."""
    if SEPARATOR not in text:
        return ()
    cells = []
    for part in text.split(SEPARATOR):
        header, colon, value = part.partition(": ")
        cells.append(Cell(header.strip(), value.strip()) if colon else Cell("", part.strip()))
    return tuple(cells) if any(cell.header for cell in cells) else ()


def column_of(answer: str, text: str) -> str | None:
    """Return the name of the only column of a row whose value an answer holds, or None."""
    holding = {cell.header for cell in cells_of(text) if cell.header and _holds(answer, cell.value)}
    return holding.pop() if len(holding) == 1 else None


def is_misplaced(answer: str, question: str, row: SourceSentence, candidates: Sequence[SourceSentence]) -> bool:
    """Tell whether an answer takes its value from another row or column than the question names.

    Args:
        answer: a few words or a sentence.
        question: the standalone question.
        row: what is to prove the answer.
        candidates: all sentences that were considered; those of the same table are the rows that it is held against.
    """
    cells = cells_of(row.text)
    holding = [cell for cell in cells if _holds(answer, cell.value)]
    if not holding:
        return False
    asked = _stems(question)
    wanted = _wanted_columns(asked, cells)
    if wanted and not any(cell in wanted for cell in holding):
        return True
    mine = _matched(asked, cells)
    return any(mine < _matched(asked, cells_of(other.text)) for other in _siblings(row, candidates))


def look_up(question: str, candidates: Sequence[SourceSentence]) -> tuple[SourceSentence, Cell] | None:
    """Return the one cell that a question names by its row and its column, with its row; None where it is not one.

    The row is the only one that holds the most of the question's words in its values, the column the only one whose
    name holds the most of those that are left.
    """
    asked = _stems(question)
    rows = [(row, cells) for row in candidates if (cells := cells_of(row.text))]
    matches = [len(_matched(asked, cells)) for _, cells in rows]
    best = max(matches, default=0)
    if best == 0 or matches.count(best) > 1:
        return None
    row, cells = rows[matches.index(best)]
    wanted = _wanted_columns(asked, cells)
    if len(wanted) != 1 or wanted[0].value in ("", EMPTY):
        return None
    return row, wanted[0]


def _wanted_columns(asked: frozenset[str], cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells whose column the question names best; a cell whose value it names is given, not asked for."""
    open_cells = [cell for cell in cells if cell.header and not (_stems(cell.value) & asked)]
    scores = [len(_stems(cell.header) & asked) for cell in open_cells]
    best = max(scores, default=0)
    return [cell for cell, score in zip(open_cells, scores, strict=True) if score == best] if best else []


def _matched(asked: frozenset[str], cells: Sequence[Cell]) -> frozenset[str]:
    """Return the words of the question that stand in the values of a row."""
    return asked & frozenset(stem for cell in cells for stem in _stems(cell.value))


def _siblings(row: SourceSentence, candidates: Sequence[SourceSentence]) -> list[SourceSentence]:
    """Return the rows of the same table, as far as they were considered: same document, same columns."""
    headers = [cell.header for cell in cells_of(row.text)]
    return [
        other
        for other in candidates
        if other.document_id == row.document_id
        and other.start != row.start
        and [cell.header for cell in cells_of(other.text)] == headers
    ]


def _holds(answer: str, value: str) -> bool:
    """Tell whether an answer holds a value, as whole words, or is held by it."""
    if not value or value == EMPTY:
        return False
    said, held = (" ".join(re.findall(r"\w+(?:[.,:/-]\w+)*", text.casefold())) for text in (answer, value))
    return bool(said and held) and (f" {held} " in f" {said} " or f" {said} " in f" {held} ")


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(normalised(text)) if word not in STOP_WORDS)
