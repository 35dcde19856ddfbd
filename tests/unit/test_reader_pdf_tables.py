"""Tables, forms and comments in PDFs; and what looks like a table and is none."""

from __future__ import annotations

from typing import Any

import pytest
from pdf_making import PROSE, by_hand, drawn, laid_out, read, ruled, set_lines, shown

from index.readers.base import Extracted

SHIPS = [
    ["Ship", "Built", "Tons", "Owner"],
    ["Anna", "1901", "1,250", "Holm & Sons"],
    ["Bruno", "1911", "980", ""],
    ["Clara", "1925", "2,100", "Aune Line"],
]
ROWS = [
    "Ship: Anna | Built: 1901 | Tons: 1,250 | Owner: Holm & Sons",
    "Ship: Bruno | Built: 1911 | Tons: 980 | Owner: (empty)",
    "Ship: Clara | Built: 1925 | Tons: 2,100 | Owner: Aune Line",
]


def lines(text: Extracted) -> list[str]:
    return [line for line in text.text.split("\n") if line]


def label_at(text: Extracted, words: str) -> str:
    position = text.text.index(words)
    return [place.label for place in text.places if place.start <= position][-1]


@pytest.mark.parametrize("look", ["ruled", "plain", "rules above and below", "shaded"])
def test_a_table_is_rows_whose_values_carry_the_names_of_their_columns(look: str) -> None:
    from reportlab.lib.colors import black, lightgrey, white
    from reportlab.platypus import Table

    styles = {
        "plain": [],
        "rules above and below": [
            ("LINEABOVE", (0, 0), (-1, 0), 1, black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.5, black),
            ("LINEBELOW", (0, -1), (-1, -1), 1, black),
        ],
        "shaded": [("ROWBACKGROUNDS", (0, 0), (-1, -1), [lightgrey, white])],
    }
    table = ruled(SHIPS) if look == "ruled" else Table(SHIPS, style=styles[look])
    text = read(laid_out(PROSE * 2, table, PROSE))
    assert lines(text) == [(PROSE * 2).strip(), *ROWS, PROSE.strip()]
    assert label_at(text, "Bruno") == "page 1, table 1, row 3"
    assert label_at(text, PROSE.strip()) == "page 1"


def test_each_table_of_a_page_has_its_number() -> None:
    text = read(laid_out(ruled(SHIPS), PROSE, ruled([["Fare", "Price"], ["Adult", "4.50"], ["Child", "2.00"]])))
    assert label_at(text, "Fare: Adult | Price: 4.50") == "page 1, table 2, row 2"


def test_merged_cells_hold_for_all_that_they_cover() -> None:
    rows = [
        ["Region", "2023", "", "2024", ""],
        ["", "Sales", "Costs", "Sales", "Costs"],
        ["North", "10", "7", "12", "8"],
    ]
    table = ruled(rows, ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0)), ("SPAN", (0, 0), (0, 1)))
    assert lines(read(laid_out(table))) == [
        "Region: North | 2023 Sales: 10 | 2023 Costs: 7 | 2024 Sales: 12 | 2024 Costs: 8"
    ]


@pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "header once"])
def test_a_table_that_goes_on_on_the_next_page_keeps_its_header_and_counts_on(repeated: bool) -> None:
    rows = [["No.", "Name", "Price"], *([str(i), f"Item {i}", f"{i * 1.5:.2f}"] for i in range(1, 80))]
    text = read(laid_out(PROSE, ruled(rows, repeatRows=int(repeated)), PROSE))
    assert [line for line in lines(text) if "Item" in line] == [
        f"No.: {i} | Name: Item {i} | Price: {i * 1.5:.2f}" for i in range(1, 80)
    ]
    assert label_at(text, "Item 50") == "page 2, table 1, row 51"
    assert label_at(text, "Item 79") == "page 3, table 1, row 80"


@pytest.mark.parametrize("has_lines", [True, False])
def test_cells_of_several_lines_are_one_cell(has_lines: bool) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, Table

    def cell(text: str) -> Any:
        return Paragraph(text, getSampleStyleSheet()["Normal"])

    rows = [
        ["Task", "Who", "When"],
        [
            cell("Paint the hull of the ferry with two coats of grey paint"),
            "Jon Reed",
            cell("in March, before the season"),
        ],
        [cell("Check the engine"), "Mary Tull", "4 May"],
    ]
    table = ruled(rows, colWidths=[150, 80, 80]) if has_lines else Table(rows, colWidths=[150, 80, 80])
    assert lines(read(laid_out(PROSE, table)))[1:] == [
        "Task: Paint the hull of the ferry with two coats of grey paint | Who: Jon Reed | When: in March, before the season",
        "Task: Check the engine | Who: Mary Tull | When: 4 May",
    ]


