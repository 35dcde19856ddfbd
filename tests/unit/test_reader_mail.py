"""Mail: its head, the better version, older mail in a place of its own, invitations, attachments, mailboxes."""

from __future__ import annotations

from email.message import EmailMessage
from itertools import pairwise

import pytest

from index.errors import UnreadableDocument
from index.readers.base import Extracted
from index.readers.formats import extract
from index.readers.members import Extraction
from index.readers.quoting import plain_lines, sections

HEAD = (
    "From: Ruth Amsel <ruth@kiln.example>\nTo: Per <per@kiln.example>\nDate: Tue, 3 Jun 2025 14:05:00 +0200\n"
    "Subject: {subject}\nMIME-Version: 1.0\n"
)
PLAIN = HEAD.format(subject="Re: Kiln") + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
HTML = HEAD.format(subject="Re: Kiln") + "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"


def read(text: str | bytes, name: str = "a.eml") -> Extraction:
    return extract(text.encode() if isinstance(text, str) else text, name)


def one(text: str | bytes) -> Extracted:
    (extracted,) = read(text).texts
    return extracted


def parts(text: Extracted) -> list[tuple[str, str, str]]:
    """Return (label, kind, text) of each place."""
    starts = [*(place.start for place in text.places), len(text.text)]
    return [
        (place.label, place.kind, text.text[start:end].strip())
        for place, (start, end) in zip(text.places, pairwise(starts), strict=True)
    ]


def said(text: Extracted, kind: str) -> str:
    return "\n".join(words for _, of, words in parts(text) if of == kind)


def test_the_head_is_text_and_says_the_date_in_two_ways() -> None:
    text = one(PLAIN.replace("To: ", "Cc: all@kiln.example\nTo: ") + "The kiln is free.\n")
    assert text.text == (
        "From: Ruth Amsel <ruth@kiln.example>\nTo: Per <per@kiln.example>\nCc: all@kiln.example\n"
        "Date: Tue, 3 June 2025 (2025-06-03 14:05)\nSubject: Re: Kiln\n\nThe kiln is free."
    )
    assert text.body_start == 0
    assert (text.title, text.date) == ("Re: Kiln", "2025-06-03")
    assert parts(text)[0][:2] == ("message from Ruth Amsel, 3 June 2025", "message")


@pytest.mark.parametrize(
    ("stated", "shown", "iso"),
    [
        ("2025-06-03T14:05:00Z", "Tue, 3 June 2025 (2025-06-03 14:05 UTC)", "2025-06-03"),
        ("3 Jun 2025 14:05", "Tue, 3 June 2025 (2025-06-03 14:05)", "2025-06-03"),
        ("soon", None, None),
        ("Tue, 99 Jun 2025 14:05:00 +0000", None, None),
    ],
)
def test_dates_that_programs_write(stated: str, shown: str | None, iso: str | None) -> None:
    text = one(f"From: a@b.example\nDate: {stated}\nSubject: s\n\nBody.\n")
    assert text.date == iso
    assert (f"Date: {shown}" in text.text) if shown else ("Date:" not in text.text)


QUOTED = [
    ("english", "On Mon, 2 Jun 2025 at 09:15, Per Dahl <per@kiln.example>\nwrote:\n\n> {old}\n>\n> Per\n"),
    ("german", "Am Mo., 2. Juni 2025 um 09:15 Uhr schrieb Per Dahl <per@kiln.example>:\n\n> {old}\n"),
    ("german numbers", "Am 02.06.25 um 09:15 schrieb Per Dahl:\n> {old}\n> Per\n"),
    ("spanish", "El lun, 2 jun 2025 a las 9:15, Per Dahl (<per@kiln.example>) escribió:\n\n> {old}\n"),
    ("french", "Le lun. 2 juin 2025 à 09:15, Per Dahl <per@kiln.example> a écrit :\n\n> {old}\n"),
    ("turkish", "Per Dahl <per@kiln.example>, 2 Haz 2025 Pzt, 09:15 tarihinde şunu yazdı:\n\n> {old}\n"),
    ("dutch", "Op ma 2 jun. 2025 om 09:15 schreef Per Dahl <per@kiln.example>:\n\n> {old}\n"),
    ("swedish", "Den mån 2 juni 2025 kl 09:15 skrev Per Dahl <per@kiln.example>:\n\n> {old}\n"),
    ("phone", "Sent from my phone\n\n> On 2 Jun 2025, at 09:15, Per Dahl <per@kiln.example> wrote:\n> \n> {old}\n"),
    ("not marked", "On 2 June 2025 at 09:15 Per Dahl <per@kiln.example> wrote:\n\n{old}\n"),
    (
        "rule",
        "-----Original Message-----\nFrom: Per Dahl\nSent: Monday, 2 June 2025 09:15\nTo: R\nSubject: K\n\n{old}\n",
    ),
    (
        "underscores",
        "________________________________\nFrom: Per Dahl <per@kiln.example>\nSent: Monday, June 2, 2025 9:15 AM\n"
        "To: Ruth <ruth@kiln.example>\nCc: All\nSubject: Re: Kiln\n\n{old}\n",
    ),
    ("bare", "From: Per Dahl <p@k.example>\nDate: Monday, 2 June 2025 at 09:15\nTo: R\nSubject: Re: Kiln\n\n{old}\n"),
    ("von", "Von: Per Dahl <p@k.example>\nGesendet: Montag, 2. Juni 2025 09:15\nAn: Ruth\nBetreff: Ofen\n\n{old}\n"),
    ("de", "De : Per Dahl <p@k.example>\nEnvoyé : lundi 2 juin 2025 09:15\nÀ : Ruth\nObjet : Four\n\n{old}\n"),
    ("de, spanish", "De: Per Dahl\nEnviado el: lunes, 2 de junio de 2025 9:15\nPara: Ruth\nAsunto: Horno\n\n{old}\n"),
    ("kimden", "Kimden: Per Dahl\nGönderildi: 2 Haziran 2025 Pazartesi 09:15\nKime: Ruth\nKonu: Fırın\n\n{old}\n"),
]


