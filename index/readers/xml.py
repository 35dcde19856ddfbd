"""XML: articles in JATS, other prose, and records. Parsed by lxml; no entity is resolved and nothing is loaded."""

from __future__ import annotations

from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.html import append_html, read_html_file
from index.readers.jats import append_article, date_of, is_jats, title_of
from index.readers.xml_prose import Prose, is_mixed, local, text_of
from index.readers.xml_records import append_records
from index.text import one_line

_PARAGRAPHS = frozenset("p para simpara ab".split())


def read_xml(data: bytes, name: str) -> Extracted:
    """Read an XML file by what its root says that it is.

    Raises:
        UnreadableDocument: it is no XML.
    """
    root, damage = _parsed(data, name)
    tag = local(root).lower()
    if tag == "html":
        return read_html_file(data, name)
    builder = TextBuilder()
    if damage:
        builder.unread("damaged_part", f"line {damage}", remedy="save_again")
    articles = [root] if is_jats(root) else [node for node in root.iter("{*}article") if is_jats(node)]
    if articles:
        return _articles(articles, builder)
    if tag == "svg":
        for node in root.iter("{*}title", "{*}desc", "{*}text"):
            builder.block(text_of(node), between="\n")
    elif _is_prose(root):
        append_html(Prose(builder).html(root), builder)
    else:
        append_records(root, builder)
    return builder.extracted(title=_title(root), date=_date(root))


def _parsed(data: bytes, name: str) -> tuple[Any, int]:
    """Return the root, and the line of the first fault (0 without one): what comes before and after it is read."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=True, remove_pis=True,
        remove_comments=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data.lstrip(b" \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(f"{name}: is not valid XML ({one_line(error)[:120]}); save it again") from None
    if root is None:
        raise UnreadableDocument(f"{name}: is not valid XML (it has no elements); save it again")
    faults = [fault.line for fault in parser.error_log if fault.level_name == "FATAL" and "ntity" not in fault.message]
    return root, faults[0] if faults else 0


def _articles(articles: list[Any], builder: TextBuilder) -> Extracted:
    for number, article in enumerate(articles, start=1):
        if len(articles) > 1:
            builder.place(title_of(article) or f"article {number}", kind="heading")
        append_article(article, builder)
    return builder.extracted(title=title_of(articles[0]), date=date_of(articles[0]))


def _is_prose(root: Any) -> bool:
    """Tell whether the text stands in paragraphs with marks in them, rather than in fields."""
    if any(name in (root.tag or "") for name in ("docbook.org", "tei-c.org")):
        return True
    mixed = fields = paragraphs = 0
    for node in root.iter("*"):
        length = len("".join(node.itertext()).strip()) if len(node) and is_mixed(node) else 0
        mixed += length
        paragraphs += local(node) in _PARAGRAPHS
        if not len(node) and not _in_mixed(node):
            fields += len((node.text or "").strip())
        if mixed + fields > 1_000_000:
            break
    return mixed > fields or paragraphs > 2


def _in_mixed(node: Any) -> bool:
    parent = node.getparent()
    return parent is not None and is_mixed(parent)


def _title(root: Any) -> str | None:
    for path in (
        "{*}teiHeader//{*}title", "{*}title", "{*}info/{*}title", "{*}articleinfo/{*}title", "{*}bookinfo/{*}title",
        "{*}channel/{*}title", "{*}head/{*}title",
    ):  # fmt: skip
        node = root.find(path)
        if node is not None and (title := text_of(node)):
            return title[:300]
    return None


def _date(root: Any) -> str | None:
    for path in ("{*}info/{*}date", "{*}articleinfo/{*}date", "{*}date", "{*}pubdate", "{*}updated", "{*}published"):
        node = root.find(path)
        if node is not None and (found := parse_date(str(node.get("when") or text_of(node)))):
            return found
    return None
