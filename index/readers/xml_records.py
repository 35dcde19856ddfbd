"""XML that holds fields: each record is a line, ``name: value | name: value``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from index.readers.base import TextBuilder
from index.readers.html import append_html
from index.readers.xml_prose import elements, is_mixed, local, text_of
from index.text import one_line

_DEEPEST = 60
_LONG_VALUE = 400
"""Characters from which on a value is a paragraph of its own."""
_ONE_LINE = 40
"""Values that a record may have to be written on one line."""
_PART = 12
"""Values that a part of a larger record may have to be written on its line."""
_NAMING = ("id", "name", "title", "key", "code", "label", "number", "no", "sku", "ref")
_UNSAID = frozenset({"schemaLocation", "noNamespaceSchemaLocation", "space", "base"})
_MARKUP = re.compile(r"</?(?:p|br|a|div|span|ul|li|b|i|strong|em|img|h[1-6]|table)\b[^>]*>", re.IGNORECASE)
_Pairs = list[tuple[str, str]]


def append_records(root: Any, builder: TextBuilder) -> None:
    """Append the records of a tree, each with its place (``item 3``); values of the whole come first."""
    _append(root, builder, around=[], label="", depth=0)
    builder.end_part()


def _append(node: Any, builder: TextBuilder, *, around: _Pairs, label: str, depth: int, name: str = "") -> None:
    """Append a record; what it has several of, and what is too large for its line, gets lines with its name."""
    repeated = _repeated(node, is_top=not depth)
    parts = [child for child in elements(node) if _is_part(child, repeated, is_top=depth == 0, whole=node)]
    if depth >= _DEEPEST:
        parts = []
    apart = set(map(id, parts))
    # the version of a format says nothing
    attributes = [pair for pair in _attributes(node) if depth or pair[0] != "version"]
    own = [(f"{name} {key}".strip(), value) for key, value in attributes]
    if text := one_line(node.text or ""):
        own.append((name, text))
    for child in elements(node):
        if id(child) not in apart:
            own += _pairs(child, f"{name} {local(child)}".strip(), depth + 1)
        if tail := one_line(child.tail or ""):
            own.append((name, tail))
    if own:
        builder.part(label, "record") if label else builder.end_part()
        _append_values([*around, *own], builder)
    named = next((pair for pair in own if pair[0].lower().split(" ")[-1] in _NAMING and len(pair[1]) < 100), None)
    if named and depth:
        around = [*around, named if name else (f"{local(node)} {named[0]}", named[1])]
    if not own and depth and not label[-1:].isdigit():
        label = label.rpartition(", ")[0]  # what only holds others is not worth naming
    numbers: Counter[str] = Counter()
    for child in parts:
        tag = local(child)
        numbers[tag] += 1
        number = f"{tag} {numbers[tag]}" if tag in repeated else tag
        # a record at the top needs no name before each value: there are only such
        inner = "" if tag in repeated and not around else tag
        is_wrapper = tag not in repeated and not own and bool(_repeated(child))
        _append(
            child,
            builder,
            around=around[-3:],
            label=number if is_wrapper or not label else f"{label}, {number}",
            depth=depth + (not is_wrapper or depth > 0),
            name="" if is_wrapper else inner,
        )


def _repeated(node: Any, *, is_top: bool = False) -> set[str]:
    """Return the names of what an element has several of, where one of them has several values (any, at the top)."""
    counts = Counter(map(local, elements(node)))
    large = {local(child) for child in elements(node) if _values(child) > 1 or (is_top and len(child))}
    return {tag for tag in large if counts[tag] > 1}


def _is_part(child: Any, repeated: set[str], *, is_top: bool, whole: Any) -> bool:
    if local(child) in repeated:
        return True
    count = _values(child)
    return count > 1 and (is_top or (count > _PART and _values(whole) > _ONE_LINE) or _holds_repeated(child))


def _holds_repeated(node: Any) -> bool:
    return any(_repeated(inner) for inner in list(node.iter("*"))[: 10 * _ONE_LINE])


def _append_values(values: Sequence[tuple[str, str]], builder: TextBuilder) -> None:
    """Write ``name: value | name: value``; long texts are paragraphs of their own."""
    merged: dict[str, list[str]] = {}
    for key, value in values:
        if value:
            merged.setdefault(key, []).append(value)
    for found in merged.values():
        if len(found) > 1 and max(map(len, found)) > _LONG_VALUE // 4:
            for value in found:
                builder.block(value)
            found.clear()
    shown = {key: ", ".join(found) for key, found in merged.items() if found}
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


def _values(node: Any) -> int:
    """Return how many values an element holds, counted no further than matters."""
    count = 0
    for inner in node.iter("*"):
        count += len(inner.attrib) + (not len(inner))
        if count > 10 * _ONE_LINE:
            break
    return count
