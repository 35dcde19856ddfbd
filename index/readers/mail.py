"""E-mail (EML) and mailboxes (MBOX), taken apart by the standard library."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from index.errors import UnreadableDocument
from index.readers.letters import Attachment, Body, Letter, read_letter
from index.readers.members import Extraction, Members, ReadMember
from index.readers.packages import MAX_MEMBERS
from index.readers.plain import decode
from index.text import one_line
from index.types import Unread

_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SIGNED_OR_LOCKED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SEVERAL_BYTES = ("utf", "gb", "hz", "big5", "euc", "shift", "sjis", "cp93", "cp94", "cp95", "ms93", "iso-2022", "ks_c")
_MEANING_CP1252 = ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii")
_MOST_PARTS = 2_000
_DEEPEST = 40
"""How deep parts may lie in parts of one message."""
_FROM_LINE = re.compile(rb"^From [^\n]*\d{4}[^\n]*\r?\n", re.MULTILINE)


def read_mail(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read a message and those of its attachments that can be read.

    Args:
        data: the file.
        name: of the file, for messages.
        read: reads one attachment.

    Raises:
        UnreadableDocument: neither the message nor anything in it can be read.
    """
    if (encoding := _file_encoding(data)) is not None:
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    try:
        message = BytesParser(policy=policy.default).parsebytes(data.lstrip())
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UnreadableDocument(f"{name}: is no message that can be read ({one_line(error)[:120]})") from None
    return read_letter(_Opened(message).letter, name, read)