def test_a_table_with_lines_below_its_head_only_has_a_row_a_line() -> None:
    def draw(canvas: Any) -> None:
        columns = ([f"{name}" for name in ("Anna", "Bruno", "Clara")], ["1901", "1911", "1925"], ["12", "9", "21"])
        for x, head, cells in zip((60, 160, 260), ("Ship", "Built", "Tons"), columns, strict=True):
            set_lines(canvas, [head], x + 5, 705)
            set_lines(canvas, cells, x + 5, 685, 14)
            canvas.rect(x, 640, 100, 80)
        canvas.line(60, 700, 360, 700)

    assert lines(read(drawn(draw))) == [
        "Ship: Anna | Built: 1901 | Tons: 12",
        "Ship: Bruno | Built: 1911 | Tons: 9",
        "Ship: Clara | Built: 1925 | Tons: 21",
    ]


def test_a_sideways_table_is_read_upright() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, ["The table below is sideways."])
        canvas.translate(300, 100)
        canvas.rotate(90)
        for row, cells in enumerate(SHIPS):
            for column, cell in enumerate(cells):
                canvas.drawString(100 * column, -15 * row, cell)

    assert lines(read(drawn(draw))) == ["The table below is sideways.", *ROWS]


def test_labels_and_values_side_by_side_are_pairs() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, ["Monday", "Tuesday", "Wednesday", "Thursday"])
        set_lines(canvas, ["9:00 - 17:00", "9:00 - 17:00", "closed", "10:00 - 20:00"], 160)

    assert "Wednesday: closed" in lines(read(drawn(draw)))


def test_no_word_of_a_table_of_contents_or_a_list_becomes_a_column() -> None:
    def draw(canvas: Any) -> None:
        y = set_lines(canvas, [f"Chapter {i}" for i in "abcdefgh"])
        set_lines(canvas, [str(7 * i) for i in range(1, 9)], 400)
        for i in range(4):
            canvas.drawString(60, y - 40 - 12 * i, f"{i + 1}.")
            canvas.drawString(85, y - 40 - 12 * i, f"Point {i + 1} of the list.")

    found = lines(read(drawn(draw)))
    assert found[:2] == ["Chapter a | 7", "Chapter b | 14"]
    assert found[-4:] == [f"{i}. Point {i} of the list." for i in range(1, 5)]


def test_a_box_around_text_is_no_table() -> None:
    content = "10 90 180 90 re S " + shown("Note: the office", 20, 160) + shown("is closed on Monday.", 20, 148)
    assert read(by_hand(content)).text == "Note: the office is closed on Monday."


def test_cells_that_lay_out_a_page_are_read_as_columns() -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph

    style = getSampleStyleSheet()["Normal"]
    left, right = (Paragraph(text, style) for text in (PROSE * 3, PROSE.replace("ferry", "bridge") * 3))
    text = read(laid_out(ruled([[left, right]], colWidths=[200, 200]))).text
    assert text.split("\n\n") == [(PROSE * 3).strip(), (PROSE.replace("ferry", "bridge") * 3).strip()]


def filled_form(canvas: Any) -> None:
    form = canvas.acroForm
    set_lines(canvas, ["Name", "Boat:", "Harbour"], 60, 760, 40)
    form.textfield(name="f1", x=160, y=755, width=200, height=18, value="Ada Holm")
    form.textfield(name="f2", tooltip="Name of the boat", x=160, y=715, width=200, height=18, value="")
    form.choice(name="f3", value="Aune", options=["Varn", "Aune"], x=160, y=675, width=100, height=18)
    form.checkbox(name="f4", checked=True, x=60, y=640, size=14)
    form.checkbox(name="f5", checked=False, x=60, y=610, size=14)
    set_lines(canvas, ["I have read the rules", "I want a key"], 80, 643, 30)
    set_lines(canvas, ["Remarks"], 60, 580)
    form.textfield(name="f6", x=60, y=535, width=300, height=40, value="A long berth", fieldFlags="multiline")
    form.textfield(name="f7", tooltip="Place of birth", x=300, y=450, width=200, height=18, value="Varn")


def test_filled_fields_stand_once_behind_their_labels() -> None:
    text = read(drawn(filled_form))
    assert lines(text) == [
        "Name: Ada Holm",
        "Name of the boat: (empty)",
        "Harbour: Aune",
        "I have read the rules: yes (ticked)",
        "I want a key: no (not ticked)",
        "Remarks: A long berth",
        "Place of birth: Varn",
    ]


def test_an_empty_form_is_read_as_it_is_printed() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, ["Name:"])
        canvas.acroForm.textfield(name="f1", x=160, y=755, width=200, height=18, value="")

    assert read(drawn(draw)).text == "Name:"


def test_comments_are_notes_of_their_page_and_hidden_ones_are_not_read() -> None:
    objects = [
        b"<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/T(Mira)/Contents(Ask the harbour master.)>>",
        b"<</Type/Annot/Subtype/FreeText/Rect[20 60 180 80]/Contents(Berth 12 is free.)/DA(/Helv 9 Tf)>>",
        b"<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/F 2/Contents(Nobody sees this.)>>",
    ]
    text = read(by_hand(shown("The berths."), page="/Annots[100 0 R 101 0 R 102 0 R]", objects=objects))
    assert lines(text) == ["The berths.", "Berth 12 is free.", "Ask the harbour master."]
    assert label_at(text, "Ask") == "page 1, comment by Mira"
    assert label_at(text, "Berth 12") == "page 1"
