"""Tables of many kinds: which rows name the columns, and how each row reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest

from index.readers.base import Extracted, TextBuilder
from index.readers.tables import append_table, cell_text, is_number


def cells(drawn: str) -> list[list[str]]:
    """Return the rows of a table that is drawn as text: ``/`` between the cells, a line a row, ``.`` for a blank row."""
    lines = [line.strip() for line in drawn.strip("\n").split("\n")]
    return [[] if line == "." else [cell.strip() for cell in line.split("/")] for line in lines]


def read(rows: Sequence[Sequence[object]], header_rows: int | None = None) -> Extracted:
    builder = TextBuilder()
    append_table(rows, builder, header_rows=header_rows)
    return builder.extracted()


def lines(drawn: str, header_rows: int | None = None) -> list[str]:
    return read(cells(drawn), header_rows).text.replace("\n\n", "\n").split("\n")


SHAPES: dict[str, tuple[str, list[str]]] = {
    "a header over numbers": (
        "Boat / Seats / Length\nFinch / 4 / 3.9\nHeron / 6 / 5.0",
        ["Boat: Finch | Seats: 4 | Length: 3.9", "Boat: Heron | Seats: 6 | Length: 5.0"],
    ),
    "a header over texts": (
        "Name / Town / Trade\nIda / Varn / baker\nTom / Oster / smith\nEve / Varn / potter",
        ["Name: Ida | Town: Varn | Trade: baker", "Name: Tom | Town: Oster | Trade: smith",
         "Name: Eve | Town: Varn | Trade: potter"],
    ),
    "texts without a header": (
        "Ida / Varn / baker\nTom / Oster / baker\nEve / Varn / potter",
        ["Ida | Varn | baker", "Tom | Oster | baker", "Eve | Varn | potter"],
    ),
    "texts and numbers without a header": (
        "Ida / 31\nTom / 28\nEve / 40", ["Ida: 31", "Tom: 28", "Eve: 40"],
    ),
    "three columns without a header": (
        "Ida / 31 / 5\nTom / 28 / 6", ["Ida | 31 | 5", "Tom | 28 | 6"],
    ),
    "numbers only": ("1 / 2 / 2\n3 / 4 / 4", ["1 | 2 | 2", "3 | 4 | 4"]),
    "years over numbers": (
        " / 2021 / 2022\nWages / 500 / 520\nRent / 90 / 95",
        ["Wages | 2021: 500 | 2022: 520", "Rent | 2021: 90 | 2022: 95"],
    ),
    "years with a name beside them": (
        "Item / 2021 / 2022\nWages / 500 / 520", ["Item: Wages | 2021: 500 | 2022: 520"],
    ),
    "one year": (" / 2021\nWages / 500\nRent / 90", ["Wages | 2021: 500", "Rent | 2021: 90"]),
    "years as labels of rows": (
        "Year / Ducks\n2019 / 120\n2020 / 135", ["Year: 2019 | Ducks: 120", "Year: 2020 | Ducks: 135"],
    ),
    "rows that begin with years have no header": (
        "2019 / Oslo / Ann\n2020 / Bergen / Cy\n2021 / Narvik / Ann",
        ["2019 | Oslo | Ann", "2020 | Bergen | Cy", "2021 | Narvik | Ann"],
    ),
    "quarters and months": (
        "Shop / Q1 2024 / Q2 2024 / Jan 25\nNorth / 5 / 6 / 7", ["Shop: North | Q1 2024: 5 | Q2 2024: 6 | Jan 25: 7"],
    ),
    "days as heads": (
        "Room / 1 / 2 / 3 / 4\nBlue / free / taken / free / free\nRed / free / free / taken / free",
        ["Room: Blue | 1: free | 2: taken | 3: free | 4: free", "Room: Red | 1: free | 2: free | 3: taken | 4: free"],
    ),
    "dates as heads": (
        "Task / 2025-03-01 / 2025-03-08\nDig / done / late\nFill / open / open",
        ["Task: Dig | 2025-03-01: done | 2025-03-08: late", "Task: Fill | 2025-03-01: open | 2025-03-08: open"],
    ),
    "times as heads": (
        " / 09:00 / 10:00\nMon / Maths / Art\nTue / Art / Music",
        ["Mon | 09:00: Maths | 10:00: Art", "Tue | 09:00: Art | 10:00: Music"],
    ),
    "a log without a header": (
        "2024-01-05 / Rent / 500\n2024-01-06 / Oil / 20", ["2024-01-05 | Rent | 500", "2024-01-06 | Oil | 20"],
    ),
    "a title and a blank row above": (
        "Boats for hire / / \n.\nBoat / Seats / Price\nFinch / 4 / 69.00",
        ["Boats for hire", "Boat: Finch | Seats: 4 | Price: 69.00"],
    ),
    "two titles, one merged over the table": (
        "Hire / Hire / Hire\nAs of May / / \nBoat / Seats / Price\nFinch / 4 / 69.00",
        ["Hire", "As of May", "Boat: Finch | Seats: 4 | Price: 69.00"],
    ),
    "lines of a preamble without a blank row": (
        "Account / 44 71 / / \nPrinted / 05.05.2025 / / \nDay / Payee / Purpose / Amount\n"
        "02.04.2025 / Harbour / oil / -86,40\n03.04.2025 / Guild / fee / -9,00",
        ["Account: 44 71", "Printed: 05.05.2025", "Day: 02.04.2025 | Payee: Harbour | Purpose: oil | Amount: -86,40",
         "Day: 03.04.2025 | Payee: Guild | Purpose: fee | Amount: -9,00"],
    ),
    "units in the header": (
        "Boat / Length (m) / Price [EUR]\nFinch / 3.90 / 690", ["Boat: Finch | Length (m): 3.90 | Price [EUR]: 690"],
    ),
    "units in a row below": (
        "Boat / Length / Price\n / m / EUR\nFinch / 3.90 / 690\nHeron / 5.00 / 940",
        ["Boat: Finch | Length (m): 3.90 | Price (EUR): 690", "Boat: Heron | Length (m): 5.00 | Price (EUR): 940"],
    ),
    "bracketed units in a row below": (
        "Boat / Length / Price\n / (m) / (EUR)\nFinch / 3.90 / 690",
        ["Boat: Finch | Length (m): 3.90 | Price (EUR): 690"],
    ),
    "two levels, groups merged": (
        "Shop / Sales / Sales / Costs / Costs\nShop / 2023 / 2024 / 2023 / 2024\nNorth / 1 / 2 / 3 / 4",
        ["Shop: North | Sales 2023: 1 | Sales 2024: 2 | Costs 2023: 3 | Costs 2024: 4"],
    ),
    "two levels, groups not merged": (
        " / Sales / / Costs / \nShop / 2023 / 2024 / 2023 / 2024\nNorth / 1 / 2 / 3 / 4\nSouth / 5 / 6 / 7 / 8",
        ["Shop: North | Sales 2023: 1 | Sales 2024: 2 | Costs 2023: 3 | Costs 2024: 4",
         "Shop: South | Sales 2023: 5 | Sales 2024: 6 | Costs 2023: 7 | Costs 2024: 8"],
    ),
    "two levels of texts": (
        "Name / Contact / Contact\nName / Desk / Floor\nIda / left / top\nTom / right / top",
        ["Name: Ida | Contact Desk: left | Contact Floor: top", "Name: Tom | Contact Desk: right | Contact Floor: top"],
    ),
    "three levels": (
        " / Europe / Europe / Europe / Europe\n / North / North / South / South\nItem / 2023 / 2024 / 2023 / 2024\n"
        "Oil / 1 / 2 / 3 / 4",
        ["Item: Oil | Europe North 2023: 1 | Europe North 2024: 2 | Europe South 2023: 3 | Europe South 2024: 4"],
    ),
    "one group over all columns but the first": (
        " / Revenue / Revenue\n / 2022 / 2023\nNorth / 5 / 6", ["North | Revenue 2022: 5 | Revenue 2023: 6"],
    ),
    "a header that is repeated": (
        "Boat / Seats\nFinch / 4\nBoat / Seats\nHeron / 6", ["Boat: Finch | Seats: 4", "Boat: Heron | Seats: 6"],
    ),
    "another table below without a blank row": (
        "Boat / Seats / Price\nFinch / 4 / 690\nHeron / 6 / 940\nCrew / Age / Wage\nIda / 31 / 20\nTom / 28 / 21",
        ["Boat: Finch | Seats: 4 | Price: 690", "Boat: Heron | Seats: 6 | Price: 940",
         "Crew: Ida | Age: 31 | Wage: 20", "Crew: Tom | Age: 28 | Wage: 21"],
    ),
    "a total": (
        "Item / 2024\nOil / 5\nTotal / 5", ["Item: Oil | 2024: 5", "Item: Total | 2024: 5"],
    ),
    "sections with totals": (
        "Item / 2023 / 2024\nAssets / / \nCash / 5 / 6\nTotal assets / 5 / 6\nDebts / / \nLoan / 2 / 1\n"
        "Total debts / 2 / 1\nBalance / 3 / 5",
        ["Assets", "Assets | Item: Cash | 2023: 5 | 2024: 6", "Assets | Item: Total assets | 2023: 5 | 2024: 6",
         "Debts", "Debts | Item: Loan | 2023: 2 | 2024: 1", "Debts | Item: Total debts | 2023: 2 | 2024: 1",
         "Item: Balance | 2023: 3 | 2024: 5"],
    ),
    "sections merged over the table": (
        "Name / Age / Town\nNight shift / Night shift / Night shift\nIda / 31 / Varn\nDay shift / Day shift / Day shift\n"
        "Tom / 28 / Oster",
        ["Night shift", "Night shift | Name: Ida | Age: 31 | Town: Varn",
         "Day shift", "Day shift | Name: Tom | Age: 28 | Town: Oster"],
    ),
    "a row of which only the name is known is no section": (
        "Name / Age / Town\nIda / / \nTom / 28 / Oster",
        ["Ida", "Name: Tom | Age: 28 | Town: Oster"],
    ),
    "a note below": (
        "Boat / Seats / Price\nFinch / 4 / 690\nPrices without oil. / / ",
        ["Boat: Finch | Seats: 4 | Price: 690", "Prices without oil."],
    ),
    "labels and values": (
        "Name: / Finch\nLength: / 3.90 m\nBuilt: / 1998", ["Name: Finch", "Length: 3.90 m", "Built: 1998"],
    ),
    "labels and values of both kinds": (
        "Model / Finch\nSeats / 4\nHull / oak\nBuilt / 1998", ["Model: Finch", "Seats: 4", "Hull: oak", "Built: 1998"],
    ),
    "labels and values side by side": (
        "Name: / Finch / Built: / 1998\nHull: / oak / Seats: / 4",
        ["Name: Finch | Built: 1998", "Hull: oak | Seats: 4"],
    ),
    "labels in merged cells": (
        "Region / City / Sales\nNorth / Varn / 5\nNorth / Oster / 6",
        ["Region: North | City: Varn | Sales: 5", "Region: North | City: Oster | Sales: 6"],
    ),
    "empty cells": (
        "Name / Age / Town\nIda / / Varn\nTom / 28 / ", ["Name: Ida | Age: (empty) | Town: Varn",
                                                        "Name: Tom | Age: 28 | Town: (empty)"],
    ),
    "merged over columns": (
        "Name / Code / Code / / Shift\nIda / 7 / 7 / 7 / closed\nTom / 8 / 9 / 9 / closed",
        ["Name: Ida | Code: 7 | Shift: closed", "Name: Tom | Code: 8 | Code: 9 | Shift: closed"],
    ),
    "two columns of one value": (
        "From / To / Stops\nVarn / Varn / 2\nOster / Oster / 3",
        ["From: Varn | To: Varn | Stops: 2", "From: Oster | To: Oster | Stops: 3"],
    ),
    "a row of one value": ("A / B / C\n1 / 2 / 3\n3 / 3 / 3", ["A: 1 | B: 2 | C: 3", "A: 3 | B: 3 | C: 3"]),
    "a value without the label of its row": (
        "Name / Age / Town\nIda / 31 / Varn\n / / 5", ["Name: Ida | Age: 31 | Town: Varn",
                                                    "Name: (empty) | Age: (empty) | Town: 5"],
    ),
    "names over columns that stay empty": ("Name / Age\nIda / \nTom / ", ["Ida", "Tom", "Columns without values: Name, Age"]),
    "answers to choose from": (
        "Question / Yes / No\nIs it wet? / 5 / 6", ["Question: Is it wet? | Yes: 5 | No: 6"],
    ),
    "a name that is a value, too": (
        "Plan / Basic / Pro\nHelp / by mail / by phone\nCare / Basic / Gold\nTown / Varn / Varn",
        [
            "Plan: Help | Basic: by mail | Pro: by phone",
            "Plan: Care | Basic: Basic | Pro: Gold",
            "Plan: Town | Basic: Varn | Pro: Varn",
        ],
    ),
    "coordinates": ("x / y\n1 / 2\n3 / 4", ["x: 1 | y: 2", "x: 3 | y: 4"]),
    "a column without a name": (
        "Name / Age / \nIda / 31 / left\nTom / 28 / ", ["Name: Ida | Age: 31 | left", "Name: Tom | Age: 28"],
    ),
    "values that are missing in the first row": (
        "Name / Score / Rank\nIda / n/a / -\nTom / 5 / 1\nEve / 4 / 2".replace("n/a", "n.a."),
        ["Name: Ida | Score: n.a. | Rank: -", "Name: Tom | Score: 5 | Rank: 1", "Name: Eve | Score: 4 | Rank: 2"],
    ),
    "mail addresses and numbers to call": (
        "Name / Mail / Phone\nIda / ida@varn.example / +44 20 7946 0001\nTom / tom@varn.example / +44 20 7946 0002",
        ["Name: Ida | Mail: ida@varn.example | Phone: +44 20 7946 0001",
         "Name: Tom | Mail: tom@varn.example | Phone: +44 20 7946 0002"],
    ),
    "people without a header": (
        "Ida / ida@varn.example / baker\nTom / tom@varn.example / smith",
        ["Ida | ida@varn.example | baker", "Tom | tom@varn.example | smith"],
    ),
    "a column of texts": ("Ida\nTom\nEve", ["Ida", "Tom", "Eve"]),
    "a column of numbers with its name": ("Price\n5\n6", ["Price: 5", "Price: 6"]),
    "a row by itself": ("Ida / 31 / Varn", ["Ida | 31 | Varn"]),
    "currencies and percentages": (
        "Item / Price / Share\nOil / € 12.50 / 7.5 %\nTar / (3.10) / 12%\nRope / USD 4 / 3 %",
        ["Item: Oil | Price: € 12.50 | Share: 7.5 %", "Item: Tar | Price: (3.10) | Share: 12%",
         "Item: Rope | Price: USD 4 | Share: 3 %"],
    ),
    "questions as names": (
        "How long did you wait for the ferry? / Would you come back?\n5 / yes\n7 / no",
        ["How long did you wait for the ferry?: 5 | Would you come back?: yes",
         "How long did you wait for the ferry?: 7 | Would you come back?: no"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_each_row_says_which_value_belongs_to_which_column(shape: str) -> None:
    drawn, expected = SHAPES[shape]
    assert lines(drawn) == expected


def test_what_the_format_says_of_the_header_counts() -> None:
    drawn = "Ida / 31\nTom / 28"
    assert lines(drawn, header_rows=1) == ["Ida: Tom | 31: 28"]
    assert lines("Name / Town\nIda / Varn\nTom / Oster", header_rows=0) == ["Name | Town", "Ida | Varn", "Tom | Oster"]


def test_rows_are_places_with_the_numbers_that_people_see() -> None:
    builder = TextBuilder()
    builder.place("Sheet Boats", kind="sheet")
    rows = cells("Hire / \n.\nBoat / Seats\nFinch / 4\n.\nHeron / 6")
    append_table(rows, builder, first_row=3)
    builder.block("After.")
    extracted = builder.extracted()
    assert [(place.label, place.kind) for place in extracted.places] == [
        ("Sheet Boats", "sheet"),
        ("Sheet Boats, row 6", "row"),
        ("Sheet Boats, row 8", "row"),
        ("Sheet Boats", "sheet"),
    ]


def test_a_note_stands_below_its_row() -> None:
    builder = TextBuilder()
    append_table(cells("Boat / Seats\nFinch / 4\nHeron / 6"), builder, notes={2: ["Comment on B2: too few"], 9: ["x"]})
    assert builder.extracted().text.split("\n") == [
        "Boat: Finch | Seats: 4",
        "Comment on B2: too few",
        "Boat: Heron | Seats: 6",
    ]


def test_a_wide_row_becomes_lines_that_each_name_it() -> None:
    names = ["Boat", *(f"a rather long name of column {n}" for n in range(60))]
    text = read([names, ["Finch", *range(60)], ["Heron", *range(60)]]).text
    assert len(text.split("\n")) > 4
    for line in text.split("\n"):
        assert line.startswith(("Boat: Finch | ", "Boat: Heron | "))
        assert len(line) < 1_200
    assert text.count("column 59: 59") == 2


def test_a_sparse_row_is_written_without_its_empty_cells() -> None:
    names = ["Boat", *(f"c{n} x" for n in range(40))]
    row = ["Finch", *[""] * 39, "9"]
    full = ["Heron", *range(40)]
    assert read([names, row, full]).text.split("\n")[0] == "Boat: Finch | c39 x: 9"


def test_values_of_every_type_have_a_text() -> None:
    assert [cell_text(value) for value in (None, True, 5.0, 0.1 + 0.2, 1 / 3, 52.520008, 1e300, 12)] == [
        "", "TRUE", "5", "0.3", "0.3333333333", "52.520008", "1e+300", "12",
    ]  # fmt: skip
    assert cell_text(datetime(2026, 3, 14)) == cell_text(date(2026, 3, 14)) == "2026-03-14"
    assert cell_text(datetime(2026, 3, 14, 9, 30)) == "2026-03-14 09:30:00"
    assert cell_text(time(9, 30)) == "09:30:00"
    assert cell_text(timedelta(hours=26, minutes=3)) == "26:03:00"
    assert cell_text("a | b\nc") == "a / b c"


@pytest.mark.parametrize(
    "text", ["5", "-5", "1,234.50", "1.234,50", "1 234", "€ 12", "12 €", "EUR 12", "12 EUR", "$5", "7.5 %", "(3.10)", "1e5",
             "5 kg", "5kg", "3.9 m²", "+3", ".5", "12*"]
)  # fmt: skip
def test_numbers_are_told(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["Q1", "T100", "A4", "1st", "Room 5", "2023 budget (draft)", "x", "", "v1.2"])
def test_texts_with_digits_are_no_numbers(text: str) -> None:
    assert not is_number(text)


def test_a_large_table_is_read_quickly() -> None:
    rows = [["Name", "Town", "Age"], *([f"person {n}", "Varn", n % 90] for n in range(50_000))]
    assert read(rows).text.count("\n") == 49_999
