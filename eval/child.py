"""A run in a process of its own: arguments in, a report in a folder out, one line on stderr where it fails."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from eval.runner import run
from index.errors import PinciteError


def main(arguments: Sequence[str]) -> int:
    """Run ``TESTSET OUT LIMIT MODE``; return the exit code."""
    testset, out, limit, mode = arguments
    try:
        run(testset, out=out, limit=int(limit), mode="answer" if mode == "answers" else mode)
    except PinciteError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
