"""What is read of a PDF's text: order, direction, divided words, headings, what is hidden, damaged or locked."""

from __future__ import annotations

import io
import textwrap
from typing import Any

import pytest
from pdf_making import PROSE, by_hand, drawn, read, set_lines, shown

from index.errors import UnreadableDocument
from index.readers import FileReader
from index.readers.base import Extracted
from index.types import Unread


def blocks(text: Extracted) -> list[str]:
    return text.text.split("\n\n")


@pytest.mark.parametrize("width", [42, 38])
def test_columns_of_prose_are_read_one_after_the_other(width: int) -> None:
    lines = textwrap.wrap(PROSE * 4, width)

    def draw(canvas: Any) -> None:
        set_lines(canvas, ["A title over both of the columns that stand below it, as wide as the page of the paper is"])
        set_lines(canvas, lines, 60, 740)
        set_lines(canvas, [line.replace("ferry", "bridge") for line in lines], 320, 740)

    heading, left, right = blocks(read(drawn(draw)))
    assert heading.startswith("A title over both")
    assert "bridge" not in left
    assert right == left.replace("ferry", "bridge")


def test_columns_of_short_lines_that_are_not_level_are_read_one_after_the_other() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, [f"left {i}" for i in range(8)], 60, 760, 20)
        set_lines(canvas, [f"right {i}" for i in range(11)], 320, 750, 14)

    text = read(drawn(draw)).text
    assert text.index("left 7") < text.index("right 0")


def test_addresses_side_by_side_are_read_one_after_the_other() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, ["Holm Roofing", "Quay Street 3", "20457 Varn"])
        set_lines(canvas, ["Parish of Aune", "Church Square 1", "20099 Aune"], 320)

    assert blocks(read(drawn(draw))) == [
        "Holm Roofing", "Quay Street 3", "20457 Varn", "Parish of Aune", "Church Square 1", "20099 Aune",
    ]  # fmt: skip


def test_a_turned_page_is_read_as_it_is_looked_at() -> None:
    sideways = "0 1 -1 0 50 20 cm " + shown("The engine takes", 0, 0) + shown("four litres of oil.", 0, -12)
    assert read(by_hand(sideways, page="/Rotate 90")).text == "The engine takes four litres of oil."


@pytest.mark.parametrize(
    ("turn", "degrees"),
    [("0 1 -1 0 150 20 cm ", 90), ("-1 0 0 -1 180 100 cm ", 180), ("0 -1 1 0 100 180 cm ", 270)],
)
def test_text_that_runs_in_another_direction_is_read_after_the_rest(turn: str, degrees: int) -> None:
    content = (
        shown("Upright.", 20, 180) + "q " + turn + shown("The first line", 0, 30) + shown("and the second.", 0, 18)
    )
    assert blocks(read(by_hand(content + "Q"))) == ["Upright.", "The first line and the second."]


def test_slanting_text_is_kept() -> None:
    slanting = ".707 .707 -.707 .707 40 40 cm " + shown("Draft only", 0, 0, 20)
    text = read(by_hand(shown("The text of the page.", 20, 180) + slanting)).text
    assert "Draft only" in text


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["the cli-", "mate here"], "the climate here"),
        (["a long-", "term plan"], "a long-term plan"),
        (["the price-", "determining part"], "the price-determining part"),
        (["at Anti-", "American talks"], "at Anti-American talks"),
        (["the COVID-", "19 wave"], "the COVID-19 wave"),
        (["a coop-", "erative; a cooperative"], "a cooperative; a cooperative"),
        (["a bread-", "knife, the bread-knife"], "a bread-knife, the bread-knife"),
        (["the Wort-", "teil hier"], "the Wortteil hier"),
        (["it out-", "performs all"], "it outperforms all"),
        (["a dash -", "and more"], "a dash - and more"),
    ],
)
def test_divided_words_become_whole_and_compounds_keep_their_hyphen(lines: list[str], expected: str) -> None:
    assert read(drawn(lambda canvas: set_lines(canvas, lines))).text == expected


def test_facts_in_large_type_are_paragraphs_of_their_own() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 18)
        y = set_lines(canvas, ["Saturday 14 June, 7 pm", "Old Fish Market", "A night of songs by the", "sea"], pitch=24)
        canvas.setFont("Helvetica", 10)
        set_lines(canvas, textwrap.wrap(PROSE * 2, 95), y=y - 20)

    assert blocks(read(drawn(draw)))[:3] == ["Saturday 14 June, 7 pm", "Old Fish Market", "A night of songs by the sea"]


