"""A library outlives its process: killed at every change that it makes to the disk, and at any moment between."""

from __future__ import annotations

import random
import time

import pytest
from durability.harness import STEPS, Lives, chained, spread

KILLED = -9


@pytest.mark.parametrize("mode", ["kill", "torn"])
def test_a_process_killed_at_any_change_leaves_a_whole_library(lives: Lives, is_long: bool, mode: str) -> None:
    total = lives.changes(lives.fresh(), 0, STEPS)
    wanted = total if is_long and mode == "kill" else 100 if is_long else 15
    moments = [(mode, at) for at in spread(total, min(total, wanted))]
    ends = [result.code for result in chained(lives, moments, start=0, stop=STEPS, known=lives.known)]
    assert total > 200
    assert ends.count(KILLED) >= len(moments) - 1, "the last change may be of the process's end"


def test_a_process_killed_while_it_upgrades_leaves_the_old_format_or_the_new(lives: Lives, is_long: bool) -> None:
    total = lives.changes(lives.fresh(of_old_format=True), STEPS, STEPS + 1)
    moments = [("kill", at) for at in spread(total, total if is_long else 8)]
    moments += [("torn", at) for at in spread(total, 20 if is_long else 4)]
    known = lives.old_known
    ends = [result.code for result in chained(lives, moments, start=STEPS, stop=STEPS + 1, known=known)]
    assert ends.count(KILLED) >= len(moments) - 2


def test_a_process_killed_at_any_moment_leaves_a_whole_library(lives: Lives, is_long: bool) -> None:
    chance = random.Random(5)
    begun = time.monotonic()
    lives.run(["live", str(lives.fresh()), 0, STEPS])
    whole = time.monotonic() - begun
    killed = 0
    for _ in range(60 if is_long else 8):
        folder = lives.fresh()
        process = lives.start(["live", str(folder), 0, STEPS])
        time.sleep(chance.uniform(0.2 * whole, whole))
        process.kill()
        out, _ = process.communicate()
        killed += process.returncode == KILLED
        acknowledged = max((int(line) for line in out.split() if line.isdecimal()), default=0)
        lives.run(["check", str(folder), acknowledged, STEPS, str(lives.known)])
    assert killed >= 4
