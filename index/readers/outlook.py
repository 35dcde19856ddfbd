"""Messages saved by Outlook (MSG): compound files whose streams are numbered properties, opened by olefile."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.errors import UnreadableDocument
from index.readers.html import decode_html
from index.readers.letters import Attachment, Body, Letter, read_letter
from index.readers.mail import stated_moment
from index.readers.members import Extraction, ReadMember
from index.readers.rtf import read_rtf
from index.text import one_line
from index.types import Unread

if TYPE_CHECKING:
    from olefile import OleFileIO

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".emf", ".wmf", ".heic")
_DEEPEST = 3
"""How deep messages may lie in messages of one file."""
_MOST = 2_000
"""Recipients or attachments of one message."""
_BY_VALUE, _EMBEDDED, _OBJECT = 1, 5, 6
"""Ways in which something is attached."""


def read_msg(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read a message and those of its attachments that can be read.

    Args:
        data: the file.
        name: of the file, for messages.
        read: reads one attachment.

    Raises:
        UnreadableDocument: it is damaged, or neither the message nor anything in it can be read.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            if not file.exists("__properties_version1.0"):
                raise UnreadableDocument(f"{name}: is no message of Outlook; save it again")
            return _read(_Folder(file, ""), name, read, 0)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
        raise UnreadableDocument(f"{name}: is damaged or not of this format ({one_line(error)[:120]})") from None


class _Folder:
    """A storage of the file with its properties: a message, a recipient or an attachment."""

    def __init__(self, file: OleFileIO, path: str) -> None:
        self._file = file
        self._path = path
        is_message = not path.rpartition("/")[2].startswith(("__attach", "__recip"))
        self._fixed = _fixed(self._stream("__properties_version1.0"), (24 if path else 32) if is_message else 8)

    def folders(self, kind: str) -> list[_Folder]:
        """Return the storages of a kind (``__attach`` or ``__recip``) in this one, in order."""
        inside = self._path.split("/") if self._path else []
        names = sorted(
            {
                entry[len(inside)]
                for entry in self._file.listdir(streams=False, storages=True)
                if entry[: len(inside)] == inside and len(entry) > len(inside) and entry[len(inside)].startswith(kind)
            }
        )
        return [_Folder(self._file, "/".join([*inside, name])) for name in names[:_MOST]]

    def embedded(self) -> _Folder:
        """Return the message that this attachment is."""
        return _Folder(self._file, f"{self._path}/__substg1.0_3701000D")

    def text(self, *numbers: int) -> str:
        """Return the first of these properties that is there, as text."""
        for number in numbers:
            if data := self._stream(f"__substg1.0_{number:04X}001F"):
                return data.decode("utf-16-le", "replace").rstrip("\0")
            if data := self._stream(f"__substg1.0_{number:04X}001E"):
                return self._decoded(data, 0x3FFD).rstrip("\0")
        return ""

    def html(self) -> str:
        """Return the body as HTML."""
        data = self._stream("__substg1.0_10130102")
        if not data:
            return self.text(0x1013)
        if b"charset" in data[:4096].lower():
            return decode_html(data, "message")
        return self._decoded(data, 0x3FDE)

    def binary(self, number: int) -> bytes:
        """Return a property of bytes."""
        return self._stream(f"__substg1.0_{number:04X}0102")

    def whole(self, number: int) -> int:
        """Return a property that is a number, or a truth; 0 where it is missing."""
        return struct.unpack_from("<i", self._fixed.get(number, b"\0" * 8))[0]  # type: ignore[no-any-return]

    def time(self, number: int) -> datetime | None:
        """Return a property that is a time."""
        ticks = struct.unpack_from("<Q", self._fixed.get(number, b"\0" * 8))[0]
        with suppress(OverflowError):
            return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10) if ticks else None
        return None

    def _stream(self, name: str) -> bytes:
        path = f"{self._path}/{name}" if self._path else name
        if not self._file.exists(path):
            return b""
        with self._file.openstream(path) as stream:
            data: bytes = stream.read()
        return data

    def _decoded(self, data: bytes, code_page: int) -> str:
        page = self.whole(code_page) or self.whole(0x3FFD)
        encoding = f"iso-8859-{page - 28590}" if 28591 <= page <= 28606 else f"cp{page}"
        encoding = {20127: "cp1252", 28591: "cp1252", 20866: "koi8-r", 51949: "euc-kr", 50220: "iso-2022-jp"}.get(
            page, encoding
        )
        for guess in ("utf-8", encoding):
            with suppress(LookupError, ValueError):
                return data.decode(guess)
        return data.decode("cp1252", "replace")


def _fixed(properties: bytes, header: int) -> Mapping[int, bytes]:
    """Return the values of the properties that are of one size: eight bytes each."""
    return {
        struct.unpack_from("<H", properties, at + 2)[0]: properties[at + 8 : at + 16]
        for at in range(header, len(properties) - 15, 16)
    }


def _read(message: _Folder, name: str, read: ReadMember, depth: int) -> Extraction:
    letter = Letter(subject=one_line(message.text(0x0037)))
    author = one_line(message.text(0x0C1A, 0x0042))
    address = next((text for number in (0x5D01, 0x0C1F, 0x0065) if "@" in (text := one_line(message.text(number)))), "")
    letter.sender = author or address
    letter.people = [("From", _person(author, address)), *_recipients(message)]
    letter.sent = _sent(message)
    letter.bodies = [_body(message, letter)]
    kind = message.text(0x001A).lower()
    for number, folder in enumerate(message.folders("__attach"), start=1):
        try:
            _attach(folder, number, kind, letter, read, depth)
        except (OSError, ValueError, LookupError, TypeError, struct.error):
            letter.unread.append(Unread("damaged_part", f"attachment {number}", 1, "save_again"))
    return read_letter(letter, name, read)


def _person(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address and name != address else name or address


def _recipients(message: _Folder) -> list[tuple[str, str]]:
    found: dict[int, list[str]] = {1: [], 2: []}
    for folder in message.folders("__recip"):
        name = one_line(folder.text(0x3001, 0x5FF6))
        address = next((t for number in (0x39FE, 0x3003) if "@" in (t := one_line(folder.text(number)))), "")
        found.setdefault(folder.whole(0x0C15) or 1, []).append(_person(name.strip("'\""), address))
    to = ", ".join(filter(None, found[1])) or one_line(message.text(0x0E04))
    copied = ", ".join(filter(None, found[2])) or one_line(message.text(0x0E03))
    return [(label, whom) for label, whom in (("To", to), ("Cc", copied)) if whom]


def _sent(message: _Folder) -> datetime | None:
    """Return when it was sent, by the sender's clock where the header that it travelled with is kept."""
    for line in message.text(0x007D).splitlines():
        if line.lower().startswith("date:") and (moment := stated_moment(line[5:])):
            return moment
    return message.time(0x0039) or message.time(0x0E06) or message.time(0x3007)


