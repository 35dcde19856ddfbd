"""A message as its format's reader found it, and the one form in which messages of all formats become text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from selectolax.lexbor import LexborHTMLParser

from index.errors import UnreadableDocument
from index.readers.base import TextBuilder
from index.readers.calendars import append_calendar
from index.readers.html import append_html
from index.readers.members import Extraction, Members, ReadMember
from index.readers.quoting import Line, Section, is_forward, long_date, plain_lines, sections
from index.text import one_line, without_invisible
from index.types import Unread

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_QUOTES = (
    'blockquote[type="cite" i], blockquote.gmail_quote, blockquote[class*="quote" i], blockquote[cite^="mid:" i], '
    "div.yahoo_quoted"
)
_OLDER = '#divRplyFwdMsg, #appendonsend, #OLK_SRC_BODY_SECTION, .OutlookMessageHeader, [name="messageReplySection"]'
_OUTLOOK_BORDER = re.compile(
    r"border:\s*none;\s*border-top:\s*solid\s*#[0-9a-f]{6}\s*1\.0pt;\s*padding:\s*3\.0pt", re.I
)
_DEEPER, _SHALLOWER, _BEGINS_OLDER = "\ufdd0", "\ufdd1", "\ufdd2"
"""Put into HTML where quoting begins and ends. They are no characters: no text has them for a purpose."""
_IN_HTML = re.compile(f"([{_DEEPER}{_SHALLOWER}{_BEGINS_OLDER}])")
_MOST_MARKS = 2_000
_ONLY_HINTS = re.compile(
    r"\b(?:view|open|read|see|display)\b.{0,60}\b(?:html|browser|online|e-?mail client)\b|\bhtml\b.{0,40}"
    r"\b(?:version|message|e-?mail|capable|format)\b|\b(?:does|do) not support html\b",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W_]{2,}")
_LINK = re.compile(r"https?://\S+")
_FEWER = 0.6
"""A plain version with less than this part of the words of the HTML is not the whole message."""
_PGP_NAMES = (".asc", ".pgp", ".gpg", ".bin", ".pgp-encrypted")
_PGP_BLOCK = re.compile(r"-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|\Z)", re.DOTALL)
_TINY_PICTURE = 1_500
"""Bytes up to which an inline picture is taken for a line, an icon or a tracker."""


@dataclass(slots=True)
class Body:
    """A text of a message in one or two versions, or a calendar entry."""

    plain: str = ""
    html: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that a message carries.

    Attributes:
        name: as the message calls it.
        content: gives its bytes, and may fail.
        read: reads it where it is no file by itself, given its name.
        kind: whether it is a picture.
        is_inline: whether it stands in the text.
    """

    name: str
    content: Callable[[], bytes] = bytes
    read: Callable[[str], Extraction] | None = None
    kind: Literal["file", "picture"] = "file"
    is_inline: bool = False


@dataclass(slots=True)
class Letter:
    """A message.

    Attributes:
        people: (``From``, ``To`` or ``Cc``; whom), as they are shown.
        sender: the name of who wrote it.
        sent: when.
        subject: of the message.
        bodies: its texts, in order.
        attachments: what it carries.
        unread: what of it cannot be read.
    """

    people: list[tuple[str, str]] = field(default_factory=list)
    sender: str = ""
    sent: datetime | None = None
    subject: str = ""
    bodies: list[Body] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_letter(letter: Letter, name: str, read: ReadMember) -> Extraction:
    """Return a message as text, and what it carries as documents of their own.

    Args:
        letter: the message.
        name: of its file.
        read: reads one attachment.

    Raises:
        UnreadableDocument: neither the message nor anything that it carries can be read.
    """
    builder = TextBuilder()
    own = ", ".join(filter(None, (_from("message", letter.sender), long_date(letter.sent) if letter.sent else "")))
    builder.place(own, kind="message")
    head = _head(letter)
    for line in head:
        builder.block(line, between="\n")
    for number, body in enumerate(letter.bodies):
        if number:  # quoting ends with the text that it is in
            builder.place(own, kind="message")
        try:
            _append_body(body, own, is_forward(letter.subject), builder)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException:  # a parser's own mistake: one text of the message
            builder.unread("damaged_part", "message", remedy="save_again")
    for noted in letter.unread:
        builder.unread(noted.what, noted.where, noted.count, noted.remedy)
    members = Members(read)
    for attachment in letter.attachments:
        _attach(attachment, members, builder)
    text = builder.extracted(title=letter.subject or None, date=letter.sent.date().isoformat() if letter.sent else None)
    is_locked = any(noted.what == "encrypted_part" for noted in text.unread)
    if is_locked and members.is_empty and len(text.text) <= len("\n".join(head)):
        raise UnreadableDocument(f"{name}: is encrypted; save it without encryption")
    if not text.text and not letter.attachments:
        raise UnreadableDocument(f"{name}: holds no text; add a file with text in it")
    return members.extraction(name, text)


