"""Word files: all that is on the pages, where it stands, and what damage costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from word_files import changed, field, p, r, row, table, tc, word_file

from index.readers import FileReader, read_file
from index.readers.base import Extracted
from index.readers.word import read_word

FILES = Path(__file__).parents[1] / "files"

LEASE = """To be signed twice
Harbour office of Varn
Lease of a berth
1. The berth
1.1 The lessee keeps one boat at the berth.
1.2 The fee is due in April.
Footnote 1: Or in two parts.
2. Use
2.1 No fires are lit on board.
2.2 Guests leave by ten.
Comment by Ida Moss: Was nine before.
(a) at night
(b) in fog
- ropes
- fenders
Boats are washed ashore.
Berth: North quay | Season: summer | Fee: 40 crowns
Berth: North quay | Season: winter | Fee: 25 crowns
Berth: Mole | Season: all year | Fee: all year
The tide turns after t = (d+1)/sqrt(g) hours.
Low water is at noon.
See clause 1.2 and the rules.
☒ The boat is insured
Form 12"""


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    with FileReader() as one:
        yield one


def of_file(name: str) -> Extracted:
    return read_word((FILES / name).read_bytes(), name)


def read(body: str, **parts: str) -> Extracted:
    return read_word(word_file(body, **parts), "a.docx")


def lines(text: Extracted) -> list[str]:
    return [line for line in text.text.splitlines() if line]


def label_at(text: Extracted, words: str) -> str:
    position = text.text.index(words)
    return next((place.label for place in reversed(text.places) if place.start <= position), "")


def test_all_that_word_shows_is_read_in_order() -> None:
    text = of_file("lease.docx")
    assert lines(text) == LEASE.splitlines()
    assert (text.title, text.date, text.unread) == ("Berth lease", "2024-03-04", ())


def test_what_another_program_saves_reads_the_same() -> None:
    without_math = [line for line in LEASE.splitlines() if "tide" not in line]  # that program drops equations
    assert [line for line in lines(of_file("lease-saved.docx")) if "tide" not in line] == without_math


@pytest.mark.parametrize("name", ["lease.docx", "lease-saved.docx", "harbour.docx"])
def test_the_sandboxed_reader_reads_the_same(name: str, reader: FileReader) -> None:
    (document,) = read_file(FILES / name, reader=reader)
    assert document.text == of_file(name).text


def test_a_library_saves_what_is_read_whole(tmp_path: Path, reader: FileReader) -> None:
    from docx import Document

    made = Document()
    made.add_heading("Rigging", 0)
    made.add_heading("Ropes", 2)
    for style in ("List Number", "List Number", "List Bullet"):
        made.add_paragraph("Coil it.", style=style)
    cells = made.add_table(2, 2, style="Light Grid Accent 1").rows
    for cell, words in zip((*cells[0].cells, *cells[1].cells), ("Rope", "Length", "sheet", "9 m"), strict=True):
        cell.text = words
    made.sections[0].header.paragraphs[0].text = "Varn sailing school"
    for name in ("author", "category", "comments", "keywords", "subject", "title", "version"):
        setattr(made.core_properties, name, "Rigging notes")
    for name in ("created", "modified", "last_printed"):
        setattr(made.core_properties, name, datetime(2023, 4, 5, 6, 7, 8))
    made.save(str(tmp_path / "rigging.docx"))
    (text,) = reader.read(tmp_path / "rigging.docx").extraction.texts
    assert lines(text) == [
        "Varn sailing school",
        "Rigging",
        "Ropes",
        "1. Coil it.",
        "2. Coil it.",
        "- Coil it.",
        "Rope: sheet | Length: 9 m",
    ]
    assert (text.title, text.date) == ("Rigging notes", "2023-04-05")
    assert [(heading.level, heading.text) for heading in text.headings] == [(1, "Rigging"), (2, "Ropes")]


@pytest.mark.parametrize("ending", ["docm", "dotx", "dotm"])
def test_files_with_macros_and_templates_are_read(ending: str, tmp_path: Path, reader: FileReader) -> None:
    kinds = {"docm": b"ms-word.document.macroEnabled.main", "dotx": b"template.main", "dotm": b"ms-word.template.macro"}
    path = tmp_path / f"lease.{ending}"
    path.write_bytes(
        changed((FILES / "lease.docx").read_bytes(), lambda _, data: data.replace(b"document.main", kinds[ending]))
    )
    (document,) = read_file(path, reader=reader)
    assert document.text == of_file("lease.docx").text


def test_headings_have_levels_and_their_numbers() -> None:
    headings = [(heading.level, heading.text) for heading in of_file("lease.docx").headings]
    assert headings == [(1, "Lease of a berth"), (1, "1. The berth"), (1, "2. Use")]


def test_notes_tables_and_margins_are_places() -> None:
    text = of_file("lease.docx")
    assert label_at(text, "Or in two parts") == "footnote 1"
    assert label_at(text, "No fires") == ""
    assert label_at(text, "25 crowns") == "table 1, row 3"
    assert label_at(text, "Harbour office") == "page header"
    assert label_at(text, "Form 12") == "page footer"


@pytest.mark.parametrize(
    ("styles", "properties", "level"),
    [
        ('<w:style w:type="paragraph" w:styleId="a"><w:name w:val="heading 3"/></w:style>', '<w:pStyle w:val="a"/>', 3),
        (
            '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="Überschrift 2"/></w:style>',
            '<w:pStyle w:val="a"/>',
            2,
        ),
        (
            '<w:style w:type="paragraph" w:styleId="h"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>'
            '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="Own"/><w:basedOn w:val="h"/></w:style>',
            '<w:pStyle w:val="a"/>',
            4,
        ),
        ("", '<w:pStyle w:val="Heading2"/>', 2),
        ("", '<w:pStyle w:val="Title"/>', 1),
        ("", '<w:outlineLvl w:val="0"/>', 1),
        ("", '<w:outlineLvl w:val="8"/>', 6),
        ("", '<w:pStyle w:val="Heading2"/><w:outlineLvl w:val="9"/>', None),
        (
            '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="TOC Heading"/><w:basedOn w:val="Heading1"/>'
            '<w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>',
            '<w:pStyle w:val="a"/>',
            None,
        ),
        ("", '<w:pStyle w:val="Headline"/>', None),
    ],
)
def test_styles_and_outline_levels_make_headings(styles: str, properties: str, level: int | None) -> None:
    text = read(p("Winter moorings", properties), styles=f"<w:styles>{styles}</w:styles>")
    assert [heading.level for heading in text.headings] == ([level] if level else [])


def test_a_whole_paragraph_in_a_heading_style_is_text() -> None:
    text = read(p("The lessee pays on the first of each month. " * 12, '<w:pStyle w:val="Heading2"/>'))
    assert text.headings == ()


def test_styles_based_on_each_other_end() -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{a}"><w:name w:val="{a}"/><w:basedOn w:val="{b}"/></w:style>'
        for a, b in ("xy", "yx")
    )
    assert lines(read(p("Text.", '<w:pStyle w:val="x"/>'), styles=f"<w:styles>{styles}</w:styles>")) == ["Text."]


class TestTrackedChanges:
    def test_a_deleted_paragraph_mark_joins_two_paragraphs(self) -> None:
        body = p("The pier is ", "<w:rPr><w:del/></w:rPr>") + p("closed.") + p("Next.")
        assert lines(read(body)) == ["The pier is closed.", "Next."]

    def test_a_deleted_mark_at_the_end_loses_nothing(self) -> None:
        assert lines(read(p("The pier is closed.", "<w:rPr><w:del/></w:rPr>"))) == ["The pier is closed."]

    def test_deleted_rows_and_cells_are_left_out(self) -> None:
        rows = (row("Pier", "Fee"), row("East", "3", properties="<w:del/>"), row("West", "5", tc("9", "<w:cellDel/>")))
        assert lines(read(table(*rows))) == ["Pier: West | Fee: 5"]

    def test_older_properties_do_not_count(self) -> None:
        body = p("Text.", '<w:pPrChange><w:pPr><w:pStyle w:val="Heading1"/></w:pPr></w:pPrChange>')
        assert read(body).headings == ()


class TestTables:
    def test_merged_and_left_out_cells_keep_the_columns(self) -> None:
        text = read(
            table(
                row("Pier", "Length", "Fee", "Note"),
                row(tc("East"), tc("20 m"), tc("x", '<w:gridSpan w:val="2"/>')),
                row("9 m", "5", "new", properties='<w:gridBefore w:val="1"/>'),
                row("West", "30 m", properties='<w:gridAfter w:val="2"/>'),
            )
        )
        assert lines(text) == [
            "Pier: East | Length: 20 m | Fee: x | Note: x",
            "Pier: (empty) | Length: 9 m | Fee: 5 | Note: new",
            "Pier: West | Length: 30 m | Fee: (empty) | Note: (empty)",
        ]

    def test_cells_merged_downwards_say_their_value_in_each_row(self) -> None:
        head = tc("East", '<w:vMerge w:val="restart"/>')
        rows = (row("Pier", "Day", "Fee"), row(head, "Mon", "3"), row(tc("", "<w:vMerge/>"), "Tue", "4"))
        assert lines(read(table(*rows)))[1] == "Pier: East | Day: Tue | Fee: 4"

    def test_rows_that_are_repeated_on_each_page_name_the_columns(self) -> None:
        heads = (
            row(tc("Harbour dues 2024", '<w:gridSpan w:val="3"/>'), properties="<w:tblHeader/>"),
            row(tc("Pier"), tc("Fee", '<w:gridSpan w:val="2"/>'), properties="<w:tblHeader/>"),
            row("", "2023", "2024", properties="<w:tblHeader/>"),
        )
        text = read(table(*heads, row("East", "3", "4"), row("West", "5", "6")))
        assert lines(text) == [
            "Harbour dues 2024",
            "Pier: East | Fee 2023: 3 | Fee 2024: 4",
            "Pier: West | Fee 2023: 5 | Fee 2024: 6",
        ]

    def test_a_style_that_shows_the_first_row_otherwise_makes_it_a_header(self) -> None:
        style = (
            '<w:styles><w:style w:type="table" w:styleId="t"><w:name w:val="t"/><w:tblStylePr w:type="firstRow"><w:rPr>'
            "<w:b/></w:rPr></w:tblStylePr></w:style></w:styles>"
        )
        properties = '<w:tblStyle w:val="t"/><w:tblLook w:val="04A0"/>'
        rows = (row("5", "7"), row("1", "2"))
        assert lines(read(table(*rows, properties=properties), styles=style)) == ["5: 1 | 7: 2"]
        assert lines(
            read(table(*rows, properties='<w:tblStyle w:val="t"/><w:tblLook w:val="0480"/>'), styles=style)
        ) == [
            "5 | 7",
            "1 | 2",
        ]

    def test_a_table_in_a_cell_stays_in_its_cell(self) -> None:
        inner = table(row("Tide", "Hour"), row("low", "6"), row("high", "12"))
        text = read(table(row("Pier", "Times"), row("East", tc(inner)), row("West", "none")))
        assert lines(text) == [
            "Pier: East | Times: Tide: low / Hour: 6; Tide: high / Hour: 12",
            "Pier: West | Times: none",
        ]

    def test_a_table_that_only_frames_text_is_text(self) -> None:
        box = tc(
            p("Notice", '<w:pStyle w:val="Heading1"/>') + p("The pier is closed.") + table(row("a", "b"), row("1", "2"))
        )
        text = read(table(row(box)))
        assert [heading.text for heading in text.headings] == ["Notice"]
        assert lines(text) == ["Notice", "The pier is closed.", "a: 1 | b: 2"]

    def test_content_controls_hold_rows_and_cells(self) -> None:
        def control(content: str) -> str:
            return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"

        text = read(table(row("Pier", "Fee"), control(row("East", control(tc("3")))), row("West", tc(control(p("4"))))))
        assert lines(text) == ["Pier: East | Fee: 3", "Pier: West | Fee: 4"]

    def test_a_note_in_a_table_follows_it(self) -> None:
        noted = tc(p(r("3") + '<w:r><w:footnoteReference w:id="5"/></w:r>'))
        notes = f'<w:footnotes><w:footnote w:id="5">{p("In crowns.")}</w:footnote></w:footnotes>'
        text = read(table(row("Pier", "Fee"), row("East", noted), row("West", "4")), footnotes=notes)
        assert lines(text) == ["Pier: East | Fee: 3", "Pier: West | Fee: 4", "Footnote 1: In crowns."]


class TestFields:
    def test_the_result_is_read_and_not_the_instruction(self) -> None:
        nested = field("IF " + field("PAGE", "3") + " = 1", r("Berth ") + field("REF x", "12"))
        assert lines(read(p(r("A ") + nested + r(" z")))) == ["A Berth 12 z"]

    def test_a_field_over_several_paragraphs_is_read_whole(self) -> None:
        begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>'
        body = (
            p(begin + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("Piers 2"))
            + p(r("Dues 4"))
            + p('<w:r><w:fldChar w:fldCharType="end"/></w:r>')
            + p("End.")
        )
        assert lines(read(body)) == ["Piers 2", "Dues 4", "End."]

    def test_a_field_that_never_ends_hides_nothing(self) -> None:
        body = p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + r("Open.")) + p("Still here.")
        assert lines(read(body)) == ["Open.", "Still here."]

    def test_ticks_and_choices_of_forms_are_read(self) -> None:
        def form(data: str) -> str:
            return (
                f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
                '<w:r><w:instrText>FORM</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
            )

        ticked = form('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>')
        empty = form('<w:checkBox><w:default w:val="0"/></w:checkBox>')
        chosen = form(
            '<w:ddList><w:result w:val="1"/><w:listEntry w:val="ebb"/><w:listEntry w:val="flood"/></w:ddList>'
        )
        assert lines(read(p(ticked + r(" sail ") + empty + r(" engine, ") + chosen))) == ["☒ sail ☐ engine, flood"]

    def test_what_a_field_shows_without_a_result_is_in_its_instruction(self) -> None:
        body = p(field("MACROBUTTON NoMacro [Name of the boat]", None)) + p(field("EQ \\f(1,2)", None))
        assert lines(read(body)) == ["[Name of the boat]", "1/2"]


class TestText:
    def test_links_controls_breaks_tabs_and_hyphens(self) -> None:
        body = p(
            f'<w:hyperlink r:id="x">{r("Pier")}</w:hyperlink><w:r><w:tab/><w:t>7</w:t><w:noBreakHyphen/><w:t>9</w:t></w:r>'
            f"<w:sdt><w:sdtContent>{r(' east')}</w:sdtContent></w:sdt>"
            "<w:r><w:br/><w:t>by the wa</w:t><w:softHyphen/><w:t>ter</w:t></w:r>"
        )
        assert lines(read(body)) == ["Pier 7-9 east", "by the water"]

    def test_signs_of_symbol_fonts_are_unicode(self) -> None:
        body = p(
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
            + r(" 5 ")
            + r("\uf06d", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>')
            + r("m ")
            + '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
        )
        assert lines(read(body)) == ["☑ 5 μm ≥"]

    def test_hidden_text_is_left_out(self) -> None:
        assert lines(read(p(r("Seen. ") + r("Unseen.", "<w:vanish/>") + r("Seen too.", '<w:vanish w:val="0"/>')))) == [
            "Seen. Seen too."
        ]

    def test_text_boxes_are_read_once(self) -> None:
        box = f"<w:txbxContent>{p('Low bridge')}</w:txbxContent>"
        body = p(
            r("Map")
            + f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
            + f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
        assert lines(read(body)) == ["Map", "Low bridge"]

    def test_what_only_the_fallback_holds_is_read(self) -> None:
        body = p(
            '<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:drawing/></mc:Choice><mc:Fallback><w:pict><v:shape>'
            '<v:textpath string="DRAFT"/></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>'
        )
        assert lines(read(body)) == ["DRAFT"]

    def test_turns_of_a_transcript_have_their_time_and_speaker(self) -> None:
        turn = "<w:r><w:t>0:3:7.5 --&gt; 0:3:9.25</w:t><w:br/><w:t>Eve Rook</w:t><w:br/><w:t>Cast off.</w:t></w:r>"
        text = read(p(turn) + p("End of the meeting."))
        assert lines(text) == ["Eve Rook: Cast off.", "End of the meeting."]
        assert label_at(text, "Cast off") == "00:03:07"
        assert label_at(text, "End") == ""

    def test_lines_of_a_table_of_contents_say_so(self) -> None:
        styles = '<w:styles><w:style w:type="paragraph" w:styleId="t"><w:name w:val="toc 1"/></w:style></w:styles>'
        text = read(p("Piers 2", '<w:pStyle w:val="t"/>') + p("Text."), styles=styles)
        assert (label_at(text, "Piers"), label_at(text, "Text.")) == ("table of contents", "")
