"""HTML: the visible main text block by block, with headings, title and date. Parsed by selectolax (lexbor)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.text import one_line

_SKIPPED = frozenset(
    "script style template noscript nav footer aside button select textarea iframe object svg math "
    "canvas audio video head dialog".split()
)
_BLOCKS = frozenset(
    "p div section article main header li dd dt blockquote figcaption caption pre tr table ul ol dl "
    "address details summary body h1 h2 h3 h4 h5 h6 hr figure".split()
)
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d])", re.IGNORECASE
)
_DATE_SELECTORS = (
    ('meta[property="article:published_time"]', "content"),
    ('meta[itemprop="datePublished"]', "content"),
    ('meta[name="date"]', "content"),
    ('meta[name="DC.date"]', "content"),
    ("time[datetime]", "datetime"),
)
_JSON_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]+)"')


class _Blocks:
    """Gathers inline text, and hands it to a builder block by block."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._inline: list[str] = []

    def inline(self, text: str) -> None:
        self._inline.append(text)

    def flush(self, level: int | None = None) -> None:
        self._builder.block(one_line("".join(self._inline)), level)
        self._inline.clear()


def read_html(text: str) -> Extracted:
    """Read HTML. Hidden elements, navigation and scripts are left out; each block becomes a paragraph."""
    tree = LexborHTMLParser(text)
    builder = TextBuilder()
    _append(tree, builder)
    title_node = tree.css_first("title")
    title = one_line(title_node.text()) if title_node is not None else ""
    return builder.extracted(title=title, date=_stated_date(tree, text))


def append_html(text: str, builder: TextBuilder) -> None:
    """Append the text of an HTML page to ``builder``, without title and date."""
    _append(LexborHTMLParser(text), builder)


def _append(tree: LexborHTMLParser, builder: TextBuilder) -> None:
    root = _main_part(tree)
    if root is not None:
        blocks = _Blocks(builder)
        _walk(root, blocks)
        blocks.flush()


def _main_part(tree: LexborHTMLParser) -> LexborNode | None:
    """Return where the content stands. A page of several articles is not about the first of them."""
    articles = tree.css("article")
    return articles[0] if len(articles) == 1 else tree.css_first("main") or tree.body


def _walk(root: LexborNode, builder: _Blocks) -> None:
    """Visit the tree in document order with an explicit stack: nesting depth is the page's choice, not ours."""
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            builder.inline(node.text_content or "")
        elif leaving:
            builder.flush(int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else None)
        elif not _is_hidden(node, tag):
            _enter(node, tag, builder, stack)


def _enter(node: LexborNode, tag: str, builder: _Blocks, stack: list[tuple[LexborNode, bool]]) -> None:
    if tag in _BLOCKS:
        builder.flush()
        stack.append((node, True))
    elif tag == "br":
        builder.inline(" ")
    elif tag in ("td", "th"):
        builder.inline(" | " if node.prev is not None else "")
    children = list(node.iter(include_text=True))
    stack.extend((child, False) for child in reversed(children))


def _is_hidden(node: LexborNode, tag: str) -> bool:
    if tag in _SKIPPED or tag.startswith("-") or tag.startswith("_"):
        return True
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return _HIDDEN_STYLE.search(attributes.get("style") or "") is not None


def _stated_date(tree: LexborHTMLParser, text: str) -> str | None:
    for selector, attribute in _DATE_SELECTORS:
        node = tree.css_first(selector)
        if node is not None and (found := parse_date(node.attributes.get(attribute) or "")):
            return found
    match = _JSON_LD_DATE.search(text)
    return parse_date(match[1]) if match else None
