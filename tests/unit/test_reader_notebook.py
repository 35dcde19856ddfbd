"""Jupyter notebooks: cells, their outputs, and where they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.notebook import read_notebook


def read(*cells: dict[str, Any], **more: Any) -> Extracted:
    return read_notebook(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells, **more}), "a.ipynb")


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def test_cells_are_places_and_headings_are_headings() -> None:
    text = read(
        {"cell_type": "markdown", "source": ["# Tolls\n", "\n", "A *fat* rope.\n", "\n", "|a|b|\n|-|-|\n|1|2|"]},
        code("toll = 3\nprint(toll)", {"output_type": "stream", "name": "stdout", "text": ["3\n", "4\n"]}),
    )
    assert text.text.split("\n\n") == ["Tolls", "A fat rope.\na: 1 | b: 2", "toll = 3\nprint(toll)", "3\n4"]
    assert text.title == "Tolls"
    starts = {place.label: place.start for place in text.places}
    assert text.text[starts["cell 2"] :].lstrip().startswith("toll = 3")
    assert {place.kind for place in text.places if place.label == "cell 2"} == {"record"}


def test_tables_are_read_as_tables_and_errors_in_one_line() -> None:
    html = "<table><tr><th>Ship</th><th>Toll</th></tr><tr><td>Barge</td><td>3</td></tr></table>"
    error = {"output_type": "error", "ename": "KeyError", "evalue": "\x1b[31m'x'\x1b[0m", "traceback": ["long"]}
    text = read(code("x", {"output_type": "execute_result", "data": {"text/html": [html], "text/plain": "no"}}, error))
    assert text.text == "x\nShip: Barge | Toll: 3\n\nKeyError: 'x'"


def test_pictures_are_noted_with_their_cell() -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "iVBO", "text/plain": ["<Figure size 1x1>"]}}
    text = read(code("plot()", picture), {"cell_type": "markdown", "source": "x", "attachments": {"a.png": {}}})
    assert text.text == "plot()\n\nx"
    assert [(note.what, note.where) for note in text.unread] == [("picture", "cell 1"), ("picture", "cell 2, a.png")]


def test_a_long_output_is_cut_and_noted_and_bars_of_progress_are_one_line() -> None:
    stream = {"output_type": "stream", "text": "10%\r50%\r100%\nDone.\n"}
    text = read(code("run()", stream, {"output_type": "stream", "text": "word " * 10_000}))
    assert text.text.startswith("run()\n\n100%\nDone.\n\nword word")
    assert len(text.text) < 30_000
    assert [(note.what, note.where) for note in text.unread] == [("too_long", "cell 1")]


def test_a_damaged_cell_costs_that_cell() -> None:
    text = read({"cell_type": "markdown", "source": "One."}, "damaged", {"cell_type": "code", "source": "two()"})
    assert text.text == "One.\n\ntwo()"
    assert [(note.what, note.where) for note in text.unread] == [("damaged_part", "cell 2")]


def test_the_older_format_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Tolls"},
        {"cell_type": "code", "input": "x", "outputs": []},
    ]
    text = read_notebook(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}), "a.ipynb")
    assert text.text == "Tolls\n\nx"
    assert text.headings[0].level == 2


@pytest.mark.parametrize("data", ["{}", "[1]", "no", '{"worksheets": []}', "[" * 100_000])
def test_what_is_no_notebook_is_refused(data: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.ipynb: is "):
        read_notebook(data, "a.ipynb")
