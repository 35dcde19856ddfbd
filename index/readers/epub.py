"""EPUB: the pages of a book in the order of its spine. Read with the standard library's zipfile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.html import append_html, decode_html, first_heading
from index.readers.packages import member_bytes, open_package
from index.text import one_line

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_PAGE_ENDINGS = (".xhtml", ".html", ".htm")
_ONLY_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


@dataclass(frozen=True, slots=True)
class _Book:
    """What a book states about itself; ``pages`` are paths in reading order."""

    pages: list[str]
    chapters: dict[str, str]
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None


def read_epub(data: bytes, name: str) -> Extracted:
    """Read a book; each chapter is a place. Tables of contents are left out, notes are not.

    Raises:
        UnreadableDocument: it is damaged, no book, or protected against copying.
    """
    builder = TextBuilder()
    with open_package(data, name) as package:
        book = _book(package, name)
        locked = _locked(package, name)
        if book.pages and locked.issuperset(book.pages):
            raise UnreadableDocument(f"{name}: is protected against copying (DRM); add a copy without protection")
        builder.block(f"Author: {', '.join(book.authors)}" if book.authors else "")
        label = ""
        for number, path in enumerate(book.pages, start=1):
            if path in locked:
                builder.unread("encrypted_part", book.chapters.get(path) or f"part {number}", remedy="unlock")
                continue
            try:
                page = decode_html(member_bytes(package, path, name), name)
            except UnreadableDocument:
                if _is_empty(package, path):
                    continue
                builder.unread("damaged_part", book.chapters.get(path) or f"part {number}", remedy="save_again")
                continue
            # a page without a heading goes on with the chapter before it
            label = first_heading(page) or book.chapters.get(path) or label or f"part {number}"
            builder.place(label, kind="heading")
            append_html(page, builder, where=label, place_level=2)
    return builder.extracted(title=book.title, date=book.date)


def _book(package: ZipFile, name: str) -> _Book:
    opf_path = _opf_path(package, name)
    if opf_path is None:
        pages = sorted(path for path in package.namelist() if path.lower().endswith(_PAGE_ENDINGS))
        if not pages:
            raise UnreadableDocument(f"{name}: is no book (META-INF/container.xml is missing); save it again")
        return _Book(pages, {})
    opf = _xml(member_bytes(package, opf_path, name), name)
    folder = PurePosixPath(opf_path).parent
    contents, chapters = _contents(package, opf, folder)
    return _Book(
        pages=[path for path in _spine(opf, folder) if path not in contents],
        chapters=chapters,
        title=next(iter(_stated(opf, "title")), None),
        authors=tuple(dict.fromkeys(who for who in _stated(opf, "creator") if not who.lower().startswith("unknown"))),
        date=next(filter(None, map(parse_date, _stated(opf, "date"))), None),
    )


def _opf_path(package: ZipFile, name: str) -> str | None:
    """Return the path of the book's description: as its container says, or the only one there is."""
    names = package.namelist()
    if "META-INF/container.xml" in names:
        container = _xml(member_bytes(package, "META-INF/container.xml", name), name)
        for node in container.iter():
            path = str(node.get("full-path") or "")
            if _local(node.tag) == "rootfile" and path in names:
                return path
    return next((path for path in names if path.lower().endswith(".opf")), None)


def _locked(package: ZipFile, name: str) -> set[str]:
    """Return the paths of files that are encrypted; fonts are, in many books that anybody may read."""
    try:
        listed = _xml(member_bytes(package, "META-INF/encryption.xml", name), name)
    except UnreadableDocument:
        return set()
    locked = set()
    for entry in listed.iter():
        if _local(entry.tag) != "EncryptedData":
            continue
        algorithm = next((str(node.get("Algorithm")) for node in entry if _local(node.tag) == "EncryptionMethod"), "")
        if algorithm not in _ONLY_FONTS:
            locked |= {unquote(str(node.get("URI"))) for node in entry.iter() if _local(node.tag) == "CipherReference"}
    return locked


def _spine(opf: Any, folder: PurePosixPath) -> list[str]:
    """Return the paths of the pages, in reading order, each once."""
    manifest, order = {}, []
    for node in opf.iter():
        tag = _local(node.tag)
        if tag == "item" and node.get("media-type") in _PAGES:
            manifest[node.get("id")] = _path(folder, node.get("href", ""))
        elif tag == "itemref":
            order.append(node.get("idref"))
    return list(dict.fromkeys(manifest[item] for item in order if item in manifest))


def _contents(package: ZipFile, opf: Any, folder: PurePosixPath) -> tuple[set[str], dict[str, str]]:
    """Return the pages that are tables of contents, and the title of the chapter that begins in each other page."""
    pages: set[str] = set()
    lists: list[str] = []
    for node in opf.iter():
        tag, href = _local(node.tag), _path(folder, node.get("href") or "")
        if tag == "item" and "nav" in (node.get("properties") or "").split():
            pages.add(href)
            lists.append(href)
        elif tag == "item" and node.get("media-type") == "application/x-dtbncx+xml":
            lists.append(href)
        elif tag == "reference" and node.get("type") == "toc":
            pages.add(href)
    chapters: dict[str, str] = {}
    for path in lists:
        try:
            tree = _xml(member_bytes(package, path, path), path)
        except UnreadableDocument:
            continue
        for target, title in _entries(tree):
            chapters.setdefault(_path(PurePosixPath(path).parent, target), title)
    return pages, chapters


def _entries(tree: Any) -> list[tuple[str, str]]:
    """Return (target, title) of the entries of a table of contents, of EPUB 2 or 3."""
    found = []
    for node in tree.iter():
        tag = _local(node.tag)
        if tag == "a" and node.get("href"):
            found.append((str(node.get("href")), one_line("".join(node.itertext()))))
        elif tag == "navPoint":
            target = next((str(inner.get("src")) for inner in node if _local(inner.tag) == "content"), "")
            title = next((one_line("".join(inner.itertext())) for inner in node if _local(inner.tag) == "navLabel"), "")
            found.append((target, title))
    return [(target, title) for target, title in found if target and title]


def _path(folder: PurePosixPath, href: str) -> str:
    return normpath(str(folder / unquote(href.partition("#")[0])))


def _is_empty(package: ZipFile, path: str) -> bool:
    return path in package.namelist() and package.getinfo(path).file_size == 0


def _xml(data: bytes, name: str) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise UnreadableDocument(f"{name}: is damaged ({one_line(str(error))[:120]}); save it again") from None


def _stated(opf: Any, field: str) -> list[str]:
    return [one_line(node.text) for node in opf.iter() if _local(node.tag) == field and node.text and node.text.strip()]


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