def _from(what: str, sender: str) -> str:
    return f"{what} from {sender}" if sender else what


def _head(letter: Letter) -> list[str]:
    lines = [f"{label}: {whom}" for label, whom in letter.people if whom]
    if letter.sent:
        day = letter.sent.date()
        clock = f"{letter.sent:%H:%M}" + (" UTC" if letter.sent.utcoffset() == timedelta(0) else "")
        lines.append(f"Date: {_DAYS[day.weekday()]}, {long_date(day)} ({day.isoformat()} {clock})")
    if letter.subject:
        lines.append(f"Subject: {letter.subject}")
    carried = [one_line(item.name) for item in letter.attachments if not item.is_inline]
    if carried:
        lines.append(f"Attachments: {', '.join(carried)}")
    return lines


def _attach(attachment: Attachment, members: Members, builder: TextBuilder) -> None:
    if attachment.kind == "picture" and attachment.is_inline:
        try:
            size = len(attachment.content())
        except Exception:
            size = 0
        if size <= _TINY_PICTURE:
            return
    elif attachment.name.lower().endswith(_PGP_NAMES) and (remains := _pgp(attachment)) is not None:
        if remains:
            builder.unread("encrypted_part", one_line(attachment.name), remedy="unlock")
        return
    if attachment.read is not None:
        is_read = members.take(attachment.name, attachment.read)
    else:
        is_read = members.add(attachment.name, attachment.content)
    if not is_read:
        what, remedy = ("picture", "ocr") if attachment.kind == "picture" else ("attachment", "convert")
        builder.unread(what, one_line(attachment.name), remedy=remedy)


def _pgp(attachment: Attachment) -> bool | None:
    """Tell whether an attachment is encrypted by PGP (True) or but says so (False); None where it is something else."""
    try:
        content = attachment.content().lstrip()[:100]
    except Exception:
        return None
    if content.startswith(b"-----BEGIN PGP MESSAGE"):
        return True
    return False if re.fullmatch(rb"Version: \d+\s*", content) else None


def _append_body(body: Body, own: str, forwards: bool, builder: TextBuilder) -> None:
    """Append the better version of a text, each message in it with a place of its own."""
    body.plain, locked = _PGP_BLOCK.subn("", body.plain)
    if locked:
        builder.unread("encrypted_part", "message", locked, "unlock")
    if _is_plain_better(body):
        lines = plain_lines(without_invisible(body.plain.replace("\r\n", "\n").replace("\r", "\n")))
        found = sections(lines, forwards=forwards)
        for section, end in zip(found, [*(section.start for section in found[1:]), len(lines)], strict=True):
            _place(section, own, builder)
            text = "\n".join(line.text.rstrip() for line in lines[section.start : end])
            for paragraph in re.split(r"\n[ \t]*\n\s*\n?(?=\S|[ \t]+\S)", text):
                builder.block(paragraph)
    elif body.html:
        recorder = _Recorder()
        append_html(_marked(body.html), recorder)
        recorder.replay(own, forwards, builder)
    if body.calendar:
        if body.plain or body.html:
            builder.place(own, kind="message")
        append_calendar(body.calendar, builder)


def _place(section: Section, own: str, builder: TextBuilder) -> None:
    if section.kind == "own":
        if section.start:  # the place of the whole message is named with its head
            builder.place(own, kind="message")
        return
    is_quoted = section.kind == "quoted"
    what = _from(f"{section.kind} message", section.sender)
    builder.place(", ".join(filter(None, (what, section.date))), kind="quoted" if is_quoted else "message")