def _body(message: _Folder, letter: Letter) -> Body:
    body = Body(plain=message.text(0x1000))
    try:
        body.html = message.html()
        if not body.plain.strip() and not body.html.strip() and (packed := message.binary(0x1009)):
            import compressed_rtf

            body.plain = read_rtf(compressed_rtf.decompress(packed), "message").text
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except UnreadableDocument:  # RTF without text
        pass
    except Exception:  # of damaged RTF: the rest of the message is read
        letter.unread.append(Unread("damaged_part", "message", 1, "save_again"))
    return body


def _attach(folder: _Folder, number: int, kind: str, letter: Letter, read: ReadMember, depth: int) -> None:
    name = one_line(folder.text(0x3707, 0x3704, 0x3001)) or f"attachment {number}"
    media_type = folder.text(0x370E).lower()
    way = folder.whole(0x3705) or _BY_VALUE
    if way == _EMBEDDED:
        shown = f"{name.removesuffix('.msg')}.msg"
        letter.attachments.append(Attachment(shown, read=partial(_read_embedded, folder, read=read, depth=depth + 1)))
    elif way == _OBJECT:
        letter.unread.append(Unread("embedded_object", name, 1, "add_separately"))
    elif way != _BY_VALUE:  # a link to a file elsewhere
        letter.unread.append(Unread("attachment", name, 1, "add_separately"))
    elif name.lower().endswith(".rpmsg") or (kind == "ipm.note.smime" and len(letter.attachments) == 0):
        letter.unread.append(Unread("encrypted_part", "message", 1, "unlock"))
    elif kind.startswith("ipm.note.smime.multipartsigned"):  # the message is in there, as it travelled
        letter.attachments.append(Attachment("signed message.eml", partial(folder.binary, 0x3701)))
    else:
        is_picture = media_type.startswith("image/") or PurePosixPath(name.lower()).suffix in _PICTURES
        is_inline = is_picture and bool(folder.whole(0x7FFE) or folder.text(0x3712))
        content = partial(folder.binary, 0x3701)
        letter.attachments.append(Attachment(name, content, None, "picture" if is_picture else "file", is_inline))


def _read_embedded(folder: _Folder, name: str, *, read: ReadMember, depth: int) -> Extraction:
    if depth >= _DEEPEST:
        raise UnreadableDocument(f"{name}: lies too deep in other files; take it out and add it")
    return _read(folder.embedded(), name, read, depth)