def test_lines_that_were_ended_on_purpose_are_paragraphs_and_wrapped_ones_are_not() -> None:
    lines = ["Holm Roofing", "Quay Street 3", *textwrap.wrap(PROSE, 95), "Signed: Ada Holm"]
    assert blocks(read(drawn(lambda canvas: set_lines(canvas, lines)))) == [
        "Holm Roofing", "Quay Street 3", PROSE.strip(), "Signed: Ada Holm",
    ]  # fmt: skip


def test_clauses_and_items_are_paragraphs_with_their_numbers_and_marks() -> None:
    clause = textwrap.wrap(
        "3.1 The tenant keeps the house quiet from ten in the evening until seven in the morning.", 50
    )
    more = ["3.2 The tenant pays.", "(a) on the first of the month;", "(b) in full."]

    def draw(canvas: Any) -> None:
        y = set_lines(canvas, [*clause, *more])
        canvas.drawString(60, y, "•")
        canvas.drawString(90, y, "An item whose text goes")
        canvas.drawString(90, y - 12, "on in a second line.")

    assert blocks(read(drawn(draw))) == [" ".join(clause), *more, "• An item whose text goes on in a second line."]


def test_bookmarks_are_headings() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, ["Tolls and fares", *textwrap.wrap(PROSE, 95)], pitch=14)
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Tolls and fares", "a", 0)

    text = read(drawn(draw))
    assert [(heading.level, heading.text) for heading in text.headings] == [(1, "Tolls and fares")]


def test_running_heads_are_kept_once_and_page_numbers_are_left_out() -> None:
    def draw(canvas: Any) -> None:
        for number in range(1, 6):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(60, 800, "Report of the harbour board")
            set_lines(canvas, [f"This is what page {number} says."], y=500)
            canvas.drawString(300, 30, str(number))
            canvas.showPage()

    text = read(drawn(draw))
    assert text.text.count("Report of the harbour board") == 1
    assert [block for block in blocks(text) if block.isdigit()] == []
    assert all(f"what page {number} says" in text.text for number in range(1, 6))
    assert [place.label for place in text.places] == [f"page {number}" for number in range(1, 6)]


def test_lines_at_the_foot_that_say_different_things_are_kept() -> None:
    totals = [310, 45, 99, 1200]

    def draw(canvas: Any) -> None:
        for total in totals:
            canvas.drawString(60, 500, "An invoice.")
            canvas.drawString(60, 40, f"Total: {total} crowns")
            canvas.showPage()

    assert all(f"Total: {total} crowns" in read(drawn(draw)).text for total in totals)


def test_letters_drawn_twice_to_look_bold_are_read_once() -> None:
    content = shown("Bold all letters") + shown("Bold all letters", 20.4)
    assert read(by_hand(content)).text == "Bold all letters"


def test_accents_drawn_by_themselves_belong_to_their_letters() -> None:
    content = shown("Kuttler", 20) + shown("\\250", 27.8)
    assert read(by_hand(content)).text == "Küttler"


def test_right_to_left_text_is_in_logical_order() -> None:
    fonts = "/F 100 0 R"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 101 0 R/FirstChar 65/LastChar 69/Widths[600 600 600 600 600]>>"
    cmap = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 5 beginbfchar <41> <05E9> <42> <05DC> <43> <05D5> <44> <05DD> <45> <0020> endbfchar endcmap"
    objects = [font, b"<</Length %d>>stream\n%b\nendstream" % (len(cmap), cmap)]
    text = read(by_hand(shown("DCBA", 80) + shown("CB", 64), fonts=fonts, objects=objects)).text
    assert text == "שלום לו"


@pytest.mark.parametrize(
    "hidden",
    [
        "1 g " + shown("secret words", 20, 100),
        shown("secret words", 20, 100, before="3 Tr"),
        shown("secret words", 20, 100, size=0.2),
        shown("secret words", 400, 100),
    ],
    ids=["white on white", "invisible", "too small", "beside the page"],
)
def test_what_nobody_sees_is_not_read(hidden: str) -> None:
    assert read(by_hand(shown("What is seen.") + hidden)).text == "What is seen."


def test_white_text_on_a_dark_ground_is_read() -> None:
    assert "In the bar" in read(by_hand("0 0 .5 rg 0 140 200 30 re f 1 g " + shown("In the bar"))).text


def test_the_text_layer_of_a_scan_is_read() -> None:
    image = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>stream\n\xff\nendstream"
    words = " ".join(f"word{i}" for i in range(15))
    content = "q 200 0 0 200 0 0 cm /I Do Q " + shown(words, 5, 100, 2, before="3 Tr")
    data = by_hand(content, fonts="/F 3 0 R>>/XObject<</I 100 0 R", objects=[image])
    text = read(data)
    assert text.text == words
    assert text.unread == ()


