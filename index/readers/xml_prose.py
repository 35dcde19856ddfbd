"""XML that holds prose (JATS, DocBook, TEI and the like) made into HTML, which is then read like any page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from html.entities import html5
from typing import Any

from index.readers.base import TextBuilder
from index.text import one_line

_DEEPEST = 150
_SECTIONS = frozenset(
    "sec section sect1 sect2 sect3 sect4 sect5 simplesect refsection refsect1 refsect2 chapter appendix preface part "
    "div div1 div2 div3 div4 div5 ack app app-group fn-group ref-list glossary notes boxed-text bibliography abstract "
    "trans-abstract colophon dedication topic bio".split()
)
_TITLES = frozenset("title head heading article-title subtitle titleabbrev".split())
_UNTITLED = frozenset("figure fig table table-wrap informaltable caption list note example formalpara cell".split())
"""A title in one of these is a paragraph: it heads no section."""
_RENAMED = {
    **dict.fromkeys("itemizedlist simplelist list listBibl".split(), "ul"),
    **dict.fromkeys("orderedlist procedure substeps".split(), "ol"),
    **dict.fromkeys("list-item listitem item step member li".split(), "li"),
    **dict.fromkeys("variablelist def-list glosslist".split(), "dl"),
    **dict.fromkeys("programlisting screen literallayout synopsis code preformat codeblock eg".split(), "pre"),
    **dict.fromkeys("blockquote disp-quote verse-group epigraph cit".split(), "blockquote"),
    **dict.fromkeys("superscript sup".split(), "sup"),
    **dict.fromkeys("subscript sub".split(), "sub"),
    **dict.fromkeys("strike del".split(), "s"),
    **dict.fromkeys("lb break br".split(), "br"),
    **dict.fromkeys("tr row".split(), "tr"),
    **dict.fromkeys("th".split(), "th"),
    **dict.fromkeys("td entry cell".split(), "td"),
    **{tag: tag for tag in "table thead tbody tfoot ul ol dl dt dd pre".split()},
    "term": "dt",
    "def": "dd",
    "informaltable": "table",
    "quote": "q",
}
_ITALIC = frozenset(
    "italic bold emphasis hi monospace underline sc roman styled-content named-content xref ext-link uri email ulink "
    "link literal command filename varname function replaceable ref foreign rs persName placeName date num abbrev "
    "overline inline-formula citetitle firstterm span b i em strong u a".split()
)
"""Inline wherever they stand, unless nothing but such an element makes up its parent."""
_BLOCKS = frozenset("p para simpara ab l lg sp stage formalpara entry verse-line speech attrib".split())
_SKIPPED = frozenset("journal-id issn contrib-id object-id processing-meta indexterm index xpage".split())
_NUMBERED = {
    "order": "1", "arabic": "1", "ordered": "1", "alpha-lower": "a", "alpha-upper": "A", "roman-lower": "i",
    "roman-upper": "I", "loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I",
}  # fmt: skip


def local(node: Any) -> str:
    """Return the name of an element without its namespace; "" for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def elements(node: Any) -> Iterator[Any]:
    """Yield the child elements."""
    return (child for child in node if isinstance(child.tag, str))


def text_of(node: Any) -> str:
    """Return all text in an element, on one line, with a space between parts that stand apart."""
    return one_line("".join(_texts(node)))


def _texts(node: Any) -> Iterator[str]:
    for item in node.iter():
        if isinstance(item.tag, str):
            yield item.text or ""
        elif item.tag is not None and type(item).__name__ == "_Entity":
            yield entity(item)
        if item is not node:
            yield item.tail or ""


def entity(node: Any) -> str:
    """Return what a reference to an entity stands for, if HTML knows it; what a file declares is never resolved."""
    name = str(node.text or "").strip("&;")
    return html5.get(f"{name};", f"&{name};")


def is_mixed(node: Any) -> bool:
    """Tell whether text and elements stand beside each other in an element."""
    children = list(elements(node))
    texts = [node.text, *(child.tail for child in node)]
    return bool(children) and any(text and text.strip() for text in texts)


