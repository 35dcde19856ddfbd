"""What a paragraph of a Word file says on its line, and what hangs on it: notes, comments, boxes, drawings.

Tracked changes are taken as accepted; of fields, the result is read; hidden text is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from index.readers.equations import equation_text
from index.readers.numbering import W
from index.readers.symbols import from_symbol_font, is_symbol_font
from index.readers.word_styles import Styles, is_on, value_of
from index.text import one_line

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PER_PIXEL = 9525
_SMALL, _THIN = 64 * _PER_PIXEL, 10 * _PER_PIXEL
_PER_POINT = 12_700
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
_PAGE_FIELDS = frozenset({"page", "numpages", "sectionpages", "section"})
_LITERAL = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_CUE = re.compile(r"(?P<time>\d+:\d\d?:\d\d?)(?:[.,]\d+)? +--> +\d+:\d\d?:\d\d?(?:[.,]\d+)?")
_WORDS_OF_PAGES = 2
"""``Page 3 of 7``: as many words may stand around nothing but page numbers."""
_PAGE_NUMBER = "\x00"
_CHECKED, _UNCHECKED = "☒", "☐"
_MADE_BY_PROGRAM = re.compile(
    r"(?:Description automatically generated(?: with \w+ confidence)?|AI-generated content may be incorrect\.?)$", re.I
)
_FILE_NAME = re.compile(r"[^\s]*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)|.*[\\/].*\.\w{3,4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that hangs on a paragraph.

    ``kind`` and ``value``: ``footnote``, ``endnote``, ``comment`` (its id); ``box`` (the element of its content);
    ``chart``, ``diagram`` (a relationship id); ``picture`` (what it shows, in words); ``text``; ``object`` (a program).
    """

    kind: str
    value: Any
    is_small: bool = False


@dataclass(slots=True)
class Line:
    """What a paragraph says, with ``\\t`` and ``\\n`` for its tabs and line breaks, and what hangs on it."""

    text: str = ""
    attached: list[Attached] = field(default_factory=list)


@dataclass(slots=True)
class _Field:
    """A field that is being read: its instruction, then its result."""

    instruction: str = ""
    in_result: bool = False
    is_settled: bool = False

    @property
    def name(self) -> str:
        return next(iter(self.instruction.lower().split()), "")


