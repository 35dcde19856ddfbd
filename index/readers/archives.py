"""Archives by the standard library: the files in a ZIP or TAR archive, each a document, and single packed files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from index.errors import UnreadableDocument
from index.readers.members import Extraction, Members, ReadMember
from index.readers.packages import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, is_locked, member_bytes, open_package

_OPEN: dict[str, Callable[[BinaryIO], Any]] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_PACKED = {
    ".gz": ("gz", ""),
    ".bz2": ("bz2", ""),
    ".xz": ("xz", ""),
    ".tgz": ("gz", ".tar"),
    ".tbz2": ("bz2", ".tar"),
    ".tbz": ("bz2", ".tar"),
    ".txz": ("xz", ".tar"),
}
"""Ending of a packed file: how it is packed, and the ending of what is in it."""
ARCHIVES = frozenset({".zip", ".tar", *_PACKED})
_HARMLESS = 10 * 1024 * 1024
_LEFT_BY_SYSTEMS = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
"""What systems put into archives unasked; no word about it."""


def read_archive(data: bytes, name: str, read: ReadMember) -> Extraction:
    """Read what is in an archive, or in a single packed file.

    Args:
        data: the file.
        name: of the file.
        read: reads one of the files in it.

    Raises:
        UnreadableDocument: it is damaged or a bomb, or nothing in it can be read.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".zip":
        return _zip(data, name, read)
    if suffix == ".tar":
        return _tar(data, name, read)
    method, ending = _PACKED[suffix]
    inner = name[: -len(suffix)] + ending
    unpacked = _unpacked(data, name, method)
    if inner.lower().endswith(".tar"):
        return _tar(unpacked, name, read)
    try:
        return read(unpacked, inner)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{name}: {str(error).removeprefix(f'{inner}: ')}") from None


def _zip(data: bytes, name: str, read: ReadMember) -> Extraction:
    members = _Bounded(name, read)
    with open_package(data, name, may_be_locked=True) as package:
        for info in package.infolist():
            inner = info.filename.replace("\\", "/")
            if info.is_dir() or members.is_left_out(inner):
                continue
            if is_locked(info):
                members.fail(inner, f"{inner}: is encrypted; save it without a password")
            else:
                members.add(inner, partial(member_bytes, package, info, inner))
    return members.extraction(name)


def _tar(data: bytes, name: str, read: ReadMember) -> Extraction:
    members = _Bounded(name, read)
    count = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for info in archive:
                count += 1
                if count > MAX_MEMBERS:
                    raise UnreadableDocument(f"{name}: holds more than {MAX_MEMBERS} files; split it")
                if info.isdir() or members.is_left_out(info.name):
                    continue
                if info.isfile():
                    members.add(info.name, partial(_tar_member, archive, info))
                else:
                    members.skip(info.name, "is a link or a device")
    except (tarfile.TarError, ValueError, OSError, EOFError, IndexError) as error:
        if not count:
            raise UnreadableDocument(f"{name}: is damaged or not of this format ({error}); save it again") from None
        members.fail("its end", f"the rest: is damaged ({error}); save it again")
    return members.extraction(name)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    if info.size > MAX_UNPACKED:  # a sparse file takes less room in the archive than it states
        raise UnreadableDocument(f"{info.name}: has {info.size // 2**20} MiB; split it")
    file = archive.extractfile(info)
    return file.read() if file is not None else b""


class _Bounded(Members):
    """The files in an archive; what they unpack to together is limited, and hidden ones are left out."""

    def __init__(self, name: str, read: ReadMember) -> None:
        super().__init__(read)
        self._name = name
        self._unpacked = 0

    def is_left_out(self, inner: str) -> bool:
        """Tell whether a file is none for reading, and note it."""
        parts = [part for part in PurePosixPath(inner).parts if part not in (".", "..")]
        if not _LEFT_BY_SYSTEMS.isdisjoint(parts):
            return True
        if any(part.startswith(".") for part in parts):
            self.skip(inner, "is hidden")
            return True
        return False

    def add(self, name: str, content: Callable[[], bytes]) -> bool:
        return super().add(name, lambda: self._counted(content()))

    def _counted(self, content: bytes) -> bytes:
        self._unpacked += len(content)
        if self._unpacked > MAX_UNPACKED:
            raise UnreadableDocument(f"{self._name}: unpacks to too much; unpack it and add the folder")
        return content


def _unpacked(data: bytes, name: str, method: str) -> bytes:
    limit = min(MAX_UNPACKED, max(_HARMLESS, MAX_RATIO * len(data)))
    try:
        with _OPEN[method](io.BytesIO(data)) as file:
            unpacked: bytes = file.read(limit + 1)
    except (zlib.error, lzma.LZMAError, ValueError, OSError, EOFError) as error:
        raise UnreadableDocument(f"{name}: is damaged or not of this format ({error}); save it again") from None
    if len(unpacked) > limit:
        raise UnreadableDocument(f"{name}: unpacks to more than {limit // 2**20} MiB; unpack it and add what is in it")
    return unpacked
