"""Rich Text Format, as LibreOffice writes it and as other programs do."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.rtf import read_rtf

FILES = Path(__file__).parents[1] / "files"


def read(body: str, head: str = "") -> Extracted:
    return read_rtf(f"{{\\rtf1\\ansi\\ansicpg1252\\deff0{head}{body}}}".encode("latin-1"), "a.rtf")


def test_a_file_of_libreoffice_is_read_whole() -> None:
    text = read_rtf((FILES / "manual.rtf").read_bytes(), "manual.rtf")
    assert [(heading.level, heading.text) for heading in text.headings] == [
        (1, "Manual of the lighthouse"),
        (1, "I. Duties"),
        (2, "I.1 Evenings"),
        (1, "II. Tolls"),
    ]
    blocks = text.text.split("\n\n")
    assert blocks[blocks.index("I.1 Evenings") + 1 :][:5] == [
        "1. Trim the wick.",
        "2. Fill the tank.",
        "2.1 Use whale oil.",
        "(a) Never sperm oil.",
        "2.2 Leave a finger of air.",
    ]
    assert (
        "II. Tolls\nShip: Barge | Summer: 3 | Winter: 5\nShip: Barge | Summer: 4 | Winter: 6\n"
        "Ship: Brig | Summer: 11 | Winter: 11"
    ) in text.text
    assert "boat[1], a rope" in text.text
    assert "[1] The boat leaks." in blocks
    assert "Which length?" in blocks
    assert "In the box: Ring twice in fog." in blocks
    assert [place.label for place in text.places][-3:] == ["page header", "footnote 1", "comment 1"]
    assert (text.title, text.date) == ("Lighthouse manual", "2024-01-02")


def test_signs_are_read_in_every_way_that_rtf_writes_them() -> None:
    text = read(
        r"\pard caf\'e9 \f1\'cc\'e0\'ff\'ea\f0  \u8364? \u-10179?\u-8704? \uc2\u231 xx!\emdash\ldblquote a\rdblquote \{x\}\par",
        r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}",
    )
    assert text.text == "café Маяк € 😀 ç!—“a”{x}"


def test_two_bytes_make_one_sign_of_chinese() -> None:
    assert read(r"\f1\'b5\'c6\'cb\'fe\par", r"{\fonttbl{\f1\fcharset134 SimSun;}}").text == "灯塔"


def test_what_is_not_seen_is_not_read() -> None:
    text = read(
        r"One {\v hidden} {\deleted gone} {\*\unknown what}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}} two.\par",
        r"{\stylesheet{\s0 Normal;}}{\colortbl;\red0;}{\*\generator Tool;}",
    )
    assert one_space(text.text) == "One link two."


def one_space(text: str) -> str:
    return " ".join(text.split())


def test_a_cell_as_wide_as_two_columns_is_in_both() -> None:
    text = read(
        r"\trowd\trhdr\cellx1000\cellx2000\cellx3000\pard\intbl Boat\cell May\cell June\cell\row"
        r"\trowd\cellx1000\cellx3000\pard\intbl Brig\cell out\par of use\cell\row"
        r"\trowd\clmgf\cellx1000\clmrg\cellx2000\cellx3000\pard\intbl Total\cell\cell 3\cell\row\pard After.\par"
    )
    assert text.text == (
        "Boat: Brig | May: out of use | June: out of use\nBoat: Total | May: Total | June: 3\n\nAfter."
    )
    assert text.places[0].label == "table 1, row 2"


def test_pictures_and_objects_are_noted_and_ornaments_are_not() -> None:
    text = read(
        r"Text.{\*\shppict{\pict\pngblip\picwgoal5000\pichgoal4000 89504e47}}{\nonshppict{\pict 00}}"
        r"{\pict\picwgoal300\pichgoal300 00}{\object\objemb{\*\objdata 00}{\result shown}}\par"
    )
    assert text.text == "Text.shown"
    assert [(note.what, note.count) for note in text.unread] == [("picture", 1), ("embedded_object", 1)]


def test_bytes_of_a_picture_are_never_text() -> None:
    assert read_rtf(b"{\\rtf1 One {\\pict\\bin8 }}{{\\par} two.\\par}", "a.rtf").text == "One two."


def test_braces_that_never_end_lose_no_text() -> None:
    assert read_rtf(b"{\\rtf1 One.\\par {\\b Two.{\\footnote Three.", "a.rtf").text == "One.\n\nTwo.\n\n[1] Three."


def test_another_file_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.rtf: is not an RTF file"):
        read_rtf(b"Text.", "a.rtf")


@pytest.mark.parametrize(
    "unit", ["{", "}", "\\u1?", "\\cell ", "{\\footnote ", "\\par ", "\\trowd\\cellx1\\row ", "\\'e9"]
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert isinstance(read_rtf(b"{\\rtf1 " + unit.encode() * (200_000 // len(unit)), "a.rtf"), Extracted)
