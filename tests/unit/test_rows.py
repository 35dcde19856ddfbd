"""Rows of tables as evidence: which cell an answer comes from, and which one a question names."""

from __future__ import annotations

import pytest

from rag.context import SourceSentence
from rag.rows import Cell, cells_of, column_of, is_misplaced, look_up

ROWS = (
    "Lamp: Aster | Height (cm): 32 | Watts: 9 | Price (EUR): 64.00",
    "Lamp: Begonia | Height (cm): 41 | Watts: 12 | Price (EUR): 88.50",
    "Lamp: Crocus | Height (cm): 9 | Watts: 5 | Price (EUR): (empty)",
)


def sources(*texts: str) -> list[SourceSentence]:
    """Return rows of one document, one below the other."""
    return [SourceSentence(0, "d", 100 * i, 100 * i + len(text), text, 0.5) for i, text in enumerate(texts)]


SOURCES = sources(*ROWS)


def test_a_row_is_read_as_cells_with_the_names_of_their_columns() -> None:
    assert cells_of("Net wages | 2023: 410 | 2024: 9: 30") == (
        Cell("", "Net wages"),
        Cell("2023", "410"),
        Cell("2024", "9: 30"),
    )


@pytest.mark.parametrize("text", ["", "Plain prose.", "Note: this is prose.", "a | b | c"])
def test_what_names_no_columns_is_no_row(text: str) -> None:
    assert cells_of(text) == ()


@pytest.mark.parametrize(
    ("answer", "column"),
    [("88.50", "Price (EUR)"), ("It costs 88.50 euros.", "Price (EUR)"), ("12", "Watts"), ("Begonia, 41", None), ("8", None)],
)
def test_the_column_of_an_answer_is_that_of_the_only_value_in_it(answer: str, column: str | None) -> None:
    assert column_of(answer, ROWS[1]) == column


@pytest.mark.parametrize(
    ("question", "answer", "row", "misplaced"),
    [
        ("What is the price of the Begonia?", "88.50", 1, False),
        ("What is the price of the Begonia?", "41", 1, True),  # the column beside
        ("What is the price of the Begonia?", "64.00", 0, True),  # the row above
        ("How many watts does the Aster have?", "9", 0, False),
        ("How many watts does the Aster have?", "9", 2, True),  # the same value, in another row and column
        ("Which lamp has 12 watts?", "Begonia", 1, False),
        ("Which lamp has 12 watts?", "Crocus", 2, True),
        ("Which lamp is the nicest?", "Crocus", 2, False),  # nothing tells
    ],
)
def test_a_value_counts_in_its_own_row_and_column_only(question: str, answer: str, row: int, misplaced: bool) -> None:
    assert is_misplaced(answer, question, SOURCES[row], SOURCES) is misplaced


def test_rows_of_another_table_are_not_held_against_a_row() -> None:
    other = sources("Plant: Begonia | Price: 3.00")[0]
    assert not is_misplaced("64.00", "What is the price of the Begonia?", SOURCES[0], [SOURCES[0], other])


@pytest.mark.parametrize(
    ("question", "row", "value"),
    [
        ("What is the price of the Begonia?", 1, "88.50"),
        ("How high is the Crocus? I mean its height.", 2, "9"),
        ("Which lamp has 12 watts?", 1, "Begonia"),
    ],
)
def test_a_cell_is_looked_up_by_its_row_and_column(question: str, row: int, value: str) -> None:
    found = look_up(question, SOURCES)
    assert found is not None
    assert (found[0], found[1].value) == (SOURCES[row], value)


@pytest.mark.parametrize(
    "question",
    [
        "What is the price?",  # of which?
        "What is the price of the Dahlia?",
        "What is the colour of the Begonia?",
        "What is the price of the Crocus?",  # the cell is empty
    ],
)
def test_nothing_is_looked_up_where_the_question_names_no_single_cell(question: str) -> None:
    assert look_up(question, SOURCES) is None
