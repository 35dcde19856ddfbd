"""JSON and JSONL: records stay together, and each value says whose it is."""

from __future__ import annotations

import json

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.formats import extract


def one(value: object, name: str = "a.json") -> Extracted:
    data = value.encode() if isinstance(value, str) else json.dumps(value, ensure_ascii=False).encode()
    (text,) = extract(data, name).texts
    return text


def lines(text: Extracted) -> list[str]:
    return [line for line in text.text.split("\n") if line]


def label_at(text: Extracted, words: str) -> str:
    """Return the label of the place in which ``words`` stand."""
    position = text.text.index(words)
    return [place.label for place in text.places if place.start <= position][-1]


KEEPERS = [
    {"name": "Ida Moss", "lantern": "north", "home": {"town": "Varn", "floor": 2}, "paid": True},
    {"name": "Tom Bell", "lantern": "south", "home": {"town": "Oster", "floor": 1}, "paid": None},
]


def test_an_array_of_objects_is_a_table_of_records() -> None:
    text = one({"guild": "Varn", "keepers": KEEPERS, "year": 2025})
    assert lines(text) == [
        "guild: Varn | year: 2025",
        "keepers",
        "name: Ida Moss | lantern: north | home town: Varn | home floor: 2 | paid: true",
        "name: Tom Bell | lantern: south | home town: Oster | home floor: 1 | paid: (empty)",
    ]
    assert label_at(text, "Tom Bell") == "keepers, record 2"
    assert [heading.text for heading in text.headings] == ["keepers"]
    assert {place.kind for place in text.places} == {"record"}


def test_an_array_at_the_top_holds_records() -> None:
    text = one(KEEPERS)
    assert label_at(text, "Tom Bell") == "record 2"
    assert len(lines(text)) == 2


def test_what_follows_the_records_is_in_none_of_them() -> None:
    text = one({"keepers": KEEPERS, "notes": {"written": {"by": "Eve"}, "on": "Monday"}})
    assert label_at(text, "written by: Eve") == ""
    text = one({"table": [["Boat", "Seats"], ["Finch", 4]], "notes": {"by": "Eve"}})
    assert (label_at(text, "Finch"), label_at(text, "by: Eve")) == ("table, row 2", "")


def test_settings_are_a_line_for_each_group() -> None:
    text = one({"lamps": {"main": {"oil": "whale", "wicks": 3}, "spare": {"oil": "seal", "wicks": 1}}, "hours": 9})
    assert lines(text) == [
        "hours: 9", "lamps main oil: whale | lamps main wicks: 3", "lamps spare oil: seal | lamps spare wicks: 1",
    ]  # fmt: skip


def test_records_in_records_say_whose_they_are() -> None:
    orders = [
        {"order": 17, "lines": [{"part": "wick", "count": 3}, {"part": "oil", "count": 1}], "to": {"name": "Ida"}},
        {"order": 18, "lines": [{"part": "lens", "count": 2}]},
    ]
    text = one({"shop": {"orders": orders}})
    assert lines(text)[1:] == [
        "order: 17 | to name: Ida",
        "order: 17 | lines part: wick | lines count: 3",
        "order: 17 | lines part: oil | lines count: 1",
        "order: 18",
        "order: 18 | lines part: lens | lines count: 2",
    ]
    assert label_at(text, "lines part: oil") == "shop orders, record 1, lines 2"


def test_long_texts_are_paragraphs_of_their_own() -> None:
    long = "The lamp was lit at dusk by hand. " * 10
    text = one([{"id": 1, "body": f"{long}\n\nNo wind. {long}"}])
    assert text.text.split("\n\n") == ["id: 1", f"body: {long.strip()}", f"body: No wind. {long.strip()}"]


def test_a_long_record_becomes_lines_that_each_name_it() -> None:
    record = {f"column {n}": f"a value of some length, {n}" for n in range(60)}
    text = one([{"id": 7, "name": "Ida Moss", **record}])
    assert len(lines(text)) > 2
    assert all("name: Ida Moss" in line and len(line) < 900 for line in lines(text))


def test_arrays_of_values_are_lists_and_arrays_of_arrays_are_tables() -> None:
    assert lines(one({"colours": ["red", "green", 3], "none": []})) == ["colours: red, green, 3 | none: (empty)"]
    text = one({"table": [["Boat", "Seats"], ["Finch", 4], ["Heron", 6]]})
    assert lines(text) == ["Boat: Finch | Seats: 4", "Boat: Heron | Seats: 6"]


def test_numbers_are_kept_as_they_are_written() -> None:
    digits = "9" * 5_000
    text = one('{"price": 18.00, "share": 1e-3, "big": 12345678901234567890.10, "nothing": NaN}')
    assert text.text == "price: 18.00 | share: 1e-3 | big: 12345678901234567890.10 | nothing: NaN"
    assert digits in one(f'{{"n": {digits}}}').text


def test_small_mistakes_are_forgiven() -> None:
    assert one('\ufeff{"a": [1, 2,], "b": "x,}",}').text == "a: 1, 2 | b: x,}"
    assert lines(one('{"a": 1}\n{"a": 2}\n')) == ["a: 1", "a: 2"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_a_value_a_line(name: str) -> None:
    text = one('{"a": 1}\n\n{"a": 2, "b": {"c": "x"}}\n', name)
    assert lines(text) == ["a: 1", "a: 2 | b c: x"]
    assert label_at(text, "a: 2") == "line 3"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (
            '{"a": 1',
            "a.json",
            "a.json: is not valid JSON (Expecting ',' delimiter: line 1 column 8 (char 7)); correct it",
        ),
        ('{"a": 1}\n{"b":', "a.jsonl", "a.jsonl: line 2 is not valid JSON"),
        ("[" * 100_000, "a.json", "a.json: is nested too deeply"),
        ("{}", "a.json", "a.json: holds no text"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(data: str, name: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        one(data, name)
    assert str(caught.value).startswith(reason)


def test_too_many_values_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.records._MAX_VALUES", 5)
    text = one([{"a": n, "b": n} for n in range(5)])
    assert lines(text) == ["a: 0 | b: 0", "a: 1 | b: 1", "a: 2"]
    assert [(note.what, note.count) for note in text.unread] == [("too_long", 5)]


def test_titles_and_dates_are_stated() -> None:
    stated = one({"title": "Log", "date": "2024-02-03", "text": "Words."})
    assert (stated.title, stated.date) == ("Log", "2024-02-03")


def test_deep_nesting_loses_nothing() -> None:
    value: object = "treasure"
    for level in range(300):
        value = {"in": value} if level % 2 else [value]
    assert "treasure" in one(value).text
