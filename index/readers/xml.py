"""XML: articles in JATS, other prose, and records. Parsed by lxml; no entity is resolved and nothing is loaded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.html import append_html, read_html_file
from index.readers.jats import append_article, date_of, is_jats, title_of
from index.readers.xml_prose import Prose, elements, is_mixed, local, text_of
from index.text import one_line

_DEEPEST = 60
_LONG_VALUE = 400
"""Characters from which on a value is a paragraph of its own."""
_ONE_LINE = 40
"""Values that a record may have to be written on one line."""
_LINE_VALUES = 12
"""Values of the things that a record holds several of, from which on they get lines of their own."""
_PARAGRAPHS = frozenset("p para simpara ab".split())
_NAMING = ("id", "name", "title", "key", "code", "label", "number", "no", "sku", "ref")
_UNSAID = frozenset({"schemaLocation", "noNamespaceSchemaLocation", "space"})
_MARKUP = re.compile(r"</?(?:p|br|a|div|span|ul|li|b|i|strong|em|img|h[1-6]|table)\b[^>]*>", re.IGNORECASE)


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
        _append_records(root, builder)
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


def _append_records(root: Any, builder: TextBuilder) -> None:
    numbers: Counter[str] = Counter()
    own = [(key, value) for key, value in _attributes(root)]
    for child in elements(root):
        if not len(child) and not child.attrib:
            own.append((local(child), _value(child)))
    _append_values(own, builder)
    single = [child for child in elements(root) if len(child)]
    if len(single) == 1 and sum(1 for _ in elements(single[0])) > 1 and _leaves(single[0]) > _ONE_LINE:
        return _append_records(single[0], builder) if _depth(single[0]) < _DEEPEST else None
    for child in elements(root):
        if len(child) or child.attrib:
            numbers[local(child)] += 1
            builder.part(f"{local(child)} {numbers[local(child)]}", "record")
            _append_record(child, builder, [], 0)
    builder.end_part()


def _append_record(node: Any, builder: TextBuilder, around: list[tuple[str, str]], depth: int) -> None:
    """Append a record on one line; what is too large for that gets lines of its own, which begin with its name."""
    if depth > _DEEPEST or _leaves(node) <= _ONE_LINE:
        values = list(_pairs(node, "", depth))
        if depth:
            values = around + [(f"{local(node)} {key}".strip(), value) for key, value in values]
        _append_values(values, builder)
        return
    small: list[Any] = []
    large: list[Any] = []
    for child in elements(node):
        (large if _leaves(child) > _LINE_VALUES or (len(child) and _is_repeated(child)) else small).append(child)
    own = [*_attributes(node), *(pair for child in small for pair in _pairs(child, local(child), depth + 1))]
    if (node.text or "").strip():
        own.insert(0, ("", one_line(node.text)))
    _append_values([*around, *own] if depth else own, builder)
    naming = next((pair for pair in own if pair[0].lower().split(" ")[-1] in _NAMING), None)
    inner = [*around, (f"{local(node)} {naming[0]}", naming[1])] if naming else around
    for child in large:
        _append_record(child, builder, inner[-3:], depth + 1)


def _append_values(values: list[tuple[str, str]], builder: TextBuilder) -> None:
    """Write ``name: value | name: value``; long texts are paragraphs of their own."""
    merged: dict[str, list[str]] = {}
    for key, value in values:
        if value:
            merged.setdefault(key, []).append(value)
    shown = {key: ", ".join(found) for key, found in merged.items()}
    if len(shown) == 1 and len(text := next(iter(shown.values()))) > _LONG_VALUE // 4:
        builder.block(text)
        return
    short = [f"{key}: {value}" if key else value for key, value in shown.items() if len(value) <= _LONG_VALUE]
    builder.block(" | ".join(short), between="\n")
    for key, value in shown.items():
        if len(value) > _LONG_VALUE:
            builder.block(f"{key}: {value}" if key else value)


def _pairs(node: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the values in an element with their names: those of what they are in first."""
    for key, value in _attributes(node):
        yield f"{name} {key}".strip(), value
    children = list(elements(node))
    if not children or is_mixed(node) or depth > _DEEPEST:
        yield name, _value(node)
        return
    for child in children:
        yield from _pairs(child, f"{name} {local(child)}".strip(), depth + 1)


def _value(node: Any) -> str:
    """Return the text of an element as it is shown; a field of a feed may hold HTML."""
    text = text_of(node)
    if _MARKUP.search(text):
        page = TextBuilder()
        append_html(text, page)
        text = one_line(page.extracted().text)
    return text.replace(" | ", " / ")


def _attributes(node: Any) -> Iterator[tuple[str, str]]:
    for key, value in node.attrib.items():
        bare = str(key).rpartition("}")[2]
        if bare not in _UNSAID and (text := one_line(value)):
            yield bare, text


def _is_repeated(node: Any) -> bool:
    parent = node.getparent()
    return parent is not None and sum(1 for _ in zip(range(2), parent.iterchildren(node.tag), strict=False)) > 1


def _leaves(node: Any) -> int:
    """Return how many values an element holds, counted no further than matters."""
    count = 0
    for inner in node.iter("*"):
        count += len(inner.attrib) + (not len(inner))
        if count > 10 * _ONE_LINE:
            break
    return count


def _depth(node: Any) -> int:
    return sum(1 for _ in node.iterancestors())


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
