"""What could not be read, in the words of the terminal."""

from __future__ import annotations

import re
from pathlib import Path

from index.types import Unread
from ui import unread as wording
from ui.unread import skipped_lines, unread_lines

READERS = Path(wording.__file__).parent.parent / "index" / "readers"
PAGE = Path(wording.__file__).parent / "assets" / "unread.js"


def test_things_of_one_kind_share_a_line_with_their_places_and_the_remedy() -> None:
    noted = [Unread("scanned_page", "page 2", 1, "ocr"), Unread("picture", "", 3), Unread("scanned_page", "page 5", 1, "ocr")]
    assert list(unread_lines(noted)) == [
        "scanned pages: page 2, page 5 (pip install 'pincite[ocr]' reads them)",
        "pictures: 3",
    ]


def test_many_places_are_cut_short() -> None:
    noted = [Unread("chart", f"slide {n}") for n in range(1, 12)]
    (line,) = unread_lines(noted)
    assert line.endswith("slide 8 and 3 more places")


def test_skipped_files_are_counted_by_reason() -> None:
    assert list(skipped_lines([("a", "is hidden"), ("b", "format .x is not read"), ("c", "is hidden")])) == [
        "2 files: is hidden",
        "1 file: format .x is not read",
    ]


def test_terminal_and_page_have_words_for_every_code_that_readers_use() -> None:
    used = {
        match[1]
        for path in READERS.glob("*.py")
        for match in re.finditer(r"(?:\.unread|Unread)\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    page = set(re.findall(r"^  (\w+): say", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(used) > 5
    assert used <= set(wording._WHAT)
    assert set(wording._WHAT) | set(wording._REMEDIES) == page
