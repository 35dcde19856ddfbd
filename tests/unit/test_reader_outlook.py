"""Messages saved by Outlook: the same text as of messages in other formats, with what they carry."""

from __future__ import annotations

from datetime import UTC, datetime

import compressed_rtf
import pytest
from msg_making import attached_message, attachment, compound_file, message

from index.errors import UnreadableDocument
from index.readers.formats import extract

PLAIN: dict[int, str | bytes] = {
    0x0037: "Kiln",
    0x0C1A: "Ruth Amsel",
    0x5D01: "ruth@kiln.example",
    0x1000: "The kiln is free on Friday.\r\n\r\nRuth",
}
SENT = datetime(2025, 6, 3, 14, 5, tzinfo=UTC)


def test_head_body_and_recipients() -> None:
    people = [
        (1, "Per Dahl", "per@kiln.example"),
        (2, "All", "all@kiln.example"),
        (1, "Bo", ""),
        (3, "Eve", "e@x.example"),
    ]
    (text,) = extract(compound_file(message(PLAIN, fixed={0x0039: SENT}, recipients=people)), "a.msg").texts
    assert text.text == (
        "From: Ruth Amsel <ruth@kiln.example>\nTo: Per Dahl <per@kiln.example>, Bo\nCc: All <all@kiln.example>\n"
        "Date: Tue, 3 June 2025 (2025-06-03 14:05 UTC)\nSubject: Kiln\n\nThe kiln is free on Friday.\n\nRuth"
    )
    assert (text.title, text.date) == ("Kiln", "2025-06-03")
    assert [(place.label, place.kind) for place in text.places] == [("message from Ruth Amsel, 3 June 2025", "message")]


def test_the_sender_s_clock_is_the_one_shown() -> None:
    header = "Received: by x\r\nDate: Tue, 3 Jun 2025 16:05:00 +0200\r\n"
    (text,) = extract(compound_file(message({**PLAIN, 0x007D: header}, fixed={0x0039: SENT})), "a.msg").texts
    assert "(2025-06-03 16:05)" in text.text


def test_strings_of_old_outlook_are_in_a_code_page() -> None:
    values: dict[int, str | bytes] = {0x0037: "Öfen", 0x1000: "Für alle: größer."}
    (text,) = extract(compound_file(message(values, unicode=False, fixed={0x3FFD: 1252})), "a.msg").texts
    assert "Subject: Öfen" in text.text
    assert "Für alle: größer." in text.text


@pytest.mark.parametrize(
    ("body", "code_page"),
    [
        ("<p>Größe</p>".encode(), 65001),
        ("<p>Größe</p>".encode("cp1252"), 1252),
        ("<p>Größe</p>".encode("latin-1"), 28591),
        ("<meta charset=windows-1252><p>Größe</p>".encode("cp1252"), 0),
    ],
)
def test_a_body_of_html_alone(body: bytes, code_page: int) -> None:
    data = compound_file(message({0x0037: "s", 0x1013: body}, fixed={0x3FDE: code_page}))
    assert extract(data, "a.msg").texts[0].text.endswith("Größe")


def test_a_body_of_compressed_rtf_alone() -> None:
    rtf = compressed_rtf.compress(
        b"{\\rtf1\\ansi The kiln is \\b free\\b0  on Friday.\\par Ruth\\par}", compressed=True
    )
    text = extract(compound_file(message({0x0037: "Kiln", 0x1009: rtf})), "a.msg").texts[0]
    assert "The kiln is free on Friday." in text.text


def test_damaged_rtf_costs_the_body_only() -> None:
    text = extract(compound_file(message({0x0037: "Kiln", 0x1009: b"\x10\0\0\0\0\0\0\0LZFu12345678"})), "a.msg").texts[
        0
    ]
    assert text.text == "Subject: Kiln"
    assert [item.what for item in text.unread] == ["damaged_part"]


def test_attachments_and_messages_inside() -> None:
    inner = message({0x0037: "Clay", 0x0C1A: "Per", 0x1000: "The clay is red."}, is_inside=True, fixed={0x0039: SENT})
    data = compound_file(
        message(
            PLAIN,
            attachments=[
                attachment("notes.txt", b"The wheel is oak."),
                attached_message("Clay", inner),
                attachment("plan.dwg", b"AC1027"),
                attachment("logo.png", b"\x89PNG" + bytes(5_000), "image/png", is_hidden=True),
                attachment("line.png", b"\x89PNG", "image/png", is_hidden=True),
            ],
        )
    )
    found = extract(data, "a.msg")
    assert [(text.member, text.title) for text in found.texts[1:]] == [("notes.txt", None), ("Clay.msg", "Clay")]
    assert found.texts[2].text.endswith("The clay is red.")
    assert found.texts[2].date == "2025-06-03"
    assert "Attachments: notes.txt, Clay.msg, plan.dwg" in found.texts[0].text
    unread = {(item.what, item.where) for item in found.texts[0].unread}
    assert ("attachment", "plan.dwg") in unread
    assert not any("line.png" in where for _, where in unread)
    assert ("plan.dwg", "format .dwg is not read") in found.skipped


def test_messages_inside_messages_end_somewhere() -> None:
    tree = message({0x0037: "deepest", 0x1000: "x"}, is_inside=True)
    for level in range(6):
        tree = message(
            {0x0037: f"level {level}", 0x1000: "x"}, attachments=[attached_message("m", tree)], is_inside=level < 5
        )
    found = extract(compound_file(tree), "a.msg")
    assert [text.title for text in found.texts] == ["level 5", "level 4", "level 3"]
    assert [reason for _, reason in found.failed] == ["m.msg: lies too deep in other files; take it out and add it"]


def test_what_is_encrypted_is_said() -> None:
    locked = message(
        {**PLAIN, 0x1000: "", 0x001A: "IPM.Note.SMIME"}, attachments=[attachment("smime.p7m", b"\x30\x80")]
    )
    with pytest.raises(UnreadableDocument, match="is encrypted; save it without encryption"):
        extract(compound_file(locked), "a.msg")


def test_what_is_signed_is_read() -> None:
    signed = (
        b'Content-Type: multipart/signed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nFree on Friday.\n--b--\n'
    )
    values: dict[int, str | bytes] = {0x0037: "Kiln", 0x001A: "IPM.Note.SMIME.MultipartSigned"}
    found = extract(compound_file(message(values, attachments=[attachment("smime.p7m", signed)])), "a.msg")
    assert "Free on Friday." in found.texts[1].text


def test_other_files_are_refused() -> None:
    for data in (b"\xd0\xcf\x11\xe0msg", b"x" * 5_000, compound_file({"WordDocument": b"x"})):
        with pytest.raises(UnreadableDocument, match=r"^a\.msg: "):
            extract(data, "a.msg")
