"""When a question is about."""

from __future__ import annotations

from datetime import date

import pytest

from index.periods import Period, period_of, wants_latest

TODAY = date(2024, 2, 7)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("What happened on 2024-02-03?", "2024-02-03", "2024-02-03"),
        ("What happened on February 3, 2024?", "2024-02-03", "2024-02-03"),
        ("what happened on 3rd of feb 2024", "2024-02-03", "2024-02-03"),
        ("What was decided in February 2024?", "2024-02-01", "2024-02-29"),
        ("Sept. 2023 figures", "2023-09-01", "2023-09-30"),
        ("Who won in 1998?", "1998-01-01", "1998-12-31"),
        ("What was said last Friday?", "2024-02-02", "2024-02-02"),
        ("What was said last Wednesday?", "2024-01-31", "2024-01-31"),
        ("Who called yesterday?", "2024-02-06", "2024-02-06"),
        ("What is on today?", "2024-02-07", "2024-02-07"),
        ("What changed last week?", "2024-01-29", "2024-02-04"),
        ("What changed this month?", "2024-02-01", "2024-02-29"),
        ("What changed last month?", "2024-01-01", "2024-01-31"),
        ("What changed last year?", "2023-01-01", "2023-12-31"),
    ],
)
def test_a_time_that_is_named(question: str, start: str, end: str) -> None:
    assert period_of(question, TODAY) == Period(start, end)


@pytest.mark.parametrize(
    "question",
    ["Who won?", "How many of the 1998 seats?", "On 31 February 2024?", "Who may march?", "Last of all?", ""],
)
def test_no_time_is_named(question: str) -> None:
    assert period_of(question, TODAY) is None


def test_both_ends_are_within_and_no_date_is_not() -> None:
    period = Period("2024-02-01", "2024-02-29")
    assert [period.holds(day) for day in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01", None)] == [
        *(False, True, True, False),
        False,
    ]


def test_the_latest_is_asked_for() -> None:
    assert wants_latest("What is the latest version?")
    assert wants_latest("the most recent price")
    assert not wants_latest("Who came late?")
