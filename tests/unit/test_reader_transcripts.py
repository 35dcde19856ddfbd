"""Transcripts: turns with speaker and time, from subtitles and from plain text."""

from __future__ import annotations

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.plain import read_plain
from index.readers.transcripts import read_subtitles


def turns(text: str) -> list[str]:
    return read_subtitles(text, "a.vtt").text.split("\n\n")


def labels(text: Extracted) -> list[str]:
    return [place.label for place in text.places]


def test_a_turn_has_its_time_and_its_speaker() -> None:
    text = read_subtitles(
        "WEBVTT - talk\n\nNOTE no cue\n\nSTYLE\n::cue { color: red }\n\nintro\n00:05.000 --> 00:07.500 align:start\n"
        "<v.loud Ada Holm>The lamp is lit.</v>\n\n01:02:03.000 --> 01:02:05.000\n<v Jon>Good &amp; bright.\n",
        "a.vtt",
    )
    assert text.text == "[00:00:05] Ada Holm: The lamp is lit.\n\n[01:02:03] Jon: Good & bright."
    assert [(place.label, place.kind) for place in text.places] == [
        ("00:00:05, Ada Holm", "time"),
        ("01:02:03, Jon", "time"),
    ]
    assert text.text[text.places[1].start :].lstrip().startswith("[01:02:03]")


def test_subrip_is_read_without_numbers_and_styling() -> None:
    assert turns("1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Wait</i> {\\an8}here.\r\n".replace("\r\n", "\n")) == [
        "[00:00:01] Wait here."
    ]


def test_cues_of_one_speaker_are_joined_and_of_two_are_not() -> None:
    assert turns(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nAda: The lamp\n\n00:02.000 --> 00:03.000\nis lit.\n\n"
        "00:03.000 --> 00:04.000\n- Jon: Good.\n- Ada: Yes.\n"
    ) == ["[00:00:01] Ada: The lamp is lit.", "[00:00:03] Jon: Good.", "[00:00:03] Ada: Yes."]


def test_a_cue_without_a_voice_is_nobodys_where_others_have_one() -> None:
    assert turns("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>It is lit.\n\n00:02.000 --> 00:03.000\n(applause)\n") == [
        "[00:00:01] Ada: It is lit.",
        "[00:00:02] (applause)",
    ]


def test_a_long_turn_is_parted_and_each_part_says_who_speaks() -> None:
    cues = "".join(f"\n\n00:{i:02}.000 --> 00:{i + 1:02}.000\n<v Ada>{f'word{i} ' * 10}" for i in range(12))
    found = turns(f"WEBVTT{cues}")
    assert len(found) == 2
    assert all(" Ada: word" in turn for turn in found)
    assert found[1].startswith("[00:00:06]")


def test_captions_that_are_shown_again_are_read_once() -> None:
    assert turns(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nThe lamp\n\n00:02.000 --> 00:03.000\nThe lamp\n\n"
        "00:03.000 --> 00:04.000\nis lit.\n"
    ) == ["[00:00:01] The lamp is lit."]


def test_a_file_without_cues_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a\.vtt: holds no cue"):
        read_subtitles("WEBVTT\n\nNOTE nothing\n", "a.vtt")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["00:00:05 Ada: Hello.", "00:00:09 Jon: Yes.", "00:01:00 Ada: Good."], ["00:00:05, Ada", "00:00:09, Jon"]),
        (["[10:15] Ada: Hello.", "It goes on.", "[10:16] Ada: Good."], ["10:15, Ada", "10:16, Ada"]),
        (
            ["3/5/2024, 10:15 - Ada: Hi.", "3/5/2024, 10:16 - Ada: Ho."],
            ["3/5/2024, 10:15, Ada", "3/5/2024, 10:16, Ada"],
        ),
        (["Ada Holm  00:00:05", "Hello.", "Ada Holm  00:00:09", "Good."], ["00:00:05, Ada Holm", "00:00:09, Ada Holm"]),
        (["Ada: Hello.", "Jon: Yes.", "Ada: Good."], ["Ada", "Jon", "Ada"]),
    ],
)
def test_the_turns_of_a_transcript_in_plain_text_are_places(lines: list[str], expected: list[str]) -> None:
    text = read_plain("\n".join(lines))
    assert labels(text)[: len(expected)] == expected
    assert text.text == "\n".join(lines)
    assert all(place.kind == "time" for place in text.places)


@pytest.mark.parametrize(
    "text",
    [
        "Q: May I swim?\nA: Yes.\nQ: And dogs?\nA: No.",
        "Name: Ada\nTown: Varn\nSince: 1702",
        "The ferry leaves.\nNote: it is full.\nIt returns at noon.\nNote: it is empty.\nThe end.",
        "21/03/2024: the fence was painted.",
    ],
)
def test_other_lines_are_no_turns(text: str) -> None:
    assert read_plain(text).places == ()