class LineReader:
    """Reads the paragraphs of one story in order; a field may reach over several of them."""

    def __init__(self, story: Any, styles: Styles, *, without_page_numbers: bool = False) -> None:
        """Prepare for a story.

        Args:
            story: the element that holds its paragraphs.
            styles: of the file.
            without_page_numbers: whether the results of page fields are left out, as in headers and footers.
        """
        self._styles = styles
        self._without_page_numbers = without_page_numbers
        self._fields: list[_Field] = []
        self._unmatched = _unmatched_fields(story)
        self._line = Line()
        self._parts: list[str] = []

    def read(self, paragraph: Any) -> Line:
        """Return what a paragraph says."""
        self._line, self._parts = Line(), []
        style = value_of(paragraph, "pPr", "pStyle")
        is_hidden = bool(style) and self._styles.is_hidden(style)
        self._children(paragraph, is_hidden)
        self._line.text = "".join(self._parts)
        return self._line

    def _children(self, element: Any, is_hidden: bool) -> None:
        for child in element.iterchildren("{*}*"):
            self._inline(child, is_hidden)

    def _inline(self, element: Any, is_hidden: bool) -> None:
        tag = element.tag
        if tag == f"{W}r":
            self._run(element, is_hidden)
        elif tag in _DELETED or tag.endswith("Pr"):
            return
        elif tag in (f"{M}oMath", f"{M}oMathPara"):
            self._write(f" {equation_text(element)} ")
        elif tag == f"{W}fldSimple":
            self._fields.append(_Field(element.get(f"{W}instr", ""), in_result=True))
            self._children(element, is_hidden)
            self._end_field()
        elif tag == f"{MC}AlternateContent":
            self._alternative(element, lambda chosen: self._children(chosen, is_hidden))
        else:  # links, insertions, content controls, tags: what they hold is read
            self._children(element, is_hidden)

    def _run(self, run: Any, is_hidden: bool) -> None:
        properties = run.find(f"{W}rPr")
        font = ""
        if properties is not None:
            vanish = properties.find(f"{W}vanish")
            is_hidden = is_on(vanish) if vanish is not None else is_hidden or self._is_hidden_style(properties)
            fonts = properties.find(f"{W}rFonts")
            font = (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "") if fonts is not None else ""
        self._run_children(run, font, is_hidden)

    def _run_children(self, element: Any, font: str, is_hidden: bool) -> None:
        for child in element.iterchildren("{*}*"):
            self._in_run(child, font, is_hidden)

    def _is_hidden_style(self, properties: Any) -> bool:
        style = value_of(properties, "rStyle")
        return bool(style) and self._styles.is_hidden(style)

    def _in_run(self, node: Any, font: str, is_hidden: bool) -> None:
        tag = node.tag
        if tag == f"{W}fldChar":
            self._field_character(node)
        elif tag == f"{W}instrText":
            if self._fields and not self._fields[-1].in_result:
                self._fields[-1].instruction += node.text or ""
        elif is_hidden or tag in _DELETED:
            return
        elif tag == f"{W}t":
            text = node.text or ""
            self._write(from_symbol_font(text, font) if is_symbol_font(font) else text)
        elif tag in _LITERAL:
            self._write(_LITERAL[tag])
        elif tag == f"{W}sym":
            code = node.get(f"{W}char", "")
            if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code):
                self._write(from_symbol_font(chr(int(code, 16)), node.get(f"{W}font", "")))
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference", f"{W}commentReference"):
            kind = tag.removeprefix(W).removesuffix("Reference")
            self._attach(Attached(kind, node.get(f"{W}id", "")))
        elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            for found in drawn(node):
                self._attach(found)
        elif tag == f"{W}ruby":  # the reading beside a base would break the word
            for base in node.iterchildren(f"{W}rubyBase"):
                self._children(base, is_hidden)
        elif tag == f"{MC}AlternateContent":
            self._alternative(node, lambda chosen: self._run_children(chosen, font, is_hidden))
        elif tag == f"{M}oMath":
            self._write(f" {equation_text(node)} ")

    def _alternative(self, node: Any, read: Callable[[Any], None]) -> None:
        """Read the first choice, or what stands in for it if there is nothing in that which can be read."""
        before = len(self._parts) + len(self._line.attached)
        for chosen in node.iterchildren(f"{MC}Choice", f"{MC}Fallback"):
            read(chosen)
            if len(self._parts) + len(self._line.attached) > before:
                return

    def _write(self, text: str) -> None:
        hidden_by = next((one for one in self._fields if not one.in_result), None)
        if hidden_by is not None:
            if hidden_by is self._fields[-1]:
                hidden_by.instruction += text
        elif any(one.is_settled for one in self._fields):
            return
        elif self._without_page_numbers and any(one.name in _PAGE_FIELDS for one in self._fields):
            self._parts.append(_PAGE_NUMBER)
        else:
            self._parts.append(text)

    def _attach(self, attached: Attached) -> None:
        if all(one.in_result for one in self._fields):
            self._line.attached.append(attached)

    def _field_character(self, node: Any) -> None:
        kind = node.get(f"{W}fldCharType", "")
        if node in self._unmatched:
            return
        if kind == "begin":
            shown = _form_field(node.find(f"{W}ffData"))
            if shown:
                self._write(shown)
            self._fields.append(_Field(is_settled=bool(shown)))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            self._end_field()

    def _end_field(self) -> None:
        ended = self._fields.pop()
        if not ended.in_result and not ended.is_settled:
            self._write(_without_result(ended.instruction))
        elif self._without_page_numbers and ended.name in _PAGE_FIELDS:
            self._parts.append(_PAGE_NUMBER)


