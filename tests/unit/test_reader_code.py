"""Source code, configuration and logs are read as they stand."""

from __future__ import annotations

import pytest

from index.readers.code import CODE, read_code
from index.readers.formats import SUFFIXES, extract

PYTHON = '''"""Tolls."""


class Toll:
    def of(self, ship):
        return 3


async def main() -> None:
    pass
'''


def test_code_is_kept_as_it_stands_and_its_parts_at_the_margin_are_places() -> None:
    text = read_code(PYTHON)
    assert text.text == PYTHON
    assert [place.label for place in text.places] == ["class Toll", "def main"]
    assert PYTHON[text.places[1].start :].startswith("async def main")


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("export default class Toll {", "class Toll"),
        ("pub(crate) fn toll() -> u8 {", "fn toll"),
        ("func (h *Harbour) Toll() int {", "func Toll"),
        ("public static final class Toll {", "class Toll"),
        ("function toll($ship) {", "function toll"),
        ("CREATE TABLE tolls (", "create table tolls"),
        ("[tolls]", "section tolls"),
        ("[[tolls]]", "section tolls"),
    ],
)
def test_parts_of_many_languages_are_places(line: str, label: str) -> None:
    assert [place.label for place in read_code(f"x\n{line}\n").places] == [label]


@pytest.mark.parametrize("line", ["classic = 3", "  def inner():", "definitely not", "# class Toll", "x = [1]", ""])
def test_other_lines_are_no_places(line: str) -> None:
    assert read_code(f"x\n{line}\n").places == ()


def test_lines_written_by_programs_are_cut_and_noted() -> None:
    text = read_code("var a;" * 5_000 + "\nshort\n" + "b" * 5_000)
    assert [len(line) for line in text.text.split("\n")] == [5_000, 5, 5_000]
    assert [(note.what, note.where, note.count) for note in text.unread] == [("too_long", "lines", 1)]


def test_all_endings_of_code_are_known_to_the_readers() -> None:
    assert CODE <= SUFFIXES
    assert extract(b"fee: 20\n", "conf.yaml").texts[0].text == "fee: 20\n"
    assert extract(b"2025-01-01 started\n", "LOG.LOG").texts[0].text == "2025-01-01 started\n"
