"""EPUB: the pages of a book in the order of its spine. Read with the standard library's zipfile."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.html import append_html
from index.readers.packages import member_bytes, open_package
from index.readers.plain import decode
from index.text import one_line

_PAGES = ("application/xhtml+xml", "text/html")


def read_epub(data: bytes, name: str) -> Extracted:
    """Read a book; each file of its spine is a place, called by its first heading."""
    with open_package(data, name) as package:
        opf_path = _opf_path(package, name)
        opf = _xml(member_bytes(package, opf_path, name), name)
        builder = TextBuilder()
        for number, path in enumerate(_spine(opf, opf_path), start=1):
            _append_page(package, path, number, builder, name)
    return builder.extracted(title=_stated(opf, "title"), date=parse_date(_stated(opf, "date") or ""))


def _append_page(package: ZipFile, path: str, number: int, builder: TextBuilder, name: str) -> None:
    page = decode(member_bytes(package, path, name), name)
    own = TextBuilder()
    append_html(page, own)
    extracted = own.extracted()
    if extracted.text:
        heading = extracted.headings[0].text if extracted.headings else f"part {number}"
        builder.place(heading)
        append_html(page, builder)


def _opf_path(package: ZipFile, name: str) -> str:
    container = _xml(member_bytes(package, "META-INF/container.xml", name), name)
    for node in container.iter():
        if _local(node.tag) == "rootfile" and node.get("full-path"):
            return str(node.get("full-path"))
    raise UnreadableDocument(f"{name}: is no book (its container names no content); save it again")


def _spine(opf: Any, opf_path: str) -> list[str]:
    """Return the paths of the pages, in reading order."""
    manifest, order = {}, []
    for node in opf.iter():
        tag = _local(node.tag)
        if tag == "item" and node.get("media-type") in _PAGES:
            manifest[node.get("id")] = node.get("href", "")
        elif tag == "itemref" and node.get("linear") != "no":
            order.append(node.get("idref"))
    folder = PurePosixPath(opf_path).parent
    return [str(folder / unquote(manifest[item].partition("#")[0])) for item in order if item in manifest]


def _xml(data: bytes, name: str) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise UnreadableDocument(f"{name}: is damaged ({one_line(str(error))[:120]}); save it again") from None


def _stated(opf: Any, field: str) -> str | None:
    for node in opf.iter():
        if _local(node.tag) == field and node.text and node.text.strip():
            return one_line(node.text)
    return None


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
