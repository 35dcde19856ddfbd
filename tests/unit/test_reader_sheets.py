"""Workbooks and separated values, as real programs and libraries save them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table

from index.errors import UnreadableDocument
from index.readers import FileReader, read_file
from index.readers.base import Extracted, TextBuilder
from index.readers.formats import extract
from index.readers.grid import append_grid
from index.readers.numberformats import shown_number, shown_text
from index.types import Unread

FILES = Path(__file__).parents[1] / "files"
FLEET = ("fleet.xlsx", "fleet.ods", "fleet.xls")


def one(data: bytes, name: str = "a.xlsx") -> Extracted:
    (text,) = extract(data, name).texts
    return text


def of_file(name: str) -> Extracted:
    return one((FILES / name).read_bytes(), name)


def lines(text: Extracted) -> list[str]:
    return [line for line in text.text.split("\n") if line]


def label_at(text: Extracted, words: str) -> str:
    """Return the label of the place in which ``words`` stand."""
    position = text.text.index(words)
    return [place.label for place in text.places if place.start <= position][-1]


def written(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """Return a workbook that XlsxWriter wrote."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(book)
    book.close()
    return buffer.getvalue()


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rows_of(drawn: str) -> list[str]:
    """Return the text of a sheet that is drawn: ``/`` between the cells, blank rows as ``.``."""
    rows: dict[int, dict[int, str]] = {}
    for number, line in enumerate(drawn.strip("\n").split("\n"), start=1):
        cells = {i: cell.strip() for i, cell in enumerate(line.strip().strip(".").split("/"), start=1) if cell.strip()}
        if cells:
            rows[number] = cells
    builder = TextBuilder()
    append_grid(rows, builder)
    return [line for line in builder.extracted().text.split("\n") if line]


@pytest.mark.parametrize("name", FLEET)
def test_a_sheet_is_read_as_the_program_shows_it(name: str) -> None:
    shown = [line.replace("1,240.50", "1240.50").replace("09:30:00", "09:30") for line in lines(of_file(name))]
    assert shown[:13] == [
        "Fleet",
        "Boats for hire, summer 2025",
        "Boat: Finch | Class: small | Seats: 4 | Price: 69.00 € | Share: 7.5%",
        "Boat: Heron | Class: small | Seats: 6 | Price: 1240.50 € | Share: 12.5%",
        "Comment on D5: Without oil.",
        "Boat: Tern | Class: large | Seats: 8 | Price: 99.90 € | Share: 80.0%",
        "Boat: Total | Class: (empty) | Seats: 18 | Price: (empty) | Share: (empty)",
        "Port: Varn | Depth: 4.2",
        "Port: Oster | Depth: 6",
        "Port: Lund | Depth: 3.5",
        "Port: Aune | Depth: 2",
        "Keeper: Tom Bell | Since: 2026-03-14 | Paid: 2026-03-14 09:30 | Shift: 12:00 | Worked: 26:30:00 | Number: 00471",
        "Header: Guild of Varn" if name != "fleet.ods" else "Ask the harbour master before sailing.",
    ]


@pytest.mark.parametrize("name", FLEET)
def test_what_stands_beside_the_cells_is_read(name: str) -> None:
    text = of_file(name)
    for words in (
        "What: loss | Amount: (12.50) | Open: TRUE",
        "What: error | Amount: #DIV/0! | Open: (empty)",
        "the guild's page",
        "Hidden in the program: row 5 and column C.",
        "Chest: iron | Crowns: 920",
        "Ask the harbour master before sailing.",
        "Header: Guild of Varn",
        "Footer: Not for the public",
    ):
        assert words in text.text.split("\n")
    assert text.text.count("Without oil.") == 1
    assert [heading.text for heading in text.headings] == ["Fleet", "Values", "Reserve"]


@pytest.mark.parametrize("name", FLEET)
def test_places_name_the_sheet_and_the_row(name: str) -> None:
    text = of_file(name)
    assert label_at(text, "Boat: Heron") == "Sheet Fleet, row 5"
    assert label_at(text, "Port: Lund") == "Sheet Fleet, row 6"
    assert label_at(text, "Keeper: Tom") == "Sheet Fleet, row 11"
    assert label_at(text, "Chest: iron") == "Sheet Reserve (hidden), row 2"
    assert label_at(text, "Hidden in the program") == "Sheet Values, hidden cells"


