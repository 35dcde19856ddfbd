"""A disk that fails: every change that cannot be made is told in one line, and the old state still answers."""

from __future__ import annotations

import pytest
from durability.harness import STEPS, Lives, chained, spread


@pytest.mark.parametrize("mode", ["eio", "full"])
def test_a_change_that_fails_is_told_and_harms_nothing(lives: Lives, is_long: bool, mode: str) -> None:
    total = lives.changes(lives.fresh(), 0, STEPS)
    moments = [(mode, at) for at in spread(total, total if is_long else 15)]
    told = 0
    for result in chained(lives, moments, start=0, stop=STEPS, known=lives.known):
        assert result.code in (0, 1), result.error
        assert "Traceback" not in result.error
        if result.code:
            told += 1
            assert len(result.error.strip().split("\n")) == 1
    assert told > len(moments) // 3


@pytest.mark.parametrize("mode", ["eio", "full"])
def test_an_upgrade_that_fails_leaves_the_old_format_or_the_new(lives: Lives, is_long: bool, mode: str) -> None:
    total = lives.changes(lives.fresh(of_old_format=True), STEPS, STEPS + 1)
    moments = [(mode, at) for at in spread(total, total if is_long else 6)]
    for result in chained(lives, moments, start=STEPS, stop=STEPS + 1, known=lives.old_known):
        assert result.code in (0, 1), result.error
        assert "Traceback" not in result.error
