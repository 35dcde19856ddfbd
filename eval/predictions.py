"""The journal of a run: one line a question, durable as soon as it is answered, so that a killed run can go on."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.errors import RunConflict
from eval.scoring import Outcome, Scores
from eval.testset import Question

Prediction = Mapping[str, Any]
"""One line: the answer object's fields, with ``id``, ``kind``, ``ranking`` and ``scores``."""


def prediction(question: Question, outcome: Outcome, scores: Scores) -> dict[str, Any]:
    """Return the line for one question."""
    line: dict[str, Any] = {"id": question.id, "kind": question.kind}
    if outcome.answer is not None:
        line |= outcome.answer.to_dict()
    line["question"] = question.text  # without the options that were typed with it
    if outcome.answer is None:
        line["passages"] = [dataclasses.asdict(item) for item in outcome.passages]
        line["timings"] = {"retrieve_s": outcome.retrieve_s}
    if outcome.ranking is not None:
        line["ranking"] = list(outcome.ranking)
    line["scores"] = {name: scores[name] for name in sorted(scores)}
    return line


class Journal:
    """A ``predictions.jsonl`` that grows. Opening it drops a last line that was cut short while being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._predictions = _recover(path)

    @property
    def predictions(self) -> list[Prediction]:
        """What has been answered so far, in the order of asking."""
        return list(self._predictions.values())

    def __contains__(self, question_id: str) -> bool:
        return question_id in self._predictions

    def append(self, line: Prediction) -> None:
        """Add a line; it is on the disk when this returns."""
        with self._path.open("ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._predictions[line["id"]] = line


def read_predictions(path: Path) -> list[Prediction]:
    """Return the lines of a ``predictions.jsonl``, leaving the file as it is.

    Raises:
        RunConflict: if it is missing, or a line in it is not a prediction.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunConflict(f"{path}: {error.strerror}; give the output folder of a finished run") from None
    return list(_parse(path, data[: data.rfind(b"\n") + 1]).values())


def _recover(path: Path) -> dict[str, Prediction]:
    if not path.exists():
        return {}
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    found = _parse(path, data[:whole])
    if whole < len(data):
        with path.open("rb+") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
    return found


def _parse(path: Path, data: bytes) -> dict[str, Prediction]:
    found: dict[str, Prediction] = {}
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            value = json.loads(line)
            key = value["id"]
            value["scores"]
        except (ValueError, KeyError, TypeError):
            problem = f"{path}:{number}: not a prediction; delete the folder and run again"
            raise RunConflict(problem) from None
        if key in found:
            raise RunConflict(f'{path}:{number}: question "{key}" is there twice; delete the folder and run again')
        found[key] = value
    return found