@pytest.mark.parametrize("name", ["fleet.xlsx", "fleet.ods"])
def test_a_chart_is_read_as_rows(name: str) -> None:
    text = of_file(name)
    at = text.text.index("Chart: Seats by boat")
    assert "Finch | Seats: 4" in text.text[at:]
    assert label_at(text, "Chart: Seats") == "Sheet Fleet"
    assert text.unread == ()


def test_a_chart_of_the_old_format_is_noted() -> None:
    assert of_file("fleet.xls").unread == (Unread("chart", "Sheet Fleet", 1, "convert"),)


@pytest.mark.parametrize("name", FLEET)
def test_workbooks_are_read_by_a_locked_in_process(name: str) -> None:
    with FileReader() as reader:
        (document,) = read_file(FILES / name, reader=reader)
    assert document.text == of_file(name).text


def test_the_ending_need_not_fit_the_format() -> None:
    for name in FLEET:
        for ending in ("xlsx", "xls", "ods"):
            assert "Boat: Finch" in one((FILES / name).read_bytes(), f"a.{ending}").text
    page = b"<html><body><table><tr><th>Boat</th><th>Seats</th></tr><tr><td>Finch</td><td>4</td></tr></table>"
    assert one(page, "export.xls").text == "Boat: Finch | Seats: 4"
    assert one(b"Boat\tSeats\nFinch\t4\n", "export.xls").text == "Boat: Finch | Seats: 4"


def test_the_flat_xml_format_is_read() -> None:
    data = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="p">'
        '<NumberFormat ss:Format="Percent"/></Style></Styles><Worksheet ss:Name="Boats"><Table>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Hire</Data></Cell></Row>'
        '<Row ss:Index="3"><Cell><Data ss:Type="String">Boat</Data></Cell><Cell><Data ss:Type="String">Share</Data></Cell></Row>'
        '<Row><Cell><Data ss:Type="String">Finch</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">0.075</Data>'
        '<Comment ss:Author="Ida"><ss:Data>Too small</ss:Data></Comment></Cell></Row></Table></Worksheet></Workbook>'
    )
    text = one(data.encode(), "a.xls")
    assert lines(text) == ["Boats", "Hire", "Boat: Finch | Share: 7.50%", "Comment on B4 by Ida: Too small"]
    assert label_at(text, "Finch") == "Sheet Boats, row 4"


def test_the_binary_format_is_read_without_what_it_keeps_apart() -> None:
    text = one(_binary_workbook({"xl/comments1.bin": b"x"}), "a.xlsb")
    assert lines(text) == ["Fleet", "Boat: Finch | Seats: 4", "Boat: Heron | Seats: 6.5"]
    assert label_at(text, "Heron") == "Sheet Fleet, row 3"
    assert text.unread == (Unread("comment", "", 1, "convert"),)


def _binary_workbook(further: dict[str, bytes]) -> bytes:
    """Return a workbook of the binary format with one sheet: no program at hand writes any."""

    def record(kind: int, content: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(content)]) + content

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def cell(column: int, value: str | float) -> bytes:
        start = struct.pack("<II", column, 0)
        return record(6, start + wide(value)) if isinstance(value, str) else record(5, start + struct.pack("<d", value))

    def row(number: int, *values: str | float) -> bytes:
        cells = (cell(column, value) for column, value in enumerate(values))
        return record(0, struct.pack("<I", number) + bytes(13)) + b"".join(cells)

    rows = row(0, "Boat", "Seats") + row(1, "Finch", 4.0) + row(2, "Heron", 6.5)
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 2, 0, 1)) + record(145) + rows + record(146) + record(130)
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Fleet"))
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("xl/workbook.bin", record(131) + record(143) + bundle + record(144) + record(132))
        package.writestr("xl/worksheets/sheet1.bin", sheet)
        package.writestr("xl/_rels/workbook.bin.rels", relations)
        for name, content in further.items():
            package.writestr(name, content)
    return buffer.getvalue()


def test_a_panic_of_the_library_is_a_reason() -> None:
    data = (FILES / "fleet.xls").read_bytes()
    with pytest.raises(UnreadableDocument, match="is no workbook that can be read"):
        extract(data[:9_362], "a.xls")