@pytest.mark.parametrize("shape", [shape for _, shape in QUOTED], ids=[name for name, _ in QUOTED])
def test_older_mail_has_a_place_of_its_own(shape: str) -> None:
    text = one(PLAIN + "The kiln is free on Friday.\n\nRuth\n\n" + shape.format(old="The kiln is free on Tuesday."))
    own, older = parts(text)
    assert own[1] == "message"
    assert "Friday" in own[2]
    assert "Tuesday" not in own[2]
    assert older[:2] == ("quoted message from Per Dahl, 2 June 2025", "quoted")
    assert "The kiln is free on Tuesday." in older[2].split("\n")


def test_each_older_message_is_named() -> None:
    older = "".join(
        f"From: {who}\nSent: {day} June 2025 08:00\nTo: Ruth\nSubject: Kiln\n\nWords of {who}.\n\n"
        for who, day in (("Per", 2), ("Bo", 1))
    )
    assert [label for label, _, _ in parts(one(PLAIN + "Mine.\n\n" + older))][1:] == [
        "quoted message from Per, 2 June 2025",
        "quoted message from Bo, 1 June 2025",
    ]


def test_words_between_quotes_are_the_writer_s_own() -> None:
    text = one(
        PLAIN + "Hello,\n\nOn 2 June 2025, Per wrote:\n> Who brings clay?\n\nRuth brings clay.\n\n> And the wheel?\n\n"
        "It stays.\n\n-- \nRuth\n"
    )
    assert said(text, "quoted").split("\n") == ["On 2 June 2025, Per wrote:", "Who brings clay?", "And the wheel?"]
    assert "Ruth brings clay." in said(text, "message")
    assert "It stays." in said(text, "message")
    assert {label for label, kind, _ in parts(text) if kind == "quoted"} == {"quoted message from Per, 2 June 2025"}


@pytest.mark.parametrize(
    "body",
    [
        "On the island Darwin wrote:\n\nThe finches differ.\n",
        "From: the beginning\nTo: the end\nwe knew.\n",
        "From: Oslo\nDate: 3 May\nTo: Bergen\nThe train is full.\n",
        "Costs -> 5\n a > b\n-----\nDate: soon\n",
    ],
)
def test_words_that_look_like_it_are_no_older_mail(body: str) -> None:
    assert said(one(PLAIN + body), "quoted") == ""


FORWARDED = [
    "---------- Forwarded message ---------\nFrom: Per Dahl <p@k.example>\nDate: Mon, 2 Jun 2025 at 09:15\n"
    "Subject: Kiln\nTo: Ruth <r@k.example>\n\nFree on Tuesday.\n",
    "Begin forwarded message:\n\n> From: Per Dahl <p@k.example>\n> Subject: Kiln\n> Date: 2 June 2025 at 09:15\n"
    "> To: R <r@k.example>\n>\n> Free on Tuesday.\n",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Ofen\nDatum: Mon, 2 Jun 2025 09:15\nVon: Per Dahl <p@k.example>\n"
    "An: R <r@k.example>\n\nFree on Tuesday.\n",
]


