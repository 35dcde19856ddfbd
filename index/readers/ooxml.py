"""Office Open XML packages: their parts, how these refer to each other, and what the file states about itself.

Files in the Strict form of the format are read like those in the Transitional form, which differ in namespaces.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from index.errors import UnreadableDocument
from index.readers.dates import parse_date
from index.readers.packages import member_bytes, open_package
from index.readers.parts import parse_xml
from index.text import one_line
from index.types import Unread

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_RENAMED = (
    (b"officeDocument/2006/extendedProperties", b"officeDocument/2006/extended-properties"),
    (b"officeDocument/2006/customProperties", b"officeDocument/2006/custom-properties"),
)
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEMPLATE_STAMPS = frozenset({"2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z"})
"""The dates in the blank files that python-docx and python-pptx start from: they say nothing about a document."""
_EMPTY_TITLE = re.compile(r"(?:microsoft )?(?:word document|powerpoint presentation|presentation|document ?\d*)", re.I)
_PROGRAM = re.compile(r"^microsoft (?:office )?(?:word|powerpoint|excel) - ", re.I)


@dataclass(frozen=True, slots=True)
class Relation:
    """How one part refers to another: ``kind`` is the last part of the type, such as ``footnotes``."""

    kind: str
    target: str
    is_external: bool = False


@dataclass(frozen=True, slots=True)
class CoreProperties:
    """What a file states about itself; "" and None where it states nothing that can be read."""

    title: str = ""
    date: str | None = None


class Package:
    """An Office file, opened in memory. Names of parts have no slash in front; their case does not matter.

    Attributes:
        damaged: the parts of which only the beginning could be read.
    """

    def __init__(self, data: bytes, name: str) -> None:
        """Open a file.

        Raises:
            UnreadableDocument: it is no such file, is encrypted or damaged, or unpacks to too much.
        """
        if data.startswith(_COMPOUND_FILE):
            raise UnreadableDocument(f"{name}: {_what_it_is(data)}")
        self.damaged: list[str] = []
        self._name = name
        self._zip = open_package(data, name)
        self._members = {_normal(info.filename).lower(): info for info in self._zip.infolist()}
        self._relations: dict[str, dict[str, Relation]] = {}

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._members

    def close(self) -> None:
        """Let the archive go."""
        self._zip.close()

    def read(self, part: str) -> bytes:
        """Return the bytes of a part as they are stored.

        Raises:
            UnreadableDocument: there is none, or it is damaged.
        """
        return member_bytes(self._zip, self._members.get(part.lower(), part), self._name)

    def xml(self, part: str) -> Any:
        """Return the root element of a part, with the namespaces of the Transitional form.

        Of a part that breaks off or is not well-formed, what stands before that is read; ``damaged`` names it then.

        Raises:
            UnreadableDocument: there is none, or nothing of it can be read.
        """
        data = transitional_xml(self.read(part))
        root = _parsed(data, recover=False)
        if root is None:
            root = _parsed(data, recover=True)
            if root is None or not len(root):
                raise UnreadableDocument(f"{self._name}: is damaged ({part} is no XML); save it again")
            self.damaged.append(part)
        return root

    def relations(self, part: str = "") -> dict[str, Relation]:
        """Return what a part refers to, by relationship id; of the package itself unless a part is named."""
        if part not in self._relations:
            self._relations[part] = self._read_relations(part)
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts in the file that a part refers to in one way, such as ``footnotes``."""
        relations = self.relations(part).values()
        return [found.target for found in relations if found.kind == kind and not found.is_external]

    def main_part(self, *content_types: str, fallback: str) -> str:
        """Return the name of the main part.

        Args:
            content_types: words in the content type of a main part, for files that do not point to it.
            fallback: where such files usually have it.
        """
        pointed = [part for part in self.related("", "officeDocument") if part in self]
        typed = [
            part for part, kind in self.content_types.items() if part in self and any(c in kind for c in content_types)
        ]
        return next(iter((*pointed, *typed)), fallback)

    @cached_property
    def content_types(self) -> dict[str, str]:
        """The content type of each part that has one stated for itself."""
        try:
            root = self.xml("[Content_Types].xml")
        except UnreadableDocument:
            return {}
        return {_normal(node.get("PartName", "")): node.get("ContentType", "") for node in root.iter("{*}Override")}

    @cached_property
    def core_properties(self) -> CoreProperties:
        """Title and date of the last change. What cannot be read is left out, and keeps nothing else out."""
        parts = [*self.related("", "core-properties"), "docProps/core.xml"]
        try:
            root = self.xml(next(part for part in parts if part in self))
        except (UnreadableDocument, StopIteration):
            return CoreProperties()
        stated = {str(node.tag).rpartition("}")[2]: node.text or "" for node in root.iterchildren("{*}*")}
        title = _PROGRAM.sub("", one_line(stated.get("title", "")))
        stamps = (one_line(stated.get(field, "")) for field in ("modified", "created"))
        dates = (parse_date(stamp) for stamp in stamps if stamp not in _TEMPLATE_STAMPS)
        date = next((date for date in dates if date and date > "1990"), None)
        return CoreProperties("" if _EMPTY_TITLE.fullmatch(title) else title, date)

    def _read_relations(self, part: str) -> dict[str, Relation]:
        folder, base = posixpath.split(part)
        try:
            root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        except UnreadableDocument:
            return {}
        found = {}
        for node in root.iter(_RELATIONSHIP):
            target, is_external = node.get("Target", ""), node.get("TargetMode", "").lower() == "external"
            if not is_external:
                target = _normal(posixpath.join("/", folder, unquote(target.replace("\\", "/").partition("#")[0])))
            found[node.get("Id", "")] = Relation(node.get("Type", "").rpartition("/")[2], target, is_external)
        return found


def note_damaged(package: Package) -> list[Unread]:
    """Return a note for each part of which only the beginning could be read."""
    return [Unread("damaged_part", posixpath.basename(part), remedy="save_again") for part in package.damaged]


def transitional_xml(data: bytes) -> bytes:
    """Return a part with the namespaces of the Transitional form, in UTF-8 where it was in UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
        data = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace")
    if b"purl.oclc.org/ooxml/" not in data:
        return data
    data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)
    for strict, transitional in _RENAMED:
        data = data.replace(strict, transitional)
    return data


def transitional_package(data: bytes, name: str) -> bytes:
    """Return an Office file in the Transitional form, for libraries that know no other; most are in it and stay as is.

    Raises:
        UnreadableDocument: it is no such file, is encrypted or damaged, or unpacks to too much.
    """
    with open_package(data, name) as package:
        members = [(info, member_bytes(package, info, name)) for info in package.infolist() if not info.is_dir()]
        if not any(b"purl.oclc.org/ooxml/" in content for _, content in members):
            return data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as rewritten:
            for info, content in members:
                is_xml = info.filename.lower().endswith((".xml", ".rels"))
                rewritten.writestr(info.filename, transitional_xml(content) if is_xml else content)
        return buffer.getvalue()


def _parsed(data: bytes, *, recover: bool) -> Any:
    try:
        return parse_xml(data, recover=recover)
    except ValueError:
        return None


def _normal(part: str) -> str:
    """Return the name of a part in the one form that it is looked up by."""
    return posixpath.normpath(part.replace("\\", "/")).lstrip("/")


def _what_it_is(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "is encrypted; save it without a password"
    return "is in an older format than its name says; give it the ending .doc, .ppt or .xls, or save it anew"