def test_dates_times_and_truth_from_openpyxl() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Log"
    sheet.append(["Task", "Day", "At", "Took", "Moment", "Done"])
    moment = datetime(2026, 3, 14, 9, 30)
    sheet.append(["Dig", date(2026, 3, 14), time(9, 30), timedelta(hours=26, minutes=3), moment, True])
    assert lines(one(saved(book)))[1] == (
        "Task: Dig | Day: 2026-03-14 | At: 09:30:00 | Took: 26:03:00 | Moment: 2026-03-14 09:30:00 | Done: TRUE"
    )


def test_days_may_be_counted_from_1904() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.epoch = datetime(1904, 1, 1)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Task", "Day"])
        sheet.write(1, 0, "Dig")
        sheet.write_datetime(1, 1, datetime(2026, 3, 14), book.add_format({"num_format": "d mmm yyyy"}))

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": True})
    fill(book)
    book.close()
    assert "Day: 2026-03-14" in one(buffer.getvalue()).text


def test_a_formula_without_a_stored_value_is_told() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Item", "Price", "With tax"])
    book.active.append(["Oil", 5, "=B2*1.2"])
    book.active.append(["Tar", 7, "=B3*1.2"])
    text = one(saved(book))
    assert "Item: Oil | Price: 5 | With tax: (formula without a stored value)" in text.text
    assert text.unread == (Unread("formula", "Sheet Sheet", 2, "save_again"),)


def test_zeros_that_a_library_writes_in_place_of_results_are_no_values() -> None:
    def fill(book: xlsxwriter.Workbook, value: int = 0) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["Item", "Price", "Sum"])
        sheet.write_row(1, 0, ["Oil", 5])
        sheet.write_formula(1, 2, "=B2*2", None, value)

    text = one(written(fill))
    assert "Sum: (formula without a stored value)" in text.text
    assert text.unread == (Unread("formula", "Sheet S", 1, "save_again"),)
    assert "Sum: 10" in one(written(lambda book: fill(book, 10))).text


def test_a_table_that_the_file_knows_has_its_header_where_the_file_says() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["North", "South"], ["Varn", "South"], ["Lund", "South"]):
        sheet.append(row)
    assert lines(one(saved(book)))[1:] == ["North | South", "Varn | South", "Lund | South"]
    sheet.add_table(Table(displayName="Regions", ref="A1:B3"))
    sheet.cell(4, 1, "Not in the table")
    assert lines(one(saved(book)))[1:] == [
        "North: Varn | South: South",
        "North: Lund | South: South",
        "Not in the table",
    ]


def test_a_bold_row_names_the_columns() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("S")
        bold = book.add_format({"bold": True})
        for number, row in enumerate((["North", "South"], ["Varn", "South"], ["Lund", "South"])):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
        for number, row in enumerate((["Boat", "Class"], ["Finch", "small"], ["Tern", "large"]), start=4):
            sheet.write_row(number, 0, row, bold if number == 4 else None)

    assert lines(one(written(fill)))[1:] == [
        "North: Varn | South: South", "North: Lund | South: South", "Boat: Finch | Class: small", "Boat: Tern | Class: large",
    ]  # fmt: skip


def test_comments_of_both_kinds_stand_below_their_row() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Boat", "Seats"])
    sheet.append(["Finch", 4])
    sheet.append(["Heron", 6])
    sheet["B2"].comment = Comment("Ida Moss:\nToo few.", "Ida Moss")
    sheet["B3"].comment = Comment("[Threaded comment] Your version …", "tc={1}")
    sheet["D9"].comment = Comment("Far away.", "Tom")
    data = saved(book)
    threads = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="B3" dT="2026-06-18T17:15:52.31" personId="{p}" id="{a}"><text>Is it six?</text>'
        '</threadedComment><threadedComment ref="B3" dT="2026-06-19T08:00:00" personId="{p}" id="{b}" parentId="{a}">'
        "<text>It is.</text></threadedComment></ThreadedComments>"
    )
    people = '<personList xmlns="x"><person displayName="Eve Rook" id="{p}"/></personList>'
    with_threads = _with_parts(
        data,
        {"xl/threadedComments/t1.xml": threads, "xl/persons/person.xml": people},
        {
            "xl/worksheets/_rels/sheet1.xml.rels": ("threadedComment", "/xl/threadedComments/t1.xml"),
            "xl/_rels/workbook.xml.rels": ("person", "/xl/persons/person.xml"),
        },
    )
    assert lines(one(with_threads))[1:] == [
        "Boat: Finch | Seats: 4",
        "Comment on B2 by Ida Moss: Too few.",
        "Boat: Heron | Seats: 6",
        "Comment on B3 by Eve Rook (2026-06-18): Is it six?",
        "Reply on B3 by Eve Rook (2026-06-19): It is.",
        "Comment on D9 by Tom: Far away.",
    ]