@pytest.mark.parametrize("forwarded", FORWARDED)
def test_what_is_forwarded_is_no_older_mail(forwarded: str) -> None:
    text = one(PLAIN + "See below.\n\n" + forwarded)
    assert "Free on Tuesday." in said(text, "message")
    assert said(text, "quoted") == ""


def test_the_subject_tells_a_forward_from_an_answer() -> None:
    header = "From: Per Dahl\nSent: 2 June 2025 09:15\nTo: Ruth\nSubject: Kiln\n\nFree on Tuesday.\n"
    older = "\nFrom: Bo\nSent: 1 June 2025 09:15\nTo: Per\nSubject: Kiln\n\nWhen is it free?\n"
    text = one(PLAIN.replace("Re: Kiln", "FW: Kiln") + "Fyi.\n\n" + header + older)
    assert [(label, kind) for label, kind, _ in parts(text)][1:] == [
        ("forwarded message from Per Dahl, 2 June 2025", "message"),
        ("quoted message from Bo, 1 June 2025", "quoted"),
    ]


HTML_QUOTED = [
    '<div>Free on Friday.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, 2 Jun 2025 at 09:15, Per Dahl '
    '&lt;<a href="mailto:p@k.example">p@k.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote">'
    "<p>Free on Tuesday.</p></blockquote></div>",
    '<p>Free on Friday.</p><div class="moz-cite-prefix">On 02.06.2025 09:15, Per Dahl wrote:<br></div>'
    '<blockquote type="cite"><p>Free on Tuesday.</p></blockquote>',
    "<p class=MsoNormal>Free on Friday.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm "
    "0cm'><p class=MsoNormal><b>From:</b> Per Dahl &lt;p@k.example&gt;<br><b>Sent:</b> Monday, 2 June 2025 09:15<br>"
    "<b>To:</b> Ruth<br><b>Subject:</b> Kiln</p></div><p class=MsoNormal>Free on Tuesday.</p>",
    '<div>Free on Friday.</div><hr><div id="divRplyFwdMsg"><font><b>From:</b> Per Dahl<br><b>Sent:</b> Monday, June 2, '
    "2025 9:15 AM<br><b>To:</b> Ruth<br><b>Subject:</b> Kiln</font></div><div>Free on Tuesday.</div>",
    "<p>Free on Friday.</p><p>Von: Per Dahl</p><p>Gesendet: Montag, 2. Juni 2025 09:15</p><p>An: Ruth</p>"
    "<p>Betreff: Ofen</p><p>Free on Tuesday.</p>",
]


@pytest.mark.parametrize("body", HTML_QUOTED)
def test_older_mail_in_html(body: str) -> None:
    text = one(HTML + f"<html><body>{body}</body></html>\n")
    assert "Free on Friday." in said(text, "message")
    assert "Free on Tuesday." in said(text, "quoted")
    assert parts(text)[-1][:2] == ("quoted message from Per Dahl, 2 June 2025", "quoted")
    assert not any(mark in text.text for mark in "\ufdd0\ufdd1\ufdd2")


def test_the_writer_goes_on_below_a_quote_in_html() -> None:
    body = '<p>One.</p><blockquote type="cite"><p>Old.</p></blockquote><p>Two.</p><blockquote>A verse.</blockquote>'
    text = one(HTML + body)
    assert said(text, "quoted") == "Old."
    assert said(text, "message").endswith("Two.\n\nA verse.")


def test_a_mark_of_the_program_suffices_where_the_words_are_not_known() -> None:
    text = one(HTML + '<p>Free.</p><div id="appendonsend"></div><div id="divRplyFwdMsg">ผู้ส่ง Per</div><p>Not free.</p>')
    assert "Not free." in said(text, "quoted")


def alternative(plain: str, html: str) -> Extracted:
    message = EmailMessage()
    message["Subject"] = "s"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    return one(message.as_bytes())


def test_the_better_version_is_read() -> None:
    assert "Plain words here." in alternative("Plain words here.", "<p>HTML words here.</p>").text
    assert (
        "The kiln" in alternative("To view this message, use an HTML capable client.", "<p>The kiln is free.</p>").text
    )
    assert "The kiln" in alternative("\n", "<p>The kiln is free.</p>").text
    long = "word " * 200
    assert "HTML end" in alternative("word " * 40, f"<p>{long}HTML end</p>").text
    table = "<table><tr><th>Glaze<th>Price<tr><td>blue<td>12<tr><td>green<td>14</table>"
    assert "Glaze: green | Price: 14" in alternative("Glaze\nPrice\nblue\n12\ngreen\n14\n", table).text