def drawn(node: Any) -> Iterator[Attached]:
    """Yield what a drawing, a picture or an object holds, in order, text boxes as elements."""
    found = list(_drawn(node))
    if any(one.kind in ("object", "control") for one in found):
        found = [one for one in found if one.kind != "picture"]  # how the object looks
    if not found:
        described = _description(next(node.iter("{*}docPr"), None))
        if described:
            found = [Attached("text", f"Picture: {described}")]
    yield from found


def _drawn(node: Any) -> Iterator[Attached]:
    for child in node.iterchildren("{*}*"):
        kind = child.tag.rpartition("}")[2]
        if kind == "AlternateContent":
            for chosen in child.iterchildren(f"{MC}Choice", f"{MC}Fallback"):
                if within := list(_drawn(chosen)):
                    yield from within
                    break
        elif kind == "txbxContent":
            yield Attached("box", child)
        elif kind == "chart" and (relation := child.get(f"{R}id")):
            yield Attached("chart", relation)
        elif kind == "relIds" and (relation := child.get(f"{R}dm")):
            yield Attached("diagram", relation)
        elif kind in ("pic", "imagedata"):
            yield Attached("picture", *_picture(child))
        elif kind == "txBody":  # text of shapes that another program drew
            for paragraph in child.iterchildren("{*}p"):
                yield Attached("text", "".join(text.text or "" for text in paragraph.iter("{*}t")))
        elif kind == "textpath" and child.get("string"):
            yield Attached("text", child.get("string"))
        elif kind == "OLEObject":
            yield Attached("object", child.get("ProgID", ""))
        elif kind == "control":
            yield Attached("control", child.get(f"{W}name", ""))
        else:
            yield from _drawn(child)


def _picture(picture: Any) -> tuple[str, bool]:
    """Return what a picture shows, as its author describes it, and whether it is too small to hold content."""
    described, size = "", (0, 0)
    for above in picture.iterancestors():
        kind = above.tag.rpartition("}")[2]
        if kind in ("inline", "anchor"):
            stated = above.find("{*}docPr")
            described = described or _description(stated)
            extent = above.find("{*}extent")
            size = _whole(extent, "cx"), _whole(extent, "cy")
            if any(is_decorative.get("val") in ("1", "true") for is_decorative in above.iter("{*}decorative")):
                size = (1, 1)
        elif kind in ("shape", "rect") and picture.tag.endswith("imagedata"):
            described = described or _plain_description(above.get("alt", ""))
            size = _vml_size(above.get("style", ""))
        elif kind in ("r", "txbxContent"):
            break
    described = described or _description(picture.find("{*}nvPicPr/{*}cNvPr"))
    return described, all(size) and (max(size) < _SMALL or min(size) < _THIN)


def _description(node: Any) -> str:
    return _plain_description(node.get("descr") or "") if node is not None else ""


def _plain_description(text: str) -> str:
    text = _MADE_BY_PROGRAM.sub("", one_line(text)).strip()
    return "" if _FILE_NAME.fullmatch(text) else text


def _vml_size(style: str) -> tuple[int, int]:
    found = {
        name: float(number) * {"pt": 1, "in": 72, "cm": 28.35, "mm": 2.835, "px": 0.75}.get(unit, 1) * _PER_POINT
        for name, number, unit in re.findall(r"(?:^|;)\s*(width|height)\s*:\s*(\d{1,5}(?:\.\d+)?)(\w*)", style)
    }
    return int(found.get("width", 0)), int(found.get("height", 0))


def _whole(node: Any, name: str) -> int:
    text = node.get(name, "") if node is not None else ""
    return int(text) if text.isdigit() and len(text) < 12 else 0


def _form_field(data: Any) -> str:
    """Return what a form field of the older kind shows if no text does: a tick, or what was chosen of a list."""
    if data is None:
        return ""
    box = data.find(f"{W}checkBox")
    if box is not None:
        state = box.find(f"{W}checked")
        return _CHECKED if is_on(state if state is not None else box.find(f"{W}default")) else _UNCHECKED
    choices = data.find(f"{W}ddList")
    if choices is None:
        return ""
    entries = [entry.get(f"{W}val", "") for entry in choices.iterchildren(f"{W}listEntry")]
    chosen = value_of(choices, "result") or value_of(choices, "default") or "0"
    return entries[int(chosen)] if chosen.isdigit() and int(chosen) < len(entries) else ""