class Prose:
    """Writes HTML for a tree; notes of what is not in it (pictures) go to ``builder``."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._notes: list[str] = []
        self._paragraphs = 0

    def html(self, node: Any, level: int = 1, depth: int = 0) -> str:
        """Return an element as HTML; ``level`` is that of the headings of its sections."""
        if depth > _DEEPEST:
            return escape(text_of(node))
        tag = local(node)
        if tag in _SKIPPED:
            return ""
        match tag:
            case "math":
                return self._math(node)
            case "l" if node.getparent() is not None and local(node.getparent()) == "lg":
                return f"{self._inside(node, level, depth)}<br>"
            case "alternatives" | "mediaobject" | "inlinemediaobject":
                return self._first(node, level, depth)
            case "graphic" | "inline-graphic" | "imagedata" | "media":
                return self._picture(node)
            case "fn" | "footnote" | "note" if self._paragraphs:
                self._notes.append(f"<div>{self._inside(node, level, depth)}</div>")
                return ""
            case "name":
                return escape(person(node)) if node.find("{*}surname") is not None else self._plain(node, level, depth)
            case "list" | "orderedlist":
                return self._list(node, level, depth)
            case "table" | "informaltable" | "tgroup":
                return self._table(node, level, depth)
            case "varlistentry" | "def-item" | "glossentry":
                return self._inside(node, level, depth)
            case "label":
                return f"<span>{self._inside(node, level, depth)}</span> " if _stands_alone(node) else ""
            case "fig" | "figure" | "table-wrap" | "supplementary-material":
                return self._captioned(node, level, depth)
        if tag in _SECTIONS:
            return f"<div>{self._inside(node, level + 1, depth)}</div>"
        if tag in _TITLES:
            return self._title(node, level, depth)
        if tag in _RENAMED:
            return self._renamed(node, _RENAMED[tag], level, depth)
        return self._plain(node, level, depth)

    def _plain(self, node: Any, level: int, depth: int) -> str:
        tag, parent = local(node), node.getparent()
        if tag not in _BLOCKS and (
            self._paragraphs or tag in _ITALIC or (parent is not None and is_mixed(parent) and not is_mixed(node))
        ):
            return self._inside(node, level, depth)
        is_paragraph = tag in _BLOCKS or is_mixed(node)
        self._paragraphs += is_paragraph
        inside = self._inside(node, level, depth)
        self._paragraphs -= is_paragraph
        notes = ""
        if not self._paragraphs:
            notes, self._notes = "".join(self._notes), []
        return f"<div>{inside}</div>{notes}"

    def _inside(self, node: Any, level: int, depth: int) -> str:
        parts = [escape(node.text or "")]
        for child in node:
            if isinstance(child.tag, str):
                parts.append(self.html(child, level, depth + 1))
            elif type(child).__name__ == "_Entity":
                parts.append(escape(entity(child)))
            parts.append(escape(child.tail or ""))
        return "".join(parts)

    def _title(self, node: Any, level: int, depth: int) -> str:
        parent = node.getparent()
        if self._paragraphs or (parent is not None and is_mixed(parent)):
            return self._inside(node, level, depth)
        if parent is not None and local(parent) in _UNTITLED:
            return f"<div>{self._inside(node, level, depth)}</div>"
        label = parent.find("{*}label") if parent is not None else None
        number = escape(text_of(label)) + " " if label is not None and local(label.getnext()) in _TITLES else ""
        shown = min(level, 6)
        return f"<h{shown}>{number}{self._inside(node, level, depth)}</h{shown}>"

    def _renamed(self, node: Any, name: str, level: int, depth: int) -> str:
        if name == "br":
            return "<br>"
        if name in ("td", "th"):
            spans = "".join(
                f' {attribute}="{escape(str(value))}"'
                for attribute in ("colspan", "rowspan")
                if (value := node.get(attribute) or _tei_span(node, attribute))
            )
            is_head = name == "th" or node.get("role") == "label"
            return (
                f"<{'th' if is_head else 'td'}{spans}>{self._inside(node, level, depth)}</{'th' if is_head else 'td'}>"
            )
        if name == "li" and (term := local(node.getparent())) in ("varlistentry", "glossentry") and term:
            name = "dd"
        return f"<{name}>{self._inside(node, level, depth)}</{name}>"

    def _list(self, node: Any, level: int, depth: int) -> str:
        kind = node.get("list-type") or node.get("numeration") or node.get("type") or node.get("rend") or ""
        if any(child.find("{*}label") is not None for child in elements(node)):  # written-out numbers
            items = (f"<div>{self._inside(child, level, depth + 1)}</div>" for child in elements(node))
            return "".join(items)
        style = _NUMBERED.get(kind) or ("1" if local(node) == "orderedlist" else "")
        inside = self._inside(node, level, depth)
        return f'<ol type="{style}">{inside}</ol>' if style else f"<ul>{inside}</ul>"

    def _table(self, node: Any, level: int, depth: int) -> str:
        if local(node) != "tgroup" and node.find("{*}tgroup") is not None:
            return f"<div>{self._inside(node, level, depth)}</div>"  # a table of DocBook: its grid is inside
        spans = {spec.get("colname"): number for number, spec in enumerate(node.findall("{*}colspec"), start=1)}
        for cell in node.iter("{*}entry") if spans else ():
            first, last = spans.get(cell.get("namest")), spans.get(cell.get("nameend"))
            if first and last:
                cell.set("colspan", str(last - first + 1))
            if (more := cell.get("morerows", "")).isdigit():
                cell.set("rowspan", str(int(more) + 1))
        paragraphs, self._paragraphs = self._paragraphs, 0
        heads = "".join(f"<div>{self._inside(head, level, depth)}</div>" for head in node.findall("{*}head"))
        inside = "".join(
            self.html(child, level, depth + 1)
            for child in elements(node)
            if local(child) in ("thead", "tbody", "tfoot", "tr", "row", "caption")
        )
        self._paragraphs = paragraphs
        return f"{heads}<table>{inside}</table>"

    def _captioned(self, node: Any, level: int, depth: int) -> str:
        """Write a figure or table with its number and its title on one line."""
        caption = node.find("{*}caption")
        title = node.find("{*}title") if caption is None else caption.find("{*}title")
        if title is None and caption is not None:
            title = caption.find("{*}p")
        first = " ".join(filter(None, (_label(node), text_of(title) if title is not None else "")))
        paragraphs, self._paragraphs = self._paragraphs, 0
        parts = [f"<div>{escape(first)}</div>"]
        for child in elements(node):
            if child is caption:
                parts += [self.html(part, level, depth + 2) for part in elements(caption) if part is not title]
            elif child is not title and local(child) != "label":
                parts.append(self.html(child, level, depth + 1))
        self._paragraphs = paragraphs
        return f"<div>{''.join(parts)}</div>"

    def _math(self, node: Any) -> str:
        from index.readers.mathml import linear

        return f" {escape(linear(node))} "

    def _first(self, node: Any, level: int, depth: int) -> str:
        """Return the one of several forms of a thing that is text, if there is one."""
        forms = list(elements(node))
        texts = [form for form in forms if local(form) not in ("graphic", "inline-graphic", "media", "imageobject")]
        return "".join(self.html(form, level, depth + 1) for form in (texts or forms)[:1])

    def _picture(self, node: Any) -> str:
        where = next((label for above in node.iterancestors() if (label := _label(above))), "")
        is_formula = any(
            local(above) in ("disp-formula", "inline-formula", "equation") for above in node.iterancestors()
        )
        described = node.find("{*}alt-text")
        if described is not None and text_of(described):
            return f"<div>Picture: {escape(text_of(described))}</div>"
        if local(node) != "media":
            self._builder.unread("formula" if is_formula else "picture", where, remedy="add_separately")
        inside = " ".join(filter(None, map(text_of, elements(node))))
        return f"<div>{escape(inside)}</div>" if inside else ""


def person(node: Any) -> str:
    """Return a person's name: surname first, as lists of sources have it."""
    parts = (node.find(f"{{*}}{part}") for part in ("surname", "given-names", "suffix"))
    return " ".join(text_of(part) for part in parts if part is not None)


def _label(node: Any) -> str:
    label = node.find("{*}label")
    return text_of(label).rstrip(".:") if label is not None else ""


def _stands_alone(label: Any) -> bool:
    """Tell whether a label goes with no title, which would have it already."""
    following = label.getnext()
    return following is None or local(following) not in _TITLES


def _tei_span(node: Any, attribute: str) -> str | None:
    found = node.get({"colspan": "cols", "rowspan": "rows"}[attribute]) if local(node) == "cell" else None
    return str(found) if found else None
