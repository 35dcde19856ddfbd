"""Measures sentence splitters, those that are installed: ``python -m eval.sentence_splitters FILE [--units]``.

The file holds texts, divided by lines of ``===``. The first line of each begins with its language (``en``), the others
have a ``‖`` behind every sentence but the last. With ``--units`` lines and paragraphs are told apart as by ours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

from index.lines import units_of
from index.sentences import split_sentences

_PUNKT = {"en": "english", "de": "german", "es": "spanish", "tr": "turkish"}
_SPLITTERS: dict[str, Callable[[Any, str, str], list[str]]] = {
    "index.sentences": lambda _, code, text: [text[span.start : span.end] for span in split_sentences(text)],
    "pysbd": lambda m, code, text: m.Segmenter(code if code in m.languages.LANGUAGE_CODES else "en").segment(text),
    "sentencex": lambda m, code, text: list(m.segment(code, text)),
    "syntok.segmenter": lambda m, code, text: [
        "".join(token.spacing + token.value for token in sentence) for part in m.analyze(text) for sentence in part
    ],
    "blingfire": lambda m, code, text: [text[a:b] for a, b in m.text_to_sentences_and_offsets(text)[1]],
    "punkt": lambda m, code, text: list(m.sent_tokenize(text, _PUNKT.get(code, "english"))),
}


def ends(text: str, sentences: list[str]) -> set[int]:
    """Return where sentences end in their text, but for the last; one that is not in the text ends nowhere."""
    found, position = set[int](), 0
    for sentence in filter(None, map(str.strip, sentences)):
        start = text.find(sentence, position)
        if start >= 0:
            position = start + len(sentence)
            found.add(position)
    return found - {len(text.rstrip())}


def measure(texts: list[tuple[str, str]], split: Callable[[str, str], list[str]]) -> tuple[float, float, float]:
    """Return precision and recall of boundaries, and milliseconds a megabyte; texts are pairs of language and text."""
    right = claimed = expected = size = 0
    seconds = 0.0
    for code, marked in texts:
        text = marked.replace("‖", "")
        begin = process_time()
        sentences = split(code, text)
        seconds += process_time() - begin
        got, wanted = ends(text, sentences), ends(text, marked.split("‖"))
        right, claimed, expected = right + len(got & wanted), claimed + len(got), expected + len(wanted)
        size += len(text.encode())
    return right / max(1, claimed), right / max(1, expected), 1e9 * seconds / max(1, size)


def within_units(split: Callable[[str, str], list[str]], code: str, text: str) -> list[str]:
    """Split each paragraph, item and so on by itself, and leave rows and records whole."""
    units = [(text[unit.start : unit.end], unit.is_row or unit.is_whole) for unit in units_of(text, 0, len(text))]
    return [part for unit, is_whole in units for part in ([unit] if is_whole else split(code, unit))]


if __name__ == "__main__":
    parts = [part.strip("\n").partition("\n") for part in re.split(r"(?m)^===$", Path(sys.argv[1]).read_text("utf-8"))]
    texts = [(head[:2], body) for head, _, body in parts if body.strip()]
    for name, splitter in _SPLITTERS.items():
        try:
            split = partial(splitter, import_module(name))
        except ImportError:
            continue
        chosen = partial(within_units, split) if "--units" in sys.argv else split
        measure(texts, chosen)  # once for what is loaded or compiled first
        p, r, ms = measure(texts, chosen)
        print(f"{name:16} precision {p:.3f} recall {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f} {ms:8,.0f} ms/MB")
