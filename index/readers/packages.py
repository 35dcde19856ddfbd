"""ZIP archives, and the formats that are ZIP archives: what may be unpacked, and how much of it."""

from __future__ import annotations

import io
import zipfile
import zlib

from index.errors import UnreadableDocument

MAX_MEMBERS = 20_000
MAX_UNPACKED = 400 * 1024 * 1024
"""Bytes that all members of an archive may have together."""
MAX_RATIO = 200
"""How much larger than packed a member may be, from a size on at which it matters."""
_HARMLESS = 10 * 1024 * 1024


def open_package(data: bytes, name: str, *, may_be_locked: bool = False) -> zipfile.ZipFile:
    """Open an archive in memory, once what it says of itself is bearable. (What it unpacks to is held to that.)

    Files with a password in it are an error, unless ``may_be_locked``.

    Raises:
        UnreadableDocument: it is damaged, encrypted, or a bomb.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, IndexError) as error:
        raise UnreadableDocument(f"{name}: is damaged or not of this format ({error}); save it again") from None
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise UnreadableDocument(f"{name}: holds {len(members)} files, more than {MAX_MEMBERS}; split it")
    if total > MAX_UNPACKED:
        raise UnreadableDocument(
            f"{name}: unpacks to {total // 2**20} MiB, more than {MAX_UNPACKED // 2**20}; unpack it and add the folder"
        )
    if total > _HARMLESS and total > MAX_RATIO * max(1, len(data)):
        raise UnreadableDocument(f"{name}: unpacks to {total // len(data)} times its size, like a zip bomb; unpack it")
    if not may_be_locked and any(is_locked(member) for member in members):
        raise UnreadableDocument(f"{name}: is encrypted; save it without a password")
    return package


def is_locked(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member can be unpacked with a password only."""
    return bool(member.flag_bits & 1)


def member_bytes(package: zipfile.ZipFile, member: str | zipfile.ZipInfo, name: str) -> bytes:
    """Return one member unpacked. It is never written to disk, whatever its name says.

    Raises:
        UnreadableDocument: there is none, or it is damaged or larger than it says.
    """
    try:
        info = package.getinfo(member) if isinstance(member, str) else member
        with package.open(info) as file:
            data = file.read(info.file_size + 1)
    except KeyError:
        raise UnreadableDocument(f"{name}: is not complete ({member} is missing); save it again") from None
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableDocument(f"{name}: is damaged ({error}); save it again") from None
    if len(data) > info.file_size:
        raise UnreadableDocument(f"{name}: is damaged (a file in it is larger than stated); save it again")
    return data