def _without_result(instruction: str) -> str:
    """Return what a field shows that has no result stored, if its instruction says it."""
    name, _, rest = instruction.strip().partition(" ")
    if name.upper() == "MACROBUTTON":
        return rest.strip().partition(" ")[2].strip()
    if name.upper() == "SYMBOL" and (match := re.match(r"\s*(0x[0-9a-fA-F]{1,4}|\d{1,5})(.*)", rest)):
        font = re.search(r'\\f\s+"?([^"\\]+)', match[2])
        code = int(match[1], 0) & 0xFFFF
        return from_symbol_font(chr(code), font[1].strip()) if font and is_symbol_font(font[1].strip()) else chr(code)
    if name.upper() == "EQ":
        return _equation_field(rest)
    return ""


def _equation_field(text: str) -> str:
    r"""Return an ``EQ`` field as text: ``\f(1,2)`` is 1/2, ``\r(3,x)`` a root, of others their parts are kept."""
    text = re.sub(r"\\\*\s*(?:\w+\s*)?(?:\"[^\"]*\")?", " ", text)
    text = re.sub(r"\\[fF]\(([^(),;]*)[,;]([^(),;]*)\)", r"\1/\2", text)
    text = re.sub(r"\\[rR]\(([^(),;]*)\)", r"sqrt(\1)", text)
    text = re.sub(r"\\[a-zA-Z]+\s?\d*", " ", text)
    return " ".join(re.sub(r"(?<![\w)])\(([^()]*)\)", r"\1", text).split())


def _unmatched_fields(story: Any) -> set[Any]:
    """Return the marks of fields that begin and never end, or the other way round: they must not hide the rest."""
    unmatched: set[Any] = set()
    begun: list[list[Any]] = []
    for mark in story.iter(f"{W}fldChar"):
        if any(above.tag in _DELETED for above in mark.iterancestors()):
            continue
        kind = mark.get(f"{W}fldCharType", "")
        if kind == "begin":
            begun.append([mark])
        elif begun:
            begun[-1].append(mark)
            if kind == "end":
                begun.pop()
        else:
            unmatched.add(mark)
    return unmatched.union(*begun)


def text_of(line: Line) -> str:
    """Return a line with its breaks; after a break it keeps its indentation, which means something in code.

    Of headers and footers the page numbers are left out, with the words that only go with them.
    """
    text = line.text
    if _PAGE_NUMBER in text:
        pieces = re.split(r"([\t\n])", text)
        text = "".join(piece for piece in pieces if not _is_page_number(piece)).replace(_PAGE_NUMBER, "")
    lines = text.strip("\n").split("\n")
    kept = [" " * (len(one) - len(one.lstrip(" \xa0"))) * bool(i) + one_line(one) for i, one in enumerate(lines)]
    return "\n".join(kept).strip()


def _is_page_number(text: str) -> bool:
    """Tell whether a piece of a header or footer says no more than ``Page 3 of 7``."""
    return _PAGE_NUMBER in text and len(re.findall(r"[^\W\d_]{2,}", text)) <= _WORDS_OF_PAGES


def turn_of(text: str) -> tuple[str, str]:
    """Return (when, ``who: what``) for a turn of a transcript, ("", ``text``) for anything else.

    In transcripts that meeting programs save as Word files the times, the speaker and the words of a turn stand on
    lines of their own.
    """
    first, _, rest = text.partition("\n")
    cue = _CUE.fullmatch(first.strip())
    if cue is None or not rest.strip():
        return "", text
    time = ":".join(part.zfill(2) for part in cue["time"].split(":"))
    who, _, said = rest.strip().partition("\n")
    return time, f"{who.strip().rstrip(':')}: {one_line(said)}" if said.strip() else who
