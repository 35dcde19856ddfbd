"""Equations of Office files (OMML) as text on one line: ``x = (-b ± sqrt(b^2 - 4ac))/(2a)``.

ECMA-376, part 1, section 22.1. The form is the one that people type: ``/``, ``^`` and ``_`` with parentheses where more
than one sign belongs together, and names for what has no sign on a keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unicodedata import combining, normalize

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DEEPEST = 60
"""How deep structures may be nested; what is deeper is written without its structure."""
_ATOM = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]{3,}|[^\s()][\u0300-\u036f\u20d0-\u20ff′]*")
"""A number, a name or one sign: two letters are rather a product of two."""
_PRODUCT = re.compile(r"[^\W_]+(?:\^[^\W_])?")
_RELATIONS = re.compile(r"\s*([=≠<>≤≥≈≡∼≅∝→←↔⇒⇐⇔∈∉⊂⊆±∓×÷⋅·∧∨∪∩])\s*")
_OPEN, _CLOSED = "([{⟨⌊⌈|‖", ")]}⟩⌋⌉|‖"
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u20d7": "vec", "\u0307": "dot",
            "\u0308": "ddot", "\u0306": "breve", "\u030c": "check"}  # fmt: skip


def equation_text(element: Any) -> str:
    """Return an equation, or several in one paragraph of equations, as text on one line.

    Args:
        element: ``m:oMath`` or ``m:oMathPara``; what is deleted by a tracked change in it is left out.
    """
    if _local(element) == "oMathPara":
        found = (equation_text(child) for child in element.iterchildren(f"{M}oMath"))
        return "; ".join(filter(None, found))
    text = _inner(element, 0)
    text = _RELATIONS.sub(r" \1 ", text.replace("\u2061", "").replace("\u2062", "").replace("\u200b", ""))
    return normalize("NFC", " ".join(text.split()))


def _inner(element: Any, depth: int) -> str:
    """Return what stands in an element, one after the other."""
    if element is None:
        return ""
    parts: list[str] = []
    for child in element.iterchildren("{*}*"):
        text = _node(child, depth + 1)
        if text and parts and _would_merge(parts[-1], text, _local(child)):
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def _would_merge(before: str, text: str, kind: str) -> bool:
    """Tell whether two parts would be read as one name or number though they are none."""
    if kind == "r":
        return before.startswith(("sum", "int", "prod", "lim")) and text[:1].isalnum()
    return kind in ("func", "nary", "rad") and before[-1:].isalnum()


def _node(element: Any, depth: int) -> str:
    kind = _local(element)
    if kind in ("del", "moveFrom") or kind.endswith("Pr"):
        return ""
    if depth > _DEEPEST:
        return "".join(element.itertext())
    if kind == "r":
        return _run(element)
    writer = _WRITERS.get(kind)
    return writer(element, depth) if writer is not None else _inner(element, depth)


def _run(element: Any) -> str:
    """Return the text of a run, from equations (``m:t``) or as elsewhere (``w:t``)."""
    parts = []
    for node in element.iterchildren("{*}*"):
        kind = _local(node)
        parts.append(node.text or "" if kind == "t" else " " if kind in ("tab", "br", "cr") else "")
    return normalize("NFKC", "".join(parts)) if _is_styled("".join(parts)) else "".join(parts)


def _is_styled(text: str) -> bool:
    """Tell whether there are letters of the mathematical alphabets, which nobody types: 𝑥 is x."""
    return any(0x1D400 <= ord(char) <= 0x1D7FF or char in "ℎℝℕℤℚℂℙℓ" for char in text)


def _grouped(text: str) -> str:
    """Return ``text`` in parentheses unless it is one sign, name or number, or has parentheses already."""
    text = text.strip()
    if not text or _ATOM.fullmatch(text) or _is_enclosed(text.removeprefix("sqrt")):
        return text
    return f"({text})"


def _is_enclosed(text: str) -> bool:
    """Tell whether the first parenthesis closes with the last sign."""
    if not text.startswith("(") or not text.endswith(")"):
        return False
    depth = 0
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return i == len(text) - 1
    return False


def _part(element: Any, name: str, depth: int) -> str:
    return _inner(element.find(f"{M}{name}"), depth).strip()


def _property(element: Any, group: str, name: str, default: str) -> str:
    """Return the value of a property; ``default`` where it is not stated."""
    node = element.find(f"{M}{group}/{M}{name}")
    return default if node is None else str(node.get(f"{M}val", ""))


def _fraction(element: Any, depth: int) -> str:
    above, below = _part(element, "num", depth), _part(element, "den", depth)
    if _property(element, "fPr", "type", "bar") == "noBar":  # a binomial coefficient, without its parentheses
        return f"{above} choose {below}"
    return f"{above if re.fullmatch(_PRODUCT, above) else _grouped(above)}/{_grouped(below)}"


def _scripts(element: Any, depth: int) -> str:
    base = _part(element, "e", depth)
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    marks = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    if above and set(above) <= set("′″‴'"):
        marks = (f"_{_grouped(below)}" if below else "") + above
    return f"{_grouped(base)}{marks}"


def _scripts_before(element: Any, depth: int) -> str:
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    marks = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    return f"{marks}{_grouped(_part(element, 'e', depth))}"


def _root(element: Any, depth: int) -> str:
    degree, radicand = _part(element, "deg", depth), _part(element, "e", depth)
    is_hidden = _property(element, "radPr", "degHide", "0") not in ("0", "off", "false")
    enclosed = radicand if _is_enclosed(radicand) else f"({radicand})"
    return f"sqrt{enclosed}" if not degree or is_hidden else f"root_{_grouped(degree)}{enclosed}"


def _large_operator(element: Any, depth: int) -> str:
    """Sums, integrals and the like, with their limits."""
    sign = _property(element, "naryPr", "chr", "∫")
    name = {"∑": "sum", "∏": "prod", "∫": "int"}.get(sign, sign)
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    limits = (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")
    return f"{name}{limits} {_part(element, 'e', depth)} "


def _delimited(element: Any, depth: int) -> str:
    opened = _property(element, "dPr", "begChr", "(")
    closed = _property(element, "dPr", "endChr", ")")
    between = _property(element, "dPr", "sepChr", "|")
    inner = (_inner(child, depth).strip() for child in element.iterchildren(f"{M}e"))
    return f"{opened}{between.join(inner)}{closed}"


def _function(element: Any, depth: int) -> str:
    name, argument = _part(element, "fName", depth), _part(element, "e", depth)
    return f"{name}{argument}" if argument.startswith(tuple(_OPEN)) else f"{name} {argument}"


def _limit_below(element: Any, depth: int) -> str:
    return f"{_part(element, 'e', depth)}_{_grouped(_part(element, 'lim', depth))}"


def _limit_above(element: Any, depth: int) -> str:
    return f"{_part(element, 'e', depth)}^{_grouped(_part(element, 'lim', depth))}"


def _matrix(element: Any, depth: int) -> str:
    rows = (
        ", ".join(_inner(cell, depth).strip() for cell in row.iterchildren(f"{M}e"))
        for row in element.iterchildren(f"{M}mr")
    )
    text = "; ".join(rows)
    return text if _local(element.getparent().getparent()) == "d" else f"[{text}]"


def _array(element: Any, depth: int) -> str:
    return "; ".join(filter(None, (_inner(child, depth).strip(" &") for child in element.iterchildren(f"{M}e"))))


def _accent(element: Any, depth: int) -> str:
    sign, base = _property(element, "accPr", "chr", "\u0302"), _part(element, "e", depth)
    if len(base) == 1 and sign and combining(sign[0]):
        return base + sign
    name = _ACCENTS.get(sign)
    return f"{name}({base})" if name else base + sign


def _bar(element: Any, depth: int) -> str:
    return f"bar({_part(element, 'e', depth)})"


_WRITERS: dict[str, Callable[[Any, int], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts_before,
    "rad": _root,
    "nary": _large_operator,
    "d": _delimited,
    "func": _function,
    "limLow": _limit_below,
    "limUpp": _limit_above,
    "m": _matrix,
    "eqArr": _array,
    "acc": _accent,
    "bar": _bar,
}


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if element is not None else ""
