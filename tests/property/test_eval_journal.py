"""Whatever moment a run is killed at, its journal holds the finished answers and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from eval.predictions import Journal, read_predictions

texts = st.text(max_size=12)


@given(st.lists(texts, max_size=5), st.data())
def test_a_cut_at_any_byte_loses_no_finished_line_and_keeps_no_broken_one(
    answers: list[str], data: st.DataObject
) -> None:
    lines = [{"id": f"q{i}", "text": text, "scores": {}} for i, text in enumerate(answers)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "predictions.jsonl")
        journal = Journal(path)
        sizes = [0]
        for line in lines:
            journal.append(line)
            sizes.append(path.stat().st_size)
        if lines:
            cut = data.draw(st.integers(0, sizes[-1]))
            path.write_bytes(path.read_bytes()[:cut])
            whole = max(i for i, size in enumerate(sizes) if size <= cut)
        else:
            whole = 0

        recovered = Journal(path)
        assert recovered.predictions == lines[:whole]
        assert [line["id"] in recovered for line in lines] == [i < whole for i in range(len(lines))]

        for line in lines[whole:]:
            recovered.append(line)
        if lines:
            assert read_predictions(path) == lines
            assert [json.loads(row)["id"] for row in path.read_text("utf-8").split("\n")[:-1]] == [
                x["id"] for x in lines
            ]