def read_mailbox(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read each message of a mailbox as a message of its own, named by its number.

    Args:
        data: the file.
        name: of the file, for messages.
        read: reads one message.

    Raises:
        UnreadableDocument: it is no mailbox, or no message in it can be read.
    """
    begins = [
        match.end()
        for match in _FROM_LINE.finditer(data)
        if match.start() == 0 or data[: match.start()].endswith((b"\n\n", b"\n\r\n"))
    ]
    if not begins:
        raise UnreadableDocument(f"{name}: is no mailbox (no line begins a message with “From ”); save it again")
    if len(begins) > MAX_MEMBERS:
        raise UnreadableDocument(f"{name}: holds {len(begins)} messages, more than {MAX_MEMBERS}; split it")
    members = Members(read)
    for number, (start, end) in enumerate(zip(begins, [*begins[1:], len(data)], strict=True), start=1):
        members.add(f"message {number}.eml", partial(_message_bytes, data, start, end, is_last=end == len(data)))
    return members.extraction(name)


def _file_encoding(data: bytes) -> str | None:
    """Return the encoding of a file that some program has saved as text of wide characters, else None."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return encoding
    start = data[:400]
    if 3 * start.count(0) < len(start):  # single ones are damage
        return None
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"


def _message_bytes(data: bytes, start: int, end: int, *, is_last: bool) -> bytes:
    content = data[start:end]
    if not is_last:  # the line that begins the next message
        content = content[: content.rindex(b"From ")]
    return re.sub(rb"^>(>*From )", rb"\1", content, flags=re.MULTILINE)


class _Opened:
    """Makes a letter of a parsed message; what cannot be understood costs the header or the part that it is in."""

    def __init__(self, message: EmailMessage) -> None:
        self.letter = Letter()
        self._parts = 0
        self._shown: set[int] = set()
        self._headers(message)
        self._visit(message, 0)

    def _headers(self, message: EmailMessage) -> None:
        letter = self.letter
        letter.people = [(field, shown) for field in ("From", "To", "Cc") if (shown := _header(message, field))]
        letter.subject = _header(message, "Subject")
        letter.sender = _sender(_header(message, "From") or _header(message, "Sender"))
        letter.sent = stated_moment(_header(message, "Date"))

    def _visit(self, part: Message, depth: int) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS or depth > _DEEPEST:
            if self._parts <= _MOST_PARTS + 1:
                self.letter.unread.append(Unread("too_long", "message", 1, "add_separately"))
            return
        try:
            self._take(part, depth)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except Exception:  # whatever the standard library makes of a damaged part
            self.letter.unread.append(Unread("damaged_part", f"part {self._parts}", 1, "save_again"))

    def _take(self, part: Message, depth: int) -> None:
        kind = part.get_content_type()
        if kind == "multipart/encrypted" or (kind in _SIGNED_OR_LOCKED and not _is_signed_only(part)):
            self.letter.unread.append(Unread("encrypted_part", "message", 1, "unlock"))
        elif kind == "multipart/alternative":
            self._alternatives(part, depth)
        elif kind == "multipart/related":
            self._related(part, depth)
        elif part.is_multipart() and not kind.startswith("message/"):
            for inner in _parts(part):
                self._visit(inner, depth + 1)
        elif kind in _SIGNATURES:
            return
        elif kind == "message/rfc822" or (kind == "message/global" and part.is_multipart()):
            self._attach_message(part)
        elif kind.startswith("message/"):
            self.letter.bodies.append(Body(plain=_as_text(part)))
        elif kind == "text/calendar" and not _file_name(part):
            self.letter.bodies.append(Body(calendar=_text(part)))
        elif kind.startswith("text/") and not _is_attached(part):
            is_html = kind == "text/html"
            self.letter.bodies.append(Body(html=_text(part)) if is_html else Body(plain=_text(part)))
        else:
            self._attach(part, kind)

    def _alternatives(self, part: Message, depth: int) -> None:
        """Take one text in its versions; whatever else is among them is taken by itself."""
        body = Body()
        self.letter.bodies.append(body)
        for inner in _parts(part):
            kind = inner.get_content_type()
            root: Message = inner
            others: list[Message] = []
            if kind == "multipart/related" and (parts := _parts(inner)):
                root, others = _root(inner, parts)
                kind = root.get_content_type()
            if kind == "text/plain" and not body.plain and not _is_attached(root):
                body.plain = _text(root)
            elif kind == "text/html" and not body.html and not _is_attached(root):
                body.html = _text(root)
            elif kind == "text/calendar" and not body.calendar:
                body.calendar = _text(root)
            elif not others and kind in ("text/x-amp-html", "text/watch-html", "text/enriched", "text/rtf"):
                continue  # the same in yet another form
            else:
                self._visit(root, depth + 1)
            for other in others:
                self._shown.add(id(other))
                self._visit(other, depth + 1)

    def _related(self, part: Message, depth: int) -> None:
        parts = _parts(part)
        if parts:
            root, others = _root(part, parts)
            self._shown.update(map(id, others))  # in the text, whatever else a program says of them
            for inner in (root, *others):
                self._visit(inner, depth + 1)

    def _attach_message(self, part: Message) -> None:
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        name = _file_name(part)
        if not name and isinstance(inner, Message):
            name = _header(inner, "Subject")[:80]
        name = re.sub(r"[\\/:]+", "-", name) or f"message {len(self.letter.attachments) + 1}"
        name = f"{name.removesuffix('.eml')}.eml"
        content = partial(_message_content, part, inner)
        self.letter.attachments.append(Attachment(name, content))

    def _attach(self, part: Message, kind: str) -> None:
        name = _file_name(part)
        is_picture = kind.startswith("image/")
        is_inline = is_picture and (id(part) in self._shown or not _is_attached(part, by_name=False))
        if not name:
            what = "picture" if is_picture else "attachment"
            name = f"{what} {len(self.letter.attachments) + 1}"
        if not PurePosixPath(name).suffix:
            name += mimetypes.guess_extension(kind) or ""
        content = partial(_bytes, part)
        self.letter.attachments.append(Attachment(name, content, None, "picture" if is_picture else "file", is_inline))


def _header(message: Message, field: str) -> str:
    """Return a header on one line, as it is shown; one that is damaged is returned as it stands in the file."""
    raw = next((str(value) for name, value in message.raw_items() if name.lower() == field.lower()), "")
    try:
        if not raw.isascii():  # bytes that no encoding was stated for
            return one_line(_decoded(raw.encode("utf-8", "surrogateescape"), None))
        return one_line(message.get(field) or "")
    except Exception:  # the parser of headers fails in many ways
        return one_line(raw)


def _sender(shown: str) -> str:
    try:
        name, address = getaddresses([shown])[0]
    except (IndexError, ValueError, TypeError):
        return shown[:80]
    return one_line(name or address)[:80] or shown[:80]


def stated_moment(text: str) -> datetime | None:
    """Return the time that a header states, in either form that is used, or None."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            moment: datetime = parse(text.strip())
            return moment
    return None


def _parts(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _root(part: Message, parts: list[Message]) -> tuple[Message, list[Message]]:
    """Return what a bundle of related parts shows, and what it shows it with."""
    start = part.get_param("start")
    root = next((inner for inner in parts if start and inner.get("Content-ID") == start), parts[0])
    return root, [inner for inner in parts if inner is not root]


def _is_attached(part: Message, *, by_name: bool = True) -> bool:
    disposition = part.get_content_disposition()
    return disposition == "attachment" or (by_name and bool(_file_name(part)))


def _is_signed_only(part: Message) -> bool:
    return str(part.get_param("smime-type") or "").lower() in ("signed-data", "certs-only")


def _file_name(part: Message) -> str:
    try:
        return one_line(part.get_filename() or "")
    except Exception:  # of a damaged header
        return ""


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _message_content(part: Message, inner: Any) -> bytes:
    if isinstance(inner, Message):
        try:
            return inner.as_bytes()
        except Exception:  # it cannot be written again as it was read
            return inner.as_string(policy=policy.compat32).encode("utf-8", "surrogateescape")
    return _bytes(part)


def _as_text(part: Message) -> str:
    """Return the text of a report on delivery or the like."""
    payload: Any = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(inner.as_string() for inner in payload if isinstance(inner, Message))
    return _text(part)


def _text(part: Message) -> str:
    charset = None
    with suppress(Exception):
        charset = part.get_content_charset()
    text = _decoded(_bytes(part), charset)
    with suppress(Exception):
        if str(part.get_param("format") or "").lower() == "flowed":
            return _unflowed(text, is_tight=str(part.get_param("delsp") or "").lower() == "yes")
    return text


def _decoded(data: bytes, charset: str | None) -> str:
    """Return the bytes as text: in the encoding stated if they are valid in it, else as what they seem to be.

    Hardly any text in an encoding of one byte a character is by chance valid UTF-8, so that is looked for first.
    """
    stated = (charset or "utf-8").lower()
    stated = "cp1252" if stated in _MEANING_CP1252 else stated
    for encoding in (stated, "utf-8") if stated.startswith(_SEVERAL_BYTES) else ("utf-8", stated):
        if encoding not in ("unknown-8bit", "default"):
            with suppress(LookupError, ValueError):
                return data.decode(encoding)
    readers: list[Callable[[], str]] = [lambda: decode(data, "text"), lambda: data.decode("cp1252", "replace")]
    for read in readers:
        with suppress(UnreadableDocument, LookupError, ValueError):
            return read()
    return ""


def _unflowed(text: str, *, is_tight: bool) -> str:
    """Join the lines that the sender's program broke (a blank at their end says so)."""
    joined: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        marks = len(line) - len(line.lstrip(">"))
        body = line[marks:].removeprefix(" ")
        before = len(joined[-1]) - len(joined[-1].lstrip(">")) if joined else 0
        if goes_on and marks == before and body != "-- ":
            joined[-1] += body
        else:
            joined.append(">" * marks + (" " if marks else "") + body)
        goes_on = body.endswith(" ") and body != "-- "
        if goes_on and is_tight:
            joined[-1] = joined[-1][:-1]
    return "\n".join(joined)
