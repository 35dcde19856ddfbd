"""Messages saved by Outlook (MSG)."""

from __future__ import annotations

from index.errors import UnreadableDocument
from index.readers.members import Extraction, ReadMember


def read_msg(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read a message."""
    raise UnreadableDocument(f"{name}: is no message that can be read")
