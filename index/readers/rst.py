"""reStructuredText, parsed by docutils: nothing is included from other files, nothing raw is passed on.

Directives and roles of Sphinx, which docutils does not know, are read for their content.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent
from typing import TYPE_CHECKING, Any, cast

from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.plain import read_plain
from index.readers.tables import append_table
from index.text import one_line

if TYPE_CHECKING:
    from docutils import nodes

_UNKNOWN_DIRECTIVE = re.compile(r"\.\.\s+(?P<name>[\w:.+-]+)::[ \t]*(?P<rest>.*)", re.DOTALL)
_OPTION = re.compile(r"\s*:[\w-]+:.*")
_ROLE = re.compile(r":[\w:+.-]+:`(?P<text>[^`<]*?)(?:\s*<(?P<target>[^`>]*)>)?`")
_FILES = frozenset({"include", "literalinclude", "csv-table", "raw", "image", "figure"})
_CODE = frozenset({"code", "code-block", "sourcecode", "prompt", "highlight", "math", "graphviz", "mermaid"})
_DOCUMENT_FIELDS = frozenset("author date version status contact organization address copyright revision".split())
_ADMONITIONS = frozenset("note warning tip hint important caution danger error attention".split())
_DEEPEST = 8
_SKIPPED = frozenset("comment substitution_definition target pending raw meta decoration generated".split())


def read_rst(text: str) -> Extracted:
    """Read reStructuredText: headings, lists with their numbers, tables, notes, code; fields as ``Label: value``."""
    reader = _Reader()
    try:
        reader.children(_parsed(text), level=1)
    except Exception:  # what trips the parser costs the headings, not the text
        return read_plain(text)
    return reader.builder.extracted(date=parse_date(reader.fields.get("date", "")))


def _parsed(text: str) -> nodes.document:
    from docutils.core import publish_doctree
    from docutils.frontend import get_default_settings
    from docutils.parsers.rst import Parser
    from docutils.readers.standalone import Reader

    settings = get_default_settings(Parser, Reader)
    vars(settings).update(
        {
            "file_insertion_enabled": False,
            "raw_enabled": False,
            "report_level": 5,
            "halt_level": 6,
            "traceback": True,  # else docutils ends the process
            "warning_stream": False,
            "syntax_highlight": "none",
            "doctitle_xform": False,
            "sectsubtitle_xform": False,
            "smart_quotes": False,
            "line_length_limit": 1_000_000,
            "_disable_config": True,
        }
    )
    return cast("nodes.document", publish_doctree(text, settings=settings))


class _Reader:
    def __init__(self, depth: int = 0) -> None:
        self.builder = TextBuilder()
        self.fields: dict[str, str] = {}
        self._depth = depth
        self._tables = 0

    def children(self, node: Any, level: int, lead: str = "") -> None:
        """Append what a node holds; ``lead`` is the number or bullet that its first paragraph gets."""
        for child in node.children:
            self._node(child, level, lead)
            if child.tagname not in _SKIPPED:
                lead = ""

    def _node(self, node: Any, level: int, lead: str) -> None:
        match node.tagname:
            case name if name in _SKIPPED or "contents" in node.get("classes", ()):
                return
            case "section":
                self.children(node, level + 1)
            case "title":
                self.builder.block(_inline(node), min(6, max(1, level - 1)))
            case "subtitle" | "rubric":
                self.builder.block(_inline(node), min(6, level))
            case "paragraph" | "term" | "attribution" | "caption" | "line" | "classifier":
                self._paragraph(_inline(node), lead)
            case "literal_block" | "doctest_block" | "math_block":
                self.builder.block(lead + node.astext())
            case "bullet_list" | "enumerated_list":
                self._list(node, level)
            case "definition_list_item":
                self._definition(node, level)
            case "field" | "option_list_item":
                self._field(node)
            case "table":
                self._table(node)
            case "footnote" | "citation":
                self._note(node, level)
            case "image":
                self.builder.unread("picture", one_line(node.get("uri", ""))[:80], remedy="add_separately")
                self._paragraph(node.get("alt", ""), lead)
            case "system_message":
                self._unknown(node, level, lead)
            case name if name in _DOCUMENT_FIELDS:
                self.fields[name] = one_line(_inline(node))
                self.builder.block(f"{name.capitalize()}: {self.fields[name]}", between="\n")
            case name:
                if name in _ADMONITIONS:
                    lead = f"{name.capitalize()}: "
                if hasattr(node, "children") and node.children and node.tagname != "#text":
                    self.children(node, level, lead)
                else:
                    self._paragraph(node.astext(), lead)

    def _paragraph(self, text: str, lead: str = "", between: str = "") -> None:
        is_item = bool(lead) and not lead.endswith(": ")
        self.builder.block(f"{lead}{one_line(text)}", between=between or ("\n" if is_item else "\n\n"))

    def _list(self, node: Any, level: int) -> None:
        start = int(node.get("start", 1))
        for i, item in enumerate(node.children):
            lead = "- "
            if node.tagname == "enumerated_list":
                number = _numeral(start + i, node.get("enumtype", "arabic"))
                lead = f"{node.get('prefix', '')}{number}{node.get('suffix', '.')} "
            self.children(item, level, lead)

    def _definition(self, node: Any, level: int) -> None:
        term = ", ".join(_inline(child) for child in node.children if child.tagname in ("term", "classifier"))
        for child in node.children:
            if child.tagname == "definition":
                self.children(child, level, f"{one_line(term)}: ")
                return
        self._paragraph(term)

    def _field(self, node: Any) -> None:
        name, *rest = (one_line(_inline(child)) for child in node.children)
        value = " ".join(rest)
        self.fields[name.lower()] = value
        self.builder.block(f"{name}: {value}".rstrip(), between="\n")

    def _note(self, node: Any, level: int) -> None:
        label = next((child.astext() for child in node.children if child.tagname == "label"), "")
        self.builder.part(f"{node.tagname} {label}".strip(), "note")
        for i, child in enumerate(c for c in node.children if c.tagname != "label"):
            self._node(child, level, f"[{label}] " if i == 0 else "")
        self.builder.end_part()

    def _table(self, node: Any) -> None:
        self._tables += 1
        for title in (child for child in node.children if child.tagname == "title"):
            self.builder.block(_inline(title))
        rows: list[list[str]] = []
        heads = 0
        below: dict[tuple[int, int], str] = {}
        for row in node.findall(lambda n: n.tagname == "row"):
            heads += row.parent.tagname == "thead"
            cells: list[str] = []
            for entry in row.children:
                _take_from_above(cells, below, len(rows))
                text = one_line(" ".join(_inline(child) for child in entry.children))
                for _ in range(entry.get("morecols", 0) + 1):
                    below.update({(len(rows) + n, len(cells)): text for n in range(1, entry.get("morerows", 0) + 1)})
                    cells.append(text)
            _take_from_above(cells, below, len(rows))
            rows.append(cells)
        append_table(rows, self.builder, name=f"table {self._tables}", header_rows=heads or None)

    def _unknown(self, node: Any, level: int, lead: str) -> None:
        """Read the content of a directive that docutils does not know; other messages are of no interest."""
        source = next((child.astext() for child in node.children if child.tagname == "literal_block"), "")
        match = _UNKNOWN_DIRECTIVE.match(source.lstrip())
        if match is None:
            return
        name = match["name"]
        first, _, rest = match["rest"].partition("\n")
        if name == "toctree":
            entries = [line for line in rest.split("\n") if line.strip() and not _OPTION.fullmatch(line)]
            self.builder.unread("attachment", "table of contents", len(entries) or 1, remedy="add_separately")
            return
        if name in _FILES:
            self.builder.unread("attachment", one_line(first)[:80], remedy="add_separately")
            return
        lines = dedent(rest).split("\n")
        while lines and (_OPTION.fullmatch(lines[0]) or (not lines[0].strip() and len(lines) > 1)):
            lines.pop(0)
        if name in ("versionadded", "versionchanged", "deprecated"):
            lead = f"{name} {first}: "
        elif first.strip() and name not in _CODE:
            self._paragraph(_without_roles(first), lead)
        if name in _CODE:
            self.builder.block("\n".join(lines))
        elif self._depth < _DEEPEST and "\n".join(lines).strip():
            self._depth += 1
            self.children(_parsed("\n".join(lines)), level, lead)
            self._depth -= 1


def _without_roles(text: str) -> str:
    return _ROLE.sub(lambda role: role["text"].strip() or role["target"] or "", text)


def _take_from_above(cells: list[str], below: dict[tuple[int, int], str], row: int) -> None:
    while (row, len(cells)) in below:
        cells.append(below.pop((row, len(cells))))


def _inline(node: Any) -> str:
    """Return the text of inline elements: notes by their number, unknown roles by their words."""
    match node.tagname:
        case "#text":
            return str(node)
        case "footnote_reference" | "citation_reference":
            return f"[{node.astext()}]"
        case "problematic":
            return _without_roles(node.astext())
        case "image":
            return str(node.get("alt", ""))
        case "option_argument":
            return str(node.astext())
        case "raw" | "system_message" | "comment":
            return ""
    return ("" if node.tagname not in _BLOCKS else " ").join(map(_inline, node.children))


_BLOCKS = frozenset(
    "entry list_item bullet_list enumerated_list field_body definition block_quote option_group".split()
)


def _numeral(number: int, kind: str) -> str:
    if kind.endswith("alpha"):
        text = chr(ord("a") + (number - 1) % 26)
    elif kind.endswith("roman"):
        text = _roman(number)
    else:
        return str(number)
    return text.upper() if kind.startswith("upper") else text


def _roman(number: int) -> str:
    signs: Sequence[tuple[int, str]] = (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
        (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    )  # fmt: skip
    text = ""
    for value, sign in signs:
        text += sign * (number // value)
        number %= value
    return text
