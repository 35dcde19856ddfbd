"""MathML as linear text: ``(a + b)/2``, ``x^2``, ``sqrt(n)``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from index.text import one_line

_DEEPEST = 60
_SKIPPED = frozenset("annotation annotation-xml mphantom maction-none none mprescripts".split())
_SPACED = frozenset("= ≠ < > ≤ ≥ ≈ ≡ ∼ ∝ + − - ± ∓ × ⋅ ∗ · / ÷ → ← ↔ ⇒ ⇔ ∈ ∉ ⊂ ⊆ ∪ ∩ ∧ ∨ ∣ | :=".split())
_INVISIBLE_OPERATORS = re.compile("[\u2061-\u2064]")


def linear(node: Any, depth: int = 0) -> str:
    """Return an element tree of MathML as text on one line; what is nested too deeply is written letter by letter."""
    if depth > _DEEPEST:
        return one_line("".join(node.itertext()))
    kind = _kind(node)
    if kind in _SKIPPED:
        return ""
    children = list(_children(node))
    if not children:
        return _token(kind, _INVISIBLE_OPERATORS.sub("", one_line(node.text or "")))
    parts = [linear(child, depth + 1) for child in children]
    match kind:
        case "mfrac" if len(parts) == 2:
            return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
        case "msqrt":
            return f"sqrt({_joined(parts)})"
        case "mroot" if len(parts) == 2:
            return f"root({parts[1]}, {parts[0]})"
        case "msup" | "mover" if len(parts) == 2:
            return _accented(parts) if kind == "mover" else f"{_grouped(parts[0])}^{_grouped(parts[1])}"
        case "msub" | "munder" if len(parts) == 2:
            return f"{parts[0]}_{_grouped(parts[1])}"
        case "msubsup" | "munderover" if len(parts) == 3:
            return f"{parts[0]}_{_grouped(parts[1])}^{_grouped(parts[2])} "
        case "mtable":
            return "[" + "; ".join(filter(None, parts)) + "]"
        case "mtr" | "mlabeledtr":
            return ", ".join(filter(None, parts))
        case "mfenced":
            marks = node.get("open", "("), node.get("close", ")")
            return f"{marks[0]}{', '.join(filter(None, parts))}{marks[1]}"
        case "semantics":
            return parts[0]
        case _:
            return _joined(parts)


def _accented(parts: list[str]) -> str:
    base, accent = parts
    return f"{base}{accent}" if len(accent.strip()) <= 1 and not accent.strip().isalnum() else f"{base}^{accent}"


def _token(kind: str, text: str) -> str:
    if kind == "mo" and text in _SPACED:
        return f" {text} "
    if kind == "mo" and text in (",", ";"):
        return f"{text} "
    return f" {text} " if kind == "mtext" else text


def _joined(parts: list[str]) -> str:
    return one_line("".join(parts))


def _grouped(text: str) -> str:
    """Return a part of a formula in brackets, if it has more than one term."""
    text = text.strip()
    return text if re.fullmatch(r"[\w.,′'*]*|\(.*\)|[−-]?[\w.]+", text) else f"({text})"


def _children(node: Any) -> Iterator[Any]:
    return (child for child in node if isinstance(child.tag, str))


def _kind(node: Any) -> str:
    return str(node.tag).rpartition("}")[2].rpartition(":")[2].lower()
