"""HTML: all of the page's visible text block by block, with headings, title and date. Parsed by selectolax (lexbor)."""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborHTMLParser

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.markup import append_page
from index.readers.plain import decode
from index.text import one_line

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = re.compile(
    rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*(?P<meta>[\w.:-]+)|<\?xml[^>]{1,200}?encoding\s*=\s*[\"'](?P<xml>[\w.:-]+)",
    re.IGNORECASE,
)
_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""Encodings that are declared where a larger one is meant."""
_SEVERAL_BYTES = frozenset("gb18030 cp932 euc_jp iso2022_jp cp949 big5hkscs hz iso2022_kr".split())
_DATE_SELECTORS = (
    ('meta[property="article:published_time"]', "content"),
    ('meta[property="og:published_time"]', "content"),
    ('meta[itemprop="datePublished"]', "content"),
    ('meta[name="date" i]', "content"),
    ('meta[name="DC.date" i]', "content"),
    ('meta[name="DC.date.issued" i]', "content"),
    ('meta[name="dcterms.date" i]', "content"),
    ('meta[name="citation_publication_date" i]', "content"),
    ('meta[name="article:published_time"]', "content"),
    ('[itemprop="datePublished"][datetime]', "datetime"),
    ("time[datetime]", "datetime"),
)
_XHTML = re.compile(r"<\?xml|xmlns\s*=\s*[\"']http://www\.w3\.org/1999/xhtml")
_EMPTY_TAG = re.compile(
    r"<(?P<name>(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[a-z][\w:-]*)(?P<rest>[^<>]*)/>",
    re.IGNORECASE,
)
_JSON_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]+)"')
_JSON_LD_TITLE = re.compile(r'"headline"\s*:\s*"((?:[^"\\]|\\.){1,300})"')


def read_html_file(data: bytes, name: str) -> Extracted:
    """Read a file of HTML in the encoding that it declares."""
    return read_html(decode_html(data, name))


def read_html(text: str) -> Extracted:
    """Read HTML. Hidden elements and scripts are left out, navigation comes last; each block becomes a paragraph."""
    tree = _parsed(text)
    builder = TextBuilder()
    _append(tree, builder, "")
    return builder.extracted(title=_stated_title(tree, text), date=_stated_date(tree, text))


def append_html(text: str, builder: TextBuilder, where: str = "", *, place_level: int = 0) -> None:
    """Append the text of an HTML page to ``builder``, without title and date.

    Args:
        text: the page.
        builder: what is appended to.
        where: the place that notes of what is not read name.
        place_level: headings down to this level begin a place.
    """
    _append(_parsed(text), builder, where, place_level)


def first_heading(text: str) -> str:
    """Return the first heading of a page, "" if it has none."""
    return next(
        (shown for node in _parsed(text).css("h1, h2, h3") if (shown := one_line(node.text(separator=" ")))), ""
    )


def decode_html(data: bytes, name: str) -> str:
    """Return the text of a page or an XML file in the encoding that it declares; UTF-8 is seen even where it does not.

    Raises:
        UnreadableDocument: it is empty, binary or in no encoding that can be told.
    """
    match = _DECLARED.search(data[:4096])
    encoding = _known_encoding((match["meta"] or match["xml"] or b"").decode("ascii")) if match else None
    if encoding is None or data.startswith(_BOMS) or b"\x00" in data[:4096]:
        return decode(data, name)
    if encoding not in _SEVERAL_BYTES and (text := _decoded(data, "utf-8")) is not None:
        return text  # hardly any text in another encoding is by chance valid UTF-8
    text = _decoded(data, encoding)
    if text is None:
        try:
            return decode(data, name)
        except UnreadableDocument:
            return data.decode(encoding, "replace")
    return text


def _known_encoding(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    return None if name.startswith("utf-") or name == "rot13" else _AS_BROWSERS_DO.get(name, name)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _parsed(text: str) -> LexborHTMLParser:
    if _XHTML.search(text, 0, 2_000):  # where ``<title/>`` has no content; in HTML it would take the whole page in
        text = _EMPTY_TAG.sub(r"<\g<name>\g<rest>></\g<name>>", text)
    return LexborHTMLParser(text)


def _append(tree: LexborHTMLParser, builder: TextBuilder, where: str, place_level: int = 0) -> None:
    root = tree.body or tree.root
    if root is not None:
        labels = {
            label.attributes["for"] or "": one_line(label.text(separator=" "))
            for label in tree.css("label[for]")[:10_000]
        }
        append_page(root, builder, labels, where, place_level)


def _stated_title(tree: LexborHTMLParser, text: str) -> str | None:
    node = tree.css_first("head > title") or tree.css_first("body > title")
    if node is not None and (title := one_line(node.text())):
        return title
    for selector in ('meta[property="og:title"]', 'meta[name="DC.title" i]', 'meta[name="citation_title" i]'):
        node = tree.css_first(selector)
        if node is not None and (title := one_line(node.attributes.get("content") or "")):
            return title
    match = _JSON_LD_TITLE.search(text)
    return one_line(match[1].replace('\\"', '"')) if match and "\\u" not in match[1] else None


def _stated_date(tree: LexborHTMLParser, text: str) -> str | None:
    for selector, attribute in _DATE_SELECTORS:
        node = tree.css_first(selector)
        if node is not None and (found := parse_date((node.attributes.get(attribute) or "").replace("/", "-"))):
            return found
    match = _JSON_LD_DATE.search(text)
    return parse_date(match[1]) if match else None