def _with_parts(data: bytes, parts: dict[str, str], relations: dict[str, tuple[str, str]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name in relations:
                kind, target = relations[name]
                added = (
                    f'<Relationship Id="rIdX" Type="http://x/relationships/{kind}" Target="{target}"/></Relationships>'
                )
                content = content.replace(b"</Relationships>", added.encode())
            new.writestr(name, content)
        for name, text in parts.items():
            new.writestr(name, text)
    return buffer.getvalue()


def test_merged_cells_are_repeated_where_the_sheet_is_used() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Region", "City", "Sales"], ["North", "Varn", 5], [None, "Oster", 6], ["South", "Lund", 7]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    data = _replaced(
        saved(book),
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(b"</mergeCells>", b'<mergeCell ref="C4:XFD1048576"/></mergeCells>'),
    )
    assert lines(one(data))[1:] == [
        "Region: North | City: Varn | Sales: 5",
        "Region: North | City: Oster | Sales: 6",
        "Region: South | City: Lund | Sales: 7",
    ]


def test_groups_of_columns_in_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Shop", "Sales", None, "Costs", None], [None, 2023, 2024, 2023, 2024], ["North", 1, 2, 3, 4]):
        sheet.append(row)
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(area)
    assert lines(one(saved(book)))[1:] == [
        "Shop: North | Sales 2023: 1 | Sales 2024: 2 | Costs 2023: 3 | Costs 2024: 4"
    ]


def test_pictures_shapes_and_chart_sheets() -> None:
    png = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\xc8\x00\x00\x00\xc8\x08\x02\x00\x00\x00\"\x3a9\xc9"
        b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )  # fmt: skip

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Boat", "Seats"])
        sheet.write_row(1, 0, ["Finch", 4])
        options = {"image_data": io.BytesIO(png), "description": "The quay at dusk"}
        sheet.insert_image("D2", "quay.png", options)
        sheet.insert_textbox("D20", "Low water at noon")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"name": "Seats", "categories": "=Plan!$A$2:$A$2", "values": "=Plan!$B$2:$B$2"})
        chart.set_title({"name": "Seats over time"})
        book.add_chartsheet("Curve").set_chart(chart)

    text = one(written(fill))
    assert {"Picture: The quay at dusk", "Low water at noon", "Chart: Seats over time"} <= set(lines(text))
    assert text.unread == (Unread("picture", "Sheet Plan", 1, "ocr"),)
    assert label_at(text, "Chart: Seats over time") == "Sheet Curve"


