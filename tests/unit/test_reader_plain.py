"""Plain text: stated dates, headings by layout."""

from __future__ import annotations

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.dates import parse_date
from index.readers.plain import decode, read_plain


def headings(text: str) -> list[str]:
    read = read_plain(text)
    for heading in read.headings:
        assert text[heading.start : heading.end] == heading.text
    return [heading.text for heading in read.headings]


@pytest.mark.parametrize(
    ("text", "date", "body"),
    [
        (" date 2024-02-03 On February 3, it rained.", "2024-02-03", "On February 3, it rained."),
        ("Date: 2024-02-03\n\nIt rained.", "2024-02-03", "It rained."),
        ("PUBLISHED 1999-12-31\nIt rained.", "1999-12-31", "It rained."),
        ("date 2024-02-30 is no day.", None, "date 2024-02-30 is no day."),
        ("date 2024-02-03T10:00 is not alone.", None, "date 2024-02-03T10:00 is not alone."),
        ("update 2024-02-03 was late.", None, "update 2024-02-03 was late."),
        ("It rained. date 2024-02-03 too.", None, "It rained. date 2024-02-03 too."),
    ],
)
def test_a_date_at_the_start_is_the_documents(text: str, date: str | None, body: str) -> None:
    read = read_plain(text)
    assert read.date == date
    assert read.text == text
    assert text[read.body_start :] == body


def test_short_lines_that_stand_alone_are_headings() -> None:
    text = "The Title\n\nSome prose here.\n\n  A Section  \n\nMore prose.\nAnd more.\n\nLast\n\nThe end."
    assert headings(text) == ["The Title", "A Section", "Last"]
    assert read_plain(text).title == "The Title"


@pytest.mark.parametrize(
    "line",
    [
        "It ends here.",
        "Really?",
        "Note:",
        "one, two,",
        "lower case line",
        "- an item",
        "* * *",
        "1234",
        "这是。",
        "x" * 81,
    ],
)
def test_other_lines_are_prose(line: str) -> None:
    assert line not in headings(f"Prose comes first.\n\n{line}\n\nProse comes after.")


def test_a_line_next_to_prose_is_no_heading() -> None:
    assert headings("Prose comes first.\nNot alone\n\nMore prose.\n\nNot alone either\nbecause of this.") == []


def test_the_last_line_heads_nothing() -> None:
    assert headings("Prose comes first.\n\nThe End") == []
    assert headings("Prose comes first.\n\nThe End\n\n \n") == []


def test_a_heading_further_down_is_not_the_title() -> None:
    assert read_plain("Prose comes first.\n\nSection\n\nMore prose.").title is None


def test_lines_that_head_nothing_are_kept_as_prose() -> None:
    text = "Opening hours\n\nMonday 9-17\n\nTuesday 9-12\n\nWeekend closed\n\nPlease ring the bell."
    assert headings(text) == ["Opening hours", "Weekend closed"]


def test_headings_are_found_behind_the_date() -> None:
    text = "date 2024-02-03\nThe Title\n\nProse."
    read = read_plain(text)
    assert [(h.start, h.text) for h in read.headings] == [(text.index("The"), "The Title")]


@pytest.mark.parametrize("unit", ["Word\n", "Word\n\n", "\n", " ", "a.\n\nWord\n\n", "date ", "\t\n"])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert isinstance(read_plain(unit * (1_000_000 // len(unit))), Extracted)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-03", "2024-02-03"),
        ("  2024-02-03T12:00:00Z", "2024-02-03"),
        ("2024-13-01", None),
        ("2023-02-29", None),
        ("0000-01-01", None),
        ("yesterday", None),
        ("", None),
        ("3 Feb 2024-02-03", None),
    ],
)
def test_parse_date(text: str, expected: str | None) -> None:
    assert parse_date(text) == expected


def test_label_and_value_is_a_heading_only_where_it_stands_by_itself() -> None:
    assert headings("Prose.\n\nChapter 1: The sea\n\nProse comes after.") == ["Chapter 1: The sea"]
    assert headings("Names\n\nPlumber: Vic\n\nSweep: Lou\n\nProse comes after.") == ["Names"]


HEBREW = "שלום לכולם, זהו מסמך קצר על הנמל והמגדלור."
TURKISH = "Deniz feneri 1902 yılında yapıldı. Büro salı günleri açıktır, şehir dışında."
GERMAN = "Der Leuchtturm öffnet täglich um 9 Uhr. Die Gebühr beträgt 20 €, für Schüler nur die Hälfte."
RUSSIAN = "Маяк был построен в 1902 году. Контора открыта по вторникам."
CHINESE = "灯塔建于1902年。办公室每周二开放。"
JAPANESE = "灯台は1902年に建てられました。事務所は火曜日に開いています。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (HEBREW, "iso8859_8"),
        (HEBREW, "cp1255"),
        (TURKISH, "cp1254"),
        (GERMAN, "cp1252"),
        (GERMAN, "iso8859_15"),
        (GERMAN.replace("€", "Mark"), "cp850"),
        ("« Le bureau » est fermé à Noël, c’est sûr.", "cp1252"),
        ("Latarnia została zbudowana w 1902 roku, biuro jest zamknięte w święta.", "iso8859_2"),
        ("Maják byl postaven v roce 1902. Kancelář je otevřena každé úterý.", "cp1250"),
        ("Ο φάρος χτίστηκε το 1902. Το γραφείο είναι ανοιχτό την Τρίτη.", "cp1253"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        ("بنيت المنارة عام ألف وتسعمائة واثنين. المكتب مفتوح يوم الثلاثاء.", "cp1256"),
        (CHINESE, "gb18030"),
        ("燈塔建於1902年。辦公室每週二開放。", "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        ("등대는 1902년에 지어졌습니다. 사무실은 화요일에 엽니다.", "euc_kr"),
    ],
    ids=lambda value: value if value.isascii() else value[:8],
)
def test_older_encodings_are_told_from_a_sentence(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["The lamp is lit.\nAt dusk.", RUSSIAN, CHINESE * 3, "Lit 🔥 at dusk 🕯️."])
def test_wide_text_needs_no_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_emoji_and_rare_signs_are_kept() -> None:
    text = "Lit 👩‍🚀 🇩🇪 at 12\u2009480 m² ½ ℃."
    assert decode(text.encode(), "a.txt") == text.replace("\u200d", "")


def test_a_few_bad_bytes_do_not_make_other_text_of_utf_8() -> None:
    data = ("Größe über Höhe. " * 40).encode()
    assert decode(data[:-5] + b"\xff" + data[-5:] + "ü".encode()[:1], "a.txt").startswith("Größe über Höhe. Größe")


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4,
        b"PK\x03\x04\x14" + bytes(range(256)) * 4,
        bytes(range(1, 32)) * 30,
        bytes((i * 7919 + 13) % 256 for i in range(4096)),
        bytes((i * 7919 + 13) % 255 + 1 for i in range(4096)),
    ],
)
def test_binary_files_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.txt: is a binary file; [^\n]*$"):
        decode(data, "a.txt")