def _is_plain_better(body: Body) -> bool:
    """Tell whether the plain version says what the HTML does. It does not keep tables, and may be but a hint."""
    if not body.html.strip():
        return bool(body.plain.strip())
    words = len(_WORD.findall(_LINK.sub("", body.plain)))
    if not words or (words < 60 and _ONLY_HINTS.search(body.plain)):
        return False
    tree = LexborHTMLParser(body.html)
    tree.strip_tags(["style", "script", "head", "title"])
    shown = tree.body.text(separator=" ") if tree.body is not None else ""
    if words < _FEWER * len(_WORD.findall(_LINK.sub("", shown))):
        return False
    return not any(_is_table_of_data(table) for table in tree.css("table")[:200])


def _is_table_of_data(table: Any) -> bool:
    """Tell a table from a layout: several rows of several cells with text, and no table inside."""
    if table.css_first("table table, table img, table blockquote") is not None:
        return False
    full = 0
    for row in table.css("tr")[:50]:
        cells = [cell.text().strip() for cell in row.css("td, th")]
        full += sum(0 < len(cell) <= 120 for cell in cells) >= 2
    return full >= 2


def _marked(html: str) -> str:
    """Return the page with marks where its elements say that quoting begins and ends."""
    tree = LexborHTMLParser(_IN_HTML.sub("", html))
    for node in tree.css(_QUOTES)[:_MOST_MARKS]:
        node.insert_before(_DEEPER)
        node.insert_after(_SHALLOWER)
    bordered = [
        node for node in tree.css('div[style*="border-top"]') if _OUTLOOK_BORDER.search(node.attributes["style"] or "")
    ]
    for node in [*tree.css(_OLDER), *bordered][:_MOST_MARKS]:
        node.insert_before(_BEGINS_OLDER)
    return tree.html or ""


class _Recorder(TextBuilder):
    """Takes down what a reader of HTML writes, so that it can be divided before it is written."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self._in_part = False

    def block(self, text: str, level: int | None = None, *, between: str = "\n\n") -> None:
        self._calls.append(("row" if self._in_part else "block", (text, level), {"between": between}))

    def part(self, label: str, kind: str) -> None:
        self._in_part = True
        self._calls.append(("part", (label, kind), {}))

    def end_part(self) -> None:
        self._in_part = False
        self._calls.append(("end_part", (), {}))

    def place(self, label: str, page: int | None = None, kind: str = "") -> None:
        """Leave out places within the page: those of messages are named here."""

    def unread(self, what: str, where: str = "", count: int = 1, remedy: str = "") -> None:
        self._calls.append(("unread", (what, where, count, remedy), {}))

    def replay(self, own: str, forwards: bool, builder: TextBuilder) -> None:
        """Write what was taken down, each message in it with a place of its own."""
        lines, calls = self._lines()
        found = {section.start: section for section in sections(lines, forwards=forwards)}
        _place(found[0], own, builder)
        for call, (name, arguments, options) in enumerate(self._calls):
            if name not in ("block", "row"):
                getattr(builder, name)(*arguments, **options)
                continue
            mine = [n for n in calls[call] if lines[n].text.strip() or n in found]
            for run in _runs(mine, found):
                if run[0] in found:
                    _place(found[run[0]], own, builder)
                text = "\n".join(lines[n].text for n in run)
                builder.block(text, arguments[1] if len(run) == len(mine) else None, **options)

    def _lines(self) -> tuple[list[Line], dict[int, list[int]]]:
        """Return the lines of all blocks, and for each block the numbers of its lines."""
        lines: list[Line] = []
        calls: dict[int, list[int]] = {}
        depth, begins = 0, False
        for call, (name, arguments, _) in enumerate(self._calls):
            if name not in ("block", "row"):
                continue
            calls[call] = []
            for piece in _IN_HTML.split(arguments[0]):
                if piece == _DEEPER:
                    depth += 1
                elif piece == _SHALLOWER:
                    depth = max(0, depth - 1)
                elif piece == _BEGINS_OLDER:
                    begins = True
                elif piece.strip():
                    for line in [piece] if name == "row" else piece.strip("\n").split("\n"):
                        calls[call].append(len(lines))
                        lines.append(Line(line, depth, begins))
                        begins = False
        return lines or [Line("")], calls


def _runs(numbers: Sequence[int], found: dict[int, Section]) -> list[list[int]]:
    """Divide the lines of a block where another message begins."""
    runs: list[list[int]] = []
    for number in numbers:
        if number in found or not runs:
            runs.append([])
        runs[-1].append(number)
    return runs
