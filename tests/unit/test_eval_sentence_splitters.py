"""What the measure of sentence splitters counts."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from eval.sentence_splitters import ends, measure, within_units

TEXT = "It rained. We left at 5 p.m. and ate."


def test_the_end_of_the_last_sentence_is_no_boundary() -> None:
    assert ends(TEXT, ["It rained. ", "We left at 5 p.m. and ate."]) == {10}


def test_a_sentence_that_is_not_in_the_text_has_no_boundary() -> None:
    assert ends(TEXT, ["It has rained.", "We left at 5 p.m.", "and ate."]) == {28}


def test_repeated_sentences_have_boundaries_of_their_own() -> None:
    assert ends("No. No. No.", ["No.", "No.", "No."]) == {3, 7}


def test_precision_and_recall_are_of_boundaries_over_all_texts() -> None:
    texts = [("en", "It rained.‖ We left at 5 p.m. and ate."), ("en", "One.‖ Two.‖ Three.")]
    answers = {
        TEXT: ["It rained.", "We left at 5 p.m.", "and ate."],
        "One. Two. Three.": ["One. Two.", "Three."],
    }
    precision, recall, ms = measure(texts, lambda code, text: answers[text])
    assert (precision, recall) == pytest.approx((2 / 3, 2 / 3))
    assert ms >= 0


def test_units_are_split_by_themselves_and_rows_stay_whole() -> None:
    text = "It rained.\n\nName: Quay. Old. | Price: 3\nName: Pier. New. | Price: 4"
    assert within_units(lambda code, unit: unit.split(". "), "en", text) == [
        "It rained.",
        "Name: Quay. Old. | Price: 3",
        "Name: Pier. New. | Price: 4",
    ]


def test_a_line_is_printed_for_each_splitter_that_is_installed() -> None:
    labelled = Path(__file__).parents[1] / "files" / "sentences.txt"
    command = [sys.executable, "-m", "eval.sentence_splitters", str(labelled)]
    run = partial(subprocess.run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert run(command).stdout.startswith("index.sentences  precision 1.000 recall 1.000 F1 1.000")