@pytest.mark.parametrize("space", [278, 170])
def test_words_that_only_a_gap_parts_stay_apart(space: int) -> None:
    words = "the product and one good boat".split()
    content = "BT /F 10 Tf 20 150 Td [" + f" -{space} ".join(f"({word})" for word in words) + "] TJ ET"
    assert read(by_hand(content)).text == " ".join(words)


def test_letters_that_are_spaced_out_are_words() -> None:
    assert read(by_hand(shown("VARN HARBOUR", before="3 Tc 6 Tw"))).text == "VARN HARBOUR"


def test_raised_figures_do_not_join_the_number_before_them() -> None:
    content = "BT /F 10 Tf 20 150 Td (about 10) Tj /F 6 Tf 4 Ts (23) Tj /F 10 Tf 0 Ts ( of them) Tj ET"
    assert read(by_hand(content)).text == "about 10²³ of them"


def test_figures_below_each_other_stay_apart() -> None:
    assert blocks(read(by_hand(shown("7", 50, 150) + shown("14", 50, 138) + shown("Text.", 20, 60))))[0] in (
        "7 14",
        "7",
    )


def test_the_sandbox_reads_what_the_reader_reads() -> None:
    def draw(canvas: Any) -> None:
        set_lines(canvas, ["The long-", "term plan", "of the harbour"])
        canvas.acroForm.textfield(name="f1", tooltip="Name", x=160, y=600, width=200, height=18, value="Ada Holm")

    data = drawn(draw)
    with FileReader() as reader:
        assert reader.extract(data, "a.pdf").texts == (read(data),)


def test_a_broken_page_costs_that_page_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from index.readers import pdf

    whole = pdf.read_page

    def breaks(page: Any, form: Any) -> Any:
        if page.get_textpage().get_text_range().startswith("Two"):
            raise ValueError("broken")
        return whole(page, form)

    monkeypatch.setattr(pdf, "read_page", breaks)
    text = read(by_hand(shown("One."), shown("Two."), shown("Three.")))
    assert blocks(text) == ["One.", "Three."]
    assert text.unread == (Unread("damaged_part", "page 2", 1, "save_again"),)
    assert text.places[-1].label == "page 3"


def test_pages_beyond_the_time_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.pdf.MAX_PAGES", 1)
    text = read(by_hand(shown("One."), shown("Two."), shown("Three.")))
    assert text.text == "One."
    assert text.unread == (Unread("too_long", "pages 2 to 3", 2),)


def test_a_file_without_a_table_of_offsets_is_read() -> None:
    assert b"xref" not in by_hand(shown("Text."))
    assert read(by_hand(shown("Text."))).text == "Text."


def encrypted(user: str, owner: str) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption

    def draw(canvas: Any) -> None:
        canvas.drawString(60, 700, "The wall is nine millimetres thick.")

    return drawn(draw, encrypt=StandardEncryption(user, owner, canCopy=0, canPrint=0))


def test_a_file_that_only_restricts_its_use_is_read() -> None:
    assert "nine millimetres" in read(encrypted("", "owner")).text


def test_a_file_that_needs_a_password_is_refused_in_a_line() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.pdf: needs a password; .*$"):
        read(encrypted("user", "owner"))


def test_attached_files_are_noted() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(by_hand(shown("See the sheet.")))
    document.new_attachment("figures.xlsx").set_data(b"xxxx")
    buffer = io.BytesIO()
    document.save(buffer)
    assert read(buffer.getvalue()).unread == (Unread("attachment", "figures.xlsx", 1, "add_separately"),)


def test_large_pictures_beside_text_are_noted_and_small_ones_are_not() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(Image.linear_gradient("L"))

    def draw(canvas: Any) -> None:
        set_lines(canvas, textwrap.wrap(PROSE, 95))
        canvas.drawImage(picture, 60, 300, 300, 300)
        canvas.drawImage(picture, 500, 20, 20, 20)

    assert read(drawn(draw)).unread == (Unread("picture", "page 1", 1, "ocr"),)


@pytest.mark.parametrize("title", ["Microsoft Word - draft.doc", "untitled", "PowerPoint Presentation", "harbour.indd"])
def test_titles_that_a_program_made_up_are_not_taken(title: str) -> None:
    def draw(canvas: Any) -> None:
        canvas.setTitle(title)
        canvas.drawString(60, 700, "Text.")

    assert not read(drawn(draw)).title