def test_all_texts_of_a_message_are_read_and_the_rest_is_attached() -> None:
    data = (
        HEAD.format(subject="Kiln") + 'Content-Type: multipart/mixed; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nFirst text.\n"
        "--b\nContent-Type: text/plain; name=wheel.txt\nContent-Disposition: attachment; filename=wheel.txt\n\nOf oak.\n"
        "--b\nContent-Type: text/html\n\n<p>Second text.</p>\n"
        "--b\nContent-Type: application/acad\nContent-Disposition: attachment; filename=plan.dwg\n\nAC10\n"
        "--b\nContent-Type: text/plain\n\n_____\nThe list's footer.\n--b--\n"
    )
    found = read(data)
    for words in ("First text.", "Second text.", "The list's footer.", "Attachments: wheel.txt, plan.dwg"):
        assert words in found.texts[0].text
    assert [(text.member, text.text.strip()) for text in found.texts[1:]] == [("wheel.txt", "Of oak.")]
    assert found.skipped == (("plan.dwg", "format .dwg is not read"),)
    assert [(item.what, item.where, item.remedy) for item in found.texts[0].unread] == [
        ("attachment", "plan.dwg", "convert")
    ]


def test_a_bad_attachment_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(_: str) -> Extracted:
        raise PanicException

    monkeypatch.setitem(extract.__globals__["_TEXT"], ".csv", panic)
    message = EmailMessage()
    message["Subject"] = "Kiln"
    message.set_content("The kiln is free.")
    for name in ("a.docx", "b.csv", "c.txt"):
        message.add_attachment(b"PK\3\4 damaged", maintype="application", subtype="octet-stream", filename=name)
    found = read(message.as_bytes())
    assert [name for name, _ in found.failed] == ["a.docx", "b.csv"]
    assert "PanicException" in found.failed[1][1]
    assert [text.member for text in found.texts] == ["", "c.txt"]


def test_messages_in_messages() -> None:
    inner = EmailMessage()
    inner["Subject"], inner["From"], inner["Date"] = (
        "Fair / stand",
        "Fair <f@f.example>",
        "Mon, 2 Jun 2025 08:00:00 +0000",
    )
    inner.set_content("The fair opens at ten.")
    outer = EmailMessage()
    outer["Subject"] = "Fwd: Fair"
    outer.set_content("See the message.")
    outer.add_attachment(inner)
    found = read(outer.as_bytes())
    assert [(text.member, text.title) for text in found.texts] == [
        ("", "Fwd: Fair"),
        ("Fair - stand.eml", "Fair / stand"),
    ]
    assert "The fair opens at ten." in found.texts[1].text
    assert found.texts[1].date == "2025-06-02"


def test_a_digest_is_its_messages() -> None:
    data = (
        'Subject: Digest\nMIME-Version: 1.0\nContent-Type: multipart/digest; boundary="b"\n\n'
        "--b\n\nSubject: One\n\nFirst.\n--b\n\nSubject: Two\n\nSecond.\n--b--\n"
    )
    assert [text.member for text in read(data).texts] == ["", "One.eml", "Two.eml"]


def test_invitations_are_read_and_alarms_are_not() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
        "SUMMARY:Glazing\\, part two\r\nDTSTART;TZID=Europe/Oslo:20250612T100000\r\nDTEND;VALUE=DATE:20250613\r\n"
        'LOCATION:Room 3\r\nORGANIZER;CN="Amsel, Ruth":mailto:ruth@kiln.example\r\nATTENDEE:mailto:per@kiln.exam\r\n ple\r\n'
        "BEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message = EmailMessage()
    message["Subject"] = "Invitation"
    message.set_content("Please come.")
    message.add_alternative(calendar, subtype="calendar")
    lines = one(message.as_bytes()).text.split("\n")
    assert lines[-6:] == [
        "Event: Glazing, part two",
        "Start: 12 June 2025, 10:00 (Europe/Oslo) (2025-06-12)",
        "End: 13 June 2025 (2025-06-13)",
        "Place: Room 3",
        "Organizer: Amsel, Ruth <ruth@kiln.example>",
        "Attendees: per@kiln.example",
    ]
    assert extract(calendar.encode(), "a.ics").texts[0].text.split("\n") == lines[-6:]


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-8", "Größe".encode()),
        ("iso-8859-1", "Größe".encode("latin-1")),
        ("iso-8859-1", "Größe".encode()),  # stated wrongly
        ("us-ascii", "Größe".encode()),
        ("x-unknown", "Größe".encode()),
        ("x-unknown", "Größe und Länge, für Über".encode("cp1252")),
        ("iso-2022-jp", "Größe".encode()),
    ],
)
def test_encodings_stated_rightly_and_wrongly(charset: str, body: bytes) -> None:
    head = f"Subject: s\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert "Größe" in one(head.encode() + body).text