def test_a_damaged_part_costs_that_part_only() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Boat", "Seats"])
    book.active.append(["Finch", 4])
    book.create_sheet("Second").append(["Port", "Depth"])
    book["Second"].append(["Varn", 6])
    data = _replaced(saved(book), "xl/worksheets/sheet1.xml", lambda content: content[: len(content) // 2])
    text = one(data)
    assert "Port: Varn | Depth: 6" in text.text
    assert Unread("damaged_part", "Sheet Sheet", 1, "save_again") in text.unread
    text = one(_replaced(saved(book), "xl/styles.xml", lambda _: b"<"))
    assert "Boat: Finch | Seats: 4" in text.text
    assert Unread("damaged_part", "styles", 1, "save_again") in text.unread


def _replaced(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


def test_titles_and_dates_are_stated_by_the_file() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Boat"])
    book.properties.title = "Fleet of Varn"
    text = one(saved(book))
    assert text.title == "Fleet of Varn"
    assert text.date is not None


def test_what_cannot_be_read_is_told_in_a_line() -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    for data, name, reason in (
        (encrypted, "a.xlsx", "a.xlsx: is encrypted; save it without a password"),
        (saved(openpyxl.Workbook()), "a.xlsx", "a.xlsx: holds no text; add a file with text in it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "a.xls: is no workbook that can be read"),
        (b"\x00\x01\x02\x03" * 40, "a.xls", "a.xls: is no workbook that can be read; save it again as XLSX"),
        (b"PK\x03\x04" + bytes(50), "a.ods", "a.ods: is damaged"),
    ):
        with pytest.raises(UnreadableDocument) as caught:
            extract(data, name)
        assert str(caught.value).startswith(reason)
        assert "\n" not in str(caught.value)


def test_too_many_rows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.workbook.MAX_ROWS", 3)
    monkeypatch.setattr("index.readers.sheets.MAX_ROWS", 3)
    book = openpyxl.Workbook()
    for number in range(10):
        book.active.append(["row", number])
    assert one(saved(book)).unread == (Unread("too_long", "Sheet Sheet", 7),)
    assert one(b"a,b\n1,2\n" * 5, "a.csv").unread == (Unread("too_long", "", 7),)


LAYOUTS = {
    "blank rows within a table": (
        "Item / 2023 / 2024\nOil / 1 / 2\n.\nNight\n.\nTar / 3 / 4\n.\nTotal / 4 / 6",
        ["Item: Oil | 2023: 1 | 2024: 2", "Night", "Item: Tar | 2023: 3 | 2024: 4", "Item: Total | 2023: 4 | 2024: 6"],
    ),
    "another table below": (
        "Item / 2024\nOil / 1\n.\nBoat / Seats\nFinch / 4", ["Item: Oil | 2024: 1", "Boat: Finch | Seats: 4"],
    ),
    "the same header again": (
        "Item / 2024\nOil / 1\n.\nItem / 2024\nTar / 4", ["Item: Oil | 2024: 1", "Item: Tar | 2024: 4"],
    ),
    "labels below a table": (
        "Name / Age / Town\nIda / 31 / Varn\n.\nMade by: / Tom", ["Name: Ida | Age: 31 | Town: Varn", "Made by: Tom"],
    ),
    "side by side with titles": (
        "Staff / / / Ports\nName / Age / / Port / Depth\nIda / 31 / / Varn / 4\nTom / 28",
        ["Staff", "Name: Ida | Age: 31", "Name: Tom | Age: 28", "Ports", "Port: Varn | Depth: 4"],
    ),
    "side by side with the same names": (
        "Boat / Seats / / Boat / Seats\nFinch / 4 / / Tern / 8",
        ["Boat: Finch | Seats: 4", "Boat: Tern | Seats: 8"],
    ),
    "side by side, of other lengths": (
        "Name / Age / / Port / Depth\nIda / 31 / / Varn / 4\nTom / 28 / / Oster / 5\nEve / 40",
        ["Name: Ida | Age: 31", "Name: Tom | Age: 28", "Name: Eve | Age: 40", "Port: Varn | Depth: 4",
         "Port: Oster | Depth: 5"],
    ),
    "blank columns for looks": (
        "Item / / 2023 / / 2024\nOil / / 1 / / 2", ["Item: Oil | 2023: 1 | 2024: 2"],
    ),
    "a note beside a table": (
        "Name / Age / / as of May\nIda / 31\nTom / 28", ["Name: Ida | Age: 31", "Name: Tom | Age: 28", "as of May"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tables_on_a_sheet_are_told_apart(layout: str) -> None:
    drawn, expected = LAYOUTS[layout]
    assert rows_of(drawn) == expected


def test_a_huge_sparse_sheet_is_written_by_cells() -> None:
    rows = {number: {number: f"value {number}"} for number in range(1, 4_000)}
    rows |= {number: {1: "a", number: f"value {number}"} for number in range(1, 4_000)}
    builder = TextBuilder()
    append_grid(rows, builder)
    assert "A3999: a | EWU3999: value 3999" in builder.extracted().text


NUMBERS = [
    (0.075, "0.0%", "7.5%"), (0.075, "0.0 %", "7.5 %"), (1234.5, "#,##0.00", "1234.50"), (1e6, "#,##0", "1000000"),
    (1234.5, "#,##0.00 [$€-407]", "1234.50 €"), (1234.5, "[$$-409]#,##0.00", "$1234.50"), (-5, "0.00", "-5.00"),
    (-1234.5, "#,##0.00_);[Red](#,##0.00)", "(1234.50)"), (0, '0;-0;"none"', "none"), (-0.001, "0.00", "0.00"),
    (12.3, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "12.30 €"),
    (0, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "- €"),
    (1234, "00000", "01234"), (5551234, "000-0000", "555-1234"), (2025551234, "(000) 000-0000", "(202) 555-1234"),
    (46095, "dd/mm/yyyy", "2026-03-14"), (46095.5, "d.m.yy h:mm", "2026-03-14 12:00"), (46095, "mmm yyyy", "March 2026"),
    (46095, "[$-F800]dddd, mmmm dd, yyyy", "2026-03-14"), (0.5, "h:mm AM/PM", "12:00"), (1.25, "[h]:mm:ss", "30:00:00"),
    (3.75, "# ?/?", "3 3/4"), (1234567, '0.0,,"M"', "1.2M"), (12345, "0.00E+00", "1.23E+04"), (5, '0 "kg"', "5 kg"),
    (1.5, "0.##", "1.5"), (1, "0.##", "1"), (150, '[>100]"high" 0;0', "high 150"), (0.1 + 0.2, "General", "0.3"),
    (1e300, "0.00", "1e+300"), (-5, "yyyy-mm-dd", "-5"), (7, ";;;", "7"), (12, "@", "12"), (2.5, "0", "3"), (5, "", "5"),
    (1e9, "yyyy-mm-dd", "1000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "code", "shown"), NUMBERS)
def test_numbers_have_the_form_that_their_format_gives(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


def test_texts_may_have_a_format_too() -> None:
    assert shown_text("Varn", '0;-0;0;"Port of "@') == "Port of Varn"
    assert shown_text("Varn", "@") == shown_text("Varn", "General") == "Varn"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators_are_told(mark: str) -> None:
    data = f'Boat{mark}Price{mark}Note\nFinch{mark}"6,90"{mark}"one; two | three"\nHeron{mark}"12,50"{mark}-\n'
    assert lines(one(data.encode(), "a.csv"))[0] == "Boat: Finch | Price: 6,90 | Note: one; two / three"


def test_a_bank_statement_with_lines_above_its_header() -> None:
    data = (
        "Konto;DE02 1203 0000 0000\nErstellt am;05.05.2025\n\nTag;Empfänger;Zweck;Betrag\n"
        "02.04.2025;Hafen;Öl, Teer;-86,40\n03.04.2025;Zunft;Beitrag;2.914,33\n"
    )
    text = one(data.encode("cp1252"), "a.csv")
    assert lines(text) == [
        "Konto: DE02 1203 0000 0000",
        "Erstellt am: 05.05.2025",
        "Tag: 02.04.2025 | Empfänger: Hafen | Zweck: Öl, Teer | Betrag: -86,40",
        "Tag: 03.04.2025 | Empfänger: Zunft | Zweck: Beitrag | Betrag: 2.914,33",
    ]
    assert label_at(text, "Hafen") == "row 5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_separated_values(encoding: str) -> None:
    data = "Café;Preis\nGrün;4,20\nSchön;5,10\n".encode(encoding)
    assert lines(one(data, "a.csv")) == ["Café: Grün | Preis: 4,20", "Café: Schön | Preis: 5,10"]


def test_rows_of_other_lengths_lose_nothing() -> None:
    text = one(b"Boat,Seats\nFinch,4,extra\nHeron\nTern,8\n", "a.csv")
    assert lines(text) == ["Boat: Finch | Seats: 4 | extra", "Heron", "Boat: Tern | Seats: 8"]


def test_quoted_values_may_hold_lines_and_quotes() -> None:
    text = one(b'Boat,Note\nFinch,"first\nsecond"\nHeron,"a ""b"""\n', "a.csv")
    assert lines(text) == ["Boat: Finch | Note: first second", 'Boat: Heron | Note: a "b"']


def test_a_quotation_mark_that_is_never_closed_swallows_nothing() -> None:
    rows = "".join(f"Boat {n},{n},x{n}\n" for n in range(60))
    text = one(f'Name,Seats,Code\n"Finch,4,f\n{rows}'.encode(), "a.csv")
    assert "Name: Boat 59 | Seats: 59 | Code: x59" in lines(text)
    assert any("Finch" in line for line in lines(text))


def test_a_stated_separator_is_no_row() -> None:
    assert lines(one(b"sep=;\nBoat;Seats\nFinch;4\n", "a.csv")) == ["Boat: Finch | Seats: 4"]


def test_one_column_of_values() -> None:
    assert lines(one(b"Price\n5\n6\n", "a.csv")) == ["Price: 5", "Price: 6"]
    assert lines(one(b"Ida Moss\nTom Bell\n", "a.csv")) == ["Ida Moss", "Tom Bell"]
