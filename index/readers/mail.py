"""E-mail (EML) by the standard library: the message, and its attachments as documents of their own."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from functools import partial

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.html import append_html
from index.readers.members import Extraction, Members, ReadMember
from index.text import one_line, without_invisible


def read_mail(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read a message and those of its attachments that can be read.

    Args:
        data: the file.
        name: of the file, for messages.
        read: reads one attachment.
    """
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        text = _message(message)
        members = Members(read)
        for attachment_name, content in _attachments(message):
            members.add(attachment_name, partial(bytes, content))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:  # of damaged messages
        raise UnreadableDocument(f"{name}: is no message that can be read ({one_line(str(error))[:120]})") from None
    return members.extraction(name, text)


def read_mailbox(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read a mailbox."""
    raise UnreadableDocument(f"{name}: is no mailbox")


def _message(message: EmailMessage) -> Extracted:
    builder = TextBuilder()
    subject = one_line(str(message.get("Subject", "")))
    for field in ("From", "To", "Cc"):
        if message.get(field):
            builder.block(f"{field}: {one_line(str(message[field]))}", between="\n")
    body = message.get_body(preferencelist=("plain", "html"))
    if isinstance(body, EmailMessage):
        text = _text(body)
        if body.get_content_subtype() == "html":
            append_html(text, builder)
        else:
            builder.block(without_invisible(text.replace("\r\n", "\n")))
    return builder.extracted(title=subject, date=_date(message))


def _text(part: EmailMessage) -> str:
    try:
        content = part.get_content()
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode("latin-1") if isinstance(payload, bytes) else ""
    return content if isinstance(content, str) else ""


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        name = one_line(part.get_filename() or f"attachment {number}")
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            yield f"{name.removesuffix('.eml')}.eml", inner.as_bytes()
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield name, payload


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(str(message["Date"])).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