def test_heads_with_bytes_of_no_stated_encoding() -> None:
    text = one(b"From: J\xf6rg <j@k.example>\nSubject: Gr\xc3\xb6\xc3\x9fe\n\nBody.\n")
    assert "From: Jörg <j@k.example>" in text.text
    assert text.title == "Größe"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_files_saved_in_another_encoding(encoding: str) -> None:
    assert one((PLAIN + "Der Ofen ist groß.\n").encode(encoding)).text.endswith("Der Ofen ist groß.")


def test_lines_that_the_program_broke_are_joined() -> None:
    head = HEAD.format(subject="s") + "Content-Type: text/plain; format=flowed\n\n"
    assert "The kiln is free on Friday.\nRuth" in one(head + "The kiln is \nfree on Friday.\nRuth\n").text


def test_what_is_encrypted_is_said() -> None:
    data = (
        'Subject: Secret\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSee inside.\n--b\n'
        'Content-Type: multipart/encrypted; boundary="c"\n\n--c\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n'
        "--c\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nabc\n--c--\n--b--\n"
    )
    text = one(data)
    assert "See inside." in text.text
    assert [(item.what, item.remedy) for item in text.unread] == [("encrypted_part", "unlock")]
    inline = one(PLAIN + "Hello.\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert "hQEMA" not in inline.text
    assert inline.unread[0].what == "encrypted_part"
    with pytest.raises(UnreadableDocument, match="is encrypted"):
        read("Subject: s\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAG\n")


def test_inline_pictures_are_noted_and_icons_are_not() -> None:
    message = EmailMessage()
    message["Subject"] = "s"
    message.set_content("Text.")
    message.add_alternative('<p>Text.<img src="cid:a"><img src="cid:b">', subtype="html")
    html = message.get_payload()[1]
    html.add_related(bytes(5_000), "image", "png", cid="<a>", filename="kiln.png")
    html.add_related(bytes(300), "image", "png", cid="<b>", filename="icon.png")
    text = one(message.as_bytes())
    assert [(item.what, item.where, item.remedy) for item in text.unread] == [("picture", "kiln.png", "ocr")]


def test_a_message_of_nothing_but_a_subject() -> None:
    assert one("Subject: Bring the clay\n\n").text == "Subject: Bring the clay"


def test_a_damaged_part_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise KeyError("x")

    monkeypatch.setattr("index.readers.mail._as_text", fail)
    data = (
        'Subject: s\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nRead.\n'
        "--b\nContent-Type: message/delivery-status\n\nStatus: 5.0.0\n--b--\n"
    )
    text = one(data)
    assert text.text.endswith("Read.")
    assert [item.what for item in text.unread] == ["damaged_part"]


def test_parts_in_parts_end_somewhere() -> None:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(200))
    with pytest.raises(UnreadableDocument):
        read(head + "Content-Type: text/plain\n\nText.\n")


def test_a_mailbox_is_its_messages() -> None:
    data = (
        "From ruth@kiln.example Tue Jun  3 14:05:00 2025\nSubject: One\n\nFirst.\n\nFrom the start it was free.\n"
        ">From here on too.\n\nFrom per@kiln.example Tue Jun  3 15:05:00 2025\nSubject: Two\n\nSecond.\n"
    )
    found = read(data, "a.mbox")
    assert [(text.member, text.title) for text in found.texts] == [("message 1.eml", "One"), ("message 2.eml", "Two")]
    assert "From the start it was free.\nFrom here on too." in found.texts[0].text
    with pytest.raises(UnreadableDocument, match=r"^a\.mbox: is no mailbox"):
        read("Subject: One\n\nFirst.\n", "a.mbox")


def test_sections_cover_every_line_in_order() -> None:
    text = PLAIN + "".join(shape.format(old="Old.") + "\nNew.\n" for _, shape in QUOTED) + FORWARDED[1]
    starts = [section.start for section in sections(plain_lines(text))]
    assert starts[0] == 0
    assert starts == sorted(set(starts))


def test_a_long_thread_is_read_in_time() -> None:
    thread = "".join(
        f"{'>' * (n % 9)} On {n % 28 + 1} June 2025 at 09:15, Per <p@k.example> wrote:\n{'>' * (n % 9 + 1)} Line {n}.\n"
        for n in range(20_000)
    )
    assert one(PLAIN + thread).text.count("Line ") == 20_000
