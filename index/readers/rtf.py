"""Rich Text Format: text with headings, tables, notes, headers and comments; hidden and deleted text is left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.errors import UnreadableDocument
from index.readers.base import Extracted, TextBuilder
from index.readers.dates import parse_date
from index.readers.rtf_words import ASIDE, CHARSETS, KNOWN_STARRED, SIGNS, SKIPPED, SYMBOLS
from index.readers.tables import append_table
from index.text import one_line

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
_SMALL = 960
"""Twips: pictures that are smaller both ways are ornaments."""


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside the braces."""

    target: str = "body"
    is_hidden: bool = False
    is_deleted: bool = False
    is_number: bool = False
    skip: int = 1
    font: int | None = None


@dataclass(slots=True)
class _Flow:
    """Text in the making: of the body, or of a note."""

    text: list[str] = field(default_factory=list)
    level: int | None = None
    is_in_table: bool = False
    cells: list[str] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    merges: dict[int, str] = field(default_factory=dict)
    is_header: bool = False
    rows: list[tuple[list[str], list[int], dict[int, str], bool]] = field(default_factory=list)


def read_rtf(data: bytes, name: str) -> Extracted:
    """Read an RTF file.

    Raises:
        UnreadableDocument: it is none.
    """
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(b"{\\rtf"):
        raise UnreadableDocument(f"{name}: is not an RTF file; save it again as RTF or add it under its own ending")
    reader = _Reader(data)
    reader.read()
    return reader.builder.extracted(title=one_line(reader.title) or None, date=parse_date(reader.created))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = TextBuilder()
        self.title = self.created = ""
        self._data = data
        self._states = [_State()]
        self._flows: list[tuple[str, int, _Flow]] = [("body", 0, _Flow())]
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, int] = {}
        self._style_name = ""
        self._style_number = 0
        self._bytes = bytearray()
        self._to_skip = 0
        self._asides: list[tuple[str, str]] = []
        self._numbers = {"footnote": 0, "endnote": 0, "comment": 0}
        self._tables = 0
        self._is_starred = False
        self._picture = [0, 0]
        self._font_number: int | None = None
        self._created = [0, 0, 0]

    def read(self) -> None:
        """Go through the file once, then append what stands beside the text."""
        for match in self._tokens():
            if match["hex"]:
                self._byte(int(match["hex"], 16))
                continue
            if not match["text"]:
                self._flush()
            if match["word"]:
                self._control(match["word"].decode("ascii"), match["number"])
            elif match["symbol"]:
                self._symbol(match["symbol"])
            elif match["brace"] == b"{":
                self._open()
            elif match["brace"]:
                self._close()
            elif match["text"]:
                self._text(match["text"])
        self._flush()
        while len(self._flows) > 1:
            self._end_flow()
        self._paragraph()
        self._end_table()
        self._append_asides()

    def _tokens(self) -> Iterator[re.Match[bytes]]:
        position = 0
        while match := _TOKEN.match(self._data, position):
            position = match.end()
            if match["word"] == b"bin":
                position += max(0, int(match["number"] or 0))
                continue
            yield match

    @property
    def _state(self) -> _State:
        return self._states[-1]

    @property
    def _flow(self) -> _Flow:
        return self._flows[-1][2]

    def _change(self, **changes: object) -> None:
        self._states[-1] = replace(self._state, **changes)  # type: ignore[arg-type]

    def _open(self) -> None:
        self._states.append(self._state)
        self._is_starred = False

    def _close(self) -> None:
        if len(self._states) == 1:
            return
        target = self._state.target
        depth = len(self._states)
        if target == "style" and self._states[-2].target != "style":
            self._end_style()
        if target == "pict" and self._states[-2].target != "pict" and max(self._picture) != 1:
            is_small = 0 < self._picture[0] < _SMALL and 0 < self._picture[1] < _SMALL
            if not is_small:
                self.builder.unread("picture", remedy="ocr")
        if len(self._flows) > 1 and self._flows[-1][1] == depth:
            self._end_flow()
        self._states.pop()
        self._to_skip = 0

    def _control(self, word: str, digits: bytes | None) -> None:
        number = int(digits) if digits else None
        target = self._state.target
        starred, self._is_starred = self._is_starred, False
        if target == "skip":
            return
        if word in ("fonttbl", "stylesheet"):
            self._change(target="fonts" if word == "fonttbl" else "styles")
        elif target in ("fonts", "styles", "style"):
            self._definition(word, number)
        elif word == "info":
            self._change(target="info")
        elif target == "info" and word in ("title", "creatim"):
            self._change(target=word)
        elif target == "creatim":
            for i, part in enumerate(("yr", "mo", "dy")):
                if word == part:
                    self._created[i] = number or 0
            self.created = "{:04}-{:02}-{:02}".format(*self._created)
        elif word == "pict":
            self._change(target="pict")
            self._picture = [0, 0]
        elif target == "pict":
            if word in ("picwgoal", "pichgoal"):
                self._picture[word == "pichgoal"] = number or 0
        elif word in SKIPPED or (starred and word not in KNOWN_STARRED):
            self._change(target="skip")
        elif word in ASIDE and target == "body":
            self._begin_aside(ASIDE[word])
        elif word == "object":
            self.builder.unread("embedded_object", remedy="add_separately")
        else:
            self._in_text(word, number)

    def _definition(self, word: str, number: int | None) -> None:
        """Take in part of a font's or a style's definition."""
        target = self._state.target
        if target == "fonts":
            if word == "f":
                self._font_number = number
            elif word in ("fcharset", "cpg") and self._font_number is not None and number is not None:
                codec = CHARSETS.get(number) if word == "fcharset" else f"cp{number}"
                if codec and number not in (0, 1, 2) and _is_codec(codec):
                    self._fonts[self._font_number] = codec
        elif word in ("s", "cs", "ds", "ts"):
            self._change(target="style")
            self._style_number, self._style_name = (number or 0) if word == "s" else -1, ""
        elif word == "outlinelevel" and number is not None and number < 9 and target == "style":
            self._styles[self._style_number] = number + 1
        elif target == "styles":
            self._change(target="style")
            self._style_number, self._style_name = 0, ""

    def _end_style(self) -> None:
        match = re.match(r"\s*(?:heading|title|überschrift|titre|título) ?(\d)?", self._style_name, re.IGNORECASE)
        if match and self._style_number > 0:
            self._styles.setdefault(self._style_number, int(match[1] or 1))

    def _in_text(self, word: str, number: int | None) -> None:
        flow = self._flow
        if word == "ansicpg" and number and _is_codec(f"cp{number}"):
            self._codec = f"cp{number}"
        elif word in ("mac", "pc", "pca") and number is None:
            self._codec = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "u" and number is not None:
            self._add(chr(number % 0x10000))
            self._to_skip = self._state.skip
        elif word == "uc":
            self._change(skip=max(0, number or 0))
        elif word in SIGNS:
            self._add(SIGNS[word])
        elif word == "f":
            self._change(font=number)
        elif word == "plain":
            self._change(is_hidden=False, is_deleted=False, font=None)
        elif word in ("v", "deleted"):
            self._change(**{"is_hidden" if word == "v" else "is_deleted": number != 0})
        elif word in ("listtext", "pntext"):
            self._change(is_number=True)
        elif self._state.is_number and word in ("pard", "s", "par"):
            return
        elif word in ("par", "sect", "page", "column"):
            self._paragraph()
        elif word == "pard":
            flow.level, flow.is_in_table = None, False
        elif word == "s":
            flow.level = self._styles.get(number or 0, flow.level)
        elif word == "outlinelevel":
            flow.level = number + 1 if number is not None and number < 9 else None
        elif word == "chftn":
            self._add(f"[{self._numbers['footnote'] + 1}]" if len(self._flows) == 1 else "")
        elif word == "ftnalt" and self._flows[-1][0] == "footnote":
            self._flows[-1] = ("endnote", *self._flows[-1][1:])
        else:
            self._table_word(word, number)

    def _table_word(self, word: str, number: int | None) -> None:
        flow = self._flow
        match word:
            case "trowd":
                flow.edges, flow.merges, flow.is_header = [], {}, False
            case "trhdr":
                flow.is_header = True
            case "cellx":
                flow.edges.append(number or 0)
            case "clmrg" | "clvmrg":
                flow.merges[len(flow.edges)] = word
            case "intbl":
                flow.is_in_table = True
            case "cell":
                flow.cells.append(one_line("".join(flow.text)))
                flow.text.clear()
            case "nestcell" | "nestrow":
                self._add(" ")
            case "row":
                if "".join(flow.text).strip():
                    flow.cells.append(one_line("".join(flow.text)))
                    flow.text.clear()
                flow.rows.append((flow.cells, list(flow.edges), dict(flow.merges), flow.is_header))
                flow.cells = []

    def _symbol(self, symbol: bytes) -> None:
        sign = symbol.decode("latin-1")
        if sign == "*":
            self._is_starred = True
        elif sign in "\r\n":
            self._paragraph()
        else:
            self._add(SYMBOLS.get(sign, ""))

    def _byte(self, value: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        else:
            self._bytes.append(value)

    def _text(self, raw: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(raw))
            self._to_skip -= skipped
            raw = raw[skipped:]
        self._bytes += raw
        self._flush()

    def _flush(self) -> None:
        if self._bytes:
            codec = self._fonts.get(self._state.font if self._state.font is not None else -1, self._codec)
            text = bytes(self._bytes).decode(codec, "replace")
            self._bytes.clear()
            self._add(text)

    def _add(self, text: str) -> None:
        state = self._state
        if state.target == "title":
            self.title += text
        elif state.target == "style":
            self._style_name += text.replace(";", "")
        elif state.target == "body" and not state.is_hidden and not state.is_deleted:
            self._flow.text.append(text)

    def _begin_aside(self, kind: str) -> None:
        self._flows.append((kind, len(self._states), _Flow()))

    def _end_flow(self) -> None:
        kind, _, flow = self._flows.pop()
        parts = [cell for row in flow.rows for cell in row[0]] + ["".join(flow.text)]
        text = one_line(_joined_surrogates(" ".join(parts)))
        if kind in self._numbers:
            self._numbers[kind] += 1
            kind = f"{kind} {self._numbers[kind]}"
            if kind.startswith(("footnote", "endnote")) and text:
                text = f"[{kind.split()[1]}] {text}"
        if text and not (kind in ("header", "footer") and text.isdigit()) and (kind, text) not in self._asides:
            self._asides.append((kind, text))

    def _paragraph(self) -> None:
        flow = self._flow
        if len(self._flows) > 1 or (flow.is_in_table and (flow.cells or flow.text)):
            flow.text.append("\n")
            return
        text = _joined_surrogates("".join(flow.text))
        flow.text.clear()
        if not text.strip():
            return
        self._end_table()
        lines = [one_line(line) for line in text.split("\n")]
        self.builder.block("\n".join(filter(None, lines)) if flow.level is None else one_line(text), flow.level)

    def _end_table(self) -> None:
        flow = self._flow
        if not flow.rows:
            return
        self._tables += 1
        heads = 0
        while heads < len(flow.rows) and flow.rows[heads][3]:
            heads += 1
        rows = [[_joined_surrogates(cell) for cell in row] for row in _grid(flow.rows)]
        append_table(rows, self.builder, name=f"table {self._tables}", header_rows=heads or None)
        flow.rows.clear()

    def _append_asides(self) -> None:
        for kind, text in self._asides:
            is_note = kind not in ("header", "footer")
            self.builder.place(kind if is_note else f"page {kind}", kind="note" if is_note else "")
            self.builder.block(text)


def _grid(rows: Sequence[tuple[list[str], list[int], dict[int, str], bool]]) -> list[list[str]]:
    """Return rows on one grid: a cell that is merged, or as wide as several, has its value in every column."""
    edges = sorted({edge for _, ends, _, _ in rows for edge in ends})
    columns = [edge for i, edge in enumerate(edges) if i + 1 == len(edges) or edges[i + 1] - edge > 60]
    widest = max(len(cells) for cells, _, _, _ in rows)
    laid_out: list[list[str]] = []
    for cells, ends, merges, _ in rows:
        values = list(cells)
        for i in range(len(values)):
            if merges.get(i) == "clmrg" and i:
                values[i] = values[i - 1]
        if len(columns) <= 2 * widest and len(ends) >= len(values) > 0:
            values, places = _spread(values, ends, columns)
        else:
            places = list(range(len(values)))
        for column, i in enumerate(places):
            if merges.get(i) == "clvmrg" and laid_out and column < len(laid_out[-1]):
                values[column] = laid_out[-1][column]
        laid_out.append(values)
    return laid_out


def _spread(values: Sequence[str], ends: Sequence[int], columns: Sequence[int]) -> tuple[list[str], list[int]]:
    """Return a row's value in each column of the grid, and which of its cells that is."""
    spread: list[str] = []
    places: list[int] = []
    for i, value in enumerate(values):
        while len(spread) < len(columns) and (columns[len(spread)] <= ends[i] + 60):
            spread.append(value)
            places.append(i)
    return spread, places


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _joined_surrogates(text: str) -> str:
    """Join halves of characters beyond the first plane, which RTF writes one after the other."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
